"""Instructions in force, as columns: each row beside what its profile was told, and what earlier contacts reported.

What one instruction or report means for one contact hangs on how they stand to each other: by number, by name, by
channel. The reference decides each such relation once. Rows with listed recipients, and cases in which such a contact
reported something, are computed one by one.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from collection_guard.engines.columnar.arrays import Coded, Flags, Ints, Truths, grouped
from collection_guard.engines.columnar.pairs import RELATIONS, expanded, relation
from collection_guard.facts.instructions import (
    CEASE,
    WITHOUT_NUMBER,
    WRONG,
    reported_cease,
    reported_wrong,
    told_to_cease,
    told_wrong,
)
from collection_guard.facts.world import has_case
from collection_guard.language.kleene import MAYBE, NO, YES, fact_of, truth_of
from collection_guard.model.words import UNKNOWN

if TYPE_CHECKING:
    from collection_guard.engines.columnar.facts import FactColumns

INSTRUCTIONS: Final = ("recipient.number_reported_wrong", "recipient.has_asked_to_cease")
_KNOWN: Final = ("recipient.is_borrower", "recipient.has_number")
_BY_NUMBER: Final = RELATIONS
Part = tuple[Any, int]


def instruction_columns(facts: "FactColumns") -> dict[str, Coded]:
    """Return whether numbers were reported wrong, and whether recipients asked to cease (semantics 23)."""
    wrong, cease = INSTRUCTIONS
    beside = _Beside(facts)
    found = {
        wrong: np.maximum(beside.told(WRONG, told_wrong), beside.reported(WRONG, reported_wrong, by_name=False)),
        cease: np.maximum(beside.told(CEASE, told_to_cease), beside.reported(CEASE, reported_cease, by_name=True)),
    }
    values = [fact_of(truth) for truth in (NO, MAYBE, YES)]
    columns = {name: Coded(truths.astype(np.int32), values) for name, truths in found.items()}
    return {name: facts.row_by_row(beside.odd, column, name, _KNOWN) for name, column in columns.items()}


class _Beside:
    """The rows of a log beside the instructions of their profiles, and the reports of their cases."""

    def __init__(self, facts: "FactColumns") -> None:
        self._facts = facts
        log, people = facts.log, facts.people
        self._changes = log["outcome"].map(lambda outcome: outcome[5])
        self._is_borrower = facts.column("recipient.is_borrower")
        self._is_unsure: Flags = log.doubtful | (log.surely_visible_from != log.visible_from)
        signs = np.flatnonzero(self._changes.where(lambda change: change is not None))
        cases = log["case"].codes
        listed = people.listed_members
        told = people.profiles.instructions[0]
        concerned = (told.end > told.begin)[people.codes.codes] | np.isin(cases, cases[signs])
        self.odd: Flags = concerned & (listed | np.isin(cases, cases[signs[listed[signs]]]))
        """Rows that are computed one by one."""
        signs = signs[~np.isin(cases[signs], cases[self.odd & np.isin(cases, cases[signs[listed[signs]]])])]
        self._signs = self._told_apart(signs)
        without = log["channel"].where(WITHOUT_NUMBER.__contains__)
        self._unnumbered: Flags = without & facts.column("recipient.has_number").where(lambda has: not has)

    def _told_apart(self, signs: Ints) -> Ints:
        """Return the reports by case and row, without those that say what an earlier one, known by then, has said."""
        log, people = self._facts.log, self._facts.people
        names = people.identities.names_at(signs)
        numbers = people.identities.numbers[signs]
        parts: list[Part] = [
            (log["case"].codes[signs], len(log["case"].values)),
            (self._changes.codes[signs], len(self._changes.values)),
            (self._is_borrower.codes[signs], len(self._is_borrower.values)),
            (numbers + 1, int(numbers.max(initial=0)) + 2),
            (names + 1, int(names.max(initial=0)) + 2),
            # What only may have been known stands for nothing else, and nothing for it.
            (np.where(self._is_unsure[signs], np.arange(len(signs)) + 1, 0), len(signs) + 1),
        ]
        said = grouped(len(signs), *parts).codes.astype(np.int64)
        order = np.lexsort((signs, said))
        signs, said = signs[order], said[order]
        known = log.visible_from[signs] - said * (log.size + 2)
        before = np.concatenate([[2**62], np.minimum.accumulate(known)])[: len(known)]
        signs = signs[known < before]
        return signs[np.lexsort((signs, log["case"].codes[signs]))]

    def told(self, kinds: Sequence[str], function: Callable[..., bool | None]) -> Truths:
        """Return what the instructions of profiles say; a profile without a list of them leaves it open."""
        facts, log, people = self._facts, self._facts.log, self._facts.people
        found = np.where(people.profiles.gives("instructions")[people.codes.codes], NO, MAYBE).astype(np.int8)
        entries, instructions = people.profiles.instructions
        rows, places = people.beside(entries)
        wanted = np.fromiter((one.kind in kinds for one in instructions), np.bool_, len(instructions))
        at = log.at[rows]
        chosen = wanted[places] & (entries["first"][places] <= at) & (at < entries["last"][places]) & ~self.odd[rows]
        rows, places = rows[chosen], places[chosen]
        said = entries["said"][places]
        number = entries["number"][places]
        parts: list[Part] = [
            (said, int(said.max(initial=0)) + 1),
            (relation(people.identities.numbers[rows], number), RELATIONS),
            *self._of_rows(rows),
            (log["channel"].codes[rows], len(log["channel"].values)),
        ]
        groups = grouped(len(rows), *parts)
        truths = [
            truth_of(function(facts.told_sheet(int(rows[pair]), _KNOWN), instructions[int(places[pair])]))
            for pair in groups.firsts.tolist()
        ]
        np.maximum.at(found, rows, np.array(truths, np.int8)[groups.codes])
        return found

    def reported(self, kinds: Sequence[str], function: Callable[..., bool | None], *, by_name: bool) -> Truths:
        """Return what earlier events of the case reported that were known by then."""
        facts, log, people = self._facts, self._facts.log, self._facts.people
        found = np.full(log.size, NO, np.int8)
        signs = self._signs[self._changes.where(lambda change: change in kinds or change == UNKNOWN)[self._signs]]
        if not len(signs):
            return found
        width = log.size + 1
        places = log["case"].codes[signs] * np.int64(width) + signs
        asked = np.flatnonzero(np.isin(log["case"].codes, log["case"].codes[signs]) & ~self.odd)
        base = log["case"].codes[asked] * np.int64(width)
        owner, place = expanded(np.searchsorted(places, base), np.searchsorted(places, base + asked))
        rows, sign = asked[owner], signs[place]
        known = log.visible_from[sign] <= rows
        rows, sign = rows[known], sign[known]
        numbers = people.identities.numbers
        same = relation(numbers[rows], numbers[sign])
        named = np.full(len(rows), _BY_NUMBER, np.int64)
        if by_name:
            open_ = np.flatnonzero(same < 2)
            names = people.identities.names_at
            named[open_] = relation(names(rows[open_]), names(sign[open_]))
        caseless = log["case"].where(lambda case: not has_case(case))
        parts: list[Part] = [
            (self._changes.codes[sign], len(self._changes.values)),
            (caseless[sign], 2),
            (self._is_borrower.codes[sign], len(self._is_borrower.values)),
            *self._of_rows(rows),
            (same, RELATIONS),
            (named, RELATIONS + 1),
            (log.doubtful[sign] | (log.surely_visible_from[sign] > rows), 2),
        ]
        groups = grouped(len(rows), *parts)
        truths = [
            truth_of(function(facts.told_sheet(row, _KNOWN), facts.past.sign(int(sign[pair]), int(log.at[row]))))
            for pair, row in zip(groups.firsts.tolist(), rows[groups.firsts].tolist(), strict=True)
        ]
        np.maximum.at(found, rows, np.array(truths, np.int8)[groups.codes])
        return found

    def _of_rows(self, rows: Ints) -> list[Part]:
        return [
            (self._is_borrower.codes[rows], len(self._is_borrower.values)),
            (self._unnumbered[rows], 2),
        ]
