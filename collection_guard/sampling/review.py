"""A review file read back: what people found of each item, held against the draw that it is from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final, Literal, cast

import yaml

from collection_guard.audit.vocabulary.folding import fold_word
from collection_guard.model.problems import LogError, Problem
from collection_guard.model.tables import Cell, Grid, cell_text, is_blank, read_table_file
from collection_guard.model.texts import LANGS, Lang
from collection_guard.sampling.draw import Sample

Answer = Literal["violation", "clear", "unclear"]
ANSWERS: Final = ("violation", "clear", "unclear")
APPEALS: Final = ("upheld", "upheld_in_part", "rejected", "pending")
_DEEPEST: Final = 10
"""A title may stand above the header; not more rows than this."""
BATCH: Final = 16
"""Characters of the digest of a draw that each row carries."""


@dataclass(frozen=True, slots=True)
class Review:
    """What people found of one item."""

    first: Answer | None = None
    second: Answer | None = None
    final: Answer | None = None
    appeal: str | None = None

    @property
    def settled(self) -> Answer | None:
        """Return what counts: an appeal that was upheld, what was settled, or what the reviewers agree on."""
        if self.appeal == "upheld":
            return "clear"
        if self.final is not None:
            return self.final
        return None if self.disputed else self.first or self.second

    @property
    def disputed(self) -> bool:
        """Say whether two reviewers differ."""
        return self.first is not None and self.second is not None and self.first != self.second


@cache
def words() -> Mapping[str, Mapping[str, Mapping[Lang, Sequence[str]]]]:
    """Return the words of headers and answers."""
    found: Mapping[str, Mapping[str, Mapping[Lang, Sequence[str]]]] = yaml.safe_load(
        (resources.files("collection_guard.sampling") / "words.yaml").read_text("utf-8")
    )
    return found


def written(kind: str, name: str, lang: Lang) -> str:
    """Return the word that is written for a column, an answer or the outcome of an appeal."""
    return words()[kind][name][lang][0]


@cache
def _by_word(kind: str) -> Mapping[str, str]:
    return {fold_word(word): name for name, said in words()[kind].items() for lang in LANGS for word in said[lang]}


def answer_of(kind: str, word: str) -> str | None:
    """Return the answer, or the outcome of an appeal, that a word names; None if it names none."""
    return _by_word(kind).get(fold_word(word))


def read_review(path: Path, sample: Sample, *, encoding: str | None = None) -> dict[str, Review]:
    """Return the reviews by the id of their item; raise LogError with every problem of the file."""
    known = _by_word("columns")

    def score(cells: Sequence[Cell]) -> int:
        return sum(isinstance(cell, str) and fold_word(cell) in known for cell in cells)

    found = read_table_file(path, encoding=encoding, score=score, knows=lambda _: False)
    if isinstance(found, Problem):
        raise LogError([found])
    reading = _Reading(sample, found.path)
    heads = 0
    for grid in found.grids:
        head = next((place for place, (_, cells) in enumerate(grid.rows[:_DEEPEST]) if score(cells) >= 2), None)
        if head is not None:
            heads += 1
            reading.read(grid, head)
    if not heads:
        columns = ", ".join(written("columns", name, lang) for lang in LANGS for name in ("item", "first"))
        reading.problems.append(Problem("review_no_header", found.path, values={"columns": columns}))
    if reading.problems:
        raise LogError(reading.problems)
    return reading.reviews


@dataclass(slots=True)
class _Reading:
    sample: Sample
    path: str
    reviews: dict[str, Review] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def read(self, grid: Grid, head: int) -> None:
        """Read the rows of one table."""
        known = _by_word("columns")
        columns: dict[str, int] = {}
        for place, cell in enumerate(grid.rows[head][1]):
            if isinstance(cell, str) and (name := known.get(fold_word(cell))) is not None:
                columns.setdefault(name, place)
        drawn = {item.id for item in self.sample.items}
        for row, cells in grid.rows[head + 1 :]:
            given = {
                name: cell_text(cells[place])
                for name, place in columns.items()
                if place < len(cells) and not is_blank(cells[place])
            }
            if given:
                self._row(grid.sheet, row, given, drawn)

    def _row(self, sheet: str | None, row: int, given: Mapping[str, str], drawn: set[str]) -> None:
        item, batch = given.get("item", ""), given.get("batch")
        before = len(self.problems)
        if batch is not None and batch != self.sample.digest[:BATCH]:
            # One sentence says it for all rows.
            if not any(problem.code == "review_of_another_draw" for problem in self.problems):
                values: dict[str, object] = {"found": batch, "drawn": self.sample.digest[:BATCH]}
                self.problems.append(Problem("review_of_another_draw", self.path, sheet=sheet, row=row, values=values))
            return
        if item not in drawn:
            self.problems.append(
                Problem("review_unknown_item", self.path, sheet=sheet, row=row, values={"item": item or "—"})
            )
        elif item in self.reviews:
            self.problems.append(Problem("review_item_twice", self.path, sheet=sheet, row=row, values={"item": item}))
        answers = dict(self._answers(sheet, row, given))
        if len(self.problems) == before:
            self.reviews[item] = Review(
                cast("Answer | None", answers.get("first")),
                cast("Answer | None", answers.get("second")),
                cast("Answer | None", answers.get("final")),
                answers.get("appeal"),
            )

    def _answers(self, sheet: str | None, row: int, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for column in ("first", "second", "final", "appeal"):
            if column not in given:
                continue
            kind = "appeals" if column == "appeal" else "answers"
            word = answer_of(kind, given[column])
            if word is not None:
                yield column, word
                continue
            expected = " | ".join(written(kind, name, lang) for lang in LANGS for name in words()[kind])
            values: dict[str, object] = {"value": given[column][:40], "expected": expected}
            self.problems.append(Problem("review_unknown_answer", self.path, sheet=sheet, row=row, values=values))
