"""`collection-guard init` as a new user meets it: what is written, what is asked, and every wrong turn."""

import json
import os
import pty
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from openpyxl import Workbook
from typer.testing import CliRunner, Result

from collection_guard.cli.main import app
from collection_guard.configuration import likely_zone
from collection_guard.starting import Start, check_command, contents

TESTS = Path(__file__).parents[1]
NOVEMBER = TESTS.parent / "examples/november"
BAD = TESTS / "bad_logs"
HEADER = "案件编号,催收渠道,呼叫方向,拨打时间,被叫号码,与借款人关系,通话结果\n"
COMMAND = [sys.executable, "-m", "collection_guard"]


def environment() -> dict[str, str]:
    """Return the environment of a user without settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COLLECTION_GUARD_")}


def run(folder: Path, *words: str, **more: str) -> Result:
    """Run a command in a folder, not on a terminal."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        return CliRunner().invoke(app, list(words), env={"COLLECTION_GUARD_LANG": None, **more})
    finally:
        os.chdir(before)


def installed(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the package in a folder by a process of its own."""
    return subprocess.run(
        [*COMMAND, *words],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def printed(output: str) -> list[str]:
    """Return the commands that the page says to type next."""
    return [line.strip() for line in output.rsplit("\n\n", maxsplit=1)[-1].splitlines()[1:]]


def typed(folder: Path, commands: list[str]) -> list[Result]:
    """Type the printed commands one after the other, as they stand, in one shell."""
    done = []
    for command in commands:
        if command.startswith("cd "):
            (place,) = shlex.split(command)[1:]
            folder = folder / place
        else:
            name, *words = shlex.split(command)
            assert name == "collection-guard"
            done.append(run(folder, *words))
    return done


def log(folder: Path, *rows: str, name: str = "自己的 日志.csv", header: str = HEADER) -> Path:
    """Write a log of one's own."""
    path = folder / name
    path.write_text(header + "".join(f"{row}\n" for row in rows), "utf-8")
    return path


ROW = "C-1,电话,呼出,2025-11-20 10:00:00,16500110001,本人,无人接听"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_empty_folder_is_laid_out_and_the_printed_commands_work(tmp_path: Path, lang: str) -> None:
    """`init` asks nothing off a terminal; the printed audit of the sample finds its two violations."""
    done = installed(tmp_path, "init", "--lang", lang)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "README.md",
        "collection-guard.yaml",
        "mapping.yaml",
        "sample.csv",
    ]
    assert printed(done.stdout) == ["collection-guard audit sample.csv"]
    (audit,) = typed(tmp_path, printed(done.stdout))
    assert audit.exit_code == 1
    assert ("违规触达          2" in audit.stdout) is (lang == "zh")
    assert ("Contacts in violation    2" in audit.stdout) is (lang == "en")
    # The page shows the same commands, and what it says to type next runs, too.
    page = (tmp_path / "README.md").read_text("utf-8")
    shown = re.findall(r"^ *(collection-guard .*)$", page, re.MULTILINE)
    assert [one.exit_code for one in typed(tmp_path, shown)] == [1, 1, 0]


def test_both_languages_lay_out_the_same_files(tmp_path: Path) -> None:
    """In both languages the same files say the same things to the program, under the same headings."""
    pages = {}
    for lang in ("zh", "en"):
        found = contents(Start(tmp_path, lang, "CN", "Asia/Shanghai", NOVEMBER / "partners", ci=True))
        pages[lang] = found
    assert list(pages["zh"]) == list(pages["en"])
    for name in pages["zh"]:
        zh, en = pages["zh"][name].decode(), pages["en"][name].decode()
        assert "[[" not in zh + en
        if name.endswith((".yaml", ".yml")) and not name.startswith("rules/"):
            assert _without_names(yaml.safe_load(zh)) == _without_names(yaml.safe_load(en)), name
    assert pages["zh"]["README.md"].count(b"\n##") == pages["en"]["README.md"].count(b"\n##")
    assert pages["zh"]["README.md"].count(b"```") == pages["en"]["README.md"].count(b"```")


