"""Wrongs of what was said, to how many, how often, and by a channel that shuts somebody out."""

from datetime import date, time, timedelta

from simulator import rule_ids as rule
from simulator.story import Person, Story
from simulator.world import LIMITS, SHANGHAI, day_in, minutes


def said_to_borrower(story: Story, says: str, wrongs: set[str]) -> None:
    """Say something to the borrower that nobody may say."""
    at = story.on(story.day)[0]
    if story.rng.random() < 0.5:
        story.talk(at, says=says, wrongs=wrongs)
    else:
        story.write(at, story.rng.choice(("sms", "wechat", "email")), says=says, wrongs=wrongs)


def publicised_in_group(story: Story) -> None:
    """Tell a group of people around the borrower."""
    story.connect()
    members = [story.outsider(near=True) for _ in range(story.rng.randint(2, 4))]
    listed = [
        {"name": one.name, "relationship": one.relationship, "number": one.number, "roles": ["address_book"]}
        for one in members
    ]
    group = Person("", None, None, SHANGHAI, None, tells_zone=True)
    says = story.rng.choice(("shaming", "in_group"))
    wrongs = {rule.PUBLICISED, rule.DISCLOSED, rule.BEYOND_RELAY, rule.REACHABLE, rule.NOT_EMERGENCY}
    story.contact(
        story.later(story.now, group),
        "wechat",
        group,
        says=says,
        recipient={"audience": "group", "members": listed, "name": None},
        outcome={"network": "sent", "party": "third_party"},
        wrongs=wrongs,
    )


def publicised_to_all(story: Story) -> None:
    """Post it for everybody to read: who did is unknown, but a third party is among them."""
    story.connect()
    everybody = Person("", None, None, SHANGHAI, None, tells_zone=True)
    story.contact(
        story.later(story.now, everybody),
        "social_post",
        everybody,
        says="shaming",
        recipient={"audience": "public", "name": None},
        outcome={"network": "sent", "party": "third_party"},
        wrongs={rule.PUBLICISED, rule.DISCLOSED, rule.BEYOND_RELAY, rule.REACHABLE},
    )


def bombing(story: Story) -> None:
    """Send more messages to one social account on one day than the configured number."""
    most = LIMITS[rule.BOMBING]
    channel = story.rng.choice(("wechat", "qq"))
    at = story.on(story.day)[0]
    agency = story.agency_on(at)
    for place in range(most + story.rng.randint(1, 2)):
        wrongs = {rule.BOMBING} if place >= most else set()
        story.write(at, channel, agency=agency, wrongs=wrongs, prompt=True)
        at += minutes(story.rng, 1, 3)


def repeated(story: Story) -> None:
    """Call the borrower more often on one day than the configured number."""
    most = LIMITS[rule.REPEATED]
    for place, at in enumerate(story.on(story.day, most + story.rng.randint(1, 2))):
        story.talk(at, wrongs={rule.REPEATED} if place >= most else set())


def at_the_door(story: Story) -> None:
    """Block the borrower's door."""
    at = story.on(story.day)[0]
    outcome = {"party": "borrower"}
    story.contact(at, "visit", says="doorstep", outcome=outcome, seconds=900, wrongs={rule.DOORSTEP})


def inaccessible(story: Story, channel: str) -> None:
    """Call somebody who cannot hear, or write a letter to somebody who cannot see."""
    at = story.on(story.day)[0]
    if channel == "letter":
        story.write(at, "letter", wrongs={rule.INACCESSIBLE})
    else:
        story.fail(at, channel=channel, wrongs={rule.INACCESSIBLE})


def distress_ignored(story: Story) -> None:
    """Notice that the borrower is in distress and go on as before."""
    outcome = {"disposition": story.rng.choice(("promise", "negotiating", "refused", None))}
    story.talk(story.on(story.day)[0], says="distressed", outcome=outcome, wrongs={rule.NOT_HANDED_OVER})


def everything_at_once(story: Story) -> None:
    """Have an agency on no list threaten a relative at night while the borrower can be reached."""
    story.day = max(story.day, date(2025, 10, 3))
    story.connect()
    who = story.outsider(near=True)
    day = day_in(story.now, SHANGHAI) + timedelta(days=2)
    wrongs = {rule.HOURS, rule.AGENCY, rule.REACHABLE, rule.NOT_EMERGENCY, rule.THREAT}
    wrongs |= {rule.DISCLOSED, rule.BEYOND_RELAY, rule.ASKED_TO_PAY}
    story.talk(
        story.at(day, time(22, story.rng.randint(0, 59)), who),
        who,
        says="everything",
        seconds=90,
        agency=story.rng.choice(story.world.words["agencies_on_no_list"]),
        wrongs=wrongs,
    )
