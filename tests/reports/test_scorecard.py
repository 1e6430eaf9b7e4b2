"""Agencies are scored and ranked by what their numbers can say, never by the chance of a few contacts."""

from collections.abc import Iterator

import pytest

from collection_guard.audit.report import NO_AGENCY, Report
from collection_guard.model.event import Event
from collection_guard.reports.scorecard import AgencyScore, agency_scores, funnel, rule_scores, scheme, worst_agencies
from reports import november

GOOD, BAD, SMALL = "甲公司", "乙公司", "丙公司"
LISTED = "澜川启衡信用管理有限公司"
NIGHT = "21:30:00"


def contacts(agency: str | None, count: int, wrong: int = 0, prefix: str = "", **fields: object) -> Iterator[Event]:
    """Yield contacts of an agency by day, and some at night, which one rule of the small pack forbids."""
    name = prefix or agency or "none"
    for place in range(count):
        clock = NIGHT if place < wrong else "12:00:00"
        yield november.event(
            f"{name}-{place}",
            f"2025-11-04T{clock}+08:00",
            case_id=f"{name}-{place}",
            agency=agency,
            recipient={"relationship": "self"},
            **fields,
        )


def report(*events: Iterator[Event], pack: str = "small") -> Report:
    """Return the report on some contacts."""
    return november.audit(november.intake([event for part in events for event in part]), pack)


def scores(found: Report) -> dict[str, AgencyScore]:
    """Return the scores by agency."""
    return {score.name: score for score in agency_scores(found)}


def test_an_agency_of_few_contacts_has_no_grade() -> None:
    """Below the number from which on a clean record says something, the grade is N; from it on there is one."""
    enough = int(scheme()["enough"])
    found = scores(report(contacts(GOOD, enough), contacts(SMALL, enough - 1)))
    assert (found[GOOD].grade, found[GOOD].score is None) == ("A", False)
    assert (found[SMALL].grade, found[SMALL].score) == ("N", None)


def test_ranks_go_by_what_can_be_said_for_sure() -> None:
    """Two wrong of three are less sure than a hundred of four hundred, and more contacts alone are no worse."""
    found = report(contacts(BAD, 400, 100), contacts(SMALL, 3, 2), contacts(GOOD, 2000, 101))
    assert [score.name for score in worst_agencies(found)] == [BAD, SMALL, GOOD]
    assert [score.name for score in worst_agencies(found, 1)] == [BAD]
    lows = [score.share.low for score in agency_scores(found)]
    assert lows == sorted(lows, reverse=True)


def test_an_agency_without_a_violation_is_none_of_the_worst() -> None:
    """Where nobody did wrong, nobody is worst."""
    assert worst_agencies(report(contacts(GOOD, 5))) == []


def test_a_small_agency_stays_inside_the_funnel() -> None:
    """One of four wrong is chance where all have 5 %; a hundred of four hundred is not, on either side."""
    found = scores(report(contacts(BAD, 400, 60), contacts(SMALL, 4, 1), contacts(GOOD, 1000, 10)))
    assert {name: score.place for name, score in found.items()} == {BAD: "above", SMALL: "within", GOOD: "below"}


def test_the_places_of_the_funnel_are_those_of_its_lines() -> None:
    """What lies beyond a line of the drawing is named so, as far as whole contacts allow."""
    found = report(contacts(BAD, 400, 60), contacts(GOOD, 1000, 10))
    (point,) = [point for point in funnel(found) if point.contacts == 1000]
    assert point.limits["below"] < point.limits["low"] < 70 / 1400 < point.limits["high"] < point.limits["above"]
    assert scores(found)[GOOD].share.value < point.limits["below"]
    sizes = [point.contacts for point in funnel(found)]
    assert (sizes[0], sizes[-1], sizes) == (1, 1000, sorted(set(sizes)))
    assert funnel(report()) == []


def test_points_are_lost_by_weight() -> None:
    """A major violation weighs half; at the number of weighted violations of the scheme no point is left."""
    found = scores(report(contacts(GOOD, 1000, 20), contacts(BAD, 1000, 100)))
    block, *_ = found[GOOD].blocks
    assert (block.weighted, block.assessed) == (10, 1000)
    assert block.points == pytest.approx(35 * (1 - 10 / 50))
    assert found[BAD].blocks[0].points == 0


