"""Notes and calls: what is one contact, what has no partner, and what cannot be told."""

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection_guard.model import Event
from collection_guard.reconciliation.matching import Tolerances
from collection_guard.reconciliation.rows import Row
from collection_guard.reconciliation.run import Terms
from reconciliation.making import AGENCY, all_said, compared, contact

OTHER = "青禾信用管理有限公司"


@pytest.mark.parametrize(
    ("note", "call", "findings"),
    [
        pytest.param(contact("N", 3), contact("C", 0), [], id="seconds-apart"),
        pytest.param(contact("N", 120), contact("C", 0), [], id="just-within-the-tolerance"),
        pytest.param(
            contact("N", 121), contact("C", 0), [("call-not-noted", "C"), ("note-without-call", "N")], id="just-outside"
        ),
        pytest.param(contact("N", 700), contact("C", 0, talk=600), [], id="noted-when-the-call-ended"),
        pytest.param(contact("N", 160), contact("C", 0, lasts=50), [], id="noted-after-ringing-and-talk"),
        pytest.param(
            contact("N", 171),
            contact("C", 0, lasts=50),
            [("call-not-noted", "C"), ("note-without-call", "N")],
            id="too-long-after-its-end",
        ),
        pytest.param(
            contact("N", 9000),
            contact("C", 0, lasts=80_000),
            [("call-not-noted", "C"), ("note-without-call", "N")],
            id="end-on-another-day",
        ),
        pytest.param(contact("N", 0), contact("C", 0, agency=None), [], id="record-without-agency"),
        pytest.param(
            contact("N", 0),
            contact("C", 0, agency=OTHER),
            [("call-not-noted", "C"), ("note-without-call", "N")],
            id="another-agency",
        ),
        pytest.param(contact("N", 0, agency="远山催收服务 有限公司"), contact("C", 0), [], id="spaces-in-the-name"),
        pytest.param(contact("N", 0, number="+86 138 0000 0001"), contact("C", 0), [], id="number-written-otherwise"),
        pytest.param(
            contact("N", 0, number="13800000002"),
            contact("C", 0),
            [("call-not-noted", "C"), ("note-without-call", "N")],
            id="another-number",
        ),
        pytest.param(
            contact("N", 0, case_id="A-1", number="138****0001"), contact("C", 0, case_id="A-1"), [], id="masked"
        ),
        pytest.param(
            contact("N", 0, case_id="A-1", number="138****0009"),
            contact("C", 0, case_id="A-1"),
            [("call-not-noted", "C"), ("note-without-call", "N")],
            id="masked-number-of-another",
        ),
        pytest.param(contact("N", 0, case_id="A-1", number=None), contact("C", 0, case_id="A-1"), [], id="case-alone"),
        pytest.param(
            contact("N", 0, number="138****0001"),
            contact("C", 0),
            [("call-not-noted", "C"), ("not-comparable", "N")],
            id="neither-number-nor-case",
        ),
        pytest.param(
            contact("N", 0, direction="inbound"),
            contact("C", 0, direction="outbound"),
            [("call-not-noted", "C"), ("note-without-call", "N")],
            id="another-direction",
        ),
        pytest.param(contact("N", 0, direction="inbound"), contact("C", 0), [], id="direction-not-recorded"),
        pytest.param(
            contact("N", 0, channel="sms"), contact("C", 0, talk=0), [("unanswered-call-not-noted", "C")], id="message"
        ),
        pytest.param(
            contact("N", 0, network="connected"),
            contact("C", 0, network="no_answer", talk=0),
            [("outcome-differs-from-note", "C", "N")],
            id="noted-as-answered",
        ),
        pytest.param(
            contact("N", 0, network="no_answer"),
            contact("C", 0, network="connected", talk=40),
            [("outcome-differs-from-note", "C", "N")],
            id="talk-hidden",
        ),
        pytest.param(
            contact("N", 0, network="no_answer"),
            contact("C", 0, network="connected", talk=4),
            [],
            id="cut-off-at-once",
        ),
        pytest.param(
            contact("N", 0, network="no_answer"),
            contact("C", 0, network="connected", answered_by="machine", talk=40),
            [],
            id="mailbox",
        ),
        pytest.param(
            contact("N", 0, network="forwarded"), contact("C", 0, network="connected", talk=9), [], id="forwarded"
        ),
        pytest.param(contact("N", 0, talk=65), contact("C", 0, talk=60), [], id="lengths-just-agree"),
        pytest.param(
            contact("N", 0, talk=66),
            contact("C", 0, talk=60),
            [("talk-differs-from-note", "C", "N")],
            id="lengths-just-differ",
        ),
        pytest.param(contact("N", 0), contact("C", 0, talk=60), [], id="note-without-length"),
    ],
)
def test_one_note_and_one_call(note: Event, call: Event, findings: list[tuple[str, ...]]) -> None:
    """What a note and a call of about the same time make: one contact, two, or one that they tell differently."""
    assert all_said(compared([note], [call])) == findings


