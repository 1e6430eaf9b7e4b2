"""Legs of one call: which row is the contact, whatever the order of rows."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from collection_guard.audit.cases import CaseFinder
from collection_guard.audit.intake import Tray
from collection_guard.audit.taken import PLACEHOLDER, Contact, Intake, Leg, Position
from collection_guard.model.event import Event

AT = datetime(2025, 11, 3, 2, 0, tzinfo=UTC)
NUMBERS = {"a": "13800138001", "b": "13900139001"}


def leg(
    row: int, ids: tuple[str, ...], number: str | None, start: float, length: float = 30, talk: float = 0, **more: Any
) -> Contact:
    """Return a row of a call: to a number, or to an extension; after so many seconds, and so long."""
    name = more.pop("name", ids[0] if ids else PLACEHOLDER)
    event = Event.model_validate(
        {
            "event_id": name,
            "case_id": PLACEHOLDER,
            "channel": "call",
            "direction": more.pop("direction", "outbound"),
            "started_at": AT + timedelta(seconds=start),
            "ended_at": AT + timedelta(seconds=start + length),
            "talk_seconds": talk,
            "recipient": {"number": NUMBERS.get(number or "", "1002")},
            "outcome": {"network": "connected" if talk else "no_answer"},
        }
    )
    key = "+86" + NUMBERS[number] if number else None
    return Contact(event, Position("log", None, row), Leg("pbx:", ids, more.pop("of_row", False), key, **more))


def settled(rows: list[Contact]) -> Intake:
    """Return the intake of some rows, having checked that none is lost."""
    tray = Tray()
    for row in rows:
        tray.add(row)
    intake = tray.settle(CaseFinder(None))
    assert len(intake.contacts) + len(intake.rejected) + len(intake.set_aside) == len(rows) == intake.rows_read
    return intake


def kept(*rows: Contact) -> list[int | None]:
    """Return the rows that are contacts, having checked that any order of rows gives the same."""
    expected = settled(list(rows))
    for seed in range(4):
        shuffled = list(rows)
        random.Random(seed).shuffle(shuffled)
        assert settled(shuffled).contacts == expected.contacts
    return [contact.position.row for contact in expected.contacts]


def test_the_leg_that_was_answered_is_the_contact() -> None:
    """Of two legs to one number the answered one; of two answered ones the longer."""
    assert kept(leg(1, ("c",), "a", 0), leg(2, ("c",), "a", 0, talk=20)) == [2]
    assert kept(leg(1, ("c",), "a", 0, talk=10), leg(2, ("c",), "a", 1, talk=20)) == [2]


def test_extensions_of_a_call_are_no_contacts_where_a_number_was_reached() -> None:
    """The leg to the agent gives way to that of the number, though it talked longer."""
    assert kept(leg(1, ("c",), None, 0, talk=60), leg(2, ("c",), "a", 2, talk=40)) == [2]
    assert kept(leg(1, ("c",), None, 0), leg(2, ("c",), None, 2, talk=40)) == [2]


def test_another_number_in_one_call_is_a_contact_of_its_own() -> None:
    """A third party that was called into a conference is not lost; shared ids are told apart in the order of time."""
    rows = (leg(1, ("c",), "a", 0, talk=60), leg(2, ("c",), "b", 20, talk=30))
    assert kept(*rows) == [1, 2]
    assert [contact.event.event_id for contact in settled(list(rows)).contacts] == ["c", "c/2"]


def test_a_number_dialled_again_after_nobody_answered_is_a_contact_of_its_own() -> None:
    """A redial counts; a leg beside an attempt, and a transfer after an answer, do not."""
    assert kept(leg(1, ("c",), "a", 0), leg(2, ("c",), "a", 31)) == [1, 2]
    assert kept(leg(1, ("c",), "a", 0), leg(2, ("c",), "a", 29)) == [1]
    assert kept(leg(1, ("c",), "a", 0, talk=20), leg(2, ("c",), "a", 31)) == [1]
    assert kept(leg(1, ("c",), "a", 0, length=0), leg(2, ("c",), "a", 0, length=0)) == [1]


def test_what_was_dialled_for_a_call_that_came_in_is_no_contact() -> None:
    """A call put through to somebody's telephone is the one that came in."""
    assert kept(leg(1, ("c",), "a", 0, talk=60, direction="inbound"), leg(2, ("c",), "b", 5, talk=50)) == [1]


