"""The decision log: whole or not, without persons, and judged again to the same verdicts."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

import collection_guard as cg
from collection_guard.cli.main import app
from collection_guard.model.chain import Head, log_files
from collection_guard.model.problems import StoreError
from collection_guard.model.verification import verify
from guard.lives import life, options
from guard.making import MORNING, MUM, OWN, Clock, answered, attempt, open_guard, profile


def test_the_log_names_nobody(tmp_path: Path) -> None:
    """Numbers, names, identifiers of persons and words of contents stand nowhere in it; agencies and cases do."""
    life(tmp_path, 7, 60)
    (path,) = log_files(tmp_path / "log")
    text = path.read_text("utf-8")
    for hidden in ("1380000", MUM, "高母", "高某", "A017", "B-1", "12125550100", "还款", "还钱", "13912345678"):
        assert hidden not in text
    assert "诚信催收有限公司" in text
    assert '"C-1"' in text
    kinds = {json.loads(line)["kind"] for line in text.splitlines()}
    assert kinds == {"check", "record", "profile", "cancel", "redelivery", "not_made"}
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Return the lines of a log that is whole."""
    folder = tmp_path_factory.mktemp("log")
    life(folder, 8, 8)
    (path,) = log_files(folder / "log")
    return path.read_bytes().splitlines(keepends=True)


def damaged(lines: list[bytes], how: str) -> list[bytes]:
    """Return lines with something done to them."""
    match how:
        case "changed":
            return [*lines[:2], lines[2].replace(b'"at"', b'"aT"', 1), *lines[3:]]
        case "removed":
            return [*lines[:2], *lines[3:]]
        case "moved":
            return [lines[0], lines[2], lines[1], *lines[3:]]
        case "inserted":
            return [*lines[:2], lines[1], *lines[2:]]
        case "first removed":
            return lines[1:]
        case "torn":
            return [*lines[:-1], lines[-1][:50]]
        case _:
            return lines


def store(folder: Path, lines: list[bytes]) -> tuple[str, Path]:
    """Write lines as the log of their writer."""
    writer: str = json.loads(lines[-2])["writer"]
    path = folder / f"{writer}.decisions.jsonl"
    path.write_bytes(b"".join(lines))
    return writer, path


@pytest.mark.parametrize("how", ["changed", "removed", "moved", "inserted", "first removed", "torn"])
def test_whatever_is_done_to_a_log_shows(written: list[bytes], tmp_path: Path, how: str) -> None:
    """A line changed, removed, moved, put in between or not whole is found; the log as written is whole."""
    store(tmp_path, written)
    assert verify(tmp_path).problems == []
    store(tmp_path, damaged(written, how))
    assert verify(tmp_path).problems != []


def test_what_is_removed_at_the_end_shows_against_a_head_kept_elsewhere(written: list[bytes], tmp_path: Path) -> None:
    """Without a head a shorter log is whole; against one its end, its writer, or another last line is missed."""
    writer, path = store(tmp_path, written)
    heads = verify(tmp_path).heads()
    assert (verify(tmp_path, heads).heads(), verify(tmp_path, heads).problems) == (heads, [])
    store(tmp_path, written[:-1])
    assert verify(tmp_path).problems == []
    assert [one.code for one in verify(tmp_path, heads).problems] == ["log_end_gone"]
    store(tmp_path, written)
    other = {writer: Head(heads[writer].seq, "0" * 64)}
    assert [one.code for one in verify(tmp_path, other).problems] == ["log_head_differs"]
    path.unlink()
    assert [one.code for one in verify(tmp_path, heads).problems] == ["log_writer_gone"]


def test_a_log_that_cannot_be_written_denies(tmp_path: Path) -> None:
    """What is not logged is not allowed, and not recorded."""
    guard = open_guard(Clock(), options=options(tmp_path))
    (tmp_path / "log").write_text("no folder", "utf-8")
    refused = guard.check(attempt())
    assert (refused.decision, refused.reason.code) == ("deny", "store")
    with pytest.raises(StoreError):
        guard.record(answered("E-1", MORNING))
    (tmp_path / "log").unlink()
    assert guard.check(attempt()).decision == "allow"
    assert guard.record(answered("E-1", MORNING))[0].kind != "redelivered"


