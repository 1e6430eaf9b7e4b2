"""The worked cases that a pack carries in its folder ``cases``: whole histories, tried on the pack or on a mutant."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from collection_guard.checks.conformance.judging import RegimePack, judged
from collection_guard.checks.conformance.mapping import LabelMapping, Mapped, mapping_of
from collection_guard.checks.conformance.outcomes import held_against
from collection_guard.checks.conformance.reading import read_cases
from collection_guard.checks.conformance.translation import Translated, translated
from collection_guard.checks.conformance.vocabulary import is_gated, vocabulary
from collection_guard.engines.reference import ReferenceEngine
from collection_guard.language.compiled import CompiledPack
from collection_guard.language.compiling import compile_packs
from collection_guard.language.packs import Pack
from collection_guard.model.problems import InputError, Problem

FOLDER: Final = "cases"


@dataclass(frozen=True, slots=True)
class PackCase:
    """One case, what it expects that counts, and what it asks of the pack: rules, and the names of measures and facts.

    A case without rules asks measures and facts alone.
    """

    name: str
    rules: frozenset[str]
    asked: frozenset[str]
    wanted: tuple[Mapping[str, Any], ...]
    case: Translated
    text: str | None
    mapped: Mapped

    def holds(self, compiled: CompiledPack) -> bool:
        """Say whether all that counts comes out as expected, under a pack compiled with at least the rules asked."""
        regime = RegimePack(compiled, self.mapped)
        found = judged(regime, self.case, self.text, None, ReferenceEngine)
        for wanted in self.wanted:
            answers = held_against(found, wanted, self.mapped.labels[wanted["rule"]])
            if not answers or not all(answer.holds for answer in answers):
                return False
        return True


def folder_of(pack: Pack) -> Path:
    """Return the folder of a pack's cases, whether there is one or not."""
    return Path(pack.document.file).parent / FOLDER


def cases_of(pack: Pack) -> list[PackCase]:
    """Return the cases of a pack that count, the shortest histories first; raise InputError if one cannot be read."""
    files = sorted(folder_of(pack).glob("*.yaml"))
    if not files:
        return []
    (compiled,) = compile_packs([pack])
    mapped = mapping_of(compiled, folder_of(pack).parent)
    found: list[PackCase] = []
    problems: list[Problem] = []
    for path in files:
        for case in read_cases(path):
            if not case.problems and case.regime != pack.header.pack:
                case.problem("conformance_other_pack", "regime", value=case.regime, name=pack.header.pack)
            for index, wanted in enumerate(case.data["expected"] if not case.problems else ()):
                if wanted["rule"] not in mapped.labels:
                    named = vocabulary().labels[wanted["rule"]]
                    case.problem("conformance_label", "expected", index, "rule", value=wanted["rule"], pack=named)
            problems += case.problems
            if not case.problems and is_gated(case.data):
                channels = compiled.rule_sets[-1].extensions.channels
                translation = translated(case.id, case.data["facts"], channels)
                found.append(_pack_case(case.id, case.data, translation, mapped))
    if problems:
        raise InputError(problems)
    return sorted((one for one in found if one.wanted), key=lambda one: (len(one.case.events), one.name))


def _pack_case(name: str, data: Mapping[str, Any], case: Translated, mapped: Mapped) -> PackCase:
    open_ended = vocabulary().not_gated["outcomes"]
    wanted = tuple(one for one in data["expected"] if one["outcome"] not in open_ended)
    said = [mapped.labels[one["rule"]] for one in wanted]
    rules = frozenset(rule for one in said for rule in (*one.rules, *one.compliance_factors))
    asked = frozenset(word for one, label in zip(wanted, said, strict=True) for word in _asked(one["outcome"], label))
    return PackCase(name, rules, asked, wanted, case, data.get("text"), mapped)


def _asked(outcome: str, said: LabelMapping) -> Iterator[str]:
    """Yield the names of what an outcome asks besides rules."""
    if outcome == "count_equals" and said.count is not None:
        yield f"measure.{said.count}"
    if outcome in {"counted", "not_counted"} and said.counted is not None:
        yield f"measure.{said.counted}"
    if outcome in {"counters", "counted_toward_one_of"} and said.counters is not None:
        yield f"measure.{said.counters.calls}"
        yield f"measure.{said.counters.conversations}"
    if outcome == "retain_until" and said.retention is not None:
        yield f"retention.{said.retention}"
    yield from said.facts.values()
