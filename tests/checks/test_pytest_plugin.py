"""The pytest plugin: files of samples are tests, and a fixture judges events by the configured packs."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.scene import SCENE

pytest_plugins = ["pytester"]
Run = Callable[..., subprocess.CompletedProcess[str]]
CONFIG = "rules: [house]\ntimezone: Asia/Shanghai\nengine: reference\ndetector: none\n"
USES = '''
"""The fixture, as a test of a user has it."""


def test_night(guard):
    night = {"event_id": "E", "case_id": "C", "channel": "call", "direction": "outbound"}
    at = night | {"started_at": "2025-11-20T22:00:00+08:00"}
    assert guard.verdict("call-at-night", at).verdict == "violation"
    assert guard.verdict("call-at-night", at, settings={"timezone": "Europe/London"}).verdict == "clear"
    assert guard.verdict("call-at-night", at, parameters={"quiet_from": "22:30"}).verdict == "clear"
    assert guard.verdict("call-at-night", at, profile={"case_id": "C", "timezone": "Asia/Tokyo"}).evidence
    earlier = at | {"event_id": "D", "started_at": "2025-11-20T12:00:00+08:00"}
    assert guard.verdict("twice-a-day", earlier, at).verdict == "violation"
    assert guard.verdicts(earlier)["D", "twice-a-day"].verdict == "clear"
    assert guard.verdict("mother-called", at, registry=[]).missing == ("recipient.relationship",)


def test_unknown_rule(guard):
    try:
        guard.verdict("no-such-rule", {})
    except KeyError:
        pass
    else:
        raise AssertionError
'''


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """Return a folder with a pack, a configuration and samples."""
    shutil.copytree(SCENE / "house", pytester.path / "house")
    shutil.copytree(SCENE / "samples", pytester.path / "samples")
    (pytester.path / "collection-guard.yaml").write_text(CONFIG)
    return pytester


def run(project: pytest.Pytester, *words: str) -> pytest.RunResult:
    """Run pytest in the folder with the plugin, and no other of its name."""
    return project.runpytest("-p", "no:collection_guard", "-p", "collection_guard.pytest_plugin", *words)


def test_each_expectation_is_a_test(project: pytest.Pytester) -> None:
    """A file of samples gives one test an expectation, and one for an exhaustive sample; words say what is wrong."""
    result = run(project, "-v")
    result.assert_outcomes(passed=2, failed=5)
    result.stdout.fnmatch_lines(
        [
            "*night.conduct.yaml::a call at nine / E-1 / call-at-night / clear PASSED*",
            "*night.conduct.yaml::a call at nine / E-2 / mother-called / violation FAILED*",
            "*exhaustive FAILED*",
            "*night.conduct.yaml:11:9: mother-called on event E-2: expected violation, found clear*",
        ]
    )
    assert "13812345678" not in "\n".join(line for line in result.outlines if "mother-called on" in line)
    assert "Traceback" not in result.stdout.str()


def test_names_of_tests_choose_them(project: pytest.Pytester) -> None:
    """Tests can be chosen by their names, like any others."""
    run(project, "-k", "call-at-night and clear").assert_outcomes(passed=1, deselected=6)


def test_json_lines_are_collected(project: pytest.Pytester) -> None:
    """Labelled events in JSON lines are tests where their name says so, and other files are left alone."""
    shutil.copy(SCENE / "samples/labelled.jsonl", project.path / "log.conduct.jsonl")
    run(project, "log.conduct.jsonl").assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("samples: [{events: []}]\n", "lacks `expect`"),
        ("samples: [\n", "is no valid YAML"),
        ("waivers: []\n", "nothing in this file says what is expected"),
        ("a: 1\n", "the file is not recognised"),
    ],
)
def test_a_file_that_is_wrong_is_an_error(project: pytest.Pytester, text: str, words: str) -> None:
    """A file that cannot be read as samples fails the collection with problem and place, and is never skipped."""
    (project.path / "bad.conduct.yaml").write_text(text)
    result = run(project, "bad.conduct.yaml")
    result.assert_outcomes(errors=1)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert "bad.conduct.yaml" in result.stdout.str()
    assert words in result.stdout.str()


def test_an_invalid_pack_is_an_error(project: pytest.Pytester) -> None:
    """A configured pack that is invalid fails the collection."""
    pack = project.path / "house/pack.yaml"
    pack.write_text(pack.read_text("utf-8").replace("severity: critical", "severity: grave"), "utf-8")
    result = run(project, "samples")
    result.assert_outcomes(errors=1)
    assert "cannot be `grave`" in result.stdout.str()


def test_the_fixture_judges_events(project: pytest.Pytester) -> None:
    """`guard` judges events and mappings by the configured packs, with history and surroundings."""
    (project.path / "test_uses.py").write_text(USES)
    run(project, "test_uses.py").assert_outcomes(passed=2)


def test_a_configuration_can_be_named(project: pytest.Pytester) -> None:
    """The ini option names the configuration where it lies elsewhere."""
    (project.path / "etc").mkdir()
    moved = CONFIG.replace("[house]", "[../house]")
    (project.path / "collection-guard.yaml").unlink()
    (project.path / "etc/conduct.yaml").write_text(moved)
    project.makeini("[pytest]\nconduct_config = etc/conduct.yaml\n")
    run(project, "samples").assert_outcomes(passed=2, failed=5)


def test_the_wheel_brings_the_plugin(installed: Run, tmp_path: Path) -> None:
    """In a scratch repository that installs the wheel, plain `pytest` collects samples and knows the fixture."""
    shutil.copytree(SCENE / "house", tmp_path / "house")
    shutil.copytree(SCENE / "samples", tmp_path / "samples")
    (tmp_path / "collection-guard.yaml").write_text(CONFIG)
    (tmp_path / "test_uses.py").write_text(USES)
    done = installed("python", "-m", "pytest", "-p", "no:cacheprovider", cwd=tmp_path)
    assert "5 failed, 4 passed" in done.stdout, done.stdout + done.stderr
    assert "expected violation, found clear" in done.stdout