def test_an_override_needs_a_reason_and_two_persons_and_is_logged(tmp_path: Path) -> None:
    """It allows what the rules forbid, says so, and stands in the log with its reason and both names."""
    night = Clock(MORNING + timedelta(hours=12))
    guard = open_guard(night, options=options(tmp_path))
    allowed = guard.override(attempt(), reason="borrower asked for it", by="Li Wei", confirmed_by="Gao Fang")
    assert (allowed.decision, allowed.reason.code) == ("allow", "overridden")
    assert [one.rule for one in allowed.violations] == ["contact-outside-permitted-hours"]
    for by, confirmed, reason in (("Li Wei", " li  wei", "x"), ("Li Wei", "", "x"), ("Li Wei", "Gao Fang", " ")):
        with pytest.raises(cg.ConfigurationError):
            guard.override(attempt(), reason=reason, by=by, confirmed_by=confirmed)
    with pytest.raises(cg.ConfigurationError, match="decision log"):
        open_guard(night).override(attempt(), reason="x", by="a", confirmed_by="b")
    guard.close()
    (path,) = log_files(tmp_path / "log")
    last = json.loads(path.read_text("utf-8").splitlines()[-1])
    assert last["overridden"] == {"reason": "borrower asked for it", "by": "Li Wei", "confirmed_by": "Gao Fang"}


def test_a_log_needs_a_key_that_nobody_guesses(tmp_path: Path) -> None:
    """Without a key, or with a short one, the guard is not opened."""
    with pytest.raises(cg.ConfigurationError, match="key"):
        open_guard(Clock(), options={"decision_log": str(tmp_path / "log")})
    (tmp_path / "key").write_text("secret", "ascii")
    with pytest.raises(cg.ConfigurationError, match="fewer than 16"):
        open_guard(Clock(), options=options(tmp_path))


def test_the_commands_check_keep_and_judge_a_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`decide` decides and logs; `log verify`, `log heads` and `log replay` work on what it wrote."""
    (tmp_path / "cases.jsonl").write_text(profile().model_dump_json(by_alias=True) + "\n", "utf-8")
    (tmp_path / "collection-guard.yaml").write_text(
        "timezone: Asia/Shanghai\ncases: cases.jsonl\nstore: guard.db\n"
        "guard: {decision_log: log, log_key: key, next_permitted: 1}\n",
        "utf-8",
    )
    monkeypatch.chdir(tmp_path)

    def run(*words: str, given: str = "") -> tuple[int, str]:
        done = CliRunner().invoke(app, list(words), input=given)
        return done.exit_code, done.stdout

    night = attempt(started_at="2125-11-20T23:00:00+08:00", recipient={"number": OWN})
    code, said = run("decide", given=json.dumps(night))
    assert code == 1
    decision = json.loads(said)
    assert decision["decision"] == "deny"
    assert "contact-outside-permitted-hours" in {one["rule"] for one in decision["violations"]}
    assert run("decide", given=json.dumps(attempt(direction="inbound")))[0] == 0
    assert run("decide", given="{")[0] == 4
    assert run("decide", given="[]")[0] == 4
    refused = CliRunner().invoke(app, ["decide", "--lang", "zh"], input=json.dumps(attempt(case_id=3, channel="cal")))
    assert refused.exit_code == 4
    assert "`case_id` 的值不可用：应为文本" in refused.stderr
    assert "`channel` 的值不可用：应为下列之一：call, " in refused.stderr
    (tmp_path / "heads.json").write_text(run("log", "heads", "log")[1], "utf-8")
    assert run("log", "verify", "log", "--heads", "heads.json")[0] == 0
    assert run("log", "replay", "log")[0] == 0
    code, said = run("log", "replay", "log", "--param", "permitted_to='23:30'", "--lang", "en")
    assert code == 1
    assert "contact-outside-permitted-hours: logged violation, judged again clear" in said
    next(iter(log_files(tmp_path / "log"))).unlink()
    assert run("log", "verify", "log", "--heads", "heads.json")[0] == 4
    assert run("log", "verify", "nowhere")[0] == 4
    (tmp_path / "partners").mkdir()
    for command in ("verify", "heads", "replay"):
        assert run("log", command, "partners") == (4, ""), "a folder without a log is not a log that is whole"
    (tmp_path / "heads.json").write_text("[]", "utf-8")
    assert run("log", "verify", "log", "--heads", "heads.json")[0] == 4
