"""The invariant engines-agree, in pieces: judged by keys in passes, verdicts are those of the whole log at once."""

import pickle
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest
from facts.making import event
from plain.engine_reading import parameters_of
from plain.random_log import RandomLog
from plain.test_agreement import drawn_seed

from collection_guard.engines.columnar import fit_columns
from collection_guard.engines.columnar.matter import Matter, no_detector
from collection_guard.engines.columnar.output import table_of
from collection_guard.engines.columnar.passes import (
    GUEST,
    MAY_VISIT,
    _used,
    judged_by_case,
    key_column,
    steps_of,
    with_measures,
)
from collection_guard.engines.columnar.tables import PAST, frame_of
from collection_guard.engines.columnar.verdicts import LogVerdicts
from collection_guard.engines.judge import in_order
from collection_guard.facts.world import Settings, World
from collection_guard.language.compiled import CompiledPack
from collection_guard.language.compiling import compile_packs
from collection_guard.language.packs import load_packs
from collection_guard.model.problems import ConfigurationError
from engines.columns_compared import without_a_case, world_of
from engines.random_packs import random_pack

PACKS = load_packs(["core", Path(__file__).parents[1] / "language/sayable"])
TABLES = compile_packs(PACKS)[0].rule_sets[0].tables
PARTS = 3


def parts_of(frame: pl.DataFrame, key: Any, world: World) -> list[pl.DataFrame]:
    """Cut a table by a key, so that contacts of an unknown key visit all parts where they may be of any."""
    keys = key_column(frame, key, world)
    place = pl.Series((keys.hash(1) % PARTS).cast(pl.Int64)).fill_null(0)
    home = frame.with_columns(pl.lit(value=False).alias(GUEST))
    visits = frame.with_columns(pl.lit(value=True).alias(GUEST))
    stranger = keys.is_null() if key in MAY_VISIT else pl.Series([False] * frame.height, dtype=pl.Boolean)
    return [
        pl.concat([home.filter(place == part), *([visits.filter(stranger)] if part else [])]) for part in range(PARTS)
    ]


def in_passes(frame: pl.DataFrame, packs: list[CompiledPack], world: World) -> pl.DataFrame:
    """Judge a table in passes, and return all verdicts in the order of their ids."""
    for key, steps in steps_of(packs).items():
        frame = pl.concat([with_measures(part, steps, packs, world) for part in parts_of(frame, key, world)])
        frame = frame.drop(GUEST)
    return whole([judged_by_case(part, packs, world) for part in parts_of(frame, "case", world)])


def whole(found: list[LogVerdicts]) -> pl.DataFrame:
    """Return verdicts as one table."""
    kinds = frozenset({"violation", "clear", "unassessable", "not_applicable"})
    return pl.concat([table_of(one, kinds) for one in found]).sort("event_id", "rule")


@pytest.mark.parametrize("first", [0, None])
def test_passes_agree_with_the_whole_log(first: int | None) -> None:
    """Whatever keys measures have, whatever is unknown of them, and whichever contacts are history."""
    drawn = first is None
    first = drawn_seed("passes") if first is None else first
    keys: set[str] = set()
    for seed in range(first, first + 6):
        log = without_a_case(RandomLog(seed).records(cases=4, events_each=12), "C2")
        packs = [random_pack(TABLES, Random(seed)), *compile_packs(PACKS, parameters_of(log.settings))]
        keys |= steps_of(packs).keys()
        world, events = world_of(log), in_order(log.events)
        past = np.array([Random(place).random() < 0.3 for place in range(len(events))], np.bool_)
        expected = LogVerdicts(events, world, packs, lambda _: None, np.flatnonzero(~past))
        frame = frame_of(events).with_columns(pl.Series(PAST, past))
        found = in_passes(frame.sample(fraction=1.0, shuffle=True, seed=seed), packs, world)
        assert found.equals(whole([expected])), seed
    # Packs at random may happen to count by fewer keys; those of a known seed count by all.
    assert keys <= {"borrower", "number", "collector", "agency"}
    assert drawn or len(keys) == 4


def test_measures_of_messages_are_computed() -> None:
    """A measure that only a message names is computed by its own key as well."""
    steps = [step for found in steps_of(compile_packs(PACKS)).values() for step in found]
    assert steps
    assert all(step.low.endswith("/low") and step.high.endswith("/high") for step in steps)


def test_matter_travels_without_what_was_made_of_it() -> None:
    """Another process compiles the packs itself, and judges alike."""
    matter = Matter(tuple(PACKS), {}, Settings(timezone="Asia/Shanghai"), None, {})
    assert matter.world.detector is no_detector()
    assert [pack.name for pack in matter.compiled] == [pack.name for pack in compile_packs(PACKS)]
    other = pickle.loads(pickle.dumps(matter))  # noqa: S301  # made above
    assert "compiled" not in other.__dict__
    frame = frame_of([event(), event()]).with_columns(pl.lit(value=False).alias(PAST))
    found = [whole([judged_by_case(frame[:1], one.compiled, one.world)]) for one in (matter, other)]
    assert found[0].equals(found[1])


def test_measures_behind_a_fact_of_a_message_are_computed() -> None:
    """A message may name a fact that the pack defines by measures: those are computed by their key as well."""
    (rule_set,) = compile_packs(load_packs(["core"]))[0].rule_sets
    rule = rule_set.rules[0]
    assert "failed_attempts" not in _used(replace(rule_set, rules=(rule,)))
    words = rule.rule.message.model_copy(update={"en": "reached: {borrower.is_unreachable}"})
    told = replace(rule, rule=rule.rule.model_copy(update={"message": words}))
    assert "failed_attempts" in _used(replace(rule_set, rules=(told,)))


def test_columns_asked_for_by_name_refuse_a_pack_that_they_cannot_decide() -> None:
    """Left to choose, another engine is taken; asked for by name, the pack is refused and named."""
    packs = compile_packs(load_packs(["us-reg-f"]))
    assert not fit_columns("auto", packs)
    with pytest.raises(ConfigurationError) as caught:
        fit_columns("columnar", packs)
    assert [problem.values["name"] for problem in caught.value.problems] == ["us-reg-f"]
