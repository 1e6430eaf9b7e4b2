"""engines-agree on every pack: whole histories of its cases and a simulated log, judged by both engines alike."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
import pytz

from collection_guard.checks.conformance.pack_cases import cases_of
from collection_guard.checks.conformance.translation import Translated, translated
from collection_guard.checks.conformance.vocabulary import vocabulary
from collection_guard.engines.base import CLEAR, NOT_APPLICABLE, VIOLATION, MakeEngine
from collection_guard.engines.columnar import fit_columns
from collection_guard.engines.durable import is_available
from collection_guard.engines.judge import Judge, engine_maker, in_order
from collection_guard.facts.registry import RegistryIndex
from collection_guard.facts.world import Settings, World
from collection_guard.language.compiled import CompiledPack
from collection_guard.language.compiling import compile_packs
from collection_guard.language.packs import load_packs, shipped_packs
from collection_guard.model.problems import ConfigurationError
from collection_guard.model.verdict import Verdict

WORDS = vocabulary().keys
CONTACTS = 40


def simulated(pack: CompiledPack) -> dict[str, Any]:
    """Return the facts of a case drawn at random: every channel, role and outcome, at any hour, for a few weeks."""
    draw = random.Random(pack.name)
    zone = pytz.timezone(pack.zone)
    start = datetime(2026, 2, 2)  # noqa: DTZ001  # the zone of the pack is put to it below
    events: list[dict[str, Any]] = []
    for number in range(CONTACTS):
        at = zone.localize(start + timedelta(days=draw.randrange(21), minutes=draw.randrange(24 * 60)))
        event: dict[str, Any] = {
            "id": f"s{number:02}",
            "at": at.isoformat(),
            "tz": pack.zone,
            "channel": draw.choice(WORDS["facts.events[].channel"].words),
            "direction": "inbound" if draw.random() < 0.2 else "outbound",
            "from_role": "collector",
            "to_role": "borrower" if draw.random() < 0.6 else draw.choice(WORDS["facts.events[].to_role"].words),
        }
        if event["direction"] == "inbound":
            event |= {"from_role": event["to_role"], "to_role": "collector"}
        if draw.random() < 0.9:
            event["outcome"] = draw.choice(WORDS["facts.events[].outcome"].words)
        event["content_flags"] = draw.sample(WORDS["facts.events[].content_flags"].words, draw.randrange(4))
        for key in ("place", "purpose", "collector_knows_location", "audience"):
            if draw.random() < 0.3:
                event[key] = draw.choice(WORDS[f"facts.events[].{key}"].words)
        if draw.random() < 0.5:
            event["debts"] = draw.sample(["a", "b"], draw.randrange(1, 3))
        event["visitors"] = draw.randrange(1, 4)
        event["days_past_due"] = draw.randrange(10, 20)
        events.append(event)
    return {"events": events, "debts": ["a", "b"], "quiet_windows": [{"start": "10:00", "end": "11:00"}]}


def histories(pack: CompiledPack) -> Iterator[Translated]:
    """Yield the cases that come with a pack, and a log drawn at random."""
    (read,) = load_packs([pack.name])
    yield from (case.case for case in cases_of(read))
    yield translated("simulated", simulated(pack), pack.rule_sets[-1].extensions.channels)


def verdicts(pack: CompiledPack, case: Translated, make: MakeEngine) -> list[Verdict]:
    """Return what an engine says of every contact of a history."""
    registry = RegistryIndex(case.registry) if case.registry is not None else None
    world = World(Settings(timezone=case.zone), {case.profile.case_id: case.profile}, registry, None)
    judge = Judge([pack], world, make=make)
    found: list[Verdict] = []
    for event in in_order(case.events):
        found += [one.verdict for one in judge.judge(event)]
        judge.add(event)
    return found


@pytest.mark.no_cover  # the engines and facts are covered by their own tests
@pytest.mark.skipif(not is_available(), reason="durable-rules cannot be imported here")
@pytest.mark.parametrize("name", shipped_packs())
def test_engines_agree_on_the_histories_of_a_pack(name: str) -> None:
    """Verdict, missing facts and evidence; and each rule is seen violated, and not."""
    (pack,) = compile_packs(
        load_packs([name]), {"contacts_per_day": 3, "social_messages_per_day": 5} if name == "core" else {}
    )
    seen: dict[str, set[str]] = defaultdict(set)
    reference, durable = cache(engine_maker("reference")), cache(engine_maker("durable"))
    for case in histories(pack):
        plain = verdicts(pack, case, reference)
        assert plain == verdicts(pack, case, durable)
        for one in plain:
            seen[one.rule].add(one.verdict)
    of_base = {rule.id for rule, _, _ in load_packs([pack.extends])[0].rules} if pack.extends else set()
    own = {rule.id for rule in pack.rule_sets[-1].rules} - of_base
    if name == "core":
        return  # simulated months of the house policy plant each of its wrongs
    assert {rule for rule in own if VIOLATION not in seen[rule] or not seen[rule] & {CLEAR, NOT_APPLICABLE}} == set()


@pytest.mark.parametrize("name", shipped_packs())
def test_columns_take_a_pack_whole_or_say_that_they_do_not(name: str) -> None:
    """Only the house policy declares nothing beyond what columns decide."""
    packs = compile_packs(load_packs([name]))
    if name == "core":
        assert fit_columns("columnar", packs)
        return
    assert not fit_columns("auto", packs)
    with pytest.raises(ConfigurationError) as refused:
        fit_columns("columnar", packs)
    assert [problem.values["name"] for problem in refused.value.problems] == [name]
