"""What the sections of the report on a terminal write, kept as titles, lists and tables instead of lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from collection_guard.reports.page import NARROWEST, Cell, Column, Page, Styled

Kind = Literal["title", "line", "items", "table", "pairs"]


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a section: a title, a paragraph, a list, a table, or labels with texts."""

    kind: Kind
    words: str = ""
    items: list[str] = field(default_factory=list)
    columns: Sequence[Column] = ()
    rows: list[list[str]] = field(default_factory=list)


class Blocks(Page):
    """Takes what a page takes, and keeps its structure."""

    def __init__(self) -> None:
        super().__init__(NARROWEST, color=False)
        self.blocks: list[Block] = []

    def blank(self) -> None:
        """Leave the space between pieces to the style sheet."""

    def title(self, words: str) -> None:
        """Begin a section."""
        self.blocks.append(Block("title", words))

    def line(self, words: str, *, indent: int = 0, hang: int = 0) -> None:  # noqa: ARG002  # widths of a terminal
        """Keep a paragraph."""
        self.blocks.append(Block("line", words))

    def item(self, words: str, *, indent: int = 0) -> None:  # noqa: ARG002  # as above
        """Keep an entry of a list."""
        if not self.blocks or self.blocks[-1].kind != "items":
            self.blocks.append(Block("items"))
        self.blocks[-1].items.append(words)

    def pairs(self, rows: Iterable[tuple[str, str]], *, indent: int = 0) -> None:  # noqa: ARG002  # as above
        """Keep labels with their texts."""
        self.blocks.append(Block("pairs", rows=[[label, words] for label, words in rows if words]))

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
        """Keep a table."""
        cells = [[cell.words if isinstance(cell, Styled) else cell for cell in row] for row in rows]
        self.blocks.append(Block("table", columns=columns, rows=cells))
