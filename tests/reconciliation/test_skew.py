"""Clocks: how far one side runs ahead is told by pairs that can be nothing else, and by enough of them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.model import Event
from collection_guard.reconciliation.matching import Tolerances
from collection_guard.reconciliation.run import Terms
from reconciliation.making import AGENCY, all_said, compared, contact, said

OTHER = "青禾信用管理有限公司"
HOUR = 3607
"""Seconds between two contacts; not whole minutes, so that the times of a side always tell their seconds."""


Sides = tuple[list[Event], list[Event]]


def sides(skew: float, count: int = 8, agency: str = AGENCY, letter: str = "") -> Sides:
    """Return notes and calls of as many numbers, the notes' clock ahead by some seconds."""
    numbers = [f"1390000{place:04d}" for place in range(count)]
    calls = [
        contact(f"C{letter}{place}", place * HOUR, number=number, agency=agency) for place, number in enumerate(numbers)
    ]
    notes = [
        contact(f"N{letter}{place}", place * HOUR + skew, number=number, agency=agency)
        for place, number in enumerate(numbers)
    ]
    return notes, calls


@given(st.integers(-43_200, 43_200))
def test_any_skew_is_found_and_taken_off(skew: int) -> None:
    """Notes whose clock is wrong by any amount match as if it were right; beyond a minute the clock is a finding."""
    result = compared(*sides(skew))
    found = result.matching.skews[next(iter(result.matching.skews))]
    assert (found.seconds, found.pairs, found.known) == (skew, 8, True)
    assert [kind for kind, *_ in all_said(result)] == (["clock-skew"] if abs(skew) > 60 else [])


def test_each_agency_has_its_own_clock() -> None:
    """The clock of one agency says nothing of another's."""
    ahead, right = sides(300, letter="a"), sides(-700, agency=OTHER, letter="b")
    result = compared(ahead[0] + right[0], ahead[1] + right[1])
    assert {(item.agency, item.values["seconds"], item.values["way"]) for item in result.findings} == {
        (AGENCY, 300.0, "ahead"),
        (OTHER, 700.0, "behind"),
    }


def test_finding_shows_a_pair_that_differs_by_the_median() -> None:
    """A clock that is wrong is shown by the pair in the middle, and by how many pairs it rests on."""
    notes, calls = sides(300, 9)
    notes[0] = contact("N0", 330, number="13900000000")
    [finding] = compared(notes, calls).findings
    assert finding.kind == "clock-skew"
    assert finding.values["pairs"] == 9
    assert said(finding) == ("clock-skew", "C1", "N1")


def test_too_few_pairs_tell_nothing() -> None:
    """Four pairs are no reason to move a clock: it is taken as right, and nothing is said of it."""
    result = compared(*sides(300, 4))
    assert not any(skew.known for skew in result.matching.skews.values())
    assert {kind for kind, *_ in all_said(result)} == {"call-not-noted", "note-without-call"}


def test_scattered_notes_move_no_clock() -> None:
    """Where the notes fit the calls nowhere, no difference is made up that some of them happen to have."""
    notes, calls = sides(0, 40)
    wild = [
        contact(f"N{place}", place * HOUR + place * 977 % 20_000 - 10_000, number=note.recipient.number)
        for place, note in enumerate(notes)
    ]
    result = compared(wild, calls)
    assert not any(skew.known for skew in result.matching.skews.values())


def test_wrong_rows_do_not_move_the_median() -> None:
    """Notes that are made up, and calls that were not noted, leave the clock as the others tell it."""
    notes, calls = sides(200, 20)
    notes += [contact(f"X{place}", place * HOUR + 1500, number=f"1390000{place:04d}") for place in range(10)]
    calls += [contact(f"Y{place}", place * HOUR - 1500, number=f"1390000{place:04d}") for place in range(10)]
    result = compared(notes, calls)
    assert result.matching.skews[next(iter(result.matching.skews))].seconds == 200
    kinds = [kind for kind, *_ in all_said(result)]
    assert (kinds.count("note-without-call"), kinds.count("call-not-noted"), kinds.count("clock-skew")) == (10, 10, 1)


