"""Wrongs of whom to contact, and of what third parties are told."""

from datetime import datetime, timedelta

from simulator import rule_ids as rule
from simulator.lawful import failed_run
from simulator.story import Person, Story
from simulator.world import SHANGHAI, day_in, minutes


def _reach_third(story: Story, who: Person, at: datetime, base: set[str], *, listed: bool) -> None:
    """Contact a third party in one of many ways and add what the way itself violates to the base."""
    wrongs = base if listed else base | {rule.NOT_EMERGENCY}
    way = story.rng.random()
    if way < 0.2:
        story.fail(at, who, wrongs=wrongs)
    elif way < 0.5:
        story.talk(at, who, says="relay", wrongs=wrongs)
    elif way < 0.6:
        story.write(at, "sms", who, says="relay", wrongs=wrongs)
    elif way < 0.7:
        story.write(at, "sms", who, says="disclosure", wrongs=wrongs | {rule.DISCLOSED, rule.BEYOND_RELAY})
    elif way < 0.8:
        says_too_much = {rule.DISCLOSED, rule.BEYOND_RELAY, rule.ASKED_TO_PAY}
        story.talk(at, who, says="pressure", wrongs=wrongs | says_too_much)
    elif way < 0.9:
        story.contact(
            at,
            "visit",
            who,
            says="prying",
            outcome={"party": who.party},
            seconds=240,
            wrongs=wrongs | {rule.BEYOND_RELAY},
        )
    else:
        outcome = {"network": "undelivered", "party": "nobody"}
        story.contact(at, "sms", who, says="disclosure", outcome=outcome, wrongs=wrongs)


def emergency_contact_while_reachable(story: Story) -> None:
    """Turn to the emergency contact although the borrower has just been reached."""
    story.connect()
    at = story.later(story.now, story.emergency)
    _reach_third(story, story.emergency, at, {rule.REACHABLE}, listed=True)


def outsider_while_reachable(story: Story) -> None:
    """Turn to somebody never named although the borrower has just been reached."""
    story.connect()
    who = story.outsider(near=story.rng.random() < 0.5)
    _reach_third(story, who, story.later(story.now, who), {rule.REACHABLE}, listed=False)


def third_party_first(story: Story) -> None:
    """Begin the case with a third party, before any attempt at the borrower."""
    who = story.rng.choice((story.emergency, story.outsider()))
    at = story.on(story.day, 1, who)[0]
    _reach_third(story, who, at, {rule.REACHABLE}, listed=who is story.emergency)


def outsider_while_unreachable(story: Story) -> None:
    """Turn to somebody never named, when only the emergency contact might have been asked."""
    failed_run(story)
    who = story.outsider(near=True)
    _reach_third(story, who, story.later(story.now, who), set(), listed=False)


def emergency_contact_at_other_number(story: Story) -> None:
    """Call a person of the emergency contact's name at a number that was never named."""
    failed_run(story)
    named = story.emergency
    number = story.world.mobile(story.index, 5)
    # The profile's zone is that of the number it names, so the log has to tell this one's.
    who = Person(named.name, named.relationship, number, named.zone, ("emergency_contact",), tells_zone=True)
    story.talk(story.later(story.now, who), who, says="relay", wrongs={rule.NOT_EMERGENCY})


def former_emergency_contact(story: Story) -> None:
    """Turn to an emergency contact on the day after the naming ended."""
    failed_run(story)
    number = story.world.mobile(story.index, 4)
    name = story.fresh_name()
    who = Person(name, "sibling", number, SHANGHAI, ("emergency_contact",), tells_zone=True)
    at = story.later(story.now, who)
    ended = day_in(at, SHANGHAI) - timedelta(days=story.rng.choice((2, 30)))
    story.emergency_contacts.append({"name": name, "number": number, "valid_to": ended.isoformat()})
    story.talk(at, who, says="relay", wrongs={rule.NOT_EMERGENCY})


def emergency_contact_told(story: Story, says: str, wrongs: set[str]) -> None:
    """Say too much to the emergency contact when turning there was lawful."""
    failed_run(story)
    at = story.later(story.now, story.emergency)
    if story.rng.random() < 0.5:
        story.talk(at, story.emergency, says=says, wrongs=wrongs)
    else:
        story.write(at, "sms", story.emergency, says=says, wrongs=wrongs)


