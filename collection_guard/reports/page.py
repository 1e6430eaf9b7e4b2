"""A page of plain text: titles, labelled lines, lists and tables that fit a width of cells, Chinese included."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from rich.cells import cell_len

from collection_guard.model.plain import plain

NARROWEST: Final = 40
"""Below this a table of several columns has no room for words."""
_GAP: Final = 2
_INDENT: Final = 2
_NOT_FIRST: Final = frozenset("，。、；：？！）】》”’…,.;:?!)]}%")
"""Signs that do not begin a line."""
_NOT_LAST: Final = frozenset("（【《“‘([{")
"""Signs that do not end one."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its header, and whether its cells stand to the right."""

    header: str
    right: bool = False


@dataclass(frozen=True, slots=True)
class Styled:
    """A cell or a word with a style of the terminal: the numbers of an SGR sequence."""

    words: str
    style: str | None


Cell = str | Styled


def _pieces(words: str) -> list[str]:
    """Return the pieces between which a line may break; each carries the space after it."""
    pieces: list[str] = []
    for character in words:
        last = pieces[-1] if pieces else ""
        apart = (
            not last
            or (last.endswith(" ") and character != " ")
            or (
                character != " "
                and character not in _NOT_FIRST
                and last[-1] not in _NOT_LAST
                and (cell_len(character) > 1 or cell_len(last[-1]) > 1)
            )
        )
        if apart:
            pieces.append(character)
        else:
            pieces[-1] += character
    return pieces


def _cut(piece: str, width: int) -> list[str]:
    """Cut a piece that is longer than a line."""
    parts = [""]
    for character in piece:
        if cell_len(parts[-1]) + cell_len(character) > width:
            parts.append("")
        parts[-1] += character
    return parts


def wrapped(words: str, width: int) -> list[str]:
    """Return a text as lines, none wider than ``width`` cells; at least one line."""
    lines = [""]
    for piece in _pieces(" ".join(plain(words).split())):
        if cell_len(lines[-1]) + cell_len(piece.rstrip()) <= width:
            lines[-1] += piece
            continue
        parts = _cut(piece, width) if cell_len(piece.rstrip()) > width else [piece]
        if lines[-1]:
            lines.append("")
        lines[-1] = parts[0]
        lines += parts[1:]
    return [line.rstrip() for line in lines]


def fitted(line: str, width: int) -> list[str]:
    """Return a line as lines, none wider than ``width`` cells; further ones stand deeper than the first."""
    if cell_len(line) <= width:
        return [line]
    words = line.lstrip(" ")
    first = " " * (len(line) - len(words))
    rest = first + " " * _INDENT
    lines = wrapped(words, width - len(rest))
    return [first + lines[0], *(rest + one for one in lines[1:])]


def _padded(words: str, width: int, *, right: bool) -> str:
    space = " " * (width - cell_len(words))
    return space + words if right else words + space


class Page:
    """Gathers lines, none wider than its width, but for commands."""

    def __init__(self, width: int, *, color: bool) -> None:
        self._width = max(width, NARROWEST)
        self._color = color
        self._lines: list[str] = []

    def text(self) -> str:
        """Return the page."""
        return "\n".join(line.rstrip() for line in self._lines) + "\n"

    def blank(self) -> None:
        """Leave a line empty, unless one is empty already."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def title(self, words: str) -> None:
        """Begin a section."""
        self.blank()
        lines = wrapped(words, self._width)
        self._lines += [*lines, "-" * max(cell_len(line) for line in lines)]

    def line(self, words: str, *, indent: int = _INDENT, hang: int = 0) -> None:
        """Write a paragraph; ``hang`` indents its further lines."""
        first, *rest = wrapped(words, self._width - indent - hang)
        self._lines.append(" " * indent + first)
        self._lines += [" " * (indent + hang) + line for line in rest]

    def item(self, words: str, *, indent: int = _INDENT) -> None:
        """Write an entry of a list."""
        self.line("- " + words, indent=indent, hang=2)

    def command(self, words: str) -> None:
        """Write a command on a line of its own, however long it is: cut in two it could not be copied."""
        self._lines.append(" " * (2 * _INDENT) + plain(words))

    def heading(self, mark: Styled, words: str) -> None:
        """Write a line that begins with a coloured mark."""
        start = len(self._lines)
        self.line(f"[{mark.words}] {words}", indent=0, hang=_INDENT)
        painted = f"[{self._paint(mark.words, mark)}]"
        self._lines[start] = self._lines[start].replace(f"[{mark.words}]", painted, 1)

    def pairs(self, rows: Iterable[tuple[str, str]], *, indent: int = _INDENT) -> None:
        """Write labels with their texts beside them, all texts at one edge."""
        rows = [(label, words) for label, words in rows if words]
        widest = max((cell_len(label) for label, _ in rows), default=0)
        widest = min(widest, self._width // 3)
        for label, words in rows:
            labels = wrapped(label, widest)
            lines = wrapped(words, self._width - indent - widest - _GAP)
            for left, right in zip_longest(labels, lines, fillvalue=""):
                self._lines.append(" " * indent + _padded(left, widest + _GAP, right=False) + right)

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
        """Write a table; the widest columns give way until it fits."""
        widths = [
            max([cell_len(column.header), *(cell_len(_words(row[index])) for row in rows)])
            for index, column in enumerate(columns)
        ]
        room = self._width - _INDENT - _GAP * (len(columns) - 1)
        while sum(widths) > room:
            widest = widths.index(max(widths))
            others = sum(widths) - widths[widest]
            second = max([width for index, width in enumerate(widths) if index != widest], default=2)
            widths[widest] = max(room - others, min(second, widths[widest]) - 1)
        for row in ([column.header for column in columns], *rows):
            self._row(columns, widths, row)

    def _row(self, columns: Sequence[Column], widths: Sequence[int], row: Sequence[Cell]) -> None:
        cells = [wrapped(_words(cell), width) for cell, width in zip(row, widths, strict=True)]
        for line in zip_longest(*cells, fillvalue=""):
            parts = [
                self._paint(_padded(words, width, right=column.right), cell)
                for words, width, column, cell in zip(line, widths, columns, row, strict=True)
            ]
            self._lines.append(" " * _INDENT + (" " * _GAP).join(parts))

    def _paint(self, words: str, cell: Cell) -> str:
        if self._color and isinstance(cell, Styled) and cell.style is not None and words.strip():
            return f"\x1b[{cell.style}m{words}\x1b[0m"
        return words


def _words(cell: Cell) -> str:
    return cell.words if isinstance(cell, Styled) else cell
