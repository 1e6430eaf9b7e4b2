"""Measures as columns: what counts, by key, in windows, since, known by then; intervals over uncertain pasts.

Where every entry of a window was known by then and counts are plain sums, the ends of ranges are enough. Elsewhere
each entry is looked at (``walks.py``). Contacts whose number, collector or agency is unknown may be of any key; they
stand in ledgers of their own, one for each choice of what is unknown.
"""

from collections.abc import Callable
from itertools import combinations
from typing import Any, Final, TypeAlias

import numpy as np

from collection_guard.engines.columnar.arrays import Coded, Flags, Floats, Ints, Truths, packed
from collection_guard.engines.columnar.facts import FactColumns
from collection_guard.engines.columnar.ledgers import NOWHERE, Ledger, Question, last_where, ledger_of, sums
from collection_guard.engines.columnar.numbers import Numbers
from collection_guard.engines.columnar.walks import Range, elapsed_ends, unseen_since, walked
from collection_guard.engines.columnar.windows import NEVER, Spans, complete_from_of, spans_of
from collection_guard.facts.keys import MAY_BE_ANY, agency_key, borrower_key, case_key
from collection_guard.facts.numbers import number_key
from collection_guard.language.compiled import CompiledMeasure
from collection_guard.language.ir import Node
from collection_guard.language.kleene import MAYBE, NO, UNBOUNDED, YES
from collection_guard.language.schema import Key

TruthOf: TypeAlias = Callable[[Node], Truths]
_PARTS_OF_SECONDS: Final = 1024.0
_EXACT: Final = 2.0**53


class MeasureColumns:
    """The measures of one rule set on a log, at the rows to which the rule set applies."""

    def __init__(self, facts: FactColumns, asked: Ints, truth_of: TruthOf) -> None:
        self._facts = facts
        self._asked = asked
        self._truth_of = truth_of
        self._parts: dict[Key, Coded] = {}
        self._spans: dict[Any, Spans] = {}

    def spans(self, measure: CompiledMeasure) -> Spans:
        """Return how far back a measure looks from each row asked."""
        found = self._spans.get(measure.window)
        if found is None:
            found = self._spans[measure.window] = spans_of(self._facts, measure, self._asked)
        return found

    def column(self, measure: CompiledMeasure) -> Numbers:
        """Return a measure at every row; of rows that were not asked, nothing is known."""
        facts, size = self._facts, self._facts.log.size
        low, high, known = np.zeros(size), np.zeros(size), np.zeros(size, np.bool_)
        parts = [self._part(key) for key in measure.keys]
        given = [part.where(lambda value: value is not None) for part in parts]
        # Where a part of its key is unknown, so is the measure.
        chosen = np.flatnonzero(np.logical_and.reduce(given)[self._asked])
        # Rows of one key one after the other: what is looked up in its ledger then lies close together.
        chosen = chosen[np.argsort(parts[0].codes[self._asked[chosen]], kind="stable")]
        rows = self._asked[chosen]
        if len(rows):
            complete = complete_from_of(facts, measure, rows)
            spans = self.spans(measure).of(chosen)
            zones = facts.people.zone.codes[rows].astype(np.int64)
            question = Question(measure, rows, spans, complete, facts.log.row_from(complete), zones)
            low[rows], high[rows] = _Asked(facts, question, self._books(measure, parts, given)).ends()
            known[rows] = True
        return Numbers(low, high, known)

    def _part(self, key: Key) -> Coded:
        """Return one part of a key for each row, None where it is unknown or there is none."""
        found = self._parts.get(key)
        if found is None:
            found = self._parts[key] = self._made(key)
        return found

    def _made(self, key: Key) -> Coded:
        facts, log = self._facts, self._facts.log
        match key:
            case "case":
                return log["case"].map(case_key)
            case "borrower":
                groups = facts.grouped(log["case"], log["borrower"])
                profiles, cases, borrowers = facts.people.codes, log["case"], log["borrower"]
                named = (
                    (borrowers.value(row), cases.value(row), profiles.value(row)) for row in groups.firsts.tolist()
                )
                return groups.spread(
                    [borrower_key(one, case, getattr(of, "borrower_id", None)) for one, case, of in named]
                )
            case "number":
                return log["recipient.number"].map(lambda number: number_key(number, facts.world.settings.country))
            case "collector":
                return log["collector.id"]
            case _:
                return log["agency"].map(agency_key)

    def _books(self, measure: CompiledMeasure, parts: list[Coded], given: list[Flags]) -> list["_Book"]:
        """Return the ledgers of a measure: of events whose key is known, and of each choice of unknown parts."""
        log = self._facts.log
        counts = self._truth_of(measure.where)
        restarts = np.zeros(log.size, np.int8) if measure.since is None else self._truth_of(measure.since)
        if log.doubtful.any():
            # What is never surely known only may count, or restart the count; what restarts it does not count itself.
            counts = np.where(log.doubtful & (restarts == YES), NO, counts).astype(np.int8)
            counts, restarts = (np.where(log.doubtful, np.minimum(one, MAYBE), one) for one in (counts, restarts))
        maybe = [index for index, key in enumerate(measure.keys) if key in MAY_BE_ANY]
        books: list[_Book] = []
        for number in range(len(maybe) + 1):
            for unknown in combinations(maybe, number):
                keys = packed(log.size, *(part for index, part in enumerate(parts) if index not in unknown))
                fits = [~known if index in unknown else known for index, known in enumerate(given)]
                rows = np.flatnonzero(np.logical_and.reduce(fits))
                ledger = ledger_of(rows, keys, counts, restarts, log.surely_visible_from, log.size)
                if ledger is not None:
                    books.append(_Book(ledger, keys, exact=not unknown))
        return books