def too_few_attempts(story: Story) -> None:
    """Turn to the emergency contact after attempts that do not make the borrower unreachable."""
    rng, day = story.rng, story.day
    kind = rng.choice(("one day", "two attempts", "congestion", "video", "messages"))
    if kind == "one day":
        for at in story.on(day, rng.randint(3, 5)):
            story.fail(at)
    else:
        story.fail(story.on(day)[0])
        story.fail(story.on(day + timedelta(days=1))[0])
        at = story.on(day + timedelta(days=2))[0]
        if kind == "congestion":
            story.fail(at, network="congestion", channel="call")
        elif kind == "video":
            story.fail(at, channel="video")
        elif kind == "messages":
            story.write(at, "sms")
    at = story.later(story.now, story.emergency)
    _reach_third(story, story.emergency, at, {rule.REACHABLE}, listed=True)


def attempts_too_old(story: Story) -> None:
    """Turn to the emergency contact a second after the first of three attempts ceased to count."""
    first = story.on(story.day)[0]
    story.fail(first)
    for at in story.on(story.day + timedelta(days=2), 2):
        story.fail(at)
    late = first + timedelta(hours=168, seconds=story.rng.choice((1, 1, 60)))
    _reach_third(story, story.emergency, late, {rule.REACHABLE}, listed=True)


def connected_since(story: Story) -> None:
    """Turn to the emergency contact after a run of failed attempts that the borrower has meanwhile ended."""
    failed_run(story)
    story.connect(story.later(story.now))
    if story.rng.random() < 0.5:
        story.fail(story.later(story.now))
    at = story.later(story.now, story.emergency)
    _reach_third(story, story.emergency, at, {rule.REACHABLE}, listed=True)


def attempt_not_yet_known(story: Story) -> None:
    """Turn to the emergency contact while the record of the third attempt has not come in."""
    story.fail(story.on(story.day)[0])
    story.fail(story.on(story.day + timedelta(days=1))[0])
    third = story.later(story.now)
    at = story.later(third, story.emergency)
    story.fail(third, recorded=at + minutes(story.rng, 30, 300))
    _reach_third(story, story.emergency, at, {rule.REACHABLE}, listed=True)


def own_number_of_old(story: Story) -> None:
    """Call a number that was the borrower's until the day before: whoever has it now is a third party."""
    last = story.day
    at = story.on(last + timedelta(days=1))[0]
    story.numbers.append({"number": (old := story.world.mobile(story.index, 2)), "valid_to": last.isoformat()})
    former = story.with_number(old)
    # On its last day the number is still the borrower's own: a call that the borrower takes is a connection.
    story.talk(story.on(last)[0], former)
    wrongs = {rule.REACHABLE, rule.NOT_EMERGENCY}
    if story.rng.random() < 0.5:
        story.fail(at, former, wrongs=wrongs)
    else:
        wrongs |= {rule.DISCLOSED, rule.BEYOND_RELAY}
        story.talk(at, former, says="disclosure", outcome={"party": "wrong_party"}, wrongs=wrongs)
    story.open_failures = True


def told_whoever_answers(story: Story) -> None:
    """Tell the debt to somebody else who answers the borrower's own telephone."""
    wrongs = {rule.DISCLOSED, rule.BEYOND_RELAY}
    party = story.rng.choice(("third_party", "wrong_party"))
    story.talk(story.on(story.day)[0], says="disclosure", outcome={"party": party}, wrongs=wrongs)
    story.open_failures = True


def told_a_caller(story: Story) -> None:
    """Tell the debt to a relative who calls in: nobody contacted anyone, yet a third party heard it."""
    who = story.outsider(near=True)
    wrongs = {rule.DISCLOSED, rule.BEYOND_RELAY}
    at = story.on(story.day, 1, who)[0]
    story.talk(at, who, says="disclosure", direction="inbound", wrongs=wrongs)


def personal_data_told(story: Story, says: str, wrongs: set[str]) -> None:
    """Tell a third party where the borrower lives."""
    if story.rng.random() < 0.5:
        emergency_contact_told(story, says, wrongs)
        return
    story.connect()
    who = story.outsider()
    wrongs = wrongs | {rule.REACHABLE, rule.NOT_EMERGENCY}
    story.talk(story.later(story.now, who), who, says=says, wrongs=wrongs)
