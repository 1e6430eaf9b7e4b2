"""Judging in passes: the measures of each key where its contacts lie together, and everything else by case.

A log that is cut into partitions is cut anew for each key by which measures collect contacts. A pass over the
partitions of one key adds its measures to the table as columns; the last pass, by case, takes them as given and
decides.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

import numpy as np
import polars as pl

from collection_guard.engines.columnar.arrays import Flags
from collection_guard.engines.columnar.decide import PackColumns
from collection_guard.engines.columnar.numbers import Numbers
from collection_guard.engines.columnar.tables import PAST, in_order, log_of_frame
from collection_guard.engines.columnar.verdicts import LogVerdicts
from collection_guard.engines.judge import measures_of
from collection_guard.facts.keys import MAY_BE_ANY
from collection_guard.facts.names import fold_name
from collection_guard.facts.numbers import number_key
from collection_guard.facts.world import World, has_case
from collection_guard.language.compiled import CompiledMeasure, CompiledPack, RuleSet
from collection_guard.language.placeholders import PLACEHOLDER

PartitionKey = Literal["case", "borrower", "number", "collector", "agency"]
_BY_CASE: Final = "case"
MAY_VISIT: Final = MAY_BE_ANY
"""Keys of which an unknown one may be any."""
GUEST: Final = "guest"
"""The column that flags contacts whose own part of the key is unknown: they may be of any, and visit all partitions."""


@dataclass(frozen=True, slots=True)
class Step:
    """A measure of a rule set, and the columns that hold its ends."""

    pack: int
    rule_set: int
    measure: CompiledMeasure

    @property
    def low(self) -> str:
        """Return the column of the lowest values."""
        return f"{self.pack}/{self.rule_set}/{self.measure.name}/low"

    @property
    def high(self) -> str:
        """Return the column of the highest values."""
        return f"{self.pack}/{self.rule_set}/{self.measure.name}/high"


def key_of(measure: CompiledMeasure) -> PartitionKey:
    """Return the key by which the contacts of a measure are brought together: one that is never unknown, if any."""
    if "case" in measure.keys:
        return "case"
    if "borrower" in measure.keys:
        return "borrower"
    # Packs whose measures have other keys are not for columns.
    return cast("PartitionKey", measure.keys[0])


def steps_of(packs: Sequence[CompiledPack]) -> dict[PartitionKey, list[Step]]:
    """Return the measures that rules use, by the key of their pass; those of cases need no pass of their own."""
    found: dict[PartitionKey, list[Step]] = {}
    for place, pack in enumerate(packs):
        for number, rule_set in enumerate(pack.rule_sets):
            for name in sorted(_used(rule_set)):
                step = Step(place, number, rule_set.measures[name])
                if key_of(step.measure) != _BY_CASE:
                    found.setdefault(key_of(step.measure), []).append(step)
    return dict(sorted(found.items()))


def _used(rule_set: RuleSet) -> set[str]:
    found: set[str] = set()
    for rule in rule_set.rules:
        found.update(measures_of(rule.whole, rule_set))
        texts = (rule.rule.message.zh, rule.rule.message.en, rule.rule.remedy.zh, rule.rule.remedy.en)
        for name in {name for text in texts for name in PLACEHOLDER.findall(text)}:
            if name.startswith("measure."):
                found.add(name.removeprefix("measure."))
            elif name in rule_set.defined:
                found.update(measures_of(rule_set.defined[name], rule_set))
    return found


def key_column(frame: pl.DataFrame, key: PartitionKey, world: World) -> pl.Series:
    """Return the key of each contact as text, null where it is unknown or there is none."""
    if key == "case":
        return frame["case_id"]
    if key == "collector":
        return frame["collector.id"]
    if key == "borrower":
        return _borrowers(frame, world)
    path = "recipient.number" if key == "number" else "agency"
    values = frame[path].unique().drop_nulls().to_list()
    country = world.settings.country
    made = [number_key(one, country) if key == "number" else fold_name(one) if one.strip() else None for one in values]
    return frame[path].replace_strict(values, made, default=None, return_dtype=pl.String)


def _borrowers(frame: pl.DataFrame, world: World) -> pl.Series:
    own = frame["borrower_id"]
    nameless = (own == "").fill_null(value=True)
    cases = frame["case_id"].filter(nameless).unique().to_list()
    # As the reference names the borrower of a contact that names none: by the profile, else by the case.
    stand_ins = []
    for case in cases:
        known = has_case(case)
        profile = world.profiles.get(case) if known else None
        stand_ins.append((profile.borrower_id if profile else None) or (f"case:{case}" if known else None))
    instead = frame["case_id"].replace_strict(cases, stand_ins, default=None, return_dtype=pl.String)
    return pl.select(pl.when(nameless).then(instead).otherwise(own)).to_series()


def with_measures(
    frame: pl.DataFrame, steps: Sequence[Step], packs: Sequence[CompiledPack], world: World
) -> pl.DataFrame:
    """Return the contacts of a partition with the measures of a pass as columns, without the guests."""
    frame = in_order(frame)
    guests = frame[GUEST].to_numpy()
    log = log_of_frame(frame)
    judged = ~guests & ~frame[PAST].to_numpy()
    columns: dict[str, pl.Series] = {}
    for place in sorted({step.pack for step in steps}):
        pack = PackColumns(log, world, packs[place], judged, given=lambda rule_set: given_in(frame, packs, rule_set))
        numbers = {rule_set: number for number, rule_set in enumerate(packs[place].rule_sets)}
        for atoms in pack.atoms.values():
            for step in steps:
                if (step.pack, step.rule_set) == (place, numbers[atoms.rule_set]):
                    found = atoms.measures.column(step.measure)
                    columns[step.low] = _filled(found.low, found.known & judged)
                    columns[step.high] = _filled(found.high, found.known & judged)
    missing = pl.Series([None] * frame.height, dtype=pl.Float64)
    names = [name for step in steps for name in (step.low, step.high)]
    return frame.with_columns(columns.get(name, missing).alias(name) for name in names).filter(~pl.Series(guests))


def _filled(values: Any, known: Flags) -> pl.Series:
    return pl.DataFrame({"v": values, "k": known}).select(pl.when("k").then("v")).to_series()


def given_in(frame: pl.DataFrame, packs: Sequence[CompiledPack], rule_set: RuleSet) -> Mapping[str, Numbers]:
    """Return the measures of a rule set that stand in a table."""
    return {f"measure.{step.measure.name}": numbers for step, numbers in _given(frame, packs, rule_set)}


def _given(frame: pl.DataFrame, packs: Sequence[CompiledPack], rule_set: RuleSet) -> Iterator[tuple[Step, Numbers]]:
    for place, pack in enumerate(packs):
        for number, one in enumerate(pack.rule_sets):
            if one is not rule_set:
                continue
            for measure in one.measures.values():
                step = Step(place, number, measure)
                if step.low in frame.columns:
                    low, high = frame[step.low], frame[step.high]
                    known = low.is_not_null().to_numpy()
                    yield step, Numbers(low.fill_null(0.0).to_numpy(), high.fill_null(0.0).to_numpy(), known)


def judged_by_case(frame: pl.DataFrame, packs: Sequence[CompiledPack], world: World) -> LogVerdicts:
    """Return the verdicts on the contacts of a partition that holds whole cases, other measures being given."""
    frame = in_order(frame)
    return LogVerdicts(
        log_of_frame(frame),
        world,
        packs,
        lambda _: None,
        np.flatnonzero(~frame[PAST].to_numpy()),
        given=lambda rule_set: given_in(frame, packs, rule_set),
    )


def with_borrowers(frame: pl.DataFrame, world: World) -> pl.DataFrame:
    """Return contacts with the borrower that their case has, where all that name one agree: whole cases are given."""
    cases = frame["case_id"].unique().to_list()
    real = [case for case in cases if has_case(case)]
    named = [(case, world.profiles[case].borrower_id) for case in real if case in world.profiles]
    profiles = pl.DataFrame(named, schema={"case_id": pl.String, "borrower_id": pl.String}, orient="row")
    rows = frame.select("case_id", "borrower_id").filter(pl.col("case_id").is_in(real))
    both = pl.concat([rows, profiles]).drop_nulls().unique()
    one = both.group_by("case_id").agg(pl.col("borrower_id").first().alias("_only"), pl.len().alias("_many"))
    one = one.filter(pl.col("_many") == 1).select("case_id", "_only")
    joined = frame.join(one, on="case_id", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("borrower_id", "_only").alias("borrower_id")).drop("_only")
