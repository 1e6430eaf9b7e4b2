"""The columnar engine: verdicts of all rules on all events, and what was missing, as columns of small numbers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from collection_guard.engines.base import NOT_APPLICABLE, UNASSESSABLE
from collection_guard.engines.columnar.arrays import Coded, Codes, Flags, Ints, grouped
from collection_guard.engines.columnar.atoms import AtomColumns, EventSheet, RowSheet
from collection_guard.engines.columnar.clocks import Clocks, day_of, on_days
from collection_guard.engines.columnar.facts import FactColumns
from collection_guard.engines.columnar.log import Log
from collection_guard.engines.columnar.numbers import Numbers
from collection_guard.engines.judge import measures_of, missing_facts
from collection_guard.engines.reference import verdict_of
from collection_guard.facts.clock import microseconds
from collection_guard.facts.world import World
from collection_guard.language.compiled import CompiledPack, CompiledRule, RuleSet

Outcome = tuple[str, tuple[str, ...]]
"""A verdict, and the facts that were missing."""
GivenMeasures = Callable[[RuleSet], Mapping[str, Numbers]]
"""The measures of a rule set that are known already, by the names of their facts."""
_OUT_OF_FORCE: Final[Outcome] = (NOT_APPLICABLE, ())


@dataclass(frozen=True, slots=True)
class RuleColumn:
    """One rule of a pack on a log: for each row the place of its verdict and missing facts in a table."""

    id: str
    pack: CompiledPack
    outcomes: Coded
    looks_past_log: Flags


class PackColumns:
    """The verdicts of one pack on a log."""

    def __init__(
        self,
        log: Log,
        world: World,
        pack: CompiledPack,
        judged: Flags | None = None,
        given: GivenMeasures | None = None,
    ) -> None:
        """Judge the rows that are flagged, or all; the others are the history of these.

        ``given`` are measures of each rule set that are known already.
        """
        self.log = log
        self.pack = pack
        self._clocks = Clocks(log.at)
        self._days = self._clocks.dates(pack.zone)
        self.rule_sets = self._rule_sets()
        self.facts = FactColumns(log, world, pack.rule_sets[0], self._clocks)
        asked = np.ones(log.size, np.bool_) if judged is None else judged
        self.atoms = {
            code: AtomColumns(
                self.facts,
                rule_set,
                np.flatnonzero(asked & (self.rule_sets.codes == code)),
                given(rule_set) if given is not None else None,
            )
            for code, rule_set in enumerate(self.rule_sets.values)
        }

        self._by_id: list[dict[str, CompiledRule]] = [
            {rule.id: rule for rule in rule_set.rules} for rule_set in self.rule_sets.values
        ]

    def _rule_sets(self) -> Coded:
        """Return the rule set that holds on the date of each row."""
        used: dict[RuleSet, int] = {}
        codes = on_days(self._days, lambda day: used.setdefault(self.pack.on(day), len(used)))
        return Coded(codes.astype(np.int32), list(used))

    def day_of(self, row: int) -> date:
        """Return the date of a row in the zone of the pack."""
        return day_of(int(self._days[row]))

    @property
    def number_of_rules(self) -> int:
        """Return how many rules there are."""
        return len(self._names())

    def _names(self) -> list[str]:
        # Without contacts no rule set is used, and the rules are those of all.
        rule_sets = self.rule_sets.values or self.pack.rule_sets
        return sorted({rule.id for rule_set in rule_sets for rule in rule_set.rules})

    def rule(self, name: str, row: int) -> CompiledRule:
        """Return a rule as it holds on a row."""
        return self._by_id[int(self.rule_sets.codes[row])][name]

    def event_sheet(self, row: int) -> EventSheet:
        """Return the fact sheet of a row as its evidence needs it, with what facts note beside their values."""
        return EventSheet(self.atoms[int(self.rule_sets.codes[row])], row)

    def row_sheet(self, row: int) -> RowSheet:
        """Return the facts of a row, read from the columns."""
        return RowSheet(self.atoms[int(self.rule_sets.codes[row])], row)

    def columns(self) -> Iterator[RuleColumn]:
        """Yield the verdicts of each rule, by rule id."""
        for name in self._names():
            yield self._column(name)

    def _column(self, name: str) -> RuleColumn:
        table: dict[Outcome, int] = {_OUT_OF_FORCE: 0}
        codes = np.zeros(self.log.size, np.int32)
        past = np.zeros(self.log.size, np.bool_)
        for code, atoms in self.atoms.items():
            rule = self._by_id[code][name]
            rows = atoms.asked[on_days(self._days[atoms.asked], rule.in_force_on).astype(np.bool_)]
            codes[rows] = _decided(atoms, rule, rows, table)
            past[atoms.asked] = _past_log(atoms, rule)
        applies = np.fromiter((verdict != NOT_APPLICABLE for verdict, _ in table), np.bool_, len(table))
        return RuleColumn(name, self.pack, Coded(codes, list(table)), past & applies[codes])


def _decided(atoms: AtomColumns, rule: CompiledRule, rows: Ints, table: dict[Outcome, int]) -> Codes:
    """Return the outcome of a rule at rows: each distinct combination of states is decided once, by the reference."""
    leaves = dict.fromkeys([*atoms.leaves(rule.scope), *atoms.leaves(rule.whole)])
    states = [(codes[rows], count) for codes, count in map(atoms.states, leaves)]
    groups = grouped(len(rows), *states)
    found = np.zeros(len(groups.firsts), np.int32)
    for index, place in enumerate(groups.firsts.tolist()):
        sheet = RowSheet(atoms, int(rows[place]))
        verdict = verdict_of(rule, sheet)
        missing = missing_facts(rule, sheet, atoms.rule_set) if verdict == UNASSESSABLE else ()
        found[index] = table.setdefault((verdict, missing), len(table))
    return found[groups.codes]


def _past_log(atoms: AtomColumns, rule: CompiledRule) -> Flags:
    """Say at which rows a measure of a rule looks back past the earliest contact that the log holds."""
    earliest = atoms.facts.world.earliest
    found = np.zeros(len(atoms.asked), np.bool_)
    if earliest is not None:
        for name in measures_of(rule.whole, atoms.rule_set):
            found |= atoms.measures.spans(atoms.rule_set.measures[name]).first < microseconds(earliest)
    return found