def _without_names(data: object) -> object:
    if isinstance(data, dict):
        return {key: _without_names(value) for key, value in data.items() if key not in {"name", "lang"}}
    return [_without_names(item) for item in data] if isinstance(data, list) else data


def test_the_own_log_is_read_and_its_audit_is_printed(tmp_path: Path) -> None:
    """With a log and a registry from elsewhere, whatever their names, the printed audit judges one's own contacts."""
    place = tmp_path / "从 别处"
    place.mkdir()
    own = log(place, ROW, ROW.replace("10:00", "22:00"), header=HEADER.replace("通话结果", "通话结果,自定列"))
    shutil.copytree(NOVEMBER / "partners", place / "名单")
    words = ("--log", str(own), "--registry", str(place / "名单"), "--lang", "zh")
    done = run(tmp_path, "init", "新 文件夹", *words)
    assert done.exit_code == 0
    assert "2 行，2 次联系，0 行被拒绝，0 行搁置" in done.stderr
    commands = printed(done.stdout)
    assert commands[0] == "cd '新 文件夹'"
    assert commands[2] == "collection-guard audit '../从 别处/自己的 日志.csv'"
    sample, audit = typed(tmp_path, commands)
    assert (sample.exit_code, audit.exit_code) == (1, 1)
    assert "触达              2" in audit.stdout
    mapping = (tmp_path / "新 文件夹/mapping.yaml").read_text("utf-8")
    assert "#   拨打时间: started_at" in mapping
    assert "# 不认识的列：自定列" in mapping
    settings = yaml.safe_load((tmp_path / "新 文件夹/collection-guard.yaml").read_text("utf-8"))
    assert settings["registry"] == "../从 别处/名单"


def test_columns_that_may_be_several_fields_are_named(tmp_path: Path) -> None:
    """A header that may mean several things stands in the mapping file with what it may mean, and is taken for none."""
    own = log(tmp_path, ROW + ",30", header=HEADER.replace("通话结果", "通话结果,时长"))
    run(tmp_path, "init", "--log", str(own), "--lang", "en")
    mapping = (tmp_path / "mapping.yaml").read_text("utf-8")
    assert re.search(r"^# 时长 may mean: talk_seconds", mapping, re.MULTILINE)


def test_nothing_is_overwritten_unless_asked(tmp_path: Path) -> None:
    """A file that says something else is kept and said to be; the same content is unchanged; --overwrite replaces."""
    (tmp_path / "README.md").write_text("my own\n")
    assert "kept       README.md (it was there" in run(tmp_path, "init", "--lang", "en").stdout
    assert (tmp_path / "README.md").read_text() == "my own\n"
    again = run(tmp_path, "init", "--lang", "en").stdout
    assert again.count("unchanged") == 3
    assert "replaced   README.md" in run(tmp_path, "init", "--lang", "en", "--overwrite").stdout
    assert (tmp_path / "README.md").read_text() != "my own\n"


def test_off_a_terminal_a_country_of_several_zones_needs_one(tmp_path: Path) -> None:
    """Where the zone cannot be known, the message names the option and the zones, and nothing is written."""
    done = run(tmp_path, "init", "--country", "us", "--lang", "en")
    assert done.exit_code == 2
    assert "name one with --timezone: America/New_York" in done.stderr
    assert list(tmp_path.iterdir()) == []
    assert run(tmp_path, "init", "--country", "us", "--timezone", "America/Chicago").exit_code == 0
    settings = yaml.safe_load((tmp_path / "collection-guard.yaml").read_text("utf-8"))
    assert (settings["country"], settings["timezone"]) == ("US", "America/Chicago")
    assert run(tmp_path, "init", "jp", "--country", "JP").exit_code == 0
    assert yaml.safe_load((tmp_path / "jp/collection-guard.yaml").read_text("utf-8"))["timezone"] == "Asia/Tokyo"


