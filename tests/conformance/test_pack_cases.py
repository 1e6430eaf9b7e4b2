"""The cases that packs carry: whole histories on both sides of every bound, and what they catch in mutants."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collection_guard.checks.conformance.pack_cases import FOLDER, cases_of
from collection_guard.checks.conformance.run import ConformanceRun
from collection_guard.checks.mutation import Mutation, mutate
from collection_guard.checks.trials import trials_of
from collection_guard.cli.main import app
from collection_guard.language.packs import load_packs, rules_root, shipped_packs
from collection_guard.model.problems import InputError


@pytest.mark.parametrize("pack", shipped_packs())
def test_every_case_of_a_pack_is_decided_as_its_clause_says(pack: str) -> None:
    """None fails, none cannot be read, none is without weight; by whichever engine is at hand."""
    runner = ConformanceRun(engine="reference")
    found = [result for path in sorted((rules_root() / pack / FOLDER).glob("*.yaml")) for result in runner.run(path)]
    assert found
    assert [(one.id, one.status) for one in found if one.status != "pass"] == []


def mutated(pack: str) -> Mutation:
    """Return what becomes of the mutants of a shipped pack under its examples and cases."""
    (loaded,) = load_packs([pack])
    return mutate(loaded, trials_of(loaded), cases=cases_of(loaded))


@pytest.mark.no_cover
@pytest.mark.parametrize("pack", ["us-reg-f", "cn-national"])
def test_examples_and_cases_catch_nine_mutants_of_ten(pack: str) -> None:
    """Also of the measures, sets and dates, which examples of given facts do not reach."""
    found = mutated(pack)
    assert found.failing == 0
    assert found.problems == []
    assert found.score >= 0.9
    measures = [one.fate for one in found.outcomes if one.mutant.subject.startswith("measure.")]
    assert measures.count("caught") >= 0.9 * len(measures)


def test_a_case_catches_what_no_example_of_facts_can(tmp_path: Path) -> None:
    """Without its cases a pack does not notice a longer window of a measure; with them the case is named."""
    folder = tmp_path / "th-dca"
    shutil.copytree(rules_root() / "th-dca", folder)
    command = ["rules", "mutate", str(folder), "--all", "--format", "json"]

    def windows() -> list[tuple[str, str | None]]:
        outcomes = json.loads(CliRunner().invoke(app, command).stdout)["outcomes"]
        return [
            (one["fate"], one["caught_by"]) for one in outcomes if one["after"].startswith("window: this local week")
        ]

    ((fate, by),) = windows()
    assert fate == "caught"
    (loaded,) = load_packs([folder])
    assert by in {case.name for case in cases_of(loaded)}
    shutil.rmtree(folder / FOLDER)
    assert windows() == [("survived", None)]


def test_a_case_that_fails_as_the_pack_stands_counts_for_nothing(tmp_path: Path) -> None:
    """It is counted as failing, and catches no mutant."""
    folder = tmp_path / "th-dca"
    shutil.copytree(rules_root() / "th-dca", folder)
    path = folder / FOLDER / "th-dca.yaml"
    path.write_text(path.read_text("utf-8").replace("outcome: violation", "outcome: no_violation"), "utf-8")
    (loaded,) = load_packs([folder])
    cases = cases_of(loaded)
    found = mutate(loaded, [], cases=cases)
    assert found.failing > 0
    assert not any(one.by == "th-once-a-day" for one in found.outcomes)


def test_a_case_of_another_pack_or_an_unknown_word_is_refused_with_its_place(tmp_path: Path) -> None:
    """What cannot be read is never left out in silence."""
    folder = tmp_path / "th-dca"
    shutil.copytree(rules_root() / "th-dca", folder)
    path = folder / FOLDER / "th-dca.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("regime: th-dca", "regime: vn-18-2019", 1), "utf-8")
    (loaded,) = load_packs([folder])
    with pytest.raises(InputError) as refused:
        cases_of(loaded)
    assert {problem.code for problem in refused.value.problems} == {"conformance_other_pack"}
    path.write_text(text.replace("channel: sms", "channel: telegram", 1), "utf-8")
    with pytest.raises(InputError) as refused:
        cases_of(loaded)
    assert {problem.code for problem in refused.value.problems} == {"conformance_word"}
    assert CliRunner().invoke(app, ["rules", "mutate", str(folder)]).exit_code == 4


def test_a_folder_of_cases_is_run_in_the_order_of_its_files(tmp_path: Path) -> None:
    """All of them in one list; a folder without any is not found."""
    for name in ("th-dca", "br-sp"):
        shutil.copytree(rules_root() / name / FOLDER, tmp_path / "cases" / name)
    command = ["check", "--format", "json", "--conformance"]
    shown = json.loads(CliRunner().invoke(app, [*command, str(tmp_path / "cases")]).stdout)
    assert [one["regime"] for one in shown] == sorted(one["regime"] for one in shown)
    assert {one["regime"] for one in shown} == {"th-dca", "br-sp"}
    (tmp_path / "none").mkdir()
    assert CliRunner().invoke(app, [*command, str(tmp_path / "none")]).exit_code == 4
