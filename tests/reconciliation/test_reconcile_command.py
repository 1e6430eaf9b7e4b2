"""``collection-guard reconcile``: formats, exit codes, masking, and what is said of input that cannot be used."""

import contextlib
import csv
import io
import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from collection_guard.cli.main import app

NOTES = (
    "催记流水号,案件编号,委外机构,催收员工号,催收员姓名,电话号码,催收方式,催收时间,催收结果\n"
    "N1,AJ1,远山催收服务有限公司,A017,高某某,13800138000,电催,2025-11-03 10:00:05,本人接听\n"
    "N2,AJ1,远山催收服务有限公司,A017,高某某,13800138000,电催,2025-11-03 15:00:00,本人接听\n"
    "N3,AJ1,远山催收服务有限公司,A017,高某某,13800138000,短信,2025-11-03 16:00:00,已发送\n"
)
CALLS = (
    "话单编号,委外机构,主叫号码,被叫号码,呼叫时间,通话时长(秒),通话结果,录音文件\n"
    "T1,远山催收服务有限公司,057188880001,13800138000,2025-11-03 10:00:00,61,已接通,T1.wav\n"
    "T2,远山催收服务有限公司,057188880001,13800138000,2025-11-03 11:00:00,0,无人接听,\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a note without a call and an unanswered call that is not noted."""
    for name in [name for name in os.environ if name.startswith("COLLECTION_GUARD_")]:
        monkeypatch.delenv(name)
    (tmp_path / "notes.csv").write_text(NOTES, "utf-8")
    (tmp_path / "calls.csv").write_text(CALLS, "utf-8")
    (tmp_path / "collection-guard.yaml").write_text("timezone: Asia/Shanghai\n", "utf-8")
    return tmp_path


def run(folder: Path, *more: str, bare: bool = False) -> Result:
    """Run the command on the two files of a folder, in this process, as if it stood there."""
    given = [] if bare else ["--notes", "notes.csv", "--calls", "calls.csv", "--lang", "en"]
    with contextlib.chdir(folder):
        return CliRunner().invoke(app, ["reconcile", *given, *more])


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ((), 1),
        (("--fail-on", "critical"), 0),
        (("--fail-on", "never"), 0),
        (("--severity", "note-without-call=minor"), 0),
        (("--severity", "note-without-call=minor", "--fail-on", "minor"), 1),
        (("--severity", "note-without-call=off", "--fail-on", "advisory"), 1),
        (("--severity", "note-without-call=off", "--severity", "unanswered-call-not-noted=off"), 0),
        (("--from", "2025-11-04", "--fail-on", "advisory"), 0),
    ],
)
def test_exit_code_follows_the_gravest_finding(folder: Path, more: tuple[str, ...], code: int) -> None:
    """A finding at or above the severity asked for makes the exit code 1; without one it is 0."""
    result = run(folder, *more)
    assert result.exit_code == code, result.stderr + result.stdout


@pytest.mark.parametrize(("lang", "title"), [("en", "Note without a call"), ("zh", "有催记而无通话")])
def test_text_shows_both_sides(folder: Path, lang: str, title: str) -> None:
    """The report names the findings in the language asked for, with file and row, and the messages left out."""
    out = run(folder, "--lang", lang).stdout
    assert title in out
    assert "notes.csv" in out
    assert "calls.csv" in out
    words = {"en": "1 more of other channels", "zh": "另有 1 条属于其他渠道"}[lang]
    assert "".join(words.split()) in "".join(out.split())  # a line may break anywhere in it


def test_json_says_everything(folder: Path) -> None:
    """The findings stand in JSON with their rows, and what they rest on."""
    result = json.loads(run(folder, "--format", "json").stdout)
    note, call = result["findings"]
    assert (note["kind"], note["rows"][0]["id"], note["rows"][0]["row"]) == ("note-without-call", "N2", 3)
    assert (call["kind"], call["rows"][0]["id"], call["severity"]) == ("unanswered-call-not-noted", "T2", "advisory")
    assert call["nearest"]["id"] == "N1"
    assert result["counts"]["matched"] == 1
    assert result["terms"]["tolerances"]["time"] == 120.0
    assert all(set(words) == {"zh", "en"} for words in result["rests_on"])


