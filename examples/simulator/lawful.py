"""Lawful episodes: what an orderly month of collection looks like, its edges included."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Final

from simulator.story import FAILURES, Person, Story
from simulator.world import SHANGHAI, day_in, minutes

Episode = Callable[[Story], None]
AGENCY_RULE_FROM: Final = date(2025, 10, 1)


def failed_run(story: Story, least: int = 3, *, days: int = 2) -> datetime:
    """Add enough failed attempts, on enough days, for the borrower to be unreachable; return the last one's start.

    They lie within the last ``days`` dates, so that a contact within the next three days finds all of them in its
    168 hours.
    """
    most = max(least, story.rng.randint(least, least + 2))
    first = story.day
    counts = [1] * days
    for _ in range(most - days):
        counts[story.rng.randrange(days)] += 1
    for offset, count in enumerate(counts):
        for at in story.on(first + timedelta(days=offset), count):
            _failed_attempt(story, at)
    return story.now


def _failed_attempt(story: Story, at: datetime) -> None:
    way = story.rng.random()
    if way < 0.8:
        story.fail(at)
        return
    if way < 0.9:
        left = story.rng.random() < 0.5
        outcome = {"answered_by": "machine", "party": "nobody", "message_left": left}
        story.talk(at, says="greeting" if left else None, seconds=8, outcome=outcome)
    else:
        # Somebody else answers the borrower's telephone: a failed attempt, and a third party reached.
        story.talk(at, says="relay", outcome={"party": "third_party"})
    story.open_failures = True


def relay(story: Story, at: datetime, who: Person | None = None) -> None:
    """Ask the emergency contact to pass on a request to call back, if there is an answer at all."""
    who = who or story.emergency
    way = story.rng.random()
    if way < 0.5:
        story.talk(at, who, says="relay")
    elif way < 0.7:
        story.fail(at, who)
    elif way < 0.9:
        story.write(at, story.rng.choice(("sms", "wechat")), who, says="relay")
    else:
        # A visit has no number: the name alone shows that the emergency contact is met.
        story.contact(at, "visit", who, says="relay", outcome={"party": who.party}, seconds=300)


def routine(story: Story) -> None:
    """Send reminders and call, over a day or two."""
    for at in story.on(story.day, story.rng.randint(1, 2)):
        story.write(at, story.rng.choice(("sms", "sms", "app_push", "email", "enterprise_wechat")))
    if story.rng.random() < 0.7:
        story.talk(story.later(story.now), channel=story.rng.choice(("call", "call", "call", "voice_notice")))


def attempts_then_answer(story: Story) -> None:
    """Fail up to four times, then reach the borrower; a line fault is no attempt."""
    for at in story.on(story.day, story.rng.randint(1, 4)):
        story.fail(at, network=story.rng.choice((*FAILURES, "congestion")))
    story.connect(story.later(story.now))


def borrower_calls_at_night(story: Story) -> None:
    """Take a call of the borrower's at an hour at which nobody might call the borrower."""
    hour = story.rng.choice((0, 2, 5, 22, 23))
    at = story.at(story.day, time(hour, story.rng.randint(0, 59), story.rng.randint(0, 59)))
    story.talk(at, says="reminder", direction="inbound", seconds=story.rng.randint(20, 300))


def emergency_contact_relays(story: Story) -> None:
    """Turn to the emergency contact after a run of failed attempts, and stop when the borrower calls back."""
    failed_run(story, days=story.rng.choice((2, 3)))
    if story.rng.random() < 0.4:
        # A message that arrives reaches nobody in person: the borrower is as unreachable as before.
        story.write(story.later(story.now), "sms")
    for _ in range(story.rng.randint(1, 2)):
        relay(story, story.later(story.now, story.emergency))
    if story.rng.random() < 0.3:
        story.talk(story.later(story.now, story.emergency), story.emergency, says="relay", direction="inbound")
    if story.rng.random() < 0.8:
        story.connect(story.later(story.now))


def exactly_168_hours(story: Story) -> None:
    """Call the emergency contact at the very instant at which the first of three attempts is 168 hours old."""
    if story.borrower.zone != SHANGHAI or story.emergency.zone != SHANGHAI:
        routine(story)
        return
    first = story.on(story.day)[0]
    story.fail(first)
    for at in story.on(story.day + timedelta(days=story.rng.randint(1, 5)), 2):
        story.fail(at)
    story.talk(first + timedelta(hours=168), story.emergency, says="relay")
    story.connect(story.later(story.now))


def connection_not_yet_known(story: Story) -> None:
    """Call the emergency contact while the record of the borrower's own call has not come in."""
    failed_run(story)
    called_back = story.later(story.now)
    at = story.later(called_back, story.emergency)
    story.talk(called_back, direction="inbound", recorded=at + minutes(story.rng, 30, 300))
    story.talk(at, story.emergency, says="relay")
    story.open_failures = False


def edges_of_the_day(story: Story) -> None:
    """Contact the borrower at eight sharp and at the last instant before nine."""
    last = time(20, 59, 59, 999_000)
    if not (story.open_at(time(8)) and story.open_at(last)):
        routine(story)
        return
    story.write(story.at(story.day, time(8)), "sms")
    if story.rng.random() < 0.5:
        story.write(story.at(story.day, last), "app_push")
    else:
        story.fail(story.at(story.day, last), channel="call", prompt=True)
        story.connect(story.later(story.now))


