"""What the verdicts on the contacts of a complaint carry, and no more."""

from dataclasses import replace
from datetime import date

import pytest
from reports.november import REGISTRY, SETTINGS, intake, packs

from collection_guard.audit.run import Basis
from collection_guard.complaints.selection import Complaint
from collection_guard.complaints.timeline import Timeline, trace
from collection_guard.model.event import Event
from complaints.making import MINE, call, timeline

HOURS, THREAT, ABUSE = "contact-outside-permitted-hours", "threat-made", "abusive-language"
LATE = call("E-1", "2025-11-04T22:00:00+08:00")
THREATENING = call("E-2", "2025-11-05T10:00:00+08:00", channel="sms", content="", signals={"threat": True})
CALM = call("E-3", "2025-11-06T10:00:00+08:00", outcome={"network": "connected", "party": "borrower"})
UNRECORDED = call(
    "E-4", "2025-11-07T10:00:00+08:00", content=None, outcome={"network": "connected", "party": "borrower"}
)


def of(*items: Event, about: tuple[str, ...] = (), around: date | None = None, number: str | None = None) -> Timeline:
    """Return the timeline of a complaint about the case, or a number, over contacts."""
    who = {"numbers": (number,)} if number else {"cases": ("C-1",)}
    return timeline(Complaint(**who, about=about, around=around), items)  # type: ignore[arg-type]  # one of two fields


@pytest.mark.parametrize(
    ("items", "about", "outcome"),
    [
        ((LATE, CALM), (HOURS,), "established"),
        ((LATE, THREATENING), (HOURS, THREAT), "established"),
        ((LATE, CALM), (HOURS, THREAT), "partly"),
        ((LATE, UNRECORDED), (HOURS, THREAT), "partly"),
        ((CALM,), (HOURS, THREAT), "refuted"),
        ((CALM, UNRECORDED), (HOURS,), "refuted"),
        ((CALM, UNRECORDED), (THREAT,), "open"),
        ((CALM, UNRECORDED), (HOURS, THREAT), "open"),
        ((), (HOURS,), "open"),
        ((LATE, THREATENING), (), "established"),
        ((LATE, UNRECORDED), (), "established"),
        ((CALM, UNRECORDED), (), "open"),
        ((), (), "open"),
    ],
)
def test_the_conclusion_goes_as_far_as_the_verdicts(
    items: tuple[Event, ...], about: tuple[str, ...], outcome: str
) -> None:
    """One broken rule proves its own part; nothing is refuted that a missing fact leaves open, or that no row is of."""
    assert of(*items, about=about).outcome == outcome


def test_a_rule_that_applied_to_no_contact_is_not_refuted() -> None:
    """That no third party stands in the log does not prove that none was called."""
    (point,) = of(CALM, about=("debt-disclosed-to-third-party",)).points()
    assert (point.violated, point.open, point.clear) == ((), (), ())
    assert point.outcome == "open"


def test_nothing_is_refuted_beside_contacts_that_are_history() -> None:
    """They are not judged: what is complained of may have been done in one of them; outside the period it was not."""
    calm, before = intake([CALM]).contacts, tuple(replace(item, past=True) for item in intake([UNRECORDED]).contacts)
    both = replace(intake([CALM]), contacts=calm, past=before)
    basis = Basis(packs("core"), settings=SETTINGS, registry=REGISTRY, engine="reference")
    found = [
        trace(both, basis, Complaint(cases=("C-1",), about=(HOURS,), around=around, days=0))
        for around in (None, date(2025, 11, 6))
    ]
    assert [(one.selection.before, one.outcome) for one in found] == [(1, "open"), (0, "refuted")]


def test_an_advisory_alone_makes_no_complaint_a_right_one() -> None:
    """It is listed; but unless it is what is complained of, the conclusion does not rest on it."""
    runs_on = call(
        "E-5",
        "2025-11-04T20:58:00+08:00",
        ended_at="2025-11-04T21:03:00+08:00",
        outcome={"network": "connected", "party": "borrower"},
    )
    rule = "contact-runs-into-quiet-hours"
    plain = of(runs_on)
    assert [point.rule for point in plain.points() if point.violated] == [rule]
    assert plain.outcome != "established"
    assert of(runs_on, about=(rule,)).outcome == "established"


def test_a_masked_number_that_may_be_the_one_refutes_nothing() -> None:
    """What was done to that number may stand in the row whose number is masked."""
    masked = call("E-6", "2025-11-04T10:00:00+08:00", case_id="C-9", recipient={"number": "138****5678"})
    assert of(CALM, about=(HOURS,), number=MINE).outcome == "refuted"
    assert of(CALM, masked, about=(HOURS,), number=MINE).outcome == "open"


def test_a_day_that_the_log_does_not_hold_refutes_nothing() -> None:
    """A log that begins after the day complained of says nothing of it."""
    assert of(CALM, about=(HOURS,), around=date(2025, 11, 6)).outcome == "refuted"
    assert of(CALM, about=(HOURS,), around=date(2025, 11, 5)).outcome == "open"
    assert of(LATE, about=(HOURS,), around=date(2025, 11, 5)).outcome == "established"


def test_what_is_missing_is_named_by_field_with_the_contacts_and_rules_that_hang_on_it() -> None:
    """The field whose supply would help most contacts comes first."""
    found = of(CALM, UNRECORDED, call("E-7", "2025-11-08T10:00:00+08:00", content=None, outcome=None))
    missing = {path: (count, rules) for path, count, rules in found.missing()}
    assert missing["content"][0] == 2
    assert {THREAT, ABUSE} <= set(missing["content"][1])
    counts = [count for _, count, _ in found.missing()]
    assert counts == sorted(counts, reverse=True)


def test_the_verdicts_are_those_of_the_whole_log_by_every_engine() -> None:
    """A rule that looks back sees what lies before the period; the columnar engine says the same."""
    cease = call("E-1", "2025-10-01T10:00:00+08:00", direction="inbound", outcome={"state_change": "cease"})
    again = call("E-2", "2025-11-05T10:00:00+08:00")
    complaint = Complaint(numbers=(MINE,), around=date(2025, 11, 5), days=3)
    for engine in ("reference", "columnar"):
        found = timeline(complaint, [cease, again, CALM], engine=engine)
        first = found.contacts[0]
        assert [item.rule for item in first.violations(found.ranks)] == ["contact-after-cease-request"]
        assert found.selection.outside == 1
        assert [item.contact.event.event_id for item in found.contacts] == ["E-2", "E-3"]
        assert found.contacts[1].verdict == "violation"
