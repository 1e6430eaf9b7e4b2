"""How a file is read by a preset: columns without a header, codes, sides, dial strings, and the call a row is of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from collection_guard.audit.durations import read_duration
from collection_guard.audit.events import EventReader
from collection_guard.audit.layout import ColumnPlan, HeaderFinder, Layout
from collection_guard.audit.mapping import Mapping
from collection_guard.audit.presets.loading import flags_of, words_of
from collection_guard.audit.presets.numbers import DialStrings
from collection_guard.audit.presets.recognition import Names, header_row, value_at, widths_of
from collection_guard.audit.presets.schema import Column, Preset
from collection_guard.audit.taken import Assumption, Contact, Leg, Position, Rejected, SetAside
from collection_guard.audit.times import Family, read_time
from collection_guard.audit.values import WordReader
from collection_guard.audit.vocabulary.folding import fold_word
from collection_guard.audit.vocabulary.tables import WordTable, tables
from collection_guard.facts.numbers import number_key
from collection_guard.model.tables import Cell, Grid, cell_text

Cells = list[tuple[ColumnPlan, Any]]

_CALLED: Final = ("callee", "recipient.number")
_NO_PLACE: Final = -1
"""The place of what is said between the columns."""
_REACHED: Final = frozenset({"connected", "forwarded"})
"""What a network may say of a call in which somebody talked."""


@dataclass(slots=True)
class _Row:
    """One row on its way to an event: its cells, and by the preset's names the texts of those that say something."""

    cells: Cells
    texts: dict[str, str]
    names: set[str]
    """The preset's columns that the row has at all."""
    paths: set[str]
    """The paths of which the row says something."""

    def add(self, path: str, text: str, header: str) -> None:
        """Say something of a path that no cell says."""
        self.cells.append((_column_of(header, path), text))
        self.paths.add(path)

    def without(self, path: str) -> None:
        """Keep what stands at a path for the reader's own use alone."""
        for place, (column, cell) in enumerate(self.cells):
            if column.path == path:
                self.cells[place] = (_column_of(column.header, f"extra.{column.header}", column.index), cell)
        self.paths.discard(path)