def test_rows_are_of_one_call_through_any_identifier_they_share() -> None:
    """The a-leg names the b-leg, which names a transfer: all three are one call."""
    rows = (
        leg(1, ("x", "y"), "a", 0, talk=5, of_row=True),
        leg(2, ("y", "z"), "a", 0, talk=9, of_row=True),
        leg(3, ("z",), "a", 0, talk=7, of_row=True),
        leg(4, ("w",), "a", 0, talk=3, of_row=True),
    )
    assert kept(*rows) == [2, 4]


def test_without_identifiers_a_second_is_enough_and_two_are_too_many() -> None:
    """Same number, begun within a second: one call; later, or another number: another."""
    rows = (leg(1, (), "a", 0, seconds=1.0), leg(2, (), "a", 1, talk=9, seconds=1.0))
    assert kept(*rows, leg(3, (), "a", 2.5, seconds=1.0), leg(4, (), "b", 0, seconds=1.0)) == [2, 3, 4]
    apart = (leg(1, (), "a", 0, seconds=1.0), leg(2, (), "a", 1, direction="inbound", seconds=1.0))
    assert kept(*apart) == [1, 2]


def test_redeliveries_of_a_leg_are_no_legs() -> None:
    """A row delivered twice is a redelivery; with other content under an id of its own it contradicts."""
    intake = settled([leg(1, ("c",), "a", 0, talk=5), leg(2, ("c",), "a", 0, talk=5)])
    assert intake.set_aside_by_reason() == {"redelivery": 1}
    rows = [leg(1, ("c",), "a", 0, talk=5, of_row=True), leg(2, ("c",), "a", 0, talk=6, of_row=True)]
    assert settled(rows).rejected_by_reason() == {"duplicate_differs": 1}
    assert settled([leg(1, ("c",), "a", 0, talk=5), leg(2, ("c",), "a", 0, talk=6)]).set_aside_by_reason() == {
        "second_leg": 1
    }


LEGS = st.lists(
    st.tuples(
        st.lists(st.sampled_from("uvwxyz"), max_size=2, unique=True),
        st.sampled_from(["a", "b", None]),
        st.integers(0, 90),
        st.sampled_from([0, 0, 10, 20]),
        st.sampled_from(["outbound", "outbound", "inbound"]),
        st.booleans(),
    ),
    max_size=9,
)


@given(LEGS, st.randoms(use_true_random=False))
def test_no_call_to_a_number_is_lost_and_no_order_matters(legs: list[Any], chance: random.Random) -> None:
    """INVARIANT order-free, nothing-lost: every number that was dialled out in some call still has a contact."""
    rows = [
        # An id of the row's own, where it has one, is no other row's: what contradicts itself is rejected elsewhere.
        leg(
            row,
            tuple(ids),
            number,
            start,
            talk=talk,
            direction=direction,
            seconds=1.0,
            **({"of_row": True, "name": f"row {row}"} if of_row else {}),
        )
        for row, (ids, number, start, talk, direction, of_row) in enumerate(legs, 1)
    ]
    intake = settled(rows)
    shuffled = list(rows)
    chance.shuffle(shuffled)
    other = settled(shuffled)
    assert {c.event.event_id: c.event for c in intake.contacts} == {c.event.event_id: c.event for c in other.contacts}
    assert intake.set_aside_by_reason() == other.set_aside_by_reason()
    ids = [contact.event.event_id for contact in intake.contacts]
    assert len(ids) == len(set(ids))
    if not any(direction == "inbound" for *_, direction, _ in legs):
        dialled = {number for _, number, *_ in legs if number is not None}
        assert {contact.event.recipient.number for contact in intake.contacts} >= {NUMBERS[name] for name in dialled}
