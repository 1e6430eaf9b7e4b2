"""The timeline of a complaint as people read it: on a terminal, on a page, and as the draft of an answer."""

from datetime import date
from html.parser import HTMLParser

import pytest
from complaints.making import MINE, MOTHERS, call, timeline
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from collection_guard.audit.taken import Position, Rejected
from collection_guard.complaints.selection import Complaint
from collection_guard.complaints.timeline import Timeline
from collection_guard.model.texts import LANGS, Lang
from collection_guard.reports.timeline_draft import draft_of
from collection_guard.reports.timeline_html import render_timeline_html
from collection_guard.reports.timeline_text import render_timeline_text
from reports.november import FILE, events

DAY = date(2025, 11, 5)


def november(**complaint: object) -> Timeline:
    """Return the timeline of the small log, with rows rejected."""
    bad = [Rejected(Position(FILE, "联系记录", 20), "time_unreadable", "联系时间", "started_at", "x")]
    given_ = {"cases": ("C-1",), "around": DAY, "reference": "TS-2025-0042"} | complaint
    return timeline(Complaint(**given_), events(), rejected=bad)  # type: ignore[arg-type]  # fields of a complaint


class _Page(HTMLParser):
    """Reads a page: what opens, what it asks for from elsewhere, its anchors and links."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.asked: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "br", "link"}:
            self.open.append(tag)
        for name, value in attrs:
            if name in {"src", "srcset", "action"} or (name == "href" and not (value or "").startswith(("#", "data:"))):
                self.asked.append(f"{tag} {value}")
            elif name == "href" and tag == "a":
                self.links.append((value or "").removeprefix("#"))
            elif name == "id":
                self.ids.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [60, 80])
def test_no_line_is_wider_than_the_terminal(lang: Lang, width: int) -> None:
    """Chinese counts two cells a character; a command stays whole, so that it can be copied."""
    for found in (november(), november(cases=(), numbers=(MINE, MOTHERS)), november(cases=("C-0",))):
        lines = render_timeline_text(found, lang, width=width, explain_with="contacts.xlsx").splitlines()
        wide = [line for line in lines if cell_len(line) > width and not line.startswith("    collection-guard ")]
        assert wide == []


def test_every_contact_and_violation_stands_on_the_terminal_and_on_the_page() -> None:
    """Each contact has its row, and each violation what happened, why, and what to do instead."""
    found = november()
    terminal, page = render_timeline_text(found, "en", width=200), _Page(render_timeline_html(found, "en")).words
    ranks = found.ranks
    violations = [one for item in found.contacts for one in item.violations(ranks)]
    assert len(found.contacts) == 5
    assert len(violations) >= 4
    for words in (terminal, page):
        assert words.count("[critical]") == sum(1 for one in violations if ranks[one.rule] == 0)
        for violation in violations:
            assert violation.rule in words
            assert violation.contact.event.event_id in words
    assert "1 row of the log was rejected" in terminal


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_needs_nothing_else_and_its_links_lead_somewhere(lang: Lang) -> None:
    """Nothing is loaded, no script runs, every element is closed, and each violation leads to its contact."""
    page = render_timeline_html(november(), lang)
    read = _Page(page)
    assert read.open == []
    assert read.asked == []
    assert "<script" not in page
    assert read.links
    assert set(read.links) <= set(read.ids)
    assert len(read.ids) == len(set(read.ids))


def test_what_a_log_says_is_text_on_the_page() -> None:
    """Markup in a name, an id or a content is shown as it was written, and is no markup."""
    nasty = '<script>alert("x")</script>&<b>'
    item = call(nasty, "2025-11-04T22:00:00+08:00", agency=nasty, collector={"id": nasty, "name": nasty})
    page = render_timeline_html(timeline(Complaint(cases=("C-1",), reference=nasty), [item]), "zh")
    assert "<script" not in page
    assert "<b>" not in page
    assert nasty in _Page(page).words


def test_the_draft_is_in_chinese_and_says_what_was_found_what_was_not_and_what_is_open() -> None:
    """Whatever the language of the command, the answer goes to a customer; it says that it is a draft."""
    about = ("threat-made", "contact-outside-permitted-hours", "debt-publicised")
    draft = "\n".join(draft_of(november(about=about)))
    assert draft.startswith("关于催收投诉的答复（草稿）\n投诉编号：TS-2025-0042")
    assert "1. 2025-11-05 21:30:00，澜川启衡信用管理有限公司，电话：" in draft
    assert "现有记录尚不足以认定的事项：" in draft
    assert "初步结论：部分属实。" in draft
    assert "核实人：＿＿＿＿" in draft
    assert "".join(draft.split()) in "".join(render_timeline_text(november(about=about), "en").split())


def test_a_draft_without_any_contact_does_not_say_that_there_was_none() -> None:
    """No record is no proof; the conclusion stays open."""
    draft = "\n".join(draft_of(november(cases=("C-0",))))
    assert "没有记录不等于没有联系" in draft
    assert "初步结论：尚不能认定。" in draft


def test_what_a_program_heard_is_marked_as_to_be_confirmed() -> None:
    """A violation that rests on a signal of the log is not; one that was detected in a text is."""
    supplied = call("E-1", "2025-11-04T10:00:00+08:00", channel="sms", content="今晚", signals={"threat": True})
    found = timeline(Complaint(cases=("C-1",)), [supplied])
    assert "待听录音核实" not in "\n".join(draft_of(found))
    assert "supplied signal" in render_timeline_text(found, "en")


@pytest.mark.parametrize("lang", LANGS)
def test_the_last_line_says_what_to_do_next(lang: Lang) -> None:
    """A command that explains the gravest contact can be copied; the end of it all is a person's signature."""
    text = render_timeline_text(november(), lang, explain_with="contacts.xlsx --lang zh")
    assert "\n    collection-guard explain E-2 contacts.xlsx --lang zh\n" in text
    assert text.rstrip().splitlines()[-1].startswith("  - " + {"zh": "核实后", "en": "check the draft"}[lang])


PHONES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
NAMES = st.from_regex(r"[丁丙乙甲][亘亙亚亜亞][亟亠亡亢]", fullmatch=True)


@settings(max_examples=10)
@given(PHONES, NAMES)
def test_no_whole_number_and_no_name_of_a_person_is_shown_unless_asked_for(number: str, name: str) -> None:
    """Neither of those that were looked for nor of those that were found, in whatever field they stand."""
    item = call(
        number,
        "2025-11-04T22:00:00+08:00",
        case_id=number,
        agency=f"机构{number}",
        collector={"id": number, "name": name},
        recipient={"relationship": "parent", "number": number, "name": name},
        claims={"law_firm": f"律所{number}", "person": name, "title": "律师"},
        content=f"{name}，电话{number}",
        signals={"threat": True},
    )
    masked = call(
        "E-2", "2025-11-04T22:00:00+08:00", case_id="C-9", recipient={"number": number[:3] + "****" + number[-4:]}
    )
    found = timeline(Complaint(numbers=(number,), cases=(number,), reference=number), [item, masked])

    def shown(*, hidden: bool) -> str:
        parts = [render_timeline_text(found, lang, masked=hidden) for lang in LANGS]
        parts += [render_timeline_html(found, lang, masked=hidden) for lang in LANGS]
        return "".join("".join(parts).split())

    assert number not in shown(hidden=True)
    assert name not in shown(hidden=True)
    assert shown(hidden=False).count(number) > 10
    assert name in shown(hidden=False)