def test_minutes_without_seconds_match_the_whole_minute() -> None:
    """A side that tells no seconds is compared as any moment of its minutes; one with seconds is not."""
    tight = Terms(Tolerances(time=1))
    calls = [contact("C1", 44), contact("C2", 1000)]
    whole = [contact("N1", -7), contact("N2", 953)]  # 12:00 and 12:16
    assert all_said(compared(whole, calls, terms=tight)) == []
    exact = [contact("N1", -6), contact("N2", 953)]
    assert len(all_said(compared(exact, calls, terms=tight))) == 4


def test_whole_minutes_of_talk_leave_a_minute_of_room() -> None:
    """Lengths that are all whole minutes were rounded; a few of them may be so by accident."""
    calls = [contact(f"C{place}", place * 4000, talk=61 + place * 10) for place in range(5)]
    notes = [contact(f"N{place}", place * 4000, talk=120) for place in range(5)]
    assert all_said(compared(notes, calls)) == []
    assert {kind for kind, *_ in all_said(compared(notes[:4], calls[:4]))} == {"talk-differs-from-note"}


def test_note_goes_to_the_call_that_it_agrees_with() -> None:
    """Of two calls in a row the one that was answered is the one that the note tells of."""
    calls = [contact("C1", 0, network="busy", talk=0), contact("C2", 50, network="connected", talk=30)]
    note = contact("N", 20, network="connected", talk=30)
    assert all_said(compared([note], calls)) == [("unanswered-call-not-noted", "C1")]


def test_collector_tells_calls_apart() -> None:
    """Who called counts where both sides know both collectors by the same ids."""
    calls = [contact("C1", 0, collector="A"), contact("C2", 20, collector="B")]
    notes = [contact("N", 10, collector="B"), contact("N2", 9000, collector="A")]
    assert ("call-not-noted", "C1") in all_said(compared(notes, calls))
    others = [contact("N", 10, collector="1002"), contact("N2", 9000, collector="1001")]
    assert ("ambiguous-match", "C1", "C2", "N") in all_said(compared(others, calls))


def test_one_note_between_two_calls_is_said_to_be_unclear() -> None:
    """Where a note fits two calls as well, nothing is guessed: one finding shows all three rows."""
    result = compared([contact("N", 20)], [contact("C1", 0), contact("C2", 40)])
    assert all_said(result) == [("ambiguous-match", "C1", "C2", "N")]
    assert result.findings[0].values == {"notes": 1, "calls": 2}


def test_two_notes_of_one_call_are_said_to_be_unclear() -> None:
    """Where two notes fit one call as well, one of them is of no call, and it cannot be told which."""
    assert all_said(compared([contact("N1", -10), contact("N2", 10)], [contact("C", 0)])) == [
        ("ambiguous-match", "C", "N1", "N2")
    ]


def test_rows_that_belong_together_whoever_belongs_to_whom_are_no_finding() -> None:
    """Two notes and two calls at one time are two contacts, though which note is of which call cannot be told."""
    notes = [contact("N1", 0, talk=30), contact("N2", 1, talk=30)]
    calls = [contact("C1", 4, talk=30), contact("C2", 8, talk=30)]
    result = compared(notes, calls)
    assert all_said(result) == []
    assert result.matched == 2
    assert [group.leaves_others for group in result.matching.groups] == [False]


def test_a_shift_of_all_partners_is_not_preferred_to_two_rows_alone() -> None:
    """A note whose call is missing does not take the next call, and that one's note the one after it."""
    notes = [contact("N1", 0), contact("N2", 80)]
    calls = [contact("C2", 80), contact("C3", 160)]
    assert all_said(compared(notes, calls)) == [("call-not-noted", "C3"), ("note-without-call", "N1")]


def test_second_legs_count_with_their_call() -> None:
    """Records of one number within two seconds are legs of one call; the one that talked speaks for it."""
    calls = [contact("C1", 0, talk=0, network="no_answer"), contact("C1b", 2, talk=50), contact("C2", 4, talk=0)]
    result = compared([contact("N", 0, talk=50)], calls)
    assert result.legs == 1
    assert all_said(result) == [("unanswered-call-not-noted", "C2")]
    assert [leg.event.event_id for leg in result.matching.pairs[0][1].legs] == ["C1"]


def test_row_without_a_partner_shows_the_nearest() -> None:
    """Beside a note without a call stands the nearest call of its number, though another note has it."""
    result = compared([contact("N1", 0), contact("N2", 600)], [contact("C", 0)])
    [finding] = result.findings
    assert finding.nearest is not None
    assert (finding.items[0].position.row, finding.nearest.event.event_id) == (2, "C")


