"""The engine's reading of a log, in the same shape as the plain reading, so that the two can be compared."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from collection_guard.engines.judge import Judge, in_order
from collection_guard.facts.registry import RegistryIndex
from collection_guard.facts.world import Settings as WorldSettings
from collection_guard.facts.world import World
from collection_guard.language.compiling import compile_packs
from collection_guard.language.kleene import ends
from collection_guard.language.packs import load_packs
from collection_guard.language.units import clock_microseconds, show_local_time
from collection_guard.model import CaseProfile, Event, RegistryData

from .values import Settings

_MEASURES = ("measure.failed_attempts", "measure.failed_attempt_dates")


@cache
def _packs() -> Any:
    return load_packs(["core"])


def parameters_of(settings: Settings) -> dict[str, Any]:
    """Return the parameters of the core pack that the settings of the plain reading mean."""
    parameters: dict[str, Any] = {
        "permitted_from": show_local_time(clock_microseconds(settings.permitted_from)),
        "permitted_to": show_local_time(clock_microseconds(settings.permitted_to)),
        "failed_attempts": settings.failed_attempts,
        "failed_attempt_dates": settings.failed_dates,
        "unreachable_window": f"{settings.window_hours}h",
    }
    if settings.social_messages_per_day is not None:
        parameters["social_messages_per_day"] = settings.social_messages_per_day
    if settings.contacts_per_day is not None:
        parameters["contacts_per_day"] = settings.contacts_per_day
    return parameters


def engine_reading(
    events: Iterable[Event],
    profiles: Mapping[str, CaseProfile],
    registry: RegistryData | None,
    settings: Settings,
    names: Iterable[str],
    engine: str = "reference",
) -> tuple[dict[str, dict[str, Any]], dict[tuple[str, str], str], dict[tuple[str, str], tuple[str, ...]]]:
    """Return the facts, the verdicts and the missing facts of every event."""
    ordered = in_order(events)
    world = World(
        WorldSettings(
            timezone=settings.timezone,
            country=settings.country,
            assume_party=settings.assume_party,
            history=settings.history,
            history_complete_from=settings.history_complete_from,
        ),
        profiles,
        RegistryIndex(registry) if registry is not None else None,
        None,
        ordered[0].started_at if ordered else None,
    )
    judge = Judge(compile_packs(_packs(), parameters_of(settings)), world, engine)
    facts: dict[str, dict[str, Any]] = {}
    verdicts: dict[tuple[str, str], str] = {}
    missing: dict[tuple[str, str], tuple[str, ...]] = {}
    wanted = list(names)
    for event in ordered:
        for judged in judge.judge(event):
            verdicts[event.event_id, judged.rule.id] = judged.verdict.verdict
            missing[event.event_id, judged.rule.id] = judged.verdict.missing
        sheet = judge.sheets()[0]
        facts[event.event_id] = {name: _plain(name, sheet.value(name)) for name in wanted}
        judge.add(event)
    return facts, verdicts, missing


def _plain(name: str, value: Any) -> Any:
    if name in _MEASURES:
        return (0.0, float("inf")) if value is None else ends(value)
    if name == "recipient.zones":
        return value or None
    return value
