"""Case profiles from JSON lines, CSV or Excel.

In a table each case is one row. Columns (Chinese headers stand in the vocabulary): ``case_id, borrower_id, timezone,
numbers, emergency_contacts, quiet_windows, instructions, accessibility, history_from``. The list columns hold JSON, or
items separated by ``|``; an empty cell is unknown, ``none`` or 无 is an empty list:

- numbers: ``13800000000@2024-01-01..2025-10-31 | 13900000000@2025-11-01..`` (the dates may be left out)
- emergency_contacts: ``王桂芳:13700000000``, ``王桂芳``, ``:13700000000``, with a zone
  ``Li Wei:+12125550100:America/New_York``, each with dates as above
- quiet_windows: ``12:00-14:00``, ``mon,wed 22:00-08:00``, ``周六,周日 全天``, in force ``@2025-11-01T00:00+08:00..``
- instructions: ``cease@2025-11-03T10:00+08:00..2025-12-01T00:00+08:00``, ``wrong_number:13800000000@...``,
  ``no_channel:sms@...``
- accessibility: ``deaf|blind``

An instant without an offset is read in the zone of the profile, else in the configured one.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from collection_guard.audit.profile_cells import CellError, ProfileCells, is_json
from collection_guard.audit.times import Fold
from collection_guard.audit.values import PrecisionLostError, RowError, identifier
from collection_guard.audit.vocabulary.files import profile_file
from collection_guard.audit.vocabulary.folding import fold_word
from collection_guard.model.cycles import no_search_for_cycles
from collection_guard.model.masking import mask_name, mask_text, mask_value
from collection_guard.model.mismatches import mismatch
from collection_guard.model.problems import LogError, Problem
from collection_guard.model.profile import CaseProfile
from collection_guard.model.tables import Cell, Grid, TableFile, cell_text, is_blank, read_table_file
from collection_guard.model.texts import nearest

FIELDS: Final = tuple(CaseProfile.model_fields)
_DEEPEST: Final = 30
_WORDS: Final = re.compile(r"[^\W\d_]+(?:[ ·][^\W\d_]+)*")
_ENOUGH: Final = 2


@dataclass(frozen=True, slots=True)
class _Place:
    file: str
    sheet: str | None
    row: int

    def problem(self, code: str, **values: object) -> Problem:
        return Problem(code, self.file, sheet=self.sheet, row=self.row, values=values)

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.sheet, self.row) if part is not None)


def read_profiles(
    path: str | Path,
    *,
    timezone: str | None = None,
    fold: Fold | None = None,
    encoding: str | None = None,
) -> dict[str, CaseProfile]:
    """Read case profiles by case id; raise LogError with every problem of the file.

    Unlike a log, a file of profiles is read whole or not at all: a profile left out would turn what is known of a
    case into something unknown without a word.
    """
    reading = _Reading(ProfileCells(timezone, fold))
    with no_search_for_cycles():
        found = read_table_file(
            Path(path),
            encoding=encoding,
            score=_score,
            knows=_is_header,
            record=dict.fromkeys(FIELDS, ()),
            firmly=False,
        )
        if isinstance(found, Problem):
            raise LogError([found])
        profiles = reading.read(found)
    if reading.problems:
        raise LogError(reading.problems)
    return profiles


@dataclass(slots=True)
class _Reading:
    cells: ProfileCells
    problems: list[Problem] = field(default_factory=list)

    def read(self, found: TableFile) -> dict[str, CaseProfile]:
        profiles: dict[str, CaseProfile] = {}
        places: dict[str, _Place] = {}
        for place, profile in self._profiles(found):
            if profile.case_id in profiles:
                first = str(places[profile.case_id])
                self.problems.append(place.problem("profile_twice", case_id=profile.case_id, first=first))
            else:
                profiles[profile.case_id], places[profile.case_id] = profile, place
        return profiles

    def _profiles(self, found: TableFile) -> Iterator[tuple[_Place, CaseProfile]]:
        for broken in found.broken:
            self.problems.append(_Place(found.path, None, broken.row).problem(broken.reason, **broken.values))
        for item in found.objects or ():
            place = _Place(found.path, None, item.row)
            profile = self._validated(place, item.data, FIELDS)
            if profile is not None:
                yield place, profile
        for grid in found.grids:
            for broken in grid.broken:
                place = _Place(found.path, grid.sheet, broken.row)
                self.problems.append(place.problem(broken.reason, **broken.values))
            if any(not is_blank(cell) for _, cells in grid.rows for cell in cells):
                yield from self._table(found.path, grid)

    def _table(self, file: str, grid: Grid) -> Iterator[tuple[_Place, CaseProfile]]:
        head = next((i for i, (_, cells) in enumerate(grid.rows[:_DEEPEST]) if _is_head(cells)), None)
        if head is None:
            self.problems.append(Problem("profile_no_header", file, sheet=grid.sheet))
            return
        row, names = grid.rows[head]
        columns = self._columns(_Place(file, grid.sheet, row), names)
        for number, cells in grid.rows[head + 1 :]:
            if all(is_blank(cell) for cell in cells):
                continue
            place = _Place(file, grid.sheet, number)
            profile = self._row(place, {name: cells[i] for name, i in columns.items() if i < len(cells)})
            if profile is not None:
                yield place, profile

    def _columns(self, place: _Place, names: Sequence[Cell]) -> dict[str, int]:
        found: dict[str, list[int]] = defaultdict(list)
        for index, name in enumerate(names):
            text = cell_text(name)
            if not text or _ignored(text):
                continue
            known = _field(text)
            if known is None:
                near = nearest(text, [*FIELDS, *_headers()])
                self.problems.append(place.problem("profile_unknown_field", field=text, nearest=near))
            else:
                found[known].append(index)
        for path, indexes in found.items():
            if len(indexes) > 1:
                headers = ", ".join(cell_text(names[index]) for index in indexes)
                self.problems.append(place.problem("profile_two_headers", path=path, headers=headers))
        return {name: indexes[0] for name, indexes in found.items()}

    def _row(self, place: _Place, cells: dict[str, Cell]) -> CaseProfile | None:
        before = len(self.problems)
        data: dict[str, Any] = {}
        for name in FIELDS:
            cell = cells.get(name)
            if is_blank(cell):
                continue
            try:
                if name in ("case_id", "borrower_id"):
                    data[name] = identifier(cell, name, name)
                else:
                    data[name] = self.cells.read(name, cell, cells.get("timezone"))
            except PrecisionLostError:
                self.problems.append(place.problem("profile_precision_lost", field=name))
            except (CellError, RowError) as error:
                code = str(error) if isinstance(error, CellError) else "profile_number_not_integral"
                values = {"field": name, "value": _shown(cell_text(cell), name), "example": example_of(name)}
                self.problems.append(place.problem(code, **values))
        if data.get("case_id") is None and len(self.problems) == before:
            self.problems.append(place.problem("profile_no_case"))
        as_json = [name for name, cell in cells.items() if is_json(cell_text(cell))]
        return self._validated(place, data, as_json) if len(self.problems) == before else None

    def _validated(self, place: _Place, data: dict[str, Any], as_json: Sequence[str]) -> CaseProfile | None:
        """Return a profile; ``as_json`` names the fields that stood as JSON, for the examples of messages."""
        try:
            return CaseProfile.model_validate(data)
        except ValidationError as error:
            for item in error.errors(include_url=False):
                path = ".".join(str(part) for part in item["loc"])
                if item["type"] == "extra_forbidden":
                    near = nearest(str(item["loc"][-1]), _known_beside(item["loc"]))
                    self.problems.append(place.problem("profile_unknown_field", field=path, nearest=near))
                elif item["type"] == "missing" and path == "case_id":
                    self.problems.append(place.problem("profile_no_case"))
                else:
                    code = "profile_several_numbers" if item["type"] == "several_numbers" else "profile_value"
                    example = example_of(path, as_json=path.partition(".")[0] in as_json)
                    values = {"field": path, "value": _shown(item["input"], path), "example": example}
                    self.problems.append(place.problem(code, **values, cause=mismatch(item)))
            return None


def example_of(name: str, *, as_json: bool = False) -> str:
    """Return how a field is written in a table, or as JSON, for a message."""
    field, words = name.partition(".")[0], profile_file()
    return (words.json_examples if as_json else {}).get(field) or words.examples.get(field, "—")


def _known_beside(location: tuple[int | str, ...]) -> Sequence[str]:
    """Return the names that may stand where an unknown one stood."""
    groups = {name: profile_file().parts.get(name, ()) for name in FIELDS}
    return FIELDS if len(location) == 1 else groups.get(str(location[0]), ())


def _shown(value: object, path: str) -> str:
    """Return what stood in a field, shortened, masked by what the field holds."""
    masked = _masked(value, [part for part in path.split(".") if not part.isdigit()][-1])
    text = masked if isinstance(masked, str) else repr(masked)
    return text if len(text) <= 80 else text[:80] + "…"


def _masked(value: object, name: str) -> object:
    if isinstance(value, dict):
        return {key: _masked(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(inner, name) for inner in value]
    if isinstance(value, bool) or value is None:
        return value
    value = str(value)  # a number without quotes is a number all the same
    if name == "emergency_contacts":
        # A cell of several people: whatever may be a name in it.
        value = _WORDS.sub(lambda found: mask_name(found[0]), value)
    path = {"name": "recipient.name", "number": "recipient.number"}.get(name, name)
    return mask_text(mask_value(path, value))


def _headers() -> dict[str, str]:
    return {fold_word(word): name for name, words in profile_file().columns.items() for word in words}


def _field(header: str) -> str | None:
    return _headers().get(fold_word(header))


def _ignored(header: str) -> bool:
    return fold_word(header) in {fold_word(word) for word in profile_file().ignored}


def _is_head(cells: Sequence[Cell]) -> bool:
    fields = {_field(cell_text(cell)) for cell in cells if isinstance(cell, str)} - {None}
    return "case_id" in fields and len(fields) >= _ENOUGH


def _score(cells: Sequence[Cell]) -> int:
    return len({_field(cell) for cell in cells if isinstance(cell, str)} - {None})


def _is_header(word: str) -> bool:
    return _field(word) is not None
