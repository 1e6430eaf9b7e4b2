"""The worked examples that come along: each is decided as the text does, by packs that know nothing of the cases."""

import re
from collections import Counter
from pathlib import Path

import pytest

from collection_guard.checks.conformance.reading import read_cases
from collection_guard.checks.conformance.run import CaseResult, ConformanceRun
from collection_guard.checks.conformance.vocabulary import vocabulary
from collection_guard.language.packs import rules_root, shipped_packs

ROOT = Path(__file__).parents[2]
CASES = ROOT / "examples/conformance/cases.yaml"


@pytest.fixture(scope="module")
def results() -> list[CaseResult]:
    """Return the results of all shipped cases, by the reference engine."""
    return ConformanceRun(engine="reference").run(CASES)


def test_no_shipped_case_fails_or_cannot_be_read(results: list[CaseResult]) -> None:
    """What is gated holds, and every case is understood."""
    own = [one for one in results if one.regime in shipped_packs()]
    assert [(one.id, one.status) for one in own if one.status not in {"pass", "not_gated"}] == []


def test_every_pack_passes_at_least_one_case(results: list[CaseResult]) -> None:
    """No pack comes along without a worked example that it decides."""
    passed = Counter(one.regime for one in results if one.status == "pass")
    assert set(passed) == set(shipped_packs())


def test_durable_decides_the_cases_of_two_packs_alike(results: list[CaseResult], tmp_path: Path) -> None:
    """The engines agree on whole cases, not only on single facts."""
    again = ConformanceRun(engine="auto").run(CASES)
    chosen = {"cn-national", "kr-pdpa"}
    assert [one for one in again if one.regime in chosen] == [one for one in results if one.regime in chosen]


@pytest.mark.parametrize("pack", shipped_packs())
def test_packs_know_nothing_of_the_cases(pack: str) -> None:
    """No id of a case stands in a pack."""
    text = "\n".join(path.read_text("utf-8") for path in sorted((rules_root() / pack).glob("*.yaml")))
    ids = {case.id for case in read_cases(CASES) if case.regime == pack}
    assert {name for name in ids if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)} == set()


@pytest.mark.parametrize("pack", shipped_packs())
def test_every_label_of_a_regime_is_mapped(pack: str) -> None:
    """A case of any label of the regime can be read."""
    said = (rules_root() / pack / "conformance.yaml").read_text("utf-8")
    labels = [label for label, regime in vocabulary().labels.items() if regime == pack]
    assert [label for label in labels if f'"{label}":' not in said and f"  {label}:" not in said] == []
