"""The facts of events as columns: each computed by the reference's own function, once for each distinct input.

A family of facts names what it is read from: fields, and facts computed before it. Rows that share all of them share
the facts, so the reference computes them on the first such row alone. Facts that look at earlier contacts of the case
are computed row by row where the case has any that matter, and as one of a family elsewhere.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any, Final

import numpy as np

from collection_guard.engines.columnar.arrays import Coded, Flags, Groups, Ints, coded, constant, grouped
from collection_guard.engines.columnar.clocks import Clocks
from collection_guard.engines.columnar.instructions import INSTRUCTIONS, instruction_columns
from collection_guard.engines.columnar.left import left_before
from collection_guard.engines.columnar.log import Log
from collection_guard.engines.columnar.past import Past
from collection_guard.engines.columnar.people import People
from collection_guard.engines.columnar.quiet import QUIET, quiet_column
from collection_guard.facts.clock import REGISTRY_ZONE
from collection_guard.facts.registry import RegistryIndex
from collection_guard.facts.sheet import FactSheet
from collection_guard.facts.signals import EXPECTED_AT_ONCE, expect, heard, kind_of
from collection_guard.facts.world import ContentReading, World, has_case
from collection_guard.language.compiled import RuleSet
from collection_guard.model.event import Event
from collection_guard.model.words import OTHER_CHANNEL, SIGNALS, UNKNOWN

_PEOPLE: Final = (
    "recipient.party_class",
    "recipient.is_third_party",
    "recipient.is_borrower",
    "recipient.is_emergency_contact",
    "recipient.number_is_own",
)
_WRITTEN: Final = ("recipient.has_number", "recipient.relationship", "recipient.roles")
_ZONES: Final = ("recipient.zones", "borrower.zones")
_OUTCOME: Final = (
    "contact.network",
    "contact.answered_by",
    "contact.party",
    "contact.disposition",
    "contact.state_change",
    "contact.message_left",
    "contact.conveyed",
    "contact.reached_third_party",
)
_SIGNALS: Final = ("content.recorded_empty", *(f"content.{name}" for name in SIGNALS))
_FIRMS: Final = ("law_firm.firms", "law_firm.is_claimed")
_LISTED: Final = ("law_firm.all_listed", "law_firm.all_in_official_directory")
_FIELDS: Final = {
    "contact.direction": "direction",
    "agency.name": "agency",
    "collector.kind": "collector.kind",
}
_UNKNOWN_AS: Final = {
    "contact.channel": ("channel", OTHER_CHANNEL),
    "contact.audience": ("recipient.audience", UNKNOWN),
}
"""Fields with a word that says that nobody knows."""


class _Unhinted(RegistryIndex):
    """A registry that looks up and gives no hints: they belong to the evidence of single contacts."""

    def __init__(self, registry: RegistryIndex) -> None:
        self._registry = registry

    def listed(self, name: str, category: str, day: date) -> bool | None:
        return self._registry.listed(name, category, day)

    def hints(self, name: str, category: str) -> tuple[str, ...]:  # noqa: ARG002  # of none
        return ()


class FactColumns:
    """The facts of a log under the tables of one pack, each computed when first asked for."""

    def __init__(self, log: Log, world: World, rule_set: RuleSet, clocks: Clocks) -> None:
        self.log = log
        self.world = world
        self.rule_set = rule_set
        self.clocks = clocks
        self.people = People(log, world, rule_set.tables, clocks)
        self.past = Past(log, world, rule_set, self._tell_reading)
        self.numbers: Ints = self.people.identities.numbers
        """The number of each recipient as a key, -1 where it is none."""
        self._readings: dict[tuple[str | None, str | None], ContentReading | None] = {}
        self._columns: dict[str, Coded] = {}
        quiet = _Unhinted(world.registry) if world.registry is not None else None
        self._looked_up = replace(world, registry=quiet)
        self._families: tuple[tuple[tuple[str, ...], Callable[[], dict[str, Coded]]], ...] = (
            (_PEOPLE, self._people),
            (_WRITTEN, self._written),
            (_ZONES, self._zones),
            (("borrower.zone",), lambda: {"borrower.zone": self.people.zone}),
            (("borrower.accessibility",), self._accessibility),
            (_OUTCOME, self._outcome),
            (("content.reading",), self._reading),
            (_SIGNALS, self._signals),
            (_FIRMS, self._firms),
            (("law_firm.lawyer_is_claimed",), self._lawyer),
            (_LISTED, self._listed),
            (("agency.is_listed",), self._agency),
            (("law_firm.names_disagree",), self._names),
            ((QUIET,), lambda: {QUIET: quiet_column(self)}),
            (INSTRUCTIONS, lambda: instruction_columns(self)),
        )

    def column(self, name: str) -> Coded:
        """Return the column of a fact that depends on no zone and is no number."""
        found = self._columns.get(name)
        if found is None:
            field, unknown = _FIELDS.get(name), _UNKNOWN_AS.get(name)
            if field is not None:
                self._columns[name] = self.log[field]
            elif unknown is not None:
                of, word = unknown
                self._columns[name] = self.log[of].map(lambda value: None if value == word else value)
            else:
                family = next(compute for names, compute in self._families if name in names)
                self._columns.update(family())
            found = self._columns[name]
        return found

    def sheet(self, row: int) -> FactSheet:
        """Return the fact sheet of a row, for what depends on no other contact."""
        sheet = FactSheet(self.log.events[row], self.world, self.rule_set, self.past)
        sheet.tell("borrower.zone", self.people.zone.value(row))
        return sheet

    def reading_of(self, row: int) -> ContentReading | None:
        """Return what the detector hears in the content of a row, as kept."""
        return self._heard(self.log.events[row])

    def _heard(self, event: Event) -> ContentReading | None:
        key = (event.content, kind_of(event)) if event.content else (None, None)
        if key not in self._readings:
            self._readings[key] = heard(self.world.detector, event)
        return self._readings[key]

    def _tell_reading(self, row: int, sheet: FactSheet) -> None:
        sheet.tell("content.reading", self.reading_of(row))

    def _by_groups(self, groups: Groups, names: Iterable[str], told: Iterable[str]) -> dict[str, Coded]:
        """Compute facts on the first row of each group, facts computed before being told."""
        names = tuple(names)
        known = {name: self.column(name) for name in told}
        found: dict[str, list[Any]] = {name: [] for name in names}
        for row in groups.firsts.tolist():
            sheet = self._sheet(row, known)
            for name in names:
                found[name].append(sheet.value(name))
        return {name: groups.spread(values) for name, values in found.items()}

    def _sheet(self, row: int, known: dict[str, Coded]) -> FactSheet:
        sheet = FactSheet(self.log.events[row], self._looked_up, self.rule_set, self.past)
        for name, column in known.items():
            sheet.tell(name, column.value(row))
        return sheet

    def told_sheet(self, row: int, names: Iterable[str]) -> FactSheet:
        """Return the fact sheet of a row that knows some facts already."""
        return self._sheet(row, {name: self.column(name) for name in names})

    def grouped(self, *parts: Coded) -> Groups:
        """Return the rows grouped by the combination of columns."""
        return grouped(self.log.size, *parts)

    def row_by_row(self, rows: Flags, else_of: Coded, name: str, told: Iterable[str]) -> Coded:
        """Return a column with some rows computed one by one."""
        known = {one: self.column(one) for one in told}
        chosen = np.flatnonzero(rows)
        computed = coded(self._sheet(row, known).value(name) for row in chosen.tolist())
        place = {value: code for code, value in enumerate(else_of.values)}
        for value in computed.values:
            place.setdefault(value, len(place))
        codes = else_of.codes.copy()
        codes[chosen] = np.array([place[value] for value in computed.values], np.int32)[computed.codes]
        return Coded(codes, list(place))

    def _people(self) -> dict[str, Coded]:
        return self._by_groups(self.people.addressees(), _PEOPLE, ())

    def _written(self) -> dict[str, Coded]:
        blank = self.log["recipient.number"].map(lambda number: not (number or "").strip())
        return self._by_groups(self.grouped(self.log["recipient"], blank), _WRITTEN, ())

    def _zones(self) -> dict[str, Coded]:
        return self._by_groups(
            self.people.places(self.column("recipient.is_borrower")), _ZONES, ("recipient.is_borrower",)
        )

    def _accessibility(self) -> dict[str, Coded]:
        given = self.people.of_rows(self.people.profiles.of(lambda profile: profile.accessibility))
        return self._by_groups(self.grouped(given), ("borrower.accessibility",), ())

    def _outcome(self) -> dict[str, Coded]:
        log = self.log
        told = ("recipient.is_borrower", "recipient.is_third_party")
        fields = (log["channel"], log["direction"], log["outcome"], log["content"])
        group = log["recipient"].map(lambda recipient: (recipient[3], bool(recipient[4])))
        return self._by_groups(self.grouped(*fields, group, *map(self.column, told)), _OUTCOME, told)

    def _reading(self) -> dict[str, Coded]:
        if self.world.detector is None:
            return {"content.reading": constant(None, self.log.size)}
        texts, kinds = self.log.texts(), self.log["recipient.audience"]
        groups = self.grouped(texts, self.log["channel"], kinds)
        said: dict[Any, int] = {}
        readings: list[ContentReading | None] = []
        codes: list[int] = []
        events: dict[int, Event] = {}
        firsts = groups.firsts.tolist()
        for place, row in enumerate(firsts):
            if place % EXPECTED_AT_ONCE == 0:
                events = {
                    one: self.log.events[one] for one in firsts[place : place + EXPECTED_AT_ONCE] if texts.value(one)
                }
                expect(self.world.detector, events.values())
            reading = self._heard(events[row]) if row in events else None
            key = None if reading is None else (tuple(sorted(reading.signals.items())), tuple(reading.law_firms))
            if key not in said:
                said[key] = len(readings)
                readings.append(reading)
            codes.append(said[key])
        return {"content.reading": Coded(np.array(codes, np.int32)[groups.codes], readings)}

    def _signals(self) -> dict[str, Coded]:
        reading = self.column("content.reading")
        groups = self.grouped(self.log["signals"], self.log["content"], reading)
        return self._by_groups(groups, _SIGNALS, ("content.reading",))

    def _firms(self) -> dict[str, Coded]:
        log, told = self.log, ("content.reading", "contact.conveyed")
        groups = self.grouped(log["claims"], log["claims_lawyer"], log["content"], *map(self.column, told))
        return self._by_groups(groups, _FIRMS, told)

    def _lawyer(self) -> dict[str, Coded]:
        told = ("content.claims_lawyer", "contact.conveyed")
        groups = self.grouped(self.log["claims"], self.log["content"], *map(self.column, told))
        return self._by_groups(groups, ("law_firm.lawyer_is_claimed",), told)

    def _registry_days(self) -> tuple[Ints, int]:
        days = self.clocks.dates(REGISTRY_ZONE)
        days = days - days.min(initial=0)
        return days, int(days.max(initial=0)) + 1

    def _listed(self) -> dict[str, Coded]:
        firms = self.column("law_firm.firms")
        groups = grouped(self.log.size, firms, self._registry_days())
        return self._by_groups(groups, _LISTED, ("law_firm.firms",))

    def _agency(self) -> dict[str, Coded]:
        groups = grouped(self.log.size, self.log["agency"], self._registry_days())
        return self._by_groups(groups, ("agency.is_listed",), ())

    def _names(self) -> dict[str, Coded]:
        """Compare the names of firms; visits and letters also with those that were left before them."""
        firms, known = self.column("law_firm.firms"), self.log["case"].map(has_case)
        groups = grouped(self.log.size, firms, known, *left_before(self))
        return self._by_groups(groups, ("law_firm.names_disagree",), ("law_firm.firms",))
