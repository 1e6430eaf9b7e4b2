"""Exit codes, their precedence, and configuration, through the command as it is installed."""

import json
from pathlib import Path

import pytest

from tests.cli.test_november import NOVEMBER, run

EVENT = {
    "event_id": "E-1",
    "case_id": "C-1",
    "channel": "call",
    "direction": "outbound",
    "started_at": "2025-11-20T12:00:00+08:00",
    "recipient": {"relationship": "self", "timezone": "Asia/Shanghai"},
}
NIGHT = EVENT | {"event_id": "E-2", "started_at": "2025-11-20T23:00:00+08:00"}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Return a log of one contact by day and one by night."""
    return write(tmp_path, EVENT, NIGHT)


def write(folder: Path, *events: dict[str, object], name: str = "log.jsonl") -> Path:
    """Write events as JSON lines."""
    path = folder / name
    path.write_text("".join(json.dumps(event) + "\n" for event in events), "utf-8")
    return path


def test_violation_at_the_threshold_exits_1(log: Path) -> None:
    """A critical violation exits with 1."""
    assert run("audit", str(log), cwd=log.parent).returncode == 1


def test_violation_below_the_threshold_exits_0(log: Path) -> None:
    """Violations below --fail-on, or with never, exit with 0."""
    assert run("audit", str(log), "--fail-on", "never", cwd=log.parent).returncode == 0
    day = write(log.parent, EVENT, name="day.jsonl")
    assert run("audit", str(day), cwd=log.parent).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["--timezone", "Asia/Shangai"],
        ["--fail-on", "grave"],
        ["--param", "permitted_from=9"],
        ["--param", "permitted_form='09:00'"],
        ["--verdicts-of", "some"],
        ["--config", "missing.yaml"],
        ["--history-complete-from", "yesterday"],
        ["--format", "html"],
        ["--engine", "fast"],
    ],
)
def test_usage_and_configuration_exit_2(log: Path, arguments: list[str]) -> None:
    """What cannot be meant exits with 2, in one sentence and without a traceback."""
    result = run("audit", str(log), *arguments, cwd=log.parent)
    assert result.returncode == 2
    assert result.stderr
    assert "Traceback" not in result.stderr


def test_invalid_pack_exits_3(log: Path) -> None:
    """A pack that is invalid exits with 3 and names file, line and column."""
    pack = log.parent / "bad.yaml"
    pack.write_text("pack: bad\npack: twice\n", "utf-8")
    result = run("audit", str(log), "--rules", str(pack), cwd=log.parent)
    assert result.returncode == 3
    assert "bad.yaml:2:1" in result.stderr


def test_unreadable_input_exits_4(log: Path) -> None:
    """A log that is not there, or of which no row can be read, exits with 4."""
    assert run("audit", "none.jsonl", cwd=log.parent).returncode == 4
    broken = log.parent / "broken.jsonl"
    broken.write_text("not json\n", "utf-8")
    assert run("audit", str(broken), cwd=log.parent).returncode == 4


def test_rejected_rows_beyond_the_limit_exit_4(log: Path) -> None:
    """Rejected rows beyond --max-rejected exit with 4; without a limit the rest is judged."""
    mixed = write(log.parent, EVENT, {"event_id": "E-3", "channel": "call"}, name="mixed.jsonl")
    assert run("audit", str(mixed), cwd=log.parent).returncode == 0
    assert run("audit", str(mixed), "--max-rejected", "0", cwd=log.parent).returncode == 4


def test_unassessable_under_strict_exits_5(log: Path) -> None:
    """Unassessable verdicts exit with 5 under --strict, when nothing graver applies."""
    day = write(log.parent, EVENT, name="day.jsonl")
    assert run("audit", str(day), "--strict", cwd=log.parent).returncode == 5
    assert run("audit", str(log), "--strict", cwd=log.parent).returncode == 1


def test_precedence_is_2_3_4_1_5(log: Path) -> None:
    """Where several codes apply the order is configuration, rules, input, violations, unassessable; all are said."""
    pack = log.parent / "bad.yaml"
    pack.write_text("pack: bad\npack: twice\n", "utf-8")
    rules_and_input = run("audit", "none.jsonl", "--rules", str(pack), cwd=log.parent)
    assert rules_and_input.returncode == 3
    assert "none.jsonl" in rules_and_input.stderr
    everything = run(
        "audit", "none.jsonl", "--rules", str(pack), "--registry", "none.csv", "--timezone", "x", cwd=log.parent
    )
    assert everything.returncode == 2
    mixed = write(log.parent, NIGHT, {"event_id": "E-3"}, name="mixed.jsonl")
    assert run("audit", str(mixed), "--max-rejected", "0", "--strict", cwd=log.parent).returncode == 4


def test_command_line_over_environment_over_file(log: Path) -> None:
    """A setting comes from the command line, else the environment, else the file; --show-config says from where."""
    (log.parent / "collection-guard.yaml").write_text("timezone: Asia/Tokyo\nfail_on: minor\n", "utf-8")
    shown = run(
        "audit", "--show-config", "--fail-on", "never", cwd=log.parent, COLLECTION_GUARD_TIMEZONE="Europe/London"
    ).stdout
    assert "timezone: Europe/London  # COLLECTION_GUARD_TIMEZONE" in shown
    assert "fail_on: never  # command line" in shown
    assert "collection-guard.yaml" in run("audit", "--show-config", cwd=log.parent).stdout


def test_unknown_configuration_keys_are_errors(log: Path) -> None:
    """An unknown key of the configuration is an error with its place and the nearest key."""
    (log.parent / "collection-guard.yaml").write_text("timezone: Asia/Tokyo\nregistri: x.csv\n", "utf-8")
    result = run("audit", str(log), "--lang", "en", cwd=log.parent)
    assert result.returncode == 2
    assert "collection-guard.yaml:2:1" in result.stderr
    assert "registry" in result.stderr


def test_output_file_is_whole_or_not_there(log: Path) -> None:
    """A report goes to --out; where it cannot be written, that is said and nothing is left behind."""
    run("audit", str(log), "--format", "json", "--out", "report.json", cwd=log.parent)
    assert json.loads((log.parent / "report.json").read_text("utf-8"))
    result = run("audit", str(log), "--verdicts", "/proc/none/v.jsonl", cwd=log.parent)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_without_durable_rules_the_reference_engine_serves(log: Path) -> None:
    """Where durable-rules cannot be imported the verdict file is the same, and that is said once."""
    blocker = log.parent / "blocked"
    blocker.mkdir()
    (blocker / "durable_rules_engine.py").write_text("raise ImportError('not here')\n", "utf-8")
    contacts = str(NOVEMBER / "contacts.xlsx")
    config = ["--config", str(NOVEMBER / "collection-guard.yaml"), "--lang", "en"]
    run("audit", contacts, *config, "--verdicts", "with.jsonl", cwd=log.parent)
    without = run("audit", contacts, *config, "--verdicts", "without.jsonl", cwd=log.parent, PYTHONPATH=str(blocker))
    assert (log.parent / "with.jsonl").read_bytes() == (log.parent / "without.jsonl").read_bytes()
    assert without.stderr.count("durable-rules cannot be imported here") == 1
    refused = run("audit", contacts, *config, "--engine", "durable", cwd=log.parent, PYTHONPATH=str(blocker))
    assert refused.returncode == 2


@pytest.mark.parametrize("arguments", [["rules", "list"], ["rules", "facts"], ["rules", "lint"], ["rules", "test"]])
def test_rules_commands_pass_on_the_core_pack(tmp_path: Path, arguments: list[str]) -> None:
    """The commands on rules work on what comes along, in both languages."""
    for lang in ("zh", "en"):
        result = run(*arguments, "--lang", lang, cwd=tmp_path)
        assert result.returncode == 0, result.stdout + result.stderr


def test_rules_show_and_schema(tmp_path: Path) -> None:
    """A rule is shown in words, and each schema is JSON."""
    shown = run("rules", "show", "contact-outside-permitted-hours", "--lang", "en", cwd=tmp_path)
    assert "08:00:00 (included)" in shown.stdout
    assert run("rules", "show", "contact-outside-permited-hours", cwd=tmp_path).returncode == 2
    for kind in ("pack", "rules", "event", "profile", "registry", "config"):
        assert json.loads(run("rules", "schema", kind, cwd=tmp_path).stdout)["properties"]


def test_rule_pages_say_what_the_rules_say() -> None:
    """The generated pages in docs/ are current."""
    root = NOVEMBER.parents[1]
    result = run("rules", "docs", "--check", "--out", "docs/rules", cwd=root)
    assert result.returncode == 0, result.stderr


def test_version_and_help(tmp_path: Path) -> None:
    """--version and --help answer in both languages."""
    assert run("--version", cwd=tmp_path).stdout.startswith("collection-guard ")
    assert "催收" in run("--help", cwd=tmp_path, COLLECTION_GUARD_LANG="zh").stdout
    assert "audit" in run("audit", "--help", cwd=tmp_path).stdout
