"""What the command ``signals`` reads, what it refuses, and with which detector it hears."""

import json
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from collection_guard.audit.texts import read_texts
from collection_guard.cli.main import app
from collection_guard.facts.content.detector import VERSION
from collection_guard.facts.content.lexicon import lexicon_folder, load_lexicon
from collection_guard.facts.content.schema import KINDS
from collection_guard.model.problems import LogError
from tests.content.small import WORDS, small_lexicon

INSULT: Final = "我说的就是你，这只大笨鹅"
HARMLESS: Final = "您好，请您在这里签字"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Return a lexicon of one's own."""
    return small_lexicon(tmp_path / "my-lexicon")


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["signals", *map(str, arguments), "--lang", "en"], input=stdin)


def answers(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "big5", "utf-16", "utf-32"])
def test_the_encoding_is_told_by_the_file(tmp_path: Path, own: Path, encoding: str) -> None:
    """What is said is heard whichever encoding an office program wrote it in."""
    texts = tmp_path / "texts.txt"
    insult = INSULT if encoding != "big5" else "我說的就是你，這隻大笨鵝"
    texts.write_bytes(f"{HARMLESS if encoding != 'big5' else '請在這裡'}\n{insult}\n".encode(encoding))
    result = run(texts, "--detector", f"lexicon:{own}")
    assert result.exit_code == 0
    assert [answer["signals"]["abuse"] for answer in answers(result)] == [False, True]
    assert insult[-3:] in answers(result)[1]["spans"]["abuse"][0]


def test_an_encoding_can_be_told(tmp_path: Path, own: Path) -> None:
    """UTF-16 without its mark is refused as no text until the option names it."""
    texts = tmp_path / "texts.txt"
    texts.write_bytes(INSULT.encode("utf-16-le") + "\n".encode("utf-16-le"))
    refused = run(texts, "--detector", f"lexicon:{own}")
    assert refused.exit_code == 4
    assert "--encoding utf-16-le" in refused.stderr
    told = run(texts, "--detector", f"lexicon:{own}", "--encoding", "utf-16-le")
    assert answers(told)[0]["signals"]["abuse"]


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=30))
def test_utf8_is_never_taken_for_another_encoding(words: str) -> None:
    """Chinese in UTF-8 is read as it is written, however few of its characters are common."""
    (found,) = read_texts(f"a{words}".encode(), "t").texts
    assert found.text == f"a{words}"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x89PNG\r\n\x1a\n....", "picture"),
        (b"ab\x00\x01\x02cd" * 20, "is no text"),
        (b"PK\x03\x04 broken", "cut off"),
        (b"%PDF-1.7 ...", "PDF"),
        ("您好".encode()[:-1], "inside a character"),
        (b"", "the file is empty"),
        (b" \n\n", "the file is empty"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, own: Path, data: bytes, said: str) -> None:
    """Bytes that are no text, and a file without any, are a problem and exit 4, from a file and from stdin."""
    texts = tmp_path / "texts.txt"
    texts.write_bytes(data)
    for result in (run(texts, "--detector", own), run("-", "--detector", own, stdin=data)):
        assert result.exit_code == 4
        assert said in result.stderr
        assert result.stdout == ""


def test_a_folder_is_no_file(tmp_path: Path, own: Path) -> None:
    """A folder is called a folder, and a file that is not there is called missing."""
    folder, absent = run(tmp_path, "--detector", own), run(tmp_path / "absent.txt", "--detector", own)
    assert (folder.exit_code, absent.exit_code) == (4, 4)
    assert "this is a folder" in folder.stderr
    assert "there is no" in absent.stderr