@pytest.mark.parametrize("limit", [199, 200])
def test_what_is_a_wrong_clock_can_be_set(limit: float) -> None:
    """A clock is a finding if it is more wrong than the limit."""
    terms = Terms(Tolerances(skew=limit))
    assert bool(compared(*sides(200), terms=terms).findings) is (limit < 200)


def test_a_clock_that_is_wrong_by_the_time_of_a_redial() -> None:
    """Where each answered call was tried before, what the notes say of the answer tells the two apart."""
    notes, calls = [], []
    for place in range(8):
        number, start = f"1390000{place:04d}", place * HOUR
        calls.append(contact(f"A{place}", start, number=number, network="busy", talk=0))
        calls.append(contact(f"B{place}", start + 300, number=number, network="connected", talk=30))
        notes.append(contact(f"N{place}", start, number=number, network="connected", talk=30))
    result = compared(notes, calls)
    assert result.matching.skews[next(iter(result.matching.skews))].seconds == -300
    assert {call.event.event_id[0] for _, call in result.matching.pairs} == {"B"}


def test_records_without_seconds_do_not_bend_the_estimate() -> None:
    """Times cut off to the minute are taken at the middle of it, on whichever side they stand."""
    exact = [place * HOUR + place * 13 for place in range(20)]
    numbers = [f"1390000{place:04d}" for place in range(20)]
    whole = [second - (second + 7) % 60 for second in exact]  # contacts are told from seven seconds after noon on
    for noted, called, skew in ((exact, whole, 300), (whole, exact, -300)):
        notes = [contact(f"N{n}", second + skew, number=n) for second, n in zip(noted, numbers, strict=True)]
        calls = [contact(f"C{n}", second, number=n) for second, n in zip(called, numbers, strict=True)]
        found = compared(notes, calls).matching.skews
        assert abs(found[next(iter(found))].seconds - skew) <= 15


def test_a_few_that_happen_to_agree_are_not_the_clock() -> None:
    """Six notes of sixty that differ from a call by one amount move no clock, where the others fit nowhere."""
    notes, calls = sides(0, 60)
    apart = [500.0 if place < 6 else 2000 + place * 300.0 * (-1) ** place for place in range(60)]
    late = [
        contact(f"N{place}", place * HOUR + seconds, number=notes[place].recipient.number)
        for place, seconds in enumerate(apart)
    ]
    assert not any(skew.known for skew in compared(late, calls).matching.skews.values())


def test_a_clock_that_may_be_right_is_right() -> None:
    """Of two differences that as many pairs have, the one nearer to none is taken."""
    right, late = sides(0, 6, letter="a"), sides(3000, 12, letter="b")
    result = compared(right[0] + late[0][6:], right[1] + late[1][6:])
    assert result.matching.skews[next(iter(result.matching.skews))].seconds == 0


def test_rows_with_two_possible_partners_tell_no_time() -> None:
    """A note near two calls of its number says nothing of the clock; those near one alone do."""
    notes, calls = sides(0, 11)
    numbers = [note.recipient.number for note in notes]
    for place in range(5, 11):
        calls[place] = contact(f"C{place}", place * HOUR + 50, number=numbers[place])
        calls.append(contact(f"D{place}", place * HOUR + 100, number=numbers[place]))
    found = compared(notes, calls).matching.skews
    assert (found[next(iter(found))].seconds, found[next(iter(found))].pairs) == (0, 5)


def test_dates_asked_for_leave_clocks_in() -> None:
    """A clock that is wrong is a finding on whatever dates."""
    terms = Terms(first=date(2026, 1, 1))
    assert [finding.kind for finding in compared(*sides(300), terms=terms).findings] == ["clock-skew"]
