"""The file: made of the report alone, without anybody's numbers, and harmless whatever a log says."""

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reports import november as small
from reports.test_masking import NAMES, NUMBERS, report_full_of

from collection_guard.audit.detection import detector_in_use
from collection_guard.audit.report import Report
from collection_guard.model.plain import plain
from collection_guard.model.problems import ConfigurationError
from collection_guard.model.texts import text
from collection_guard.reports import files, render_json
from collection_guard.reports.comparison import Earlier, compare
from collection_guard.reports.files import Told, check_report_files
from collection_guard.reports.html.document import render_html
from web.conftest import NOVEMBER, Audited
from web.packed import unpacked, whole

LEXICON = detector_in_use("lexicon")[0]


def page_of(report: Report, *, masked: bool = True) -> str:
    """Return the page of a report, with the detector that marks words."""
    return render_html(Told(report, "zh", masked, LEXICON))


def test_the_same_report_gives_the_same_bytes() -> None:
    """Nothing in the page depends on the clock, the machine or the order of the rows."""
    events = small.events()
    once, again = (small.audit(small.intake(items)) for items in (events, [*events]))
    assert page_of(once) == page_of(again)
    shuffled = unpacked(page_of(small.audit(small.intake(events[::-1]))))
    ordered = unpacked(page_of(once))
    for found in (ordered, shuffled):
        del found["contacts"]["row"]
    assert shuffled == ordered


class Elements(HTMLParser):
    """Gathers the elements of a page, and what would load or run something."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts = 0
        self.loads: list[str] = []
        self.handlers: list[str] = []
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        for name, value in attrs:
            if name.startswith("on"):
                self.handlers.append(name)
            if name in {"src", "href", "action", "data", "poster", "srcset"} and not (value or "").startswith(
                ("#", "data:,")
            ):
                self.loads.append(f"{tag} {name}={value}")


HOSTILE = (
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "\u202egnp.exe\u2066",
    "a\u0000b\u0007c",
    "<!--<script>",
)


@pytest.mark.parametrize("words", HOSTILE)
def test_what_a_log_says_stays_text(words: str) -> None:
    """Markup, templates, ends of scripts and turned directions of a log are shown, and do nothing."""
    contact = small.event(
        f"E{words}",
        "2025-11-04T22:00:00+08:00",
        case_id=f"C{words}",
        agency=words,
        collector={"id": words, "name": words},
        recipient={"name": words, "number": words, "relationship": "parent"},
        content=words,
        signals={"threat": True},
    )
    page = page_of(small.audit(small.intake([contact])), masked=False)
    found, clean = Elements(), Elements()
    found.feed(page)
    clean.feed(page_of(small.whole_report()))
    assert (found.scripts, found.loads, found.handlers) == (clean.scripts, [], []) == (2, [], [])
    assert plain(words) in found.words
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u0000]", whole(page))


def test_the_page_forbids_to_load_anything() -> None:
    """The policy in the head allows the page's own style and script by their digests, and nothing else."""
    page = page_of(small.whole_report())
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy[1]
    assert "http:" not in page.replace("http://www.w3.org/", "")
    assert "https:" not in page


@settings(max_examples=25)
@given(NUMBERS, NAMES)
def test_nobodys_number_or_name_is_in_the_page(number: str, name: str) -> None:
    """Wherever a log holds a number or a name, the page and its packed findings do not, unless asked to."""
    report = report_full_of(number, name)
    assert number not in "".join(whole(page_of(report)).split())
    assert name not in whole(page_of(report))
    assert number in whole(page_of(report, masked=False))


@given(NUMBERS, st.sampled_from(["我叫人上门打断你的腿", "再不还钱就杀了你全家"]), NAMES)
@settings(max_examples=25)
def test_a_text_is_shown_without_numbers_and_known_names(number: str, words: str, name: str) -> None:
    """What was heard is marked in its text; numbers beside it and the name of the one addressed are not shown."""
    contact = small.event(
        "E-1",
        "2025-11-04T10:00:00+08:00",
        recipient={"name": name, "number": "13812345678", "relationship": "self"},
        outcome={"network": "connected", "answered_by": "human", "party": "borrower"},
        content=f"{name}你听着，{words}，打{number}给我。",
    )
    report = small.audit(small.intake([contact]), "core")
    heard = run_with_words(report, "threat")
    (pieces,) = [found for found in unpacked(page_of(heard))["findings"]["text"] if found]
    shown = "".join(pieces[::2])
    assert name not in shown
    assert number not in shown
    assert [piece for piece, marked in zip(pieces[::2], pieces[1::2], strict=True) if marked]
    assert words[:2] in shown
    (full,) = [found for found in unpacked(page_of(heard, masked=False))["findings"]["text"] if found]
    assert "".join(full[::2]) == contact.content


