"""The library call: what it takes, and all that is wrong with its arguments in one run."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import collection_guard as cg
from collection_guard.model.registry import RegistryData
from collection_guard.model.texts import LANGS

EVENT = {"event_id": "E-1", "case_id": "C-1", "channel": "call", "direction": "outbound"}
AT = "2025-11-20T10:00:00+08:00"


def event(**fields: Any) -> cg.Event:
    """Return one contact."""
    return cg.Event.model_validate({**EVENT, "started_at": AT, **fields})


def profile(**fields: Any) -> cg.CaseProfile:
    """Return the profile of its case."""
    return cg.CaseProfile.model_validate({"case_id": "C-1", **fields})


def refused(events: Any = None, **arguments: Any) -> list[tuple[str, Any]]:
    """Return the problems of a call by code, each with the argument that it names."""
    with pytest.raises(cg.ConfigurationError) as caught:
        cg.audit([event()] if events is None else events, **arguments)
    for problem in caught.value.problems:
        assert all(problem.render(lang) for lang in LANGS)
    return [(one.code, one.values.get("option", one.values.get("name"))) for one in caught.value.problems]


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        ("bad_zone", {"timezone": "Asia/Beijing"}),
        ("bad_option", {"country": "XX"}),
        ("bad_option", {"engine": "fast"}),
        ("bad_option", {"history": "some"}),
        ("bad_option", {"history_complete_from": "soon"}),
        ("bad_option", {"history_complete_from": datetime(2025, 10, 1, 12, tzinfo=UTC)}),
        ("bad_option", {"detector": 1}),
        ("argument_truth", {"assume_party": "no"}),
        ("argument_instant", {"since": "2025-10-01"}),
        ("argument_packs", {"rules": [1]}),
        ("argument_packs", {"rules": None}),
        ("argument_parameters", {"parameters": ["limit"]}),
        ("argument_cases", {"cases": [{"case_id": "C-1"}]}),
        ("argument_cases", {"cases": profile()}),
        ("argument_registry", {"registry": [{"name": "某公司"}]}),
        ("argument_registry", {"registry": 1}),
        ("argument_events", {"past": [{}]}),
    ],
)
def test_an_argument_that_is_none_of_what_is_taken_is_named(code: str, arguments: dict[str, Any]) -> None:
    """The argument and what it takes are said, in place of an error from deep inside."""
    assert refused(**arguments) == [(code, next(iter(arguments)))]


@pytest.mark.parametrize("events", [event(), [{}], [event(), "log.csv"], [Path("log.csv"), event()], 3, [None]])
def test_events_are_events_or_paths(events: Any) -> None:
    """A single event, a plain dictionary, and a mixture are named as what they are."""
    assert refused(events) == [("argument_events", "events")]


def test_everything_wrong_is_told_in_one_run() -> None:
    """Of several wrong arguments none hides another."""
    found = refused([{}], timezone="Nowhere", engine="fast", cases=[profile(), profile()])
    assert sorted(code for code, _ in found) == ["argument_case_twice", "argument_events", "bad_option", "bad_zone"]
    assert refused(cases={"C-9": profile()}) == [("argument_case_key", None)]
    assert refused(past=[Path("old.csv")]) == [("argument_past", None)]


def test_paths_may_be_texts(tmp_path: Path) -> None:
    """A path as a text names the same file as a Path, for logs, profiles, lists and packs."""
    log, cases, listed = tmp_path / "log.jsonl", tmp_path / "cases.jsonl", tmp_path / "list.csv"
    log.write_text(event().model_dump_json(exclude_unset=True), "utf-8")
    cases.write_text(profile().model_dump_json(exclude_unset=True), "utf-8")
    listed.write_text("name,category\n某公司,collection_agency\n", "utf-8")
    as_texts = cg.audit(str(log), cases=str(cases), registry=str(listed), rules="core", timezone="Asia/Shanghai")
    as_paths = cg.audit([log], cases=cases, registry=listed, rules=["core"], timezone="Asia/Shanghai")
    assert (as_texts.contacts, as_texts.verdict_digest) == (1, as_paths.verdict_digest)
    with pytest.raises(cg.LogError):
        cg.audit([str(tmp_path / "none.csv")])


def test_a_call_without_anything_to_judge_is_whole() -> None:
    """No events, an empty registry and profiles by case are what they are."""
    report = cg.audit([], registry=RegistryData(), cases={"C-1": profile()}, history_complete_from=date(2025, 1, 1))
    assert report.contacts == 0


@pytest.mark.parametrize("field", ["started_at", "ended_at", "recorded_at"])
@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+08:00", "0999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"])
def test_an_instant_that_stands_for_none_is_refused(field: str, instant: str) -> None:
    """The first and the last year that a calendar has are placeholders, and no arithmetic is done with them."""
    with pytest.raises(ValidationError, match="its year is not between"):
        event(**{field: instant})
    with pytest.raises(ValidationError, match="talk_seconds"):
        event(talk_seconds=1e15)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_profile_may_use_the_ends_of_the_calendar_for_open_ones(day: str) -> None:
    """What began in the year 1 has always been, and what ends in 9999 lasts, in every zone."""
    instant = f"{day}T23:59:59-08:00"
    case = profile(
        timezone="America/New_York",
        history_from=day,
        numbers=[{"number": "13800000001", "valid_from": day, "valid_to": day}],
        instructions=[{"kind": "cease", "at": instant}, {"kind": "cease", "expires": instant}],
        quiet_windows=[{"start": "22:00", "to": instant}],
    )
    found = cg.audit([event()], cases=[case], history_complete_from=date.fromisoformat(day))
    assert found.contacts == 1