@pytest.mark.parametrize(
    "content",
    [
        f'[{{"id": "a", "text": "{HARMLESS}"}},\n {{"id": "b", "text": "{INSULT}"}}]',
        f'["{HARMLESS}",\n "{INSULT}"]',
        f'{{"text": "{HARMLESS}"}}\n{{"text":\n "{INSULT}"}}\n',
        f"[通知] {HARMLESS}\n{INSULT}\n",
        f'{HARMLESS}\r\n{{"text": "{INSULT}"}}\r\n',
    ],
)
def test_texts_stand_in_lines_or_in_json(own: Path, content: str) -> None:
    """An array, objects over several lines, and lines that are texts all give one answer for each text."""
    result = run("-", "--detector", own, stdin=content.encode())
    assert result.exit_code == 0
    assert [answer["signals"]["abuse"] for answer in answers(result)] == [False, True]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"txt": "您好", "id": 3}', "`text` is missing; there is: txt, id"),
        ('{"text": 7}', "`text` must be text"),
        ('{"text": "您好", "id": [1]}', "`id` must be text"),
        ('{"text": "您好", "channel": 3}', "`channel` must be text"),
        ('{"text": "您好", "channel": "smoke"}', "`channel`: `smoke` is no kind of text"),
        ('{"text": "您好",}', "is no valid JSON"),
        ("[3]", "no JSON object"),
    ],
)
def test_a_broken_object_names_its_fault(own: Path, line: str, said: str) -> None:
    """What is wrong with one line is said with its place and field and an example; the others are read."""
    result = run("-", "--detector", own, stdin=f'{{"text": "{INSULT}"}}\n{line}\n'.encode())
    assert result.exit_code == 4
    assert answers(result)[0]["signals"]["abuse"]
    first, second = result.stderr.splitlines()
    assert first.startswith("-:2")
    assert said in first
    assert '"text"' in second


@pytest.mark.parametrize(
    ("word", "kind"),
    [("短信", "sms"), ("微信群", "group_chat"), ("外访", "call_transcript"), ("内部备注", "internal_note")],
)
def test_a_channel_may_be_named_in_words(word: str, kind: str) -> None:
    """Words for a channel, as logs use them, name the kind of text; so does each kind itself."""
    assert read_texts(json.dumps({"text": "a", "channel": word}).encode(), "t").texts[0].kind == kind
    for own_name in KINDS:
        assert read_texts(json.dumps({"text": "a", "channel": own_name}).encode(), "t").texts[0].kind == own_name


def test_options_are_not_passed_over(own: Path) -> None:
    """An unknown channel, and no detector at all, are refused as a wrong command line."""
    unknown = run("-", "--channel", "smsx", "--detector", own, stdin=b"a")
    assert unknown.exit_code == 2
    assert "--channel: `smsx`" in unknown.stderr
    assert "sms | wechat" in unknown.stderr
    none = run("-", "--detector", "none", stdin=b"a")
    assert none.exit_code == 2
    assert "needs a detector" in none.stderr