def run_with_words(report: Report, signal: str) -> Report:
    """Return a report in which the log itself says that a signal was heard."""
    events = [item.event.model_copy(update={"signals": {signal: True}}) for item in report.intake.contacts]
    return small.audit(small.intake(events), "core")


def test_the_timeline_holds_the_case(november: Audited) -> None:
    """Every finding is among the contacts of its case, which stand in the order of their history."""
    found = unpacked(november.page.read_text("utf-8"))
    contacts, findings = found["contacts"], found["findings"]
    first = 0
    names = []
    for name, length, whole_length in found["cases"]:
        moments = contacts["at"][first : first + length]
        assert moments == sorted(moments)
        assert whole_length == length
        names += [found["words"][name][0] if name >= 0 else None] * length
        first += length
    assert first == len(contacts["at"])
    ids = [(contacts["id"][place], names[place]) for place in findings["contact"]]
    expected = {(item["event_id"], item["case_id"]) for item in november.report["violations"]}
    assert {(one, other) for one, other in ids if other in {case for _, case in expected}} <= expected
    assert {one for one, _ in ids} == {one for one, _ in expected}


def test_a_long_case_is_shown_around_its_findings() -> None:
    """Of a case with very many contacts the page keeps those near its findings, and says how many there are."""
    events = [
        small.event(f"E-{n:04}", f"2025-11-{1 + n // 200:02}T{8 + n // 20 % 10:02}:{n % 20:02}:00+08:00")
        for n in range(900)
    ]
    events.append(small.event("E-X", "2025-11-04T21:30:00+08:00"))
    (case,) = unpacked(page_of(small.audit(small.intake(events))))["cases"]
    assert case[2] == 901
    assert 300 < case[1] < 500


def test_last_time_stands_beside_now() -> None:
    """With an earlier report the page says better or worse, from what to what, and every reason to doubt it."""
    now, then = (small.audit(small.intake(small.events()[:count])) for count in (5, 2))
    comparison = compare(now, Earlier.model_validate(json.loads(render_json(then))))
    page = render_html(Told(now, "en", comparison=comparison))
    change = comparison.overall
    assert f'data-value="{change.before.hits}/2 {change.after.hits}/5" href="#changes"' in page
    assert 'id="changes"' in page
    assert all(text(f"report.compare.{code}", "en") in page for code in (change.direction, *comparison.caveats))
    assert 'id="changes"' not in page_of(now)


def test_a_file_of_no_known_kind_is_refused() -> None:
    """The name says what is wanted; where it says nothing known, the kinds are named."""
    with pytest.raises(ConfigurationError) as raised:
        check_report_files([Path("report.pdf"), Path("REPORT.HTML")])
    (problem,) = raised.value.problems
    assert ".html" in problem.cause("en")


def test_without_the_extra_its_name_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Jinja2 is not installed, the audit is refused before it begins, with what to install."""

    def absent(name: str, *rest: Any) -> Any:
        return None if name == "jinja2" else find_spec(name, *rest)

    monkeypatch.setattr(files, "find_spec", absent)
    with pytest.raises(ConfigurationError) as raised:
        check_report_files([Path("report.html")])
    assert "collection-guard[report]" in raised.value.problems[0].render("en")


def test_the_command_refuses_before_it_reads(tmp_path: Path) -> None:
    """A report that cannot be written ends the command with 2, and nothing is left behind."""
    log = NOVEMBER / "contacts.xlsx"
    command = [sys.executable, "-m", "collection_guard", "audit", str(log), "--lang", "en", "--report", "r.pdf"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert "the suffixes are .html" in done.stderr
    assert [*tmp_path.iterdir()] == []
