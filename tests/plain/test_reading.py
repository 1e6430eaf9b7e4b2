"""Both readings say of every hand-written case what the text says: the plain one, and the engine's."""

import random
from collections.abc import Callable

import pytest

from .case import Case
from .cases import CASES, Records, of_line, records
from .engine_reading import engine_reading
from .reading import judge, read
from .values import Facts

Said = tuple[dict[str, Facts], dict[tuple[str, str], str]]
"""The facts of every event, and what every rule says of it."""
Reading = Callable[[Records, set[str]], Said]


def plainly(given: Records, names: set[str]) -> Said:
    return judge(given.events, given.profiles, given.registry, given.settings)


def by_the_engine(given: Records, names: set[str]) -> Said:
    facts, verdicts, _ = engine_reading(given.events, given.profiles, given.registry, given.settings, names)
    return facts, verdicts


@pytest.fixture(params=[plainly, by_the_engine], ids=["plain", "engine"])
def reading(request: pytest.FixtureRequest) -> Reading:
    chosen: Reading = request.param
    return chosen


def named(case: Case) -> str:
    return case.says


def holds(reading: Reading, case: Case) -> None:
    """Assert the facts and the verdicts of a case."""
    facts, verdicts = reading(records(case), {name for expected in case.facts.values() for name in expected})
    assert {
        event_id: {name: facts[event_id][name] for name in expected} for event_id, expected in case.facts.items()
    } == case.facts
    assert {
        event_id: {rule: verdicts[event_id, rule] for rule in expected} for event_id, expected in case.verdicts.items()
    } == case.verdicts


@pytest.mark.parametrize("case", of_line(1), ids=named)
def test_s01_kleene_verdicts(reading: Reading, case: Case) -> None:
    """A verdict follows from scope and condition in Kleene's logic."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(3), ids=named)
def test_s03_bounds_of_intervals(reading: Reading, case: Case) -> None:
    """Dates are inclusive at both ends, instants are half-open, null is open."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(4), ids=named)
def test_s04_order_of_history(reading: Reading, case: Case) -> None:
    """The history is what precedes in the total order and was known by then."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(5), ids=named)
def test_s05_intervals_over_uncertain_pasts(reading: Reading, case: Case) -> None:
    """A measure has a lowest and a highest value over all completions."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(6), ids=named)
def test_s06_party_classes(reading: Reading, case: Case) -> None:
    """A relationship decides whether it is a third party's."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(7), ids=named)
def test_s07_number_outranks_word(reading: Reading, case: Case) -> None:
    """The number decides who is addressed, and without one the relationship."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(8), ids=named)
def test_s08_emergency_contact(reading: Reading, case: Case) -> None:
    """The profile alone says who is an emergency contact, and without one the roles."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(9), ids=named)
def test_s09_groups(reading: Reading, case: Case) -> None:
    """Every member of a group counts."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(10), ids=named)
def test_s10_party_reached(reading: Reading, case: Case) -> None:
    """A party is taken as recorded, and never assumed."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(11), ids=named)
def test_s11_conveyed(reading: Reading, case: Case) -> None:
    """Sending conveys a message; a person must be reached by a call or a visit."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(12), ids=named)
def test_s12_contact_and_content_rules(reading: Reading, case: Case) -> None:
    """Whom one contacts counts always, what is said only where a third party heard it."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(13), ids=named)
def test_s13_failed_attempts(reading: Reading, case: Case) -> None:
    """A failed attempt is an outbound call to the borrower's own number."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(14), ids=named)
def test_s14_connections(reading: Reading, case: Case) -> None:
    """The borrower in person, or a reply, ends the count."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(15), ids=named)
def test_s15_unreachable(reading: Reading, case: Case) -> None:
    """Unreachable takes three attempts on two dates within 168 hours."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(16), ids=named)
def test_s16_zones(reading: Reading, case: Case) -> None:
    """The zone of a recipient is read from the event, the profile, the number, the configuration."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(17), ids=named)
def test_s17_permitted_hours(reading: Reading, case: Case) -> None:
    """Contacts start in the permitted hours of every candidate zone."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(18), ids=named)
def test_s18_elected_quiet_windows(reading: Reading, case: Case) -> None:
    """A borrower's quiet window is read by the borrower's clock."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(19), ids=named)
def test_s19_registry_rules(reading: Reading, case: Case) -> None:
    """Agencies and firms are listed in their own category, by folded names."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(20), ids=named)
def test_s20_registry_dates(reading: Reading, case: Case) -> None:
    """A list is in force from its day on, and in doubt in its month."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(21), ids=named)
def test_s21_claims(reading: Reading, case: Case) -> None:
    """Firms are claimed by fields, by content, or not at all."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(22), ids=named)
def test_s22_signals(reading: Reading, case: Case) -> None:
    """A signal given wins; an empty content shows none."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(23), ids=named)
def test_s23_instructions(reading: Reading, case: Case) -> None:
    """An instruction counts from when it was known, for whom it names."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(24), ids=named)
def test_s24_rules_by_a_signal(reading: Reading, case: Case) -> None:
    """A signal is a wrong where it was conveyed."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(25), ids=named)
def test_s25_remaining_rules(reading: Reading, case: Case) -> None:
    """Publicity, doorsteps, accessibility and distress."""
    holds(reading, case)


@pytest.mark.parametrize("case", of_line(26), ids=named)
def test_s26_daily_limits(reading: Reading, case: Case) -> None:
    """Daily limits are in force only where they are set."""
    holds(reading, case)


def test_cases_are_named_once() -> None:
    """No two cases of a line say the same, so that a failure names its case."""
    names = [(case.line, case.says) for case in CASES]
    assert len(names) == len(set(names))


def test_s04_order_of_rows_does_not_matter() -> None:
    """Shuffled rows read the same."""
    for case in CASES:
        given = records(case)
        shuffled = list(given.events)
        random.Random(case.says).shuffle(shuffled)
        expected = read(given.events, given.profiles, given.registry, given.settings)
        assert read(shuffled, given.profiles, given.registry, given.settings) == expected
