"""A decision log judged again: every record by the past that the log holds, every check as of its own instant."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from collection_guard.engines.base import NOT_APPLICABLE, UNASSESSABLE
from collection_guard.engines.judge import verdict_on
from collection_guard.facts.clock import local_date
from collection_guard.facts.history import History
from collection_guard.facts.kept import Kept, KeptFacts
from collection_guard.facts.sheet import FactSheet
from collection_guard.guard.surroundings import Surroundings
from collection_guard.language.compiled import CompiledPack
from collection_guard.model.chain import Line, lines_of, log_files
from collection_guard.model.event import Event
from collection_guard.model.problems import LogError, Problem
from collection_guard.model.profile import CaseProfile

Verdicts = dict[str, tuple[str, tuple[str, ...]]]
"""What each rule said, with what was missing; a rule that does not apply is left out."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A check or a record as it stands in a log."""

    kind: str
    at: str
    event: Event
    kept: Kept
    verdicts: Verdicts
    rules_digest: str
    moved: bool
    """It is a contact that was moved when a clock was put right."""
    ahead: bool
    """It was written by a clock that was ahead, before that was put right."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule that says something else of an event today than the log says."""

    kind: str
    event_id: str
    rule: str
    logged: tuple[str, tuple[str, ...]]
    replayed: tuple[str, tuple[str, ...]]


@dataclass(slots=True)
class Replay:
    """What came of a replay."""

    checks: int = 0
    records: int = 0
    other_rules: int = 0
    """Of these, how many were decided by other rules than those of now."""
    ahead: int = 0
    """Checks that a clock ahead dated, which are judged no more: what was known then, no instant says."""
    differences: list[Difference] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _PutRight:
    """A clock that was put right: the instant from then on, and the last line of every writer before it."""

    at: datetime
    heads: dict[str, int]

    def is_ahead(self, said: dict[str, Any]) -> bool:
        """Say whether a line was written before, by a clock that was ahead."""
        return said["seq"] <= self.heads.get(said["writer"], 0) and datetime.fromisoformat(said["at"]) > self.at


def entries_of(folder: Path) -> Iterator[Entry]:
    """Yield the checks and records of all writers of a log; raise LogError without any, or for a line that is none."""
    files = log_files(folder)
    if not files:
        raise LogError([Problem("log_absent", str(folder))])
    put_right: list[_PutRight] = []
    for path in files:
        for line in _whole_lines(path):
            with _as_written(path, line.number):
                said = line.said or {}
                if said["kind"] == "clock":
                    put_right.append(_PutRight(datetime.fromisoformat(said["at"]), said["heads"]))
    for path in files:
        profiles: dict[str, CaseProfile] = {}
        for line in _whole_lines(path):
            with _as_written(path, line.number):
                entry = _entry(line.said or {}, profiles, put_right)
            if entry is not None:
                yield entry


def _whole_lines(path: Path) -> Iterator[Line]:
    """Yield the lines of a file but the one at its end that was cut off: what it told was never answered."""
    return (line for line in lines_of(path) if not line.is_torn)


@contextmanager
def _as_written(path: Path, number: int) -> Iterator[None]:
    """Turn whatever is found of a line that no writer wrote so into a LogError that names the line."""
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise LogError([Problem("log_line_unreadable", str(path), number)]) from error


def _entry(said: dict[str, Any], profiles: dict[str, CaseProfile], put_right: list[_PutRight]) -> Entry | None:
    if said["kind"] == "profile":
        profiles[said["digest"]] = CaseProfile.model_validate(said["profile"])
    if said["kind"] not in {"check", "record"} or "verdicts" not in said:
        return None
    datetime.fromisoformat(said["at"])
    return Entry(
        said["kind"],
        said["at"],
        Event.model_validate(said["event"]),
        Kept(
            None if said["profile"] is None else profiles[said["profile"]],
            {pack: KeptFacts.model_validate(one) for pack, one in said["kept"].items()},
        ),
        _verdicts(said["verdicts"]),
        said["rules_digest"],
        "moved" in said.get("beside", ()),
        any(one.is_ahead(said) for one in put_right),
    )


def _verdicts(said: dict[str, Any]) -> Verdicts:
    found: Verdicts = {rule: (UNASSESSABLE, tuple(missing)) for rule, missing in said[UNASSESSABLE].items()}
    for word, rules in said.items():
        if word != UNASSESSABLE:
            found |= dict.fromkeys(rules, (word, ()))
    return found


def replay(folder: Path, around: Surroundings) -> Replay:
    """Judge a log again.

    INVARIANT (gate-and-audit-agree): a record is judged by what precedes it and was known by then, as every audit
    does; a check counts the records that were known at its instant. A contact that was recorded twice, because its
    first acknowledgement was lost, stands as it was recorded last; one that was moved by a clock put right, as moved.
    """
    entries = list(entries_of(folder))
    written = (entry for entry in entries if entry.kind == "record")
    records = {
        entry.event.event_id: entry
        for entry in sorted(written, key=lambda one: (one.moved, datetime.fromisoformat(one.at)))
    }
    checks = [entry.ahead for entry in entries if entry.kind == "check"]
    found = Replay(checks=len(checks), records=len(records), ahead=sum(checks))
    found.other_rules = sum(entry.rules_digest != around.rules_digest for entry in entries)
    judged: dict[int, Verdicts] = {}
    for pack in around.packs:
        history = History()
        for entry in records.values():
            history.add(_sheet(entry, pack, around, history))
        for place, entry in enumerate(entries):
            if not entry.ahead if entry.kind == "check" else records[entry.event.event_id] is entry:
                sheet = _sheet(entry, pack, around, history)
                judged.setdefault(place, {}).update(_judge(sheet, pack, around))
    for place, verdicts in judged.items():
        found.differences += _differences(entries[place], verdicts)
    return found


def _sheet(entry: Entry, pack: CompiledPack, around: Surroundings, history: History) -> FactSheet:
    rule_set = pack.on(local_date(entry.event.started_at, pack.zone))
    sheet = FactSheet(entry.event, around.world, rule_set, history)
    sheet.take(entry.kept)
    return sheet


def _judge(sheet: FactSheet, pack: CompiledPack, around: Surroundings) -> Verdicts:
    day = local_date(sheet.event.started_at, pack.zone)
    found: Verdicts = {}
    words = around.engines[sheet.rule_set].verdicts(sheet)
    for rule, word in zip(sheet.rule_set.rules, words, strict=True):
        if rule.in_force_on(day) and word != NOT_APPLICABLE:
            found[rule.id] = (word, verdict_on(sheet, rule, word).missing)
    return found


def _differences(entry: Entry, verdicts: Verdicts) -> Iterator[Difference]:
    nothing: tuple[str, tuple[str, ...]] = (NOT_APPLICABLE, ())
    for rule in sorted({*entry.verdicts, *verdicts}):
        logged, now = entry.verdicts.get(rule, nothing), verdicts.get(rule, nothing)
        if logged != now:
            yield Difference(entry.kind, entry.event.event_id, rule, logged, now)