def edges_of_quiet_windows(story: Story) -> None:
    """Contact the borrower when a window has just ended, on a day that it leaves out, or before it is in force."""
    for window in story.windows:
        if window.start > window.end:
            continue
        day = story.day
        if window.weekdays is None:
            story.write(story.at(day, window.end), "sms")
        else:
            names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
            while names[day.weekday()] in window.weekdays:
                day += timedelta(days=1)
            story.write(story.at(day, window.start), "sms")
        story.day = day + timedelta(days=1)
        # Before it was elected, and from the very instant at which it was given up, it binds nobody.
        if window.since is not None and story.at(story.day, window.start) < window.since:
            story.write(story.at(story.day, window.start), "sms")
            story.day += timedelta(days=1)
        if window.until is not None and story.at(story.day, time(0)) < window.until:
            story.write(window.until, "sms")
    if not story.windows:
        routine(story)


def guarantor(story: Story) -> None:
    """Talk to somebody who owes too, or speaks for the borrower: no third party."""
    who = story.obligor()
    for at in story.on(story.day, 2, who):
        if story.rng.random() < 0.3:
            story.fail(at, who)
        else:
            story.talk(at, who)


def lawyers_letter(story: Story) -> None:
    """Send a letter of a listed firm, its name in one of the ways in which it is written."""
    at = story.on(story.day)[0]
    firm = _sound_firm(story, at)
    key = story.rng.choice(("law_firm", "law_firms"))
    claims = {key: firm if key == "law_firm" else [firm], "title": story.world.words["lawyer_title"]}
    story.write(at, "letter", says="lawyers_letter", claims=claims)


def lawyers_visit(story: Story) -> None:
    """Visit in the name of a listed firm and leave its letter, headed with the same name in other brackets."""
    first, second = story.on(story.day, 2)
    name = story.rng.choice(story.world.sound_firms(day_in(first, SHANGHAI), day_in(second, SHANGHAI)))
    agency = story.agency_on(first, second)
    for at, channel, says in ((first, "visit", "lawyers_visit"), (second, "letter", "lawyers_letter")):
        firm = story.world.as_written(story.rng, name)
        outcome = {"party": "borrower"} if channel == "visit" else {"network": "sent", "party": "borrower"}
        claims = {"law_firm": firm, "person": "韩某", "title": story.world.words["lawyer_title"]}
        story.contact(at, channel, says=says, claims=claims, agency=agency, outcome=outcome)


def visit(story: Story) -> None:
    """Visit the borrower, who is in or not."""
    at = story.on(story.day)[0]
    if story.rng.random() < 0.6:
        story.contact(at, "visit", says="reminder", outcome={"party": "borrower"}, seconds=900)
    else:
        story.contact(at, "visit", outcome={"party": "nobody"})


def distress_handed_over(story: Story) -> None:
    """Notice that the borrower is in distress, and hand over to a person trained for it."""
    story.talk(story.on(story.day)[0], says="distressed", outcome={"disposition": "handed_over"})


def message_not_delivered(story: Story) -> None:
    """Write a bad text that never arrives: on what was said nobody can be judged."""
    says = story.rng.choice(("threat", "abuse", "arrest", "private_payment"))
    outcome = {"network": "undelivered", "party": "nobody"}
    story.contact(story.on(story.day)[0], "sms", says=says, outcome=outcome)


def unlisted_before_the_lists(story: Story) -> None:
    """Use an agency on no list while the rule on lists was not yet in force."""
    if story.day > AGENCY_RULE_FROM - timedelta(days=4):
        routine(story)
        return
    story.talk(story.on(story.day)[0], agency=story.rng.choice(story.world.words["agencies_on_no_list"]))


def chat(story: Story) -> None:
    """Exchange a few messages: the borrower's answers count as connections."""
    channel = story.rng.choice(("wechat", "qq", "enterprise_wechat"))
    moments = story.on(story.day, 3)
    story.write(moments[0], channel)
    story.contact(moments[1], channel, says="", direction="inbound", outcome={"party": "borrower"})
    story.write(moments[2], channel)


WITHOUT_CALLS: Final[tuple[Episode, ...]] = (chat, visit, message_not_delivered)
"""For a borrower who cannot hear."""
WITHOUT_LETTERS: Final[tuple[Episode, ...]] = (
    *(routine, routine, routine, attempts_then_answer, attempts_then_answer, borrower_calls_at_night),
    *(emergency_contact_relays, emergency_contact_relays, exactly_168_hours, connection_not_yet_known),
    *(edges_of_the_day, edges_of_quiet_windows, guarantor, visit, distress_handed_over),
    *(message_not_delivered, unlisted_before_the_lists, chat),
)
"""For a borrower who cannot see."""
EVERYDAY: Final[tuple[Episode, ...]] = (*WITHOUT_LETTERS, lawyers_letter, lawyers_visit)


def _sound_firm(story: Story, at: datetime) -> str:
    firms = story.world.sound_firms(day_in(at, SHANGHAI))
    return story.world.as_written(story.rng, story.rng.choice(firms))