def test_a_lexicon_of_ones_own_is_heard_and_named(tmp_path: Path, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder may be named by the option, as a path, or beside the configuration; its digest tells which it was."""
    monkeypatch.chdir(tmp_path)
    name = f"lexicon {VERSION}+{load_lexicon(own).digest[:12]}"
    config = tmp_path / "sub" / "collection-guard.yaml"
    config.parent.mkdir()
    config.write_text("detector: lexicon:../my-lexicon\n", "utf-8")
    for arguments in (
        ["--detector", f"lexicon:{own}"],
        ["--detector", "my-lexicon"],
        ["--detector", "./my-lexicon"],
        ["--config", config],
    ):
        (answer,) = answers(run("-", *arguments, stdin=INSULT.encode()))
        assert answer["signals"]["abuse"]
        assert answer["detector"] == name
    (own / "house.yaml").write_text(WORDS.replace("笨鹅", "笨鸭"), "utf-8")
    (answer,) = answers(run("-", "--detector", own, stdin=INSULT.encode()))
    assert not answer["signals"]["abuse"]
    assert answer["detector"] not in {name, f"lexicon {VERSION}"}


def test_an_audit_hears_a_phrase_of_ones_own(tmp_path: Path, own: Path) -> None:
    """A finding of an audit says by which lexicon it was heard."""
    log, verdicts = tmp_path / "log.jsonl", tmp_path / "verdicts.jsonl"
    event = {"event_id": "E-1", "case_id": "C-1", "channel": "sms", "direction": "outbound", "content": INSULT}
    log.write_text(json.dumps(event | {"started_at": "2026-01-12T10:00:00+08:00"}), "utf-8")
    command = ["audit", str(log), "--detector", f"lexicon:{own}", "--verdicts", str(verdicts), "--verdicts-of", "all"]
    result = CliRunner().invoke(app, [*command, "--engine", "reference", "--quiet"])
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in verdicts.read_text("utf-8").splitlines()]
    (found,) = (row for row in rows if row["rule"] == "abusive-language")
    assert found["verdict"] == "violation"
    assert f"lexicon {VERSION}+{load_lexicon(own).digest[:12]}" in json.dumps(found)


def test_a_folder_without_a_lexicon_is_refused(tmp_path: Path, own: Path) -> None:
    """A folder that is absent or no whole lexicon is a wrong configuration, a lexicon with errors exit 3 with all."""
    absent = run("-", "--detector", "lexicon:nowhere/at-all", stdin=b"a")
    assert (absent.exit_code, "nowhere/at-all" in absent.stderr) == (2, True)
    (tmp_path / "bare").mkdir()
    bare = run("-", "--detector", tmp_path / "bare", stdin=b"a")
    assert bare.exit_code == 2
    assert str(lexicon_folder()) in bare.stderr
    (own / "house.yaml").write_text(WORDS.replace("act: abuse", "act: abus").replace("(大|)笨鹅", "{goose}"), "utf-8")
    broken = run("-", "--detector", own, stdin=b"a")
    assert broken.exit_code == 3
    assert len(broken.stderr.splitlines()) == 2


def test_reasons_are_told_in_the_language(own: Path) -> None:
    """An officer reads the name of a signal and of what was done, each once, and no weights before them."""
    result = CliRunner().invoke(
        app, ["signals", "-", "--explain", "--detector", str(own), "--lang", "zh"], input=INSULT.encode()
    )
    assert result.stdout.splitlines() == [
        f"1：{INSULT}",
        "  信号：辱骂（abuse）",
        "  听到：「大笨鹅」 辱骂（辱骂） [house-insults]",
    ]


def test_a_text_that_is_none_is_told_by_its_reader() -> None:
    """Read as a library, bytes that are no text are a LogError."""
    with pytest.raises(LogError):
        read_texts(b"\x00\x01", "t")


LOG: Final = "案件编号,触达方式,发送时间,对方姓名,{header}\nC-1,短信,2026-01-12 10:00,王某,{text}\n"


@pytest.mark.parametrize(
    ("header", "text", "said"),
    [
        ("内容", INSULT, "The column 内容 may hold what was said"),
        ("批注一", INSULT, "If a column holds texts"),
        ("聊天内容", "", "If a column holds texts"),
        ("聊天内容", INSULT, None),
    ],
)
def test_an_audit_without_any_text_says_that_nothing_was_heard(
    tmp_path: Path, own: Path, header: str, text: str, said: str | None
) -> None:
    """A detector that is asked for and finds no text is said at the top of the report, with the column to look at."""
    log = tmp_path / "log.csv"
    log.write_text(LOG.format(header=header, text=text), "utf-8")
    command = ["audit", str(log), "--detector", str(own), "--timezone", "Asia/Shanghai", "--engine", "reference"]
    shown = CliRunner().invoke(app, [*command, "--lang", "en", "--quiet"]).stdout
    top = " ".join(shown.split("Contacts ")[0].split())
    assert ("nothing was heard" in top, "nothing was heard" in shown) == (said is not None, said is not None)
    assert said is None or said in top
    files = [tmp_path / "r.html", tmp_path / "r.xlsx"]
    reports = [word for file in files for word in ("--report", str(file))]
    other = CliRunner().invoke(app, [*command, "--lang", "zh", "--format", "json", *reports])
    assert ("什么也没有听" in files[0].read_text("utf-8")) == (said is not None)
    cover = openpyxl.load_workbook(files[1]).worksheets[0]
    cells = [str(cell) for row in cover.iter_rows(values_only=True) for cell in row]
    assert any("什么也没有听" in cell for cell in cells) == (said is not None)
    assert ("什么也没有听" in other.stderr) == (said is not None)
    assert json.loads(other.stdout)["counts"]["contacts"] == 1


BROKEN: Final = """
acts:
  abuse: {signals: [abuse], zh: 辱骂, en: insults}
entries:
  - id: House Insults
    act: abuse
    phrases: [笨鹅]
  - id: house-abus
    act: abus
    phrases: ['(大|鸭']
  - id: house-c
    act: abuse
    phrase: [鸡]
  - id: house-d
    act: abuse
    phrases: ['{nothing}']
    phrases: ['{nobody}']
"""


def test_lint_tells_everything_that_is_wrong_with_all_lexicons(tmp_path: Path) -> None:
    """Wrong fields, acts, phrases and keys of several lexicons and a pack are all told by one run, at their lines."""
    folders = [small_lexicon(tmp_path / name, BROKEN) for name in ("first", "second")]
    result = CliRunner().invoke(app, ["rules", "lint", *map(str, folders), "no-such-pack", "--lang", "en"])
    assert result.exit_code in {2, 3}
    told = result.stderr.splitlines()
    for folder in folders:
        lines = sorted(int(line.split(":")[1]) for line in told if line.startswith(f"{folder}/house.yaml:"))
        assert lines == [5, 9, 10, 11, 13, 17, 17], told
    assert any("no-such-pack" in line for line in told)
