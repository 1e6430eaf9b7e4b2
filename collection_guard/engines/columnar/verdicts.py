"""The verdicts of several packs on a log: rows that were judged alike together, and single verdicts with evidence."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from collection_guard.engines.base import VIOLATION
from collection_guard.engines.columnar.arrays import Coded, Ints, grouped
from collection_guard.engines.columnar.atoms import EventSheet
from collection_guard.engines.columnar.decide import GivenMeasures, Outcome, PackColumns, RuleColumn
from collection_guard.engines.columnar.log import Log, log_of
from collection_guard.engines.evidence import evidence_of, values_named
from collection_guard.engines.judge import Judged
from collection_guard.facts.world import World
from collection_guard.language.compiled import CompiledPack
from collection_guard.model.cycles import no_search_for_cycles
from collection_guard.model.event import Event
from collection_guard.model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Alike:
    """Rows that share their verdicts, and what else they were told apart by: the first of them, and how many."""

    first: int
    count: int
    outcomes: Sequence[Outcome]


class LogVerdicts:
    """All rules of packs on events in the order of a history."""

    def __init__(
        self,
        events: Sequence[Event] | Log,
        world: World,
        packs: Iterable[CompiledPack],
        done: Callable[[float], None],
        rows: Sequence[int] | Ints | None = None,
        given: GivenMeasures | None = None,
    ) -> None:
        """Judge events; ``done`` is told which share of the rules has been decided.

        With ``rows``, only these are judged, and the others are their history. ``given`` are measures of each rule set
        that are known already.
        """
        with no_search_for_cycles():
            self.log = events if isinstance(events, Log) else log_of(events)
            judged = np.zeros(self.log.size, np.bool_)
            judged[slice(None) if rows is None else np.array(rows, np.int64)] = True
            self.rows = np.flatnonzero(judged)
            """The rows that were judged."""
            self.packs = [PackColumns(self.log, world, pack, judged, given) for pack in packs]
            self._decide(done)

    def _decide(self, done: Callable[[float], None]) -> None:
        total = sum(pack.number_of_rules for pack in self.packs)
        found: list[tuple[RuleColumn, PackColumns]] = []
        for pack in self.packs:
            for rule in pack.columns():
                found.append((rule, pack))
                done(len(found) / total)
        found.sort(key=lambda pair: pair[0].id)
        self.rules = [rule for rule, _ in found]
        self._pack_of = [pack for _, pack in found]

    @cached_property
    def groups(self) -> Coded:
        """Return the rows that share all their verdicts, and what they lack, as a number for each group."""
        return self._grouped[0]

    @cached_property
    def _grouped(self) -> tuple[Coded, list[tuple[Outcome, ...]]]:
        groups = grouped(self.log.size, *(rule.outcomes for rule in self.rules))
        outcomes = [tuple(rule.outcomes.value(row) for rule in self.rules) for row in groups.firsts.tolist()]
        return Coded(groups.codes, range(len(groups.firsts))), outcomes

    def alike(self, *columns: Coded) -> Iterator[Alike]:
        """Yield rows that share their verdicts and these columns, in the order of their first rows."""
        parts = [Coded(column.codes[self.rows], column.values) for column in (self.groups, *columns)]
        groups = grouped(len(self.rows), *parts)
        counts = np.bincount(groups.codes, minlength=len(groups.firsts))
        for place in np.argsort(groups.firsts).tolist():
            first = int(self.rows[groups.firsts[place]])
            yield Alike(first, int(counts[place]), self.outcomes(first))

    def outcomes(self, row: int) -> Sequence[Outcome]:
        """Return the verdict and the missing facts of every rule on a row."""
        return self.outcomes_of(int(self.groups.codes[row]))

    def outcomes_of(self, group: int) -> Sequence[Outcome]:
        """Return the verdict and the missing facts of every rule on the rows of a group."""
        return self._grouped[1][group]

    def looking_past_log(self) -> int:
        """Count the verdicts that looked back past the earliest contact of the log."""
        return sum(int(np.count_nonzero(rule.looks_past_log)) for rule in self.rules)

    def rows_with(self, *verdicts: str) -> list[int]:
        """Return the rows on which some rule has one of these verdicts."""
        having = [any(outcome[0] in verdicts for outcome in outcomes) for outcomes in self._grouped[1]]
        return [int(row) for row in self.rows[np.array(having, np.bool_)[self.groups.codes[self.rows]]]]

    def judged(self, row: int, only: Container[str] | None = None) -> Iterator[Judged]:
        """Yield the verdicts on one row as a judge gives them, by rule id; with ``only``, those of some kinds."""
        event = self.log.events[row]
        sheets: dict[str, EventSheet] = {}
        for index, (word, missing) in enumerate(self.outcomes(row)):
            if only is not None and word not in only:
                continue
            column, pack = self.rules[index], self._pack_of[index]
            rule = pack.rule(column.id, row)
            evidence, values = {}, {}
            if word == VIOLATION:
                if pack.pack.name not in sheets:
                    sheets[pack.pack.name] = pack.event_sheet(row)
                sheet = sheets[pack.pack.name]
                evidence, values = evidence_of(rule, sheet), values_named(rule, sheet)
            verdict = Verdict(event.event_id, event.case_id, rule.id, word, missing, evidence)
            yield Judged(rule, pack.pack, verdict, bool(column.looks_past_log[row]), values)