def test_agencies_that_name_themselves_otherwise_are_told() -> None:
    """Where no agency of one side is one of the other, that is said."""
    assert compared([contact("N", 0, agency=OTHER)], [contact("C", 0)]).strangers()
    assert not compared([contact("N", 0, agency=None)], [contact("C", 0)]).strangers()
    assert not compared([contact("N", 0)], [contact("C", 0)]).strangers()


def test_dates_asked_for_limit_the_findings() -> None:
    """Findings outside the dates are left out and counted; their rows may still be partners."""
    day = 86_400
    notes = [contact(f"N{place}", place * day) for place in range(4)]
    term = Terms(zone="Asia/Shanghai", first=date(2025, 11, 4), last=date(2025, 11, 5))
    result = compared(notes, [], terms=term)
    assert all_said(result) == [("note-without-call", "N1"), ("note-without-call", "N2")]
    assert result.outside == 2


def test_kinds_can_be_turned_off_and_made_graver() -> None:
    """A kind that is off is counted and not listed; another severity is the one that is shown."""
    severities = Terms().severities | {"note-without-call": "off", "call-not-noted": "critical"}
    result = compared([contact("N", 0)], [contact("C", 900)], terms=Terms(severities=severities))
    assert all_said(result) == [("call-not-noted", "C")]
    assert result.off == {"note-without-call": 1}
    assert result.at_or_above("critical") == 1


# --- properties ---------------------------------------------------------------------------------------------------

CALLS = st.lists(
    st.tuples(
        st.integers(0, 4000),
        st.sampled_from(("13800000001", "13800000002", "13800000003")),
        st.sampled_from((None, "outbound", "inbound")),
        st.sampled_from((None, 0.0, 12.0, 95.0)),
        st.sampled_from((AGENCY, OTHER, None)),
    ),
    max_size=14,
)
Made = list[tuple[int, str, str | None, float | None, str | None]]


def side(made: Made, letter: str, late: int = 0) -> list[Event]:
    """Return a side of which each contact is told as it was."""
    return [
        contact(f"{letter}{place:03d}", seconds + late, number=number, direction=direction, talk=talk, agency=agency)
        for place, (seconds, number, direction, talk, agency) in enumerate(made)
    ]


def no_legs() -> Terms:
    """Return terms under which two calls at once are two calls."""
    return Terms(Tolerances(legs=-1), zone="Asia/Shanghai")


@given(CALLS)
def test_sides_that_agree_give_no_finding(made: Made) -> None:
    """Notes that tell each call as it was leave nothing to be found, however often a number was redialled."""
    result = compared(side(made, "N"), side(made, "C"), terms=no_legs())
    assert all_said(result) == []
    assert result.matched == len(made)


@given(CALLS, st.integers(0, 4000))
def test_one_more_call_is_one_more_finding(made: Made, seconds: int) -> None:
    """A call to a number that nobody noted is the one finding."""
    more = contact("C-more", seconds, number="13900000009", talk=30)
    result = compared(side(made, "N"), [*side(made, "C"), more], terms=no_legs())
    assert all_said(result) == [("call-not-noted", "C-more")]


@given(CALLS, CALLS, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_order_free(noted: Made, called: Made, rng: random.Random) -> None:
    """order-free: the same rows in another order give the same findings, pairs and clocks."""
    notes, calls = side(noted, "N", late=40), side(called, "C")
    once = compared(notes, calls)
    rng.shuffle(notes)
    rng.shuffle(calls)
    again = compared(notes, calls)
    assert all_said(again) == all_said(once)
    assert [said_pair(pair) for pair in again.matching.pairs] == [said_pair(pair) for pair in once.matching.pairs]
    assert {name: skew.seconds for name, skew in again.matching.skews.items()} == {
        name: skew.seconds for name, skew in once.matching.skews.items()
    }


def said_pair(pair: tuple[Row, Row]) -> tuple[str, ...]:
    """Return the ids of a pair."""
    return tuple(row.event.event_id for row in pair)


@given(CALLS, CALLS)
def test_every_row_is_paired_alone_unclear_or_incomparable(noted: Made, called: Made) -> None:
    """nothing-lost: each row compared stands in one pair, in one group, alone, or among the incomparable ones."""
    result = compared(side(noted, "N"), side(called, "C"))
    matching = result.matching
    rows = [row for pair in matching.pairs for row in pair]
    rows += [row for group in matching.groups for row in (*group.left, *group.right)]
    rows += [*matching.left, *matching.right, *matching.incomparable]
    # Where one side of a group has more rows than the other, somebody in it stays alone.
    assert all(group.leaves_others or len(group.left) == len(group.right) for group in matching.groups)
    assert sorted(id(row) for row in rows) == sorted(id(row) for row in (*result.note_rows, *result.call_rows))
