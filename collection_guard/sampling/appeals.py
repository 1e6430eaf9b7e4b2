"""Appeals read back from the violations of a report: which of them were upheld."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from collection_guard.audit.report import Report, Violation
from collection_guard.audit.taken import Position
from collection_guard.audit.vocabulary.folding import fold_word
from collection_guard.model.problems import LogError, Problem
from collection_guard.model.tables import Cell, cell_text, is_blank, read_table_file
from collection_guard.model.texts import LANGS, text
from collection_guard.sampling.review import answer_of, written

_COLUMNS: Final = ("event", "rule", "appeal")
_DEEPEST: Final = 10
_RULE: Final = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)\s*[)）]?$")


def read_appeals(
    path: Path, report: Report, shown_id: Callable[[str], str], *, encoding: str | None = None
) -> list[Violation]:
    """Return the violations of which an appeal was upheld, as a table of violations says that was filled in.

    ``shown_id`` gives the id of a contact as reports show it. Raises LogError with every problem of the file.
    """
    known = {fold_word(text(f"csv.{name}", lang)): name for name in _COLUMNS for lang in LANGS}

    def score(cells: Sequence[Cell]) -> int:
        return len({known[fold_word(cell)] for cell in cells if isinstance(cell, str) and fold_word(cell) in known})

    found = read_table_file(path, encoding=encoding, score=score, knows=lambda _: False)
    if isinstance(found, Problem):
        raise LogError([found])
    by_key: dict[tuple[str, str], list[Violation]] = defaultdict(list)
    for violation in report.violations:
        by_key[shown_id(violation.contact.event.event_id), violation.rule].append(violation)
    problems: list[Problem] = []
    upheld: list[Violation] = []
    heads = 0
    for grid in found.grids:
        head = next((at for at, (_, cells) in enumerate(grid.rows[:_DEEPEST]) if score(cells) == len(_COLUMNS)), None)
        if head is None:
            continue
        heads += 1
        columns = {
            known[fold_word(cell)]: at
            for at, cell in reversed(list(enumerate(grid.rows[head][1])))
            if isinstance(cell, str) and fold_word(cell) in known
        }
        for row, cells in grid.rows[head + 1 :]:
            given = {
                name: cell_text(cells[at])
                for name, at in columns.items()
                if at < len(cells) and not is_blank(cells[at])
            }
            if "appeal" in given:
                appeal = _read(given, by_key, Position(found.path, grid.sheet, row), problems)
                upheld += [] if appeal is None else [appeal]
    if not heads:
        columns_said = ", ".join(text(f"csv.{name}", lang) for lang in LANGS for name in _COLUMNS)
        problems.append(Problem("review_no_header", found.path, values={"columns": columns_said}))
    if problems:
        raise LogError(problems)
    return upheld


def _read(
    given: Mapping[str, str], by_key: Mapping[tuple[str, str], list[Violation]], at: Position, problems: list[Problem]
) -> Violation | None:
    """Return the violation of a row if its appeal was upheld; a row that cannot be read is a problem at its place."""
    outcome = answer_of("appeals", given["appeal"])
    if outcome is None:
        expected = " | ".join(written("appeals", name, lang) for lang in LANGS for name in ("upheld", "rejected"))
        values: dict[str, object] = {"value": given["appeal"][:40], "expected": expected}
        problems.append(Problem("review_unknown_answer", at.file, sheet=at.sheet, row=at.row, values=values))
        return None
    if outcome != "upheld":
        return None
    rule = _RULE.search(given.get("rule", ""))
    found = by_key.get((given.get("event", ""), rule[1] if rule is not None else ""), [])
    if len(found) != 1:
        values = {"event": given.get("event", "—"), "rule": given.get("rule", "—")[:80]}
        problems.append(Problem("appeal_of_nothing", at.file, sheet=at.sheet, row=at.row, values=values))
        return None
    return found[0]