def test_all_that_is_wrong_with_the_options_is_said_at_once(tmp_path: Path) -> None:
    """A misspelt country, a word that is no zone, a registry and a log that are not there: all, and nothing written."""
    done = run(
        tmp_path, "init", "--country", "China", "--timezone", "Beijing", "--registry", "none", "--log", "none.csv",
        "--lang", "en",
    )  # fmt: skip
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 4
    assert "not the two-letter code of a country; nearest: CN" in done.stderr
    assert "not a zone of the IANA database; nearest: Asia/Shanghai" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_registry_that_is_wrong_is_refused_with_all_its_problems(tmp_path: Path) -> None:
    """The settings name only a registry that can be read."""
    (tmp_path / "partners.csv").write_text("name,category\n,law_firm\n甲,餐饮\n", "utf-8")
    done = run(tmp_path, "init", "new", "--registry", "partners.csv", "--lang", "en")
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 2
    assert not (tmp_path / "new").exists()


def test_a_place_that_is_no_folder_is_said(tmp_path: Path) -> None:
    """Where a file stands in the way, the message names it."""
    (tmp_path / "new").write_text("")
    done = run(tmp_path, "init", "new", "--lang", "en")
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("北京时间", "Asia/Shanghai"),
        ("UTC+8", "Asia/Shanghai"),
        ("Shanghai", "Asia/Shanghai"),
        ("new york", "America/New_York"),
        ("Asia/Shangai", "Asia/Shanghai"),
        ("?", None),
    ],
)
def test_what_people_write_for_a_zone_is_understood_as_a_hint(written: str, zone: str | None) -> None:
    """The nearest zone is named for what people write; nothing is named where nothing is near."""
    assert likely_zone(written) == zone


# --- on a terminal -----------------------------------------------------------------------------------------------


def on_terminal(folder: Path, answers: str, *words: str) -> tuple[int, str]:
    """Run a command on a terminal and type the answers; return its exit code and all that the terminal shows."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [*COMMAND, *words],
        cwd=folder,
        env=environment() | {"NO_COLOR": "1"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, answers.encode())
    shown = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    return child.wait(), shown.decode("utf-8", "replace")


def test_on_a_terminal_everything_is_asked(tmp_path: Path) -> None:
    """Country, zone, registry and log are asked; an answer that cannot be used is explained and asked again."""
    log(tmp_path, ROW, name="own.csv")
    code, shown = on_terminal(
        tmp_path, "\nBeijing\nAsia/Shanghai\nnone\n\nmissing.csv\nown.csv\n", "init", "new", "--lang", "en"
    )
    assert code == 0, shown
    assert "Country of the numbers, two letters [CN]:" in shown
    assert "zones of CN: Asia/Shanghai, Asia/Urumqi" in shown
    assert "nearest: Asia/Shanghai" in shown
    assert "there is no `none`" in shown
    assert "there is no `missing.csv`" in shown
    assert "collection-guard audit ../own.csv" in shown
    assert (tmp_path / "new/collection-guard.yaml").is_file()


def test_what_is_given_is_not_asked(tmp_path: Path) -> None:
    """Options answer their questions beforehand; a wrong one is refused as it is off a terminal."""
    code, shown = on_terminal(tmp_path, "\n\n", "init", "--country", "JP", "--timezone", "Asia/Tokyo", "--lang", "zh")
    assert code == 0, shown
    assert "号码所属国家" not in shown
    assert "合作机构名单（文件或文件夹" in shown
    assert on_terminal(tmp_path, "", "init", "--country", "Japan", "--lang", "en")[0] == 2


def test_an_interrupted_question_writes_nothing(tmp_path: Path) -> None:
    """Ctrl-D ends the command with exit code 2 and an empty folder."""
    code, _ = on_terminal(tmp_path, "\x04", "init", "--lang", "en")
    assert code == 2
    assert list(tmp_path.iterdir()) == []


# --- wrong turns: each is answered with what to do, by `init` and by the audit that it prints ----------------------


def mended(folder: Path, own: Path, *said: str) -> Path:
    """Lay out a folder for a log that cannot be read; both `init` and the audit say why and what to do."""
    done = run(folder, "init", "new", "--log", str(own), "--lang", "en")
    assert done.exit_code == 4
    audit = run(folder / "new", "audit", str(own))
    assert audit.exit_code == 4
    for words in said:
        assert words in done.stderr
        assert words in audit.stderr
    assert "first do what stands above" in done.stderr
    assert str(own.name) not in printed(done.stdout)[-1]
    return folder / "new"


def test_wrong_turn_no_header(tmp_path: Path) -> None:
    """A log without a header: what stood there and which words are looked for; named columns make it readable."""
    new = mended(tmp_path, BAD / "no-header.csv", "1, 2, 3", "started_at")
    own = log(tmp_path, "C-1,2025-11-20 10:00:00,电话", header="编号甲,拨出时刻甲,方式甲\n")
    (new / "mapping.yaml").write_text(
        "columns: {编号甲: case_id, 拨出时刻甲: started_at, 方式甲: channel}\nvalues: {channel: {电话: call}}\n",
        "utf-8",
    )
    assert run(new, "audit", str(own)).exit_code == 0


def test_wrong_turn_no_column_of_the_time(tmp_path: Path) -> None:
    """A log whose time stands under a name that nobody knows: the message names the headers, the mapping settles it."""
    own = log(tmp_path, ROW, header=HEADER.replace("拨打时间", "甲列"))
    new = mended(tmp_path, own, "甲列")
    (new / "mapping.yaml").write_text("columns: {甲列: started_at}\n", "utf-8")
    assert run(new, "audit", str(own)).exit_code == 0


def test_wrong_turn_zone(tmp_path: Path) -> None:
    """Office hours written in UTC and read as Shanghai's: `init` and `audit` point to the zone; mended, they do not."""
    rows = [ROW.replace("10:00:00", f"{hour:02}:{minute}:00") for hour in range(1, 11) for minute in (10, 20, 30)]
    own = log(tmp_path, *rows)
    done = run(tmp_path, "init", "--log", str(own), "--lang", "en")
    said = "18 of 30 contacts begin between 22:00 and 7:00 by Asia/Shanghai"
    assert said in done.stderr
    assert "name it under timezone in a mapping file of this log" in done.stderr
    assert said in run(tmp_path, "audit", str(own)).stderr
    assert "begin between" not in run(tmp_path, "audit", str(own), "--quiet").stderr
    settings = tmp_path / "collection-guard.yaml"
    settings.write_text(
        settings.read_text("utf-8").replace("map: mapping.yaml", 'map: {"*.csv": mapping.yaml}'), "utf-8"
    )
    (tmp_path / "mapping.yaml").write_text("timezone: UTC\n")
    audit = run(tmp_path, "audit", str(own))
    assert audit.exit_code == 0
    assert "begin between" not in audit.stderr