def test_what_could_not_be_assessed_gives_no_points() -> None:
    """Without transcripts what was said is not measured, and costs points where data is scored."""
    found = scores(report(contacts(GOOD, 400), pack="core"))[GOOD]
    blocks = {block.block: block.points for block in found.blocks}
    assert blocks["speech"] is None
    share = found.tally.verdicts.assessable_share
    assert share is not None
    assert blocks["data"] == pytest.approx(15 * share)
    measured = [block for block in found.blocks if block.points is not None]
    assert found.score == pytest.approx(100 * sum(block.points or 0 for block in measured) / (35 + 15))


OUTCOME = {"network": "connected", "answered_by": "human", "party": "borrower"}
SAID = {"signals": {"threat": True}, "outcome": OUTCOME}
UNSAID = {"signals": {"threat": False}, "outcome": OUTCOME}


def threatening() -> Report:
    """Return the report of an agency that threatened once in 401 talks."""
    return report(contacts(LISTED, 400, **UNSAID), contacts(LISTED, 1, prefix="said", **SAID), pack="core")


def test_one_fatal_violation_makes_the_grade_d() -> None:
    """A threat that the bank's own people labelled is one too many, however many contacts were right."""
    found = scores(threatening())[LISTED]
    assert (found.fatal, found.unconfirmed) == ({"threat-made": 1}, {})
    assert (found.blocks[1].weighted, found.blocks[1].assessed) == (1, 401)
    assert found.grade == "D"
    assert found.score is not None
    assert found.score > scheme()["grades"]["C"]


def test_what_only_a_detector_heard_is_no_fatal_violation() -> None:
    """A threat that a detector heard waits for a person, and weighs less until then."""
    found = threatening()
    for item in found.violations:
        object.__setattr__(item.contact.event, "signals", None)
        object.__setattr__(item.contact.event, "content", "……")
    heard = scores(found)[LISTED]
    assert (heard.fatal, heard.unconfirmed) == ({}, {"threat-made": 1})
    assert heard.blocks[1].weighted == pytest.approx(0.3)
    assert heard.grade in {"A", "B"}


def test_what_was_said_in_a_few_talks_is_not_scored() -> None:
    """A block of which too few contacts could be assessed has no points: one bad talk of one is chance."""
    found = scores(report(contacts(LISTED, 400), contacts(LISTED, 1, prefix="said", **SAID), pack="core"))[LISTED]
    assert (found.blocks[1].points, found.blocks[1].assessed) == (None, 1)
    assert found.grade == "D"


def test_a_fatal_violation_shows_where_there_is_no_grade() -> None:
    """An agency of one contact has no grade, and its threat is named all the same."""
    found = scores(report(contacts(SMALL, 1, prefix="said", **SAID), pack="core"))[SMALL]
    assert (found.grade, found.fatal) == ("N", {"threat-made": 1})


def test_the_scores_add_up_to_the_report() -> None:
    """Contacts, violations and verdicts of the agencies and of the rules sum to those of all; no name is one too."""
    found = report(contacts(GOOD, 9, 2), contacts(None, 3, 1))
    agencies, rules = agency_scores(found), rule_scores(found)
    assert {score.name for score in agencies} == {GOOD, NO_AGENCY}
    assert sum(score.share.of for score in agencies) == found.contacts == 12
    assert sum(score.share.hits for score in agencies) == found.contacts_in_violation == 3
    assert sum(score.share.hits for score in rules) == len(found.violations)
    assert sum(score.assessable.hits for score in rules) == found.total.assessed
    assert sum(score.assessable.of for score in rules) == found.total.applicable
    assert next(score.rule for score in rules) == "after-hours"
    for rule, tally in found.by_rule.items():
        of_agencies = [score.tally.tallies[rule] for score in agencies]
        assert sum(one.violation for one in of_agencies) == tally.violation
        assert sum(one.unassessable for one in of_agencies) == tally.unassessable
        assert sum(one.not_applicable for one in of_agencies) == tally.not_applicable