def test_csv_has_a_row_for_each_finding(folder: Path) -> None:
    """The table holds each finding once, with a column for the agency's answer."""
    run(folder, "--format", "csv", "--out", "findings.csv")
    header, *rows = csv.reader(io.StringIO((folder / "findings.csv").read_text("utf-8-sig")))
    assert [row[header.index("Kind")] for row in rows] == [
        "Note without a call (note-without-call)",
        "Unanswered call not noted (unanswered-call-not-noted)",
    ]
    assert {row[header.index("Answer of the agency")] for row in rows} == {""}


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_personal_data_is_masked(folder: Path, form: str) -> None:
    """No number and no name stands in full in any format unless it is asked for."""
    out = run(folder, "--format", form).stdout
    assert "13800138000" not in out
    assert "高某某" not in out
    assert "138****8000" in out
    assert "13800138000" in run(folder, "--format", form, "--unmasked").stdout


def test_recordings_and_lists_are_read(folder: Path) -> None:
    """With recordings and lists given, calls without a recording and strangers are found."""
    (folder / "recordings.csv").write_text("录音文件,录音时长\nT9.wav,60\n", "utf-8")
    (folder / "people.csv").write_text("工号\nA018\n", "utf-8")
    (folder / "numbers.csv").write_text("号码\n057188880009\n", "utf-8")
    more = ("--recordings", "recordings.csv", "--collectors", "people.csv", "--own-numbers", "numbers.csv")
    kinds = [one["kind"] for one in json.loads(run(folder, *more, "--format", "json").stdout)["findings"]]
    assert sorted(kinds) == sorted(
        ["note-without-call", "unanswered-call-not-noted", "call-without-recording", "recording-without-call"]
        + ["collector-not-on-list"] * 2
        + ["number-not-on-list"] * 2
    )


@pytest.mark.parametrize(
    ("more", "bare", "code", "words"),
    [
        (("--notes", "notes.csv"), True, 2, "no calls are given"),
        (("--format", "html"), False, 2, "--format"),
        (("--fail-on", "grave"), False, 2, "--fail-on"),
        (("--from", "yesterday"), False, 2, "YYYY-MM-DD"),
        (("--severity", "note-without-cal=off"), False, 2, "nearest: note-without-call"),
        (("--severity", "note-without-call=grave"), False, 2, "--severity"),
        (("--tolerance", "0"), False, 2, "--tolerance"),
        (("--collectors", "none.csv"), False, 4, "none.csv"),
        (("--recordings", "none.csv"), False, 4, "none.csv"),
        (("--calls", "none.csv"), False, 4, "none.csv"),
        (("--notes-map", "none.yaml"), False, 2, "none.yaml"),
    ],
)
def test_input_that_cannot_be_used_is_said(
    folder: Path, more: tuple[str, ...], *, bare: bool, code: int, words: str
) -> None:
    """A wrong option is exit code 2, an input that cannot be read 4; the message names it, without a traceback."""
    result = run(folder, *more, bare=bare)
    assert result.exit_code == code, result.stdout
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_all_problems_are_said_at_once(folder: Path) -> None:
    """What is wrong with several inputs is said in one run."""
    result = run(folder, "--recordings", "none.csv", "--collectors", "gone.csv")
    assert result.exit_code == 4
    assert "none.csv" in result.stderr
    assert "gone.csv" in result.stderr


def test_rejected_rows_are_written_and_counted(folder: Path) -> None:
    """Rows of any side that cannot be read go to a file, are counted, and exit with 4 beyond the limit."""
    (folder / "notes.csv").write_text(NOTES + "N4,AJ1,甲公司,A1,,13800138000,电催,soon,本人接听\n", "utf-8")
    (folder / "recordings.csv").write_text("录音文件,录音时长\nT1.wav,long\n", "utf-8")
    more = ("--recordings", "recordings.csv", "--rejected", "refused.csv")
    result = run(folder, *more, "--fail-on", "never")
    assert result.exit_code == 0
    rows = list(csv.reader(io.StringIO((folder / "refused.csv").read_text("utf-8-sig"))))
    assert [(row[0], row[2]) for row in rows[1:]] == [("notes.csv", "5"), ("recordings.csv", "2")]
    assert run(folder, *more, "--max-rejected", "1").exit_code == 4


def test_side_of_which_nothing_can_be_read_is_unreadable(folder: Path) -> None:
    """Where every row of a side is rejected, the comparison would accuse everybody: exit code 4."""
    (folder / "calls.csv").write_text(CALLS.replace("2025-11-03", "soon"), "utf-8")
    assert run(folder).exit_code == 4


def test_one_of_a_thing_is_said_as_one(folder: Path) -> None:
    """One pair, one more of other channels, one row: no plural stands after a one."""
    (folder / "calls.csv").write_text("".join(CALLS.splitlines(keepends=True)[:2]), "utf-8")
    out = " ".join(run(folder).stdout.split())
    assert "1 pair (" in out
    assert "1 more of other channels is not compared" in out
    assert "1 row read: 1 contact, " in out
    assert "1 pairs" not in out
