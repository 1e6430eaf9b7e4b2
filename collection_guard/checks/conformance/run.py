"""A conformance run: the cases of a file, read, judged by the packs of their regimes, and held to what they expect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from collection_guard.checks.conformance.judging import JudgedCase, RegimePack, judged
from collection_guard.checks.conformance.mapping import has_pack, mapping_of
from collection_guard.checks.conformance.outcomes import held_against
from collection_guard.checks.conformance.reading import ReadCase, read_cases
from collection_guard.checks.conformance.translation import translated
from collection_guard.checks.conformance.vocabulary import is_gated, vocabulary
from collection_guard.engines.base import Engine
from collection_guard.engines.judge import engine_maker
from collection_guard.facts.world import Detector
from collection_guard.language.compiled import RuleSet
from collection_guard.language.compiling import compile_packs
from collection_guard.language.packs import load_packs
from collection_guard.model.problems import Problem

Status = Literal["pass", "fail", "not_gated", "not_readable"]
STATUSES: tuple[Status, ...] = ("pass", "fail", "not_gated", "not_readable")


@dataclass(frozen=True, slots=True)
class Detail:
    """One expectation on one target, what was found, and whether it counts."""

    target: str
    rule: str
    expected: str
    found: str
    holds: bool
    gated: bool


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came of one case."""

    id: str
    regime: str
    status: Status
    title: str
    line: int
    details: Sequence[Detail] = ()
    problems: Sequence[Problem] = ()

    @property
    def gated(self) -> bool:
        """Say whether the case decides anything."""
        return self.status in {"pass", "fail"}


@dataclass(slots=True)
class ConformanceRun:
    """The packs of regimes, each loaded once, and an engine for each of their spans of dates."""

    detector: Detector | None = None
    engine: str = "auto"
    _packs: dict[str, RegimePack] = field(default_factory=dict)
    _engines: dict[RuleSet, Engine] = field(default_factory=dict)

    def run(self, path: Path) -> list[CaseResult]:
        """Return the result of every case of a file, in its order."""
        return [self._result(case) for case in read_cases(path)]

    def _result(self, case: ReadCase) -> CaseResult:
        details: list[Detail] = []
        if not case.problems:
            self._check_mapping(case)
        if not case.problems:
            details = self._details(case)
        line = case.document.place(case.path)[0]
        title = str(case.data.get("title", ""))
        if case.problems:
            return CaseResult(case.id, case.regime, "not_readable", title, line, problems=case.problems)
        return CaseResult(case.id, case.regime, _status(details), title, line, details)

    def _make(self, rule_set: RuleSet) -> Engine:
        if rule_set not in self._engines:
            self._engines[rule_set] = engine_maker(self.engine)(rule_set)
        return self._engines[rule_set]

    def _pack(self, regime: str) -> RegimePack:
        if regime not in self._packs:
            (pack,) = compile_packs(load_packs([regime]))
            self._packs[regime] = RegimePack(pack, mapping_of(pack))
        return self._packs[regime]

    def _check_mapping(self, case: ReadCase) -> None:
        """Note labels that no pack decides: the regime has no pack, or its mapping lacks them."""
        if not has_pack(case.regime):
            case.problem("conformance_no_pack", "regime", name=case.regime)
            return
        known = self._pack(case.regime).mapped.labels
        for index, wanted in enumerate(case.data["expected"]):
            if wanted["rule"] not in known:
                pack = vocabulary().labels[wanted["rule"]]
                case.problem("conformance_label", "expected", index, "rule", value=wanted["rule"], pack=pack)

    def _details(self, case: ReadCase) -> list[Detail]:
        regime = self._pack(case.regime)
        found = judged(
            regime,
            translated(
                case.id,
                case.data["facts"],
                regime.pack.rule_sets[-1].extensions.channels,
                detects=self.detector is not None,
            ),
            case.data.get("text"),
            self.detector,
            self._make,
        )
        gated = is_gated(case.data)
        details: list[Detail] = []
        for index, wanted in enumerate(case.data["expected"]):
            details += self._of_one(case, index, wanted, found, gated=gated)
        return details

    def _of_one(
        self, case: ReadCase, index: int, wanted: Mapping[str, Any], found: JudgedCase, *, gated: bool
    ) -> list[Detail]:
        said = found.regime.mapped.labels[wanted["rule"]]
        answers = held_against(found, wanted, said)
        if answers is None:
            outcome = wanted["outcome"]
            case.problem("conformance_nothing_behind", "expected", index, "outcome", value=outcome, name=wanted["rule"])
            return []
        counts = gated and wanted["outcome"] not in vocabulary().not_gated["outcomes"]
        expected = wanted["outcome"] + (f" {wanted['value']}" if "value" in wanted else "")
        return [Detail(one.target, wanted["rule"], expected, one.found, one.holds, counts) for one in answers]


def _status(details: Sequence[Detail]) -> Status:
    gated = [detail for detail in details if detail.gated]
    if not gated:
        return "not_gated"
    return "pass" if all(detail.holds for detail in gated) else "fail"