def test_wrong_turn_sheet(tmp_path: Path) -> None:
    """A sheet that the workbook does not have: the message names those that it has; the right one is read."""
    book = Workbook()
    assert book.active is not None
    book.active.title = "说明"
    book.active.append(["无关的文字"])
    contacts = book.create_sheet("明细")
    contacts.append(HEADER.strip().split(","))
    contacts.append(ROW.split(","))
    book.save(tmp_path / "own.xlsx")
    assert run(tmp_path, "init", "--log", "own.xlsx", "--lang", "en").exit_code == 0
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("sheet: 明细表\n", "utf-8")
    wrong = run(tmp_path, "audit", "own.xlsx")
    assert wrong.exit_code == 4
    assert "说明, 明细" in wrong.stderr
    mapping.write_text("sheet: 明细\n", "utf-8")
    assert run(tmp_path, "audit", "own.xlsx").exit_code == 0


def test_wrong_turn_password(tmp_path: Path) -> None:
    """A workbook with a password: save a copy without it."""
    mended(tmp_path, BAD / "password.xlsx", "remove the password")


def test_wrong_turn_two_hundred_megabytes(tmp_path: Path) -> None:
    """A log of 200 MB is refused before it is read, with how to split it and what memory it would take."""
    own = log(tmp_path, ROW, name="own.csv")
    with own.open("r+b") as file:
        file.truncate(200_000_000)
    mended(
        tmp_path,
        own,
        "hold 200 MB, and at most 100 MB",
        "split them by agency or month",
        "about 12 GB of memory, max_log_mb: 200",
    )


