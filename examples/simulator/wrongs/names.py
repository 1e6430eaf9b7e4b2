"""Wrongs of the name: firms and agencies that no list has, and claims that disagree."""

from datetime import date, timedelta

from simulator import rule_ids as rule
from simulator.story import Story
from simulator.world import SHANGHAI, day_in


def claimed_firm(story: Story, names: str, wrongs: set[str]) -> None:
    """Write or visit in the name of a firm that is missing from the list, the directory or both."""
    at = story.on(story.day)[0]
    firm = story.rng.choice(story.world.words[names])
    claims = {"law_firm": firm, "title": story.world.words["lawyer_title"]}
    if story.rng.random() < 0.5:
        says, channel = "lawyers_letter", story.rng.choice(("letter", "sms", "email"))
        story.write(at, channel, says=says, claims=claims, wrongs=wrongs)
    else:
        outcome = {"party": "borrower"}
        story.contact(
            at,
            "visit",
            says="lawyers_visit",
            claims=claims,
            outcome=outcome,
            seconds=300,
            wrongs=wrongs,
        )


def firm_no_longer_listed(story: Story) -> None:
    """Write in the name of a firm after its last day on the list, and of one day before it for comparison."""
    row = next(row for row in story.world.partners if row.category == "law_firm" and row.valid_to is not None)
    if row.valid_to is None or story.day >= row.valid_to:
        return
    story.day = row.valid_to
    claims = {"law_firms": [row.name], "title": story.world.words["lawyer_title"]}
    for day, wrongs in ((story.day, set()), (story.day + timedelta(days=1), {rule.FIRM_NOT_LISTED})):
        at = story.on(day)[0]
        story.write(at, "letter", says="lawyers_letter", claims=claims, wrongs=wrongs)


def two_firms_in_one_contact(story: Story) -> None:
    """Name two firms in one contact, each of which is listed."""
    at = story.on(story.day)[0]
    firms = story.rng.sample(story.world.sound_firms(day_in(at, SHANGHAI)), 2)
    claims = {"law_firms": firms, "title": story.world.words["lawyer_title"]}
    story.talk(at, says="two_firms", claims=claims, wrongs={rule.FIRMS_DISAGREE})


def visit_and_letter_disagree(story: Story) -> None:
    """Visit as one firm and leave the letter of another: the letter, which comes second, shows it."""
    first, second = story.on(story.day, 2)
    agency = story.agency_on(first, second)
    sound = story.world.sound_firms(day_in(first, SHANGHAI), day_in(second, SHANGHAI))
    wrongs: set[str] = set()
    if story.rng.random() < 0.5:
        said, headed = story.rng.sample(sound, 2)
    else:
        said, headed = story.rng.sample(story.world.words["firms_on_neither"], 2)
        wrongs = {rule.FIRM_NOT_LISTED, rule.FIRM_NOT_IN_DIRECTORY}
    title = story.world.words["lawyer_title"]
    story.contact(
        first,
        "visit",
        says="lawyers_visit",
        claims={"law_firm": said, "title": title},
        outcome={"party": "borrower"},
        agency=agency,
        wrongs=wrongs,
    )
    story.contact(
        second,
        "letter",
        says="lawyers_letter",
        claims={"law_firm": headed},
        outcome={"network": "sent", "party": "borrower"},
        agency=agency,
        wrongs=wrongs | {rule.FIRMS_DISAGREE},
    )


def lawyer_without_firm(story: Story) -> None:
    """Show a lawyer's card at the door, and name no firm: not a word is said that could name one."""
    claims = {"law_firms": [], "person": "高某", "title": story.world.words["lawyer_title"]}
    story.contact(
        story.on(story.day)[0],
        "visit",
        says="lawyer_unnamed",
        silently=True,
        claims=claims,
        outcome={"party": "borrower"},
        seconds=60,
        wrongs={rule.NO_FIRM},
    )


def agency_not_listed(story: Story, names: str) -> None:
    """Have an agency work that no list of collection agencies has, or one that is listed as something else."""
    agency = story.rng.choice(story.world.words[names])
    story.day = max(story.day, date(2025, 10, 3))
    first, second = story.on(story.day, 2)
    story.write(first, "sms", agency=agency, wrongs={rule.AGENCY})
    story.talk(second, agency=agency, wrongs={rule.AGENCY})
    # What the borrower does is not the agency's contact.
    story.talk(story.later(second), direction="inbound", agency=agency)


def agency_dropped(story: Story) -> None:
    """Have an agency work on its last listed day and on the day after."""
    gone = [row for row in story.world.partners if row.category == "collection_agency" and row.valid_to]
    row = story.rng.choice(gone)
    if row.valid_to is None or story.day >= row.valid_to:
        return
    story.day = row.valid_to
    story.talk(story.on(story.day)[0], agency=row.name)
    story.talk(story.on(story.day + timedelta(days=1))[0], agency=row.name, wrongs={rule.AGENCY})