class PresetPlan:
    """Reads the rows of one file by a preset; a mapping file comes before it."""

    def __init__(self, preset: Preset, mapping: Mapping, country: str, *, named: bool) -> None:
        self.preset = preset
        self.named = named
        self.zone = preset.zone
        self.mapping = replace(mapping, words=_merged(words_of(preset), mapping.words))
        self.words = WordReader(self.mapping)
        self._country = country
        self._dialled = DialStrings(preset.sides, country, mapping.own_numbers)
        self._names = {
            fold_word(word): column.name for column in preset.columns for word in (column.name, *column.also)
        }
        self._plans = {column.name: self._plan(column, place) for place, column in enumerate(preset.columns)}
        self._fills = {column.name: column.fills for column in preset.columns if column.fills is not None}
        self._blank_in = {
            column.name: frozenset(word.casefold() for word in column.blank) | tables().blank
            for column in preset.columns
        }
        self._name_of: dict[str, str | None] = {}
        self._by_path = {column.path: column.name for column in preset.columns if column.path is not None}
        self._widths: dict[int, Names] = {}

    def _plan(self, column: Column, place: int) -> ColumnPlan:
        path = self.mapping.path_of(column.name) or column.path or f"extra.{column.name}"
        return _column_of(column.name, path, place)

    @property
    def implied(self) -> dict[str, str]:
        """Return what every row of the format says of itself."""
        said = {"channel": self.preset.channel, "direction": self.preset.direction}
        return {path: word for path, word in said.items() if word is not None and path not in self.mapping.defaults}

    # --- columns ------------------------------------------------------------------------------------------------

    def layout(self, grid: Grid, file: str) -> Layout | None:
        """Return the layout of a table: below its header, or without one."""
        if header_row(self.preset, grid) is not None or not self.preset.rows:
            return HeaderFinder(self.mapping, self._paths()).find(grid, file)
        self._widths = widths_of(self.preset, (cells for _, cells in grid.rows))
        seen = {len(cells) for _, cells in grid.rows} & set(self._widths)
        names = self._widths[max(seen or self._widths)]
        columns = tuple(replace(self._plans[name], index=index) for index, name in enumerate(names))
        return Layout(columns=columns, width=max(self._widths), names=names)

    def _paths(self) -> dict[str, str]:
        """Return the path of each header that the preset knows, folded."""
        return {word: self._plans[name].path for word, name in self._names.items()}

    def cells_of_row(self, cells: Sequence[Cell], place: Position) -> Cells | Rejected:
        """Return the cells of a row of a table without a header, by the number of them."""
        names = self._widths.get(len(cells))
        if names is None:
            widths = ", ".join(map(str, sorted(self._widths)))
            values: dict[str, object] = {"cells": len(cells), "preset": self.preset.name, "widths": widths}
            return Rejected(place, "other_width", values=values)
        return [(self._plans[name], cell) for name, cell in zip(names, cells, strict=True)]

    def cells_of_object(self, data: dict[str, Any]) -> tuple[Cells, dict[str, Any]]:
        """Return the cells of a JSON object, and what of it no column holds."""
        cells: Cells = []
        used = set()
        for column in self.preset.columns:
            for key in column.key or (column.name,):
                value = value_at(data, key)
                if value is not None and not isinstance(value, dict | list):
                    cells.append((self._plans[column.name], value))
                    used.add(key.partition(".")[0])
                    break
        rest = {name: value for name, value in data.items() if name not in used and not isinstance(value, dict | list)}
        return cells, rest

    # --- rows ---------------------------------------------------------------------------------------------------

    def read(
        self, reader: EventReader, place: Position, cells: Cells, rest: dict[str, Any] | None = None
    ) -> Contact | Rejected | SetAside:
        """Return the event of a row with the call that it is of, or why there is none."""
        row = self._row(cells)
        aside = self._prepare(row)
        if aside is not None:
            return SetAside(place, aside)
        row.cells += [(_column_of(name, f"extra.{name}"), value) for name, value in (rest or {}).items() if value]
        given = row.cells
        if self.mapping.ignored:
            given = [(column, cell) for column, cell in given if not self.mapping.ignores(column.header)]
        found = reader.read(place, given)
        if not isinstance(found, Contact):
            return found
        return replace(found, leg=self._leg(found, row))

    def _row(self, cells: Cells) -> _Row:
        row = _Row([], {}, set(), set())
        for plan, cell in cells:
            name = self._known(plan.header)
            text = cell_text_of(cell)
            if name is not None:
                row.names.add(name)
                if text.casefold() in self._blank_in[name]:
                    continue
                if text:
                    row.texts[name] = text
            if text or isinstance(cell, dict | list):
                row.cells.append((plan, cell))
                row.paths.add(plan.path)
        return row

    def _known(self, header: str) -> str | None:
        """Return the preset's column of a header: looked up once."""
        if header not in self._name_of:
            self._name_of[header] = self._names.get(fold_word(header))
        return self._name_of[header]

    def _prepare(self, row: _Row) -> str | None:
        """Add what the format says between its cells; return why the row is no contact, if it is none."""
        for name, path in self._fills.items():
            if name in row.texts and path not in row.paths:
                row.add(path, row.texts[name], name)
        self._split(row)
        self._talked(row)
        self._flagged(row)
        self._ended(row)
        return self._turn(row)

    def _split(self, row: _Row) -> None:
        for split in self.preset.splits:
            other = row.texts.get(split.where_no_digits or "", "")
            if any(character.isdigit() for character in other):
                continue
            found = split.pattern.fullmatch(row.texts.get(split.column, ""))
            if found is None:
                continue
            for group, path in split.into.items():
                row.without(path)
                row.add(path, found[group], split.column)

    def _talked(self, row: _Row) -> None:
        """Count the seconds of talk from answer to end, where no column counts them."""
        if not self.preset.talk or "talk_seconds" in row.paths:
            return
        answered, ended = (read_time(row.texts.get(name, "")) for name in self.preset.talk)
        if answered is None:
            if self.preset.talk[0] in row.names:
                row.add("talk_seconds", "0", self.preset.talk[0])
        elif ended is not None and isinstance(answered.value, datetime) and isinstance(ended.value, datetime):
            seconds = (ended.value - answered.value).total_seconds()
            if seconds >= 0:
                row.add("talk_seconds", f"{seconds:.3f}", self.preset.talk[1])

    def _flagged(self, row: _Row) -> None:
        """Read a code of one's own by the flags that stand beside it."""
        given = [name for name in self.preset.flags if name in row.texts]
        name = self._by_path.get("outcome")
        if not given or name not in row.texts or self.words.known("outcome", row.texts[name], "call") is not None:
            return
        yes = tables().by_path["boolean"]
        raised = [flag for flag in given if (said := yes.meaning(row.texts[flag])) is not None and said[""]]
        row.without("outcome")
        for path, value in flags_of(self.preset, raised).items():
            row.add(path, str(value).lower(), name)

    def _ended(self, row: _Row) -> None:
        """Weigh how a call ended against whether somebody talked."""
        name = self._by_path.get("outcome", "")
        meaning = self.words.known("outcome", row.texts.get(name, ""), "call") or {}
        network = meaning.get("outcome.network")
        talk = next((read_duration(cell) for column, cell in row.cells if column.path == "talk_seconds"), None)
        if self.preset.billed and talk and network not in _REACHED:
            if network is not None:
                row.without("outcome")
            row.add("outcome.network", "connected", name)
        elif (answered := self.preset.answered) is not None and answered in row.names and not talk:
            connected = network == "connected" and not meaning.get("needs_talk")
            if answered not in row.texts and not connected and "outcome.answered_by" not in row.paths:
                row.add("outcome.answered_by", "nobody", answered)

    # --- sides ----------------------------------------------------------------------------------------------------

    def _turn(self, row: _Row) -> str | None:
        """Read the two numbers, and from them and the context who called whom; a call between extensions is none."""
        sides = self.preset.sides
        if sides is None:
            return None
        code = row.texts.get(sides.country_code or "")
        inside: dict[str, bool | None] = {}
        for place, (column, cell) in enumerate(row.cells):
            if column.path in ("caller", *_CALLED):
                raw = cell_text_of(cell)
                number = self._dialled.number(raw, code if column.path in _CALLED else None)
                inside["caller" if column.path == "caller" else "callee"] = self._dialled.is_inside(number)
                row.cells[place] = (column, number)
                if number != raw:
                    row.add(f"extra.{column.header}", raw, column.header)
        caller, callee = inside.get("caller"), inside.get("callee")
        if caller and callee:
            return "internal_call"
        if "direction" not in row.paths and self.preset.direction is None:
            said = {_by_sides(caller, callee), self._by_context(row)} - {None}
            if len(said) == 1:
                row.add("direction", str(said.pop()), "direction")
        return None

    def _by_context(self, row: _Row) -> str | None:
        context = self.preset.context
        text = row.texts.get(context.column, "") if context is not None else ""
        if context is None or not text:
            return None
        if context.outbound.fullmatch(text):
            return "outbound"
        return "inbound" if context.inbound.fullmatch(text) else None

    def _leg(self, contact: Contact, row: _Row) -> Leg | None:
        calls, number = self.preset.calls, contact.event.recipient.number
        if not calls.ids and calls.seconds is None:
            return None
        outside = self._dialled.is_inside(number) is not True
        key = number_key(number, self._country) if outside else None
        # Two systems may number their calls alike, as they may their contacts: the map's prefix tells them apart.
        system = f"{self.preset.name}:{self.mapping.id_prefix}"
        ids = tuple(system + row.texts[name] for name in calls.ids if name in row.texts)
        return Leg(system, ids, calls.of_rows, key, calls.seconds)

    def tells_zone(self, family: Family | None) -> bool:
        """Say whether times of a form name their own zone; without a readable time there is nothing to ask for."""
        return family in (None, "epoch", "mail") or self.zone is not None

    # --- what is taken for granted ----------------------------------------------------------------------------------

    def assumptions(self) -> list[Assumption]:
        """Return what the preset takes for granted of a file."""
        preset = self.preset
        values: dict[str, object] = {"preset": preset.name}
        found = [Assumption("preset_named" if self.named else "preset_recognised", values)]
        found.append(Assumption("preset_note", {**values, "note": preset.note.model_dump()}))
        for path, word in self.implied.items():
            found.append(Assumption("preset_says", {**values, "path": path, "word": word}))
        if "direction" not in self.implied and preset.sides is not None and "direction" not in self._by_path:
            found.append(Assumption("preset_sides", {**values, "pattern": preset.sides.inside.pattern}))
        return found

    def settles(self, assumption: Assumption) -> bool:
        """Say whether the preset says itself what else the words of a header are taken to say."""
        return assumption.code == "implied_by_header" and assumption.values["path"] in self.implied


def _by_sides(caller: bool | None, callee: bool | None) -> str | None:
    if callee and not caller:
        return "inbound"
    return "outbound" if caller and callee is False else None


def _merged(of_preset: dict[str, WordTable], own: dict[str, WordTable]) -> dict[str, WordTable]:
    """Return words by path, those of a mapping file before those of a preset."""
    found: dict[str, WordTable] = {}
    for path in {*of_preset, *own}:
        found[path] = WordTable()
        for tables_of in (of_preset, own):
            if path in tables_of:
                found[path].overlay(tables_of[path])
    return found


def _column_of(header: str, path: str, index: int = _NO_PLACE) -> ColumnPlan:
    name = path.removeprefix("extra.") if path.startswith("extra.") else None
    return ColumnPlan(index, header, path, 1.0, name)


def cell_text_of(cell: Any) -> str:
    """Return the text of a cell, or of a value of JSON."""
    return "" if isinstance(cell, dict | list) else cell_text(cell)
