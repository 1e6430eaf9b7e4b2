"""Wrongs against what was asked for: numbers reported wrong, and requests to stop."""

from datetime import datetime, timedelta
from typing import Any

from simulator import rule_ids as rule
from simulator.lawful import failed_run
from simulator.story import Person, Story
from simulator.world import written


def number_reported_in_the_log(story: Story) -> None:
    """Call a second number of the borrower's again after its new owner has said that it was resold."""
    resold = story.with_number(story.world.mobile(story.index, 1))
    story.numbers.append({"number": resold.number})
    at = story.on(story.day)[0]
    state = story.rng.choice(("recycled_number", "wrong_number"))
    if story.rng.random() < 0.5:
        told = {"party": "wrong_party", "state_change": state}
        story.talk(at, resold, says=story.rng.choice(("", "relay")), outcome=told)
    else:
        story.fail(at, resold, network="unallocated", outcome={"state_change": state})
    again = story.later(story.now)
    _back_to_number(story, again, resold)


def number_reported_in_profile(story: Story) -> None:
    """Call a number at the very instant at which the report that it is wrong became known, and a day later."""
    wrong = story.with_number(story.world.mobile(story.index, 1))
    story.numbers.append({"number": wrong.number})
    first, second = story.on(story.day)[0], story.on(story.day + timedelta(days=1))[0]
    kind = story.rng.choice(("recycled_number", "wrong_number"))
    story.instructions.append({"kind": kind, "number": wrong.number, "at": written(second)})
    story.fail(first, wrong)
    _back_to_number(story, second, wrong)
    _back_to_number(story, story.later(second), wrong)


def _back_to_number(story: Story, at: datetime, who: Person) -> None:
    way = story.rng.random()
    wrongs = {rule.WRONG_NUMBER}
    if way < 0.5:
        story.fail(at, who, wrongs=wrongs)
    elif way < 0.7:
        says_too_much = {rule.DISCLOSED, rule.BEYOND_RELAY}
        told = {"party": "wrong_party"}
        story.talk(at, who, says="disclosure", outcome=told, wrongs=wrongs | says_too_much)
    else:
        story.write(at, "sms", who, says="greeting", wrongs=wrongs)
    story.open_failures = True


def after_the_borrower_said_stop(story: Story) -> None:
    """Contact the borrower, at the same number, after being told in a call to stop."""
    story.talk(story.on(story.day)[0], outcome={"state_change": "cease"})
    for _ in range(story.rng.randint(1, 2)):
        _again(story, story.later(story.now))


def after_a_cease_in_profile(story: Story) -> None:
    """Contact the borrower after an instruction to stop: as of its instant, on its channel, until it expires."""
    day, rng = story.day, story.rng
    before, at, after = (story.on(day + timedelta(days=offset))[0] for offset in (0, 1, 4))
    kind = rng.choice(("everywhere", "number", "channel", "expired"))
    instruction: dict[str, Any] = {"kind": "cease", "at": written(at)}
    if kind == "number":
        instruction["number"] = story.borrower.number
    elif kind == "channel":
        instruction["channel"] = "call"
    elif kind == "expired":
        instruction["expires"] = written(after)
    story.instructions.append(instruction)
    story.talk(before)
    story.talk(at, wrongs={rule.CEASE})
    if kind == "channel":
        story.write(story.later(at), "sms")
    elif kind == "expired":
        story.talk(after)
    else:
        _again(story, story.later(at), by_message=True)


def after_the_emergency_contact_said_stop(story: Story) -> None:
    """Turn again to an emergency contact who has asked to be left alone."""
    failed_run(story)
    at = story.later(story.now, story.emergency)
    told = {"disposition": "refused_by_contact", "state_change": "cease"}
    story.talk(at, story.emergency, says="relay", outcome=told)
    again = story.later(story.now, story.emergency)
    story.talk(again, story.emergency, says="relay", wrongs={rule.CEASE})


def _again(story: Story, at: datetime, *, by_message: bool = False) -> None:
    if story.rng.random() < 0.4:
        story.fail(at, channel="call", wrongs={rule.CEASE})
    elif not by_message or story.rng.random() < 0.5:
        story.talk(at, wrongs={rule.CEASE})
    else:
        story.write(at, "sms", wrongs={rule.CEASE})
