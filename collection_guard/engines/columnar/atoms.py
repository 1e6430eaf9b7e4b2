"""The truth of leaves as columns, with what would be missing: each told by a small number, its state.

Rows whose leaves are in the same states have the same verdict, and lack the same facts.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np

from collection_guard.engines.columnar.arrays import Coded, Codes, Ints, Truths, grouped
from collection_guard.engines.columnar.facts import FactColumns
from collection_guard.engines.columnar.instructions import INSTRUCTIONS
from collection_guard.engines.columnar.measures import MeasureColumns
from collection_guard.engines.columnar.numbers import Numbers, truth_of_numbers
from collection_guard.engines.columnar.zones import ZonedFacts
from collection_guard.facts.atoms import missing_of
from collection_guard.facts.sheet import FactSheet
from collection_guard.language.compiled import RuleSet
from collection_guard.language.ir import All, AnyOf, Atom, Bounds, InZones, Node, Test, atoms_of, tests_of
from collection_guard.language.kleene import MAYBE, NO, YES, fact_of
from collection_guard.language.leaves import truth_of_test
from collection_guard.language.vocabulary import FACTS

States: TypeAlias = tuple[Codes, int]
"""The state of each row, and how many states there are."""


class RowSheet(FactSheet):
    """The facts of one row, read from the columns; what is no column is computed as the reference does."""

    __slots__ = ("_atoms", "_row")

    def __init__(self, atoms: "AtomColumns", row: int) -> None:
        facts = atoms.facts
        super().__init__(facts.log.events[row], facts.world, atoms.rule_set, facts.past)
        self._atoms = atoms
        self._row = row

    def _compute(self, name: str) -> Any:
        if self._atoms.has(name):
            return self._atoms.column(name).value(self._row)
        return super()._compute(name)


class EventSheet(RowSheet):
    """The facts of one row as its evidence needs them: only what earlier contacts decide is read from the columns."""

    __slots__ = ()

    def _compute(self, name: str) -> Any:
        if name == "content.reading":
            return self._atoms.facts.reading_of(self._row)
        if name.startswith("measure.") or name in INSTRUCTIONS:
            return super()._compute(name)
        return FactSheet._compute(self, name)  # noqa: SLF001  # of the same sheet


class AtomColumns:
    """The leaves of one rule set on a log, at the rows to which it applies."""

    def __init__(
        self, facts: FactColumns, rule_set: RuleSet, asked: Ints, given: Mapping[str, Numbers] | None = None
    ) -> None:
        """Take the facts of a log; ``given`` are measures that were computed where all contacts of their key lie."""
        self.facts = facts
        self.rule_set = rule_set
        self.asked = asked
        self.measures = MeasureColumns(facts, asked, self.truth)
        self._zoned = ZonedFacts(facts.log)
        self._numbers: dict[str, Numbers] = dict(given or {})
        self._defined: dict[str, Coded] = {}
        self._truths: dict[Node, Truths] = {}
        self._states: dict[Atom, States] = {}

    def has(self, name: str) -> bool:
        """Say whether a fact is a column: all of the vocabulary that depend on no zone, and the zones themselves."""
        fact = self.rule_set.vocabulary.get(name)
        return name == "recipient.zones" or (fact is not None and not fact.zoned)

    def column(self, name: str) -> Coded | Numbers:
        """Return the column of a fact that depends on no zone."""
        if name == "contact.talk_seconds":
            log = self.facts.log
            return Numbers(log.talk, log.talk, log.has_talk)
        if name.startswith("measure."):
            if name not in self._numbers:
                measure = self.rule_set.measures[name.removeprefix("measure.")]
                self._numbers[name] = self.measures.column(measure)
            return self._numbers[name]
        if name in self.rule_set.defined:
            if name not in self._defined:
                truth = self.truth(self.rule_set.defined[name])
                self._defined[name] = Coded(truth.astype(np.int32), [fact_of(one) for one in (NO, MAYBE, YES)])
            return self._defined[name]
        return self.facts.column(name)

    def truth(self, node: Node) -> Truths:
        """Return the truth of a condition at every row."""
        found = self._truths.get(node)
        if found is None:
            found = self._truths[node] = self._truth(node)
        return found

    def _truth(self, node: Node) -> Truths:
        size = self.facts.log.size
        match node:
            case All():
                lowest = np.full(size, YES, np.int8)
                for part in node.parts:
                    lowest = np.minimum(lowest, self.truth(part))
                return lowest
            case AnyOf():
                highest = np.full(size, NO, np.int8)
                for part in node.parts:
                    highest = np.maximum(highest, self.truth(part))
                return highest
            case Test():
                return self._test(node)
            case _:
                return self._in_zones(node)

    def _test(self, test: Test) -> Truths:
        fact = FACTS.get(test.fact)
        assert fact is None or not fact.zoned  # noqa: S101  # the loader asks for a zone
        return _truth_of(test, self.column(test.fact))

    def _in_zones(self, atom: InZones) -> Truths:
        found = np.full(self.facts.log.size, MAYBE, np.int8)
        pick = np.minimum if atom.quantifier == "every" else np.maximum
        for rows, zones in self._by_zones():
            truths = [self._truth_in(atom.body, rows, zone) for zone in zones]
            found[rows] = pick.reduce(truths)
        return found

    def _by_zones(self) -> Iterator[tuple[Ints, tuple[str | None, ...]]]:
        """Yield rows, and the zones that their recipients may be in."""
        column = self.facts.column("recipient.zones")
        order = np.argsort(column.codes, kind="stable")
        bounds = np.searchsorted(column.codes[order], np.arange(len(column.values) + 1))
        for code, zones in enumerate(column.values):
            yield order[bounds[code] : bounds[code + 1]], zones or (None,)

    def _truth_in(self, node: Node, rows: Ints, zone: str | None) -> Truths:
        match node:
            case All() | AnyOf():
                pick, start = (np.minimum, YES) if isinstance(node, All) else (np.maximum, NO)
                found = np.full(len(rows), start, np.int8)
                for part in node.parts:
                    found = pick(found, self._truth_in(part, rows, zone))
                return found
            case _:
                assert isinstance(node, Test)  # noqa: S101  # the loader refuses zones inside zones
                return _truth_of(node, self._column_in(node, rows, zone))

    def _column_in(self, test: Test, rows: Ints, zone: str | None) -> Coded | Numbers:
        fact = FACTS.get(test.fact)
        if fact is not None and fact.zoned:
            return self._zoned.column(test.fact, rows, zone)
        column = self.column(test.fact)
        if isinstance(column, Numbers):
            return Numbers(column.low[rows], column.high[rows], column.known[rows])
        return Coded(column.codes[rows], column.values)

    def states(self, atom: Atom) -> States:
        """Return the state of a leaf at every row: its truth, and what else decides what is missing for it."""
        found = self._states.get(atom)
        if found is None:
            found = self._states[atom] = self._zones_states(atom) if isinstance(atom, InZones) else self._plain(atom)
        return found

    def _plain(self, atom: Atom) -> States:
        assert isinstance(atom, Test)  # noqa: S101  # the other kind of leaf is told apart above
        return _state_of(atom, self.column(atom.fact), self.truth(atom))

    def _zones_states(self, atom: InZones) -> States:
        """Tell open leaves over zones apart by the names of what is missing, asked once for each distinct reading."""
        truth = self.truth(atom)
        states = truth.astype(np.int32)
        names: dict[frozenset[str], int] = {}
        for of_zones, zones in self._by_zones():
            rows = of_zones[truth[of_zones] == MAYBE]
            parts = []
            for zone in zones:
                for test in tests_of(atom.body):
                    column = self._column_in(test, rows, zone)
                    parts.append(_state_of(test, column, _truth_of(test, column)))
            groups = grouped(len(rows), *parts)
            missing = [frozenset(missing_of(atom, RowSheet(self, int(rows[place])))) for place in groups.firsts]
            codes = [names.setdefault(one, len(names)) for one in missing]
            states[rows] = YES + 1 + np.array(codes, np.int32)[groups.codes] if len(rows) else MAYBE
        return states, YES + 1 + len(names)

    def leaves(self, node: Node) -> dict[Atom, None]:
        """Return all leaves of a condition, and those of the facts that the pack defines."""
        found: dict[Atom, None] = {}
        for atom in atoms_of(node):
            found[atom] = None
            for test in tests_of(atom):
                if test.fact in self.rule_set.defined:
                    found.update(self.leaves(self.rule_set.defined[test.fact]))
        return found


def _truth_of(test: Test, column: Coded | Numbers) -> Truths:
    if isinstance(column, Numbers):
        return truth_of_numbers(test, column)
    truths = np.fromiter((truth_of_test(test, value) for value in column.values), np.int8, len(column.values))
    return truths[column.codes]


def _state_of(test: Test, column: Coded | Numbers, truth: Truths) -> States:
    """Return truths, with open comparisons told apart by the arguable bounds that the number lies on."""
    states, bounds = truth.astype(np.int32), test.value
    if not isinstance(bounds, Bounds) or not isinstance(column, Numbers):
        return states, YES + 1
    exact = column.known & (column.low == column.high) & (truth == MAYBE)
    for weight, end, inclusion in ((2, bounds.low, bounds.low_is), (4, bounds.high, bounds.high_is)):
        if inclusion == "arguable":
            states[exact & (column.low == end)] += weight
    return states, YES + 6
