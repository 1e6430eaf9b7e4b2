"""When a contact of a log would next be lawful: in words, as JSON, and as a guard decides at that very second."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

import collection_guard as cg
from collection_guard.cli.main import app
from collection_guard.facts.registry import RegistryIndex
from collection_guard.facts.world import Settings, World
from collection_guard.guard.foresight import Foresight, foresee
from collection_guard.guard.settings import OnFailure
from collection_guard.guard.surroundings import surroundings
from collection_guard.language.packs import load_packs
from collection_guard.model.registry import RegistryData
from guard.making import MORNING, PARTNERS, Clock, answered, open_guard, profile

NOVEMBER = Path(__file__).parents[2] / "examples" / "november"
SECOND = timedelta(seconds=1)


def explained(monkeypatch: pytest.MonkeyPatch, event_id: str, *more: str) -> str:
    """Return what the command says of a contact of the example."""
    monkeypatch.chdir(NOVEMBER)
    done = CliRunner().invoke(app, ["explain", event_id, "contacts.xlsx", *more])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_call_at_night_is_lawful_from_the_morning_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command names the interval, the rule that binds, and what was left out, in both languages and as JSON."""
    said = explained(monkeypatch, "HD2511-034", "--lang", "en", "--rule", "contact-outside-permitted-hours")
    assert "before the contact the guard would have answered deny" in said
    (line,) = re.findall(r"^  - (from .*)$", said, re.MULTILINE)[:1]
    assert re.fullmatch(
        r"from [0-9-]+ 08:00:00 Asia/Shanghai until before .*; until then contact-outside-permitted-hours forbids it",
        line,
    )
    assert "；此前为 contact-outside-permitted-hours 所禁" in explained(monkeypatch, "HD2511-034", "--lang", "zh")
    told = json.loads(explained(monkeypatch, "HD2511-034", "--format", "json"))
    (first, *_) = told["next_lawful"]["intervals"]
    assert first["rule"] == "contact-outside-permitted-hours"
    assert set(first) == {"from", "to", "rule"}
    assert told["next_lawful"]["decision"] == "deny"
    assert told["verdicts"][0]["verdict"] == "violation"
    assert told["verdicts"][0]["facts"]["contact.local_time"]


def test_what_time_does_not_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call to a third party while the borrower answers has no next time; the rule that never ceases is named."""
    said = explained(monkeypatch, "HD2511-013", "--lang", "en")
    assert "time alone does not make it lawful" in said
    assert "stands in the way: third-party-while-borrower-reachable" in said
    told = json.loads(explained(monkeypatch, "HD2511-013", "--format", "json"))["next_lawful"]
    assert (told["intervals"], told["lasting"]) == ([], ["third-party-while-borrower-reachable"])
    assert CliRunner().invoke(app, ["explain", "HD2511-013", "contacts.xlsx", "--format", "xml"]).exit_code == 2


def look(events: list[cg.Event], **parameters: object) -> Foresight:
    """Look ahead from the last of some contacts."""
    registry = RegistryIndex(RegistryData(tuple(PARTNERS)))
    world = World(Settings(timezone="Asia/Shanghai"), {"C-1": profile()}, registry)
    around = surroundings(load_packs(["core"]), parameters, world, "reference")
    return foresee(around, events[-1], events[:-1], OnFailure(), 2)


def contact(event_id: str, at: datetime, **more: object) -> cg.Event:
    """Return a call that was answered by the borrower."""
    return cg.Event.model_validate(answered(event_id, at, **more))


def test_it_is_what_a_guard_would_have_said() -> None:
    """Of the fourth call of a day the intervals are those that a guard gives, with the same history."""
    clock = Clock()
    guard = open_guard(clock)
    calls = [contact(f"E-{number}", clock.at - (3 - number) * SECOND) for number in range(4)]
    for call in calls[:-1]:
        guard.record(call)
    clock.move(seconds=1)
    asked = guard.check({**answered("E-3", clock.at), "outcome": {}})
    found = look(calls, contacts_per_day=3)
    assert found.ruling.rules == ["repeated-contact"]
    assert found.intervals == (asked.next_permitted or ())[:2]
    assert not found.words_left_out


def test_what_was_said_in_a_call_is_left_out_and_a_message_keeps_its_words() -> None:
    """A threat on the telephone was not known before; in a message it was, and no later hour cures it."""
    spoken = look([contact("E-1", MORNING, signals={"threat": True}, content="…")])
    assert spoken.words_left_out
    assert spoken.ruling.decision == "allow"
    assert spoken.intervals[0].since == MORNING
    written = look([contact("E-1", MORNING, channel="sms", signals={"threat": True}, content="…")])
    assert not written.words_left_out
    assert (written.intervals, written.lasting) == ((), ("threat-made",))


def test_what_became_known_later_is_not_foreseen() -> None:
    """A contact before it that was recorded only after it does not count."""
    late = MORNING + timedelta(hours=1)
    earlier = contact("E-0", MORNING - timedelta(hours=1), recorded_at=late)
    assert look([earlier, contact("E-1", MORNING)], contacts_per_day=1).ruling.decision == "allow"
    known = contact("E-0", MORNING - timedelta(hours=1))
    assert look([known, contact("E-1", MORNING)], contacts_per_day=1).ruling.rules == ["repeated-contact"]