class _Book:
    """A ledger, the key of every row of the log in it, and sums over it, each made when first asked for."""

    def __init__(self, ledger: Ledger, keys: Ints, *, exact: bool) -> None:
        self.ledger = ledger
        self.keys = keys
        self.exact = exact
        self._possible: Flags = ledger.counts != NO
        self._sure: Flags = ledger.counts == YES if exact else np.zeros(len(ledger.rows), np.bool_)

    def counting(self, *, surely: bool) -> Flags:
        return self._sure if surely else self._possible


class _Asked:
    """A measure at some rows, from the ledgers of its entries."""

    def __init__(self, facts: FactColumns, question: Question, books: list[_Book]) -> None:
        self._facts = facts
        self._question = question
        self._books = books
        self._exact_talk = _sums_are_exact(facts.log.talk)

    def ends(self) -> tuple[Floats, Floats]:
        """Return the lowest and the highest value at each row."""
        question = self._question
        ranges = [self._range(book, question, question.spans.first_row) for book in self._books]
        by_range = self._by_range(ranges)
        low, high = np.zeros(len(question.rows)), np.zeros(len(question.rows))
        for chosen, ends_of in ((by_range, self._from_ranges), (~by_range, self._from_walks)):
            if chosen.any():
                some = [Range(one.ledger, one.begin[chosen], one.end[chosen], one.exact) for one in ranges]
                low[chosen], high[chosen] = ends_of(question.of(chosen), some)
        return low, high

    def _range(self, book: _Book, question: Question, first_rows: Ints) -> Range:
        begin, end = book.ledger.ranges(book.keys[question.rows], first_rows, question.rows)
        return Range(book.ledger, begin, end, book.exact)

    def _by_range(self, ranges: list[Range]) -> Flags:
        """Say where the ends of ranges decide: all was known by then, and what is counted can be summed."""
        question, kind = self._question, self._question.measure.count
        if kind == "numbers" or (kind == "talk_seconds" and not self._exact_talk):
            empty = [one.begin == one.end for one in ranges]
            return np.asarray(np.logical_and.reduce([np.ones(len(question.rows), np.bool_), *empty]), np.bool_)
        plain = ~question.spans.by_date
        for book, one in zip(self._books, ranges, strict=True):
            plain &= book.ledger.all_visible(book.keys[question.rows], one.end, question.rows)
            if kind == "local_dates" and not one.exact:
                plain &= one.begin == one.end  # its dates may be those of others
        if kind == "local_dates":
            plain &= self._dates_follow_rows()[question.zones]
        return np.asarray(plain, np.bool_)

    def _dates_follow_rows(self) -> Flags:
        zones, clocks = self._facts.people.zone.values, self._facts.clocks
        return np.array([zone is None or clocks.dates_never_fall(zone) for zone in zones], np.bool_)

    def _from_walks(self, question: Question, ranges: list[Range]) -> tuple[Floats, Floats]:
        return walked(self._facts, question, ranges)

    def _from_ranges(self, question: Question, ranges: list[Range]) -> tuple[Floats, Floats]:
        restarts, sure_row = np.full(len(question.rows), -1, np.int64), question.spans.sure_row
        begin_row = question.spans.first_row
        if question.measure.since is not None:
            for one in ranges:
                if one.exact:
                    restarts = _last_row(one, last_where(one.ledger.restarts == YES))
            begin_row = np.maximum(begin_row, restarts + 1)
            ranges = [self._range(book, question, begin_row) for book in self._books]
            for one in ranges:
                # What lies before an event that may have restarted the count does not surely count.
                sure_row = np.maximum(sure_row, _last_row(one, last_where(one.ledger.restarts != NO)) + 1)
            sure_row = np.maximum(sure_row, np.where(question.complete == NEVER, 0, question.complete_row))
        sure_row = np.maximum(sure_row, begin_row)
        sure = [self._range(book, question, sure_row) for book in self._books]
        unseen = unseen_since(self._facts, question, restarts)
        if question.measure.count == "elapsed":
            latest = [self._latest(found, surely=surely) for found, surely in ((ranges, False), (sure, True))]
            return elapsed_ends(self._facts, question, latest[0], latest[1], unseen)
        counted = self._talk if question.measure.count == "talk_seconds" else self._counted
        low, high = counted(question, sure, surely=True), counted(question, ranges, surely=False)
        return low, np.where(unseen, UNBOUNDED, high)

    def _latest(self, ranges: list[Range], *, surely: bool) -> Ints:
        """Return the last row that counts in each range, -1 where none does."""
        found = np.full(len(ranges[0].begin) if ranges else len(self._question.rows), -1, np.int64)
        for book, one in zip(self._books, ranges, strict=True):
            found = np.maximum(found, _last_row(one, last_where(book.counting(surely=surely))))
        return found

    def _talk(self, question: Question, ranges: list[Range], *, surely: bool) -> Floats:
        log, found = self._facts.log, np.zeros(len(question.rows))
        for book, one in zip(self._books, ranges, strict=True):
            chosen, rows = book.counting(surely=surely), one.ledger.rows
            seconds = sums(np.where(chosen, log.talk[rows], 0.0))
            found += seconds[one.end] - seconds[one.begin]
            if not surely:
                silent = sums((chosen & ~log.has_talk[rows]).astype(np.float64))
                found = np.where(silent[one.end] > silent[one.begin], UNBOUNDED, found)
        return found

    def _counted(self, question: Question, ranges: list[Range], *, surely: bool) -> Floats:
        found = np.zeros(len(question.rows))
        for book, one in zip(self._books, ranges, strict=True):
            chosen = book.counting(surely=surely)
            place = sums(chosen.astype(np.float64)).astype(np.int64)
            begin, end = place[one.begin], place[one.end]
            if question.measure.count == "local_dates":
                found += self._dates(question, one.ledger.rows[chosen], begin, end, surely=surely)
            else:
                found += end - begin
        return found

    def _dates(self, question: Question, rows: Ints, begin: Ints, end: Ints, *, surely: bool) -> Floats:
        """Count the dates of ranges of rows, which rise with them; in an unknown zone each row may have its own."""
        found = np.zeros(len(begin))
        for code, zone in enumerate(self._facts.people.zone.values):
            asked = np.flatnonzero((question.zones == code) & (begin < end))
            if not len(asked):
                continue
            if zone is None:
                found[asked] = 1 if surely else (end - begin)[asked]
                continue
            dates = self._facts.clocks.dates(zone)[rows]
            turns = np.cumsum(np.diff(dates, prepend=dates[:1]) != 0)
            found[asked] = turns[end[asked] - 1] - turns[begin[asked]] + 1
        return found


def _last_row(one: Range, last: Ints) -> Ints:
    """Return the last flagged row of each range, -1 where none is; ``last`` says where flags lie."""
    place = np.where(one.end > 0, last[np.maximum(one.end - 1, 0)], NOWHERE)
    found = (one.end > one.begin) & (place >= one.begin)
    return np.where(found, one.ledger.rows[np.maximum(place, 0)], -1)


def _sums_are_exact(talk: Floats) -> bool:
    """Say whether seconds add up to the same in any order: fractions of powers of two, that are not too many."""
    parts = talk * _PARTS_OF_SECONDS
    return bool(np.all(parts == np.floor(parts)) and parts.sum() < _EXACT)
