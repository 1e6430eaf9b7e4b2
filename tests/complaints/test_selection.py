"""Which contacts a complaint is about."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.audit.taken import Contact, Position
from collection_guard.complaints.selection import Complaint, Selection, select
from collection_guard.model.event import Event
from complaints.making import MINE, MOTHERS, call


def chosen(complaint: Complaint, *items: Event, timezone: str | None = "Asia/Shanghai") -> Selection:
    """Select among contacts."""
    contacts = [Contact(item, Position("log.csv", None, row)) for row, item in enumerate(items, 2)]
    return select(contacts, complaint, timezone=timezone, country="CN")


def ids(selection: Selection) -> list[str]:
    """Return the ids of the contacts selected."""
    return [item.event.event_id for item in selection.contacts]


def test_a_case_is_followed_over_all_agencies_and_channels_in_the_order_of_time() -> None:
    """What counts is the case, not who made the contact, how, or where it stands in the file."""
    items = [
        call("E-3", "2025-11-06T10:00:00+08:00", agency="乙", channel="sms"),
        call("E-1", "2025-11-04T10:00:00+08:00", agency="甲", channel="visit", recipient={}),
        call("X-1", "2025-11-04T10:00:00+08:00", case_id="C-2"),
        call("E-2", "2025-11-05T10:00:00+08:00", agency=None, direction="inbound"),
    ]
    assert ids(chosen(Complaint(cases=("C-1",)), *items)) == ["E-1", "E-2", "E-3"]


@pytest.mark.parametrize("written", [MINE, "+86 138 1234 5678", "0086-138-1234-5678", "１３８１２３４５６７８"])
def test_a_number_is_found_however_it_is_written(written: str) -> None:
    """Country codes, separators and full-width digits make no difference, in the question or in the log."""
    there = call("E-1", "2025-11-04T10:00:00+08:00", recipient={"number": "138-1234-5678"})
    other = call("E-2", "2025-11-04T10:00:00+08:00", recipient={"number": MOTHERS})
    assert ids(chosen(Complaint(numbers=(written,)), there, other)) == ["E-1"]


def test_a_number_is_found_among_the_members_of_a_group() -> None:
    """A message to a group reached each of its members."""
    group = call("E-1", "2025-11-04T10:00:00+08:00", channel="wechat", recipient={
        "audience": "group", "members": [{"number": MOTHERS}, {"number": MINE}],
    })  # fmt: skip
    assert ids(chosen(Complaint(numbers=(MINE,)), group)) == ["E-1"]


@given(st.integers(0, 40), st.integers(-50, 50))
def test_the_period_counts_local_dates_and_includes_both_ends(days: int, apart: int) -> None:
    """A contact is in it exactly if its local date is no further away than the days asked for."""
    day = date.fromordinal(date(2025, 11, 5).toordinal() + apart)
    # Half past seven in the morning in Shanghai is still the day before in UTC.
    contact = call("E-1", f"{date.fromordinal(day.toordinal() - 1)}T23:30:00+00:00")
    found = chosen(Complaint(cases=("C-1",), around=date(2025, 11, 5), days=days), contact)
    assert (ids(found) == ["E-1"]) == (abs(apart) <= days)
    assert found.outside == (abs(apart) > days)


@pytest.mark.parametrize(
    ("masked", "may_be"),
    [
        ("138****5678", True),
        ("+86138****5678", True),
        ("1381****5678", True),
        ("138****5679", False),
        ("139****5678", False),
        ("*******5678", True),
        ("********678", False),
    ],
)
def test_a_masked_number_that_agrees_is_named_and_not_counted(masked: str, may_be: bool) -> None:
    """It may be the one that complains; with too few digits left it may be anybody's, and is not named."""
    contact = call("E-1", "2025-11-04T10:00:00+08:00", case_id="C-9", recipient={"number": masked})
    found = chosen(Complaint(numbers=(MINE,)), contact)
    assert found.contacts == ()
    assert len(found.possible) == may_be


def test_the_other_cases_that_it_leads_to_are_counted() -> None:
    """Contacts of the case of that number, and of other cases of the borrower, are named and not mixed in."""
    items = [
        call("E-1", "2025-11-04T10:00:00+08:00", borrower_id="B-1"),
        call("E-2", "2025-11-05T10:00:00+08:00", recipient={"number": MOTHERS}),
        call("E-3", "2025-11-06T10:00:00+08:00", case_id="C-2", borrower_id="B-1", recipient={}),
        call("E-4", "2025-11-06T10:00:00+08:00", case_id="C-3", recipient={}),
    ]
    found = chosen(Complaint(numbers=(MINE,)), *items)
    assert ids(found) == ["E-1"]
    assert found.other_cases == (("C-1", 1), ("C-2", 1))
    by_case = chosen(Complaint(cases=("C-1",)), *items)
    assert by_case.other_cases == (("C-2", 1),)


def test_a_complaint_at_the_edge_of_the_calendar_has_a_period() -> None:
    """Dates end; the period ends with them."""
    assert Complaint(cases=("C",), around=date.max, days=9).period == (date(9999, 12, 22), date.max)
    assert Complaint(cases=("C",), around=date.min, days=9).period == (date.min, date(1, 1, 10))
