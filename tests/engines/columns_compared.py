"""The columnar engine held against an engine that judges event by event, fact by fact and verdict by verdict."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from plain.cases import Records

from collection_guard.engines.columnar.decide import PackColumns
from collection_guard.engines.columnar.log import log_of
from collection_guard.engines.judge import Judge, in_order
from collection_guard.facts.registry import RegistryIndex
from collection_guard.facts.world import Settings, World
from collection_guard.language.compiled import CompiledPack
from collection_guard.model import Event, Span


def world_of(log: Records) -> World:
    """Return the surroundings of a random log."""
    given = log.settings
    settings = Settings(
        timezone=given.timezone,
        country=given.country,
        assume_party=given.assume_party,
        history=given.history,
        history_complete_from=given.history_complete_from,
    )
    earliest = min((event.started_at for event in log.events), default=None)
    registry = RegistryIndex(log.registry) if log.registry is not None else None
    return World(settings, log.profiles, registry, None, earliest)


def moved(log: Records, days: int, zone: str) -> Records:
    """Return a log so many days later, its borrowers and settings in a zone where they were in any."""
    by = timedelta(days=days)

    def later(event: Event) -> Event:
        times = {name: getattr(event, name) for name in ("started_at", "ended_at", "recorded_at")}
        return event.model_copy(update={name: shifted(time) for name, time in times.items()})

    def shifted(time: datetime | Span | None) -> datetime | Span | None:
        if isinstance(time, Span):
            ends = (time.not_before, time.before)
            return Span(*(None if end is None else end + by for end in ends))
        return time and time + by

    profiles = {
        name: profile.model_copy(update={"timezone": profile.timezone and zone})
        for name, profile in log.profiles.items()
    }
    settings = replace(log.settings, timezone=log.settings.timezone and zone)
    return replace(log, events=[later(event) for event in log.events], profiles=profiles, settings=settings)


def without_a_case(log: Records, case_id: str) -> Records:
    """Return a log in which the contacts of one case are kept under the key of a number, their case being unknown."""
    key = "number:0123456789abcdef"
    events = [event.model_copy(update={"case_id": key}) if event.case_id == case_id else event for event in log.events]
    return replace(log, events=events)


def differences(
    events: Iterable[Event], world: World, packs: list[CompiledPack], engine: str = "reference", *, facts: bool = True
) -> dict[str, str]:
    """Return how the columns differ from an engine: of each fact and rule the first example."""
    ordered = in_order(events)
    log = log_of(ordered)
    columns = [PackColumns(log, world, pack) for pack in packs]
    found = {(pack.pack.name, rule.id): rule for pack in columns for rule in pack.columns()}
    judge = Judge(packs, world, engine)
    wrong: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for row, event in enumerate(ordered):
        for judged in judge.judge(event):
            rule = found[judged.pack.name, judged.rule.id]
            said = (*rule.outcomes.value(row), bool(rule.looks_past_log[row]))
            expected = (judged.verdict.verdict, judged.verdict.missing, judged.looks_past_log)
            seen[judged.rule.id] += 1
            if said != expected:
                wrong.setdefault(judged.rule.id, f"{event.event_id}: {engine} {expected}, columnar {said}")
        for pack, sheet in zip(columns, judge.sheets() if facts else (), strict=facts):
            ours = pack.row_sheet(row)
            for name, fact in sheet.rule_set.vocabulary.items():
                if not fact.zoned and ours.value(name) != sheet.value(name):
                    wrong.setdefault(name, f"{event.event_id}: {sheet.value(name)}, columnar {ours.value(name)}")
        judge.add(event)
    assert sum(seen.values()) == sum(
        len(pack.pack.on(day).rules) for pack in columns for day in map(pack.day_of, range(log.size))
    )
    return wrong
