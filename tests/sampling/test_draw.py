"""The draw: repeatable by anybody, fair to strata, the same whatever the order of the input."""

import hashlib
import random
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports.november import SETTINGS, events, intake, packs

from collection_guard.audit.run import Basis
from collection_guard.model.problems import ConfigurationError
from collection_guard.sampling.draw import WHOLE, allocate, draw
from collection_guard.sampling.plan import Plan, read_plan
from sampling.making import RULE, drawn, log

POPULATIONS = st.dictionaries(st.tuples(st.text(max_size=3)), st.integers(1, 500), min_size=1, max_size=12)


@given(POPULATIONS, st.integers(1, 1_000), st.integers(0, 12))
def test_each_stratum_has_its_minimum_and_the_rest_goes_by_size(
    populations: dict[tuple[str], int], size: int, minimum: int
) -> None:
    """No more than there are, no fewer than the minimum, the whole size, and proportional but for rounding."""
    least = sum(min(minimum, count) for count in populations.values())
    if least > size:
        with pytest.raises(ConfigurationError):
            allocate(populations, size, minimum)
        return
    sizes = allocate(populations, size, minimum)
    total = sum(populations.values())
    assert sum(sizes.values()) == min(size, total)
    rest = total - least
    for name, count in populations.items():
        floor = min(minimum, count)
        assert floor <= sizes[name] <= count
        if rest:
            assert abs(sizes[name] - floor - (min(size, total) - least) * (count - floor) / rest) < 1


def test_anybody_can_repeat_the_draw_from_the_seed() -> None:
    """Of each stratum, the items whose SHA-256 of seed, contact and rule is smallest; nothing else decides."""
    sample = drawn(log(), seed="2025-11", strata=["verdict"])
    for verdict in ("violation", "clear"):
        numbers = {
            hashlib.sha256(f"2025-11\0{event.event_id}\0{RULE}".encode()).hexdigest()[:24]: event.event_id
            for event in log()
            if event.signals == {"threat": verdict == "violation"}
        }
        expected = [numbers[number] for number in sorted(numbers)][: sample.strata[verdict,].drawn]
        assert {item.contact.event.event_id for item in sample.items if item.verdict == verdict} == set(expected)


def test_neither_the_order_of_the_input_nor_the_engine_changes_it() -> None:
    """The items, their order, and both digests are the same."""
    plain = drawn(log())
    shuffled = log()
    random.Random(7).shuffle(shuffled)
    other = drawn(shuffled)
    columnar = draw(intake(log()), Basis(packs("core"), settings=SETTINGS, engine="columnar"), plain.plan)
    for sample in (other, columnar):
        assert [item.key for item in sample.items] == [item.key for item in plain.items]
        assert (sample.digest, sample.population_digest) == (plain.digest, plain.population_digest)


def test_another_seed_draws_others_and_another_log_has_another_digest() -> None:
    """A draw that always gave the same would be no draw."""
    one, two = drawn(log(), seed="a"), drawn(log(), seed="b")
    assert {item.key for item in one.items} != {item.key for item in two.items}
    assert drawn(log(59), seed="a").population_digest != one.population_digest


def test_each_item_of_a_stratum_is_drawn_as_often_as_any_other() -> None:
    """Forty draws of six of twenty-four: each message is expected ten times, and none is favoured."""
    items = log(24)
    found = Counter(
        item.contact.event.event_id
        for seed in range(40)
        for item in drawn(items, seed=seed, size=6, minimum=0, strata=[]).items
    )
    assert sum(found.values()) == 240
    # Fewer than 2 or more than 20 of 40 at a quarter each has a chance below one in a thousand.
    assert all(2 <= found[event.event_id] <= 20 for event in items)


def test_strata_may_be_made_of_any_column_of_the_log() -> None:
    """Products and the like stand in columns of the log's own."""
    sample = drawn(log(), strata=["agency", "extra.product", "month"])
    assert set(sample.strata) == {(agency, product, "2025-11") for agency in "甲乙" for product in ("P1", "P2")}
    assert sum(count.population for count in sample.strata.values()) == 60


def test_contacts_as_a_whole_have_the_worst_of_their_verdicts() -> None:
    """A contact with a violation is flagged; its severity is that of the gravest one."""
    sample = drawn(events(), of="contacts", rules=None, strata=["severity", "verdict"], size=5)
    words = {item.contact.event.event_id: item.stratum for item in sample.items}
    assert words["E-3"] == ("critical", "violation")
    assert words["E-5"] == ("—", "unassessable")
    assert {item.rule for item in sample.items} == {WHOLE}


def test_a_share_of_each_stratum_is_reviewed_twice() -> None:
    """Rounded up, so that small strata are not left out."""
    sample = drawn(log(), strata=["verdict"], second_review=0.25)
    for name, count in sample.strata.items():
        twice = sum(item.second for item in sample.items if item.stratum == name)
        assert twice == -(-count.drawn // 4)


def test_by_default_what_was_said_is_reviewed() -> None:
    """Rules that rest on fields of the log need no listener."""
    sample = drawn(log(), rules=None, size=400)
    assert RULE in {item.rule for item in sample.items}
    assert "contact-outside-permitted-hours" not in {item.rule for item in sample.items}


@pytest.mark.parametrize(
    ("plan", "codes"),
    [
        ("size: 3\n", ["sample_no_seed"]),
        ("seed: 7\nstrata: [agency, region]\nrules: [threats]\n", ["sample_stratum", "no_such_rule"]),
        ("seed: 7\nof: contacts\n", ["sample_rule_of_contacts"]),
        ("seed: 7\nsizes: 3\n", ["unknown_key"]),
    ],
)
def test_a_plan_that_cannot_be_is_refused(tmp_path: Path, plan: str, codes: list[str]) -> None:
    """Everything that is wrong with it is said at once."""
    path = tmp_path / "plan.yaml"
    path.write_text(plan, "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_plan(path, {}, {RULE})
    assert sorted(problem.code for problem in caught.value.problems) == sorted(codes)


def test_options_go_before_the_file(tmp_path: Path) -> None:
    """What is given on the command line stands; the rest is as the file says."""
    path = tmp_path / "plan.yaml"
    path.write_text("seed: 7\nsize: 50\nminimum: 3\n", "utf-8")
    assert read_plan(path, {"size": 9}, {RULE}) == Plan(seed=7, size=9, minimum=3)


@pytest.mark.parametrize("page", ["docs/sample.md", "docs/zh/sample.md"])
def test_the_plan_of_the_page_can_be_read_and_names_every_key(page: str, tmp_path: Path) -> None:
    """The example of the documentation is a plan, and holds each key once."""
    text = (Path(__file__).parents[2] / page).read_text("utf-8")
    (block,) = re.findall(r"```yaml plan\n(.*?)```", text, re.DOTALL)
    path = tmp_path / "plan.yaml"
    path.write_text(block, "utf-8")
    plan = read_plan(path, {}, {RULE, "abusive-language"})
    assert plan.model_fields_set == set(Plan.model_fields)