def test_the_limit_is_a_setting_and_counts_all_logs(tmp_path: Path) -> None:
    """Two logs below the limit are above it together; a higher limit lets them be read."""
    rows = [ROW.replace("C-1", f"C-{number}") for number in range(8_000)]
    one, two = log(tmp_path, *rows, name="one.csv"), log(tmp_path, *rows, name="two.csv", header=HEADER + "\n")
    words = ("explain", "none", "--timezone", "Asia/Shanghai", "--engine", "reference", "--lang", "en")
    refused = run(tmp_path, *words, str(one), str(two), COLLECTION_GUARD_MAX_LOG_MB="1")
    assert refused.exit_code == 4
    assert "hold 2 MB, and at most 1 MB" in refused.stderr
    # What a pattern or a folder stands for counts like what is named.
    for place in ("*.csv", "."):
        again = run(tmp_path, *words, place, COLLECTION_GUARD_MAX_LOG_MB="1")
        assert "hold 2 MB, and at most 1 MB" in again.stderr
    assert "no event `none`" in run(tmp_path, *words, str(one), COLLECTION_GUARD_MAX_LOG_MB="1").stderr
    wrong = run(tmp_path, *words, str(one), COLLECTION_GUARD_MAX_LOG_MB="0")
    assert wrong.exit_code == 2


def test_the_check_of_a_repository_names_what_it_holds(tmp_path: Path) -> None:
    """A registry that lies elsewhere is copied into the repository that checks it; one that is inside is named."""
    away = Start(tmp_path, "en", "CN", "Asia/Shanghai", NOVEMBER / "partners", ci=True)
    assert "partners/2025-09-16.csv" in contents(away)
    assert check_command(away).endswith("mapping.yaml partners --waivers waivers.yaml")
    (tmp_path / "list.csv").write_text("name,category\n甲,law_firm\n", "utf-8")
    inside = Start(tmp_path, "en", "CN", "Asia/Shanghai", tmp_path / "list.csv", ci=True)
    assert "partners/list.csv" not in contents(inside)
    assert check_command(inside).endswith("mapping.yaml list.csv --waivers waivers.yaml")
    elsewhere = Start(tmp_path / "sub", "en", "CN", "Asia/Shanghai", tmp_path / "list.csv", ci=True)
    assert "partners/list.csv" in contents(elsewhere)
    assert check_command(elsewhere).endswith("partners/list.csv --waivers waivers.yaml")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_mapping_is_proposed_for_a_log_that_is_not_known(tmp_path: Path, lang: str) -> None:
    """What may be meant stands in comments; confirmed line by line, the log is read, and the sample still is."""
    rows = ("C-1,父亲,13900000002,2025-11-03 10:00:00,未接", "C-2,本人,13900000003,2025-11-04 21:10:00,接通了")
    own = log(tmp_path, *rows, header="合约编码,对象,电话,拨号时刻,结果说明\n")
    done = run(tmp_path, "init", "new", "--log", str(own), "--lang", lang)
    assert done.exit_code == 4
    assert str(Path("new/mapping.yaml")) in done.stderr
    mapping = tmp_path / "new/mapping.yaml"
    proposed = mapping.read_text("utf-8")
    assert yaml.safe_load(proposed) == {"ignore": []}
    assert "13900000002" not in proposed
    taken = re.compile(
        r'^# (?=columns:|  "(?:对象|电话|拨号时刻)": |defaults:|  channel: |  direction: )', re.MULTILINE
    )
    mapping.write_text(taken.sub("", proposed), "utf-8")
    assert set(yaml.safe_load(mapping.read_text("utf-8"))["columns"]) == {"对象", "电话", "拨号时刻"}
    audit = run(tmp_path / "new", "audit", str(own), "--format", "json")
    assert json.loads(audit.stdout)["counts"]["contacts"] == 2
    assert run(tmp_path / "new", "audit", "sample.csv").exit_code == 1


def test_a_log_that_is_known_whole_needs_no_proposal(tmp_path: Path) -> None:
    """Where every header and word is known, the mapping says nothing and nothing is announced."""
    done = run(tmp_path, "init", "--log", str(log(tmp_path, ROW)), "--lang", "en")
    assert "proposed" not in done.stderr
    assert yaml.safe_load((tmp_path / "mapping.yaml").read_text("utf-8"))["columns"] == {}
