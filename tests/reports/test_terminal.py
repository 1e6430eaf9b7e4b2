"""The report on a terminal."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from collection_guard.audit.taken import Position, Rejected
from collection_guard.model.texts import LANGS, Lang
from collection_guard.reports import render_text
from reports.november import SETTINGS, audit, event, events, intake, whole_intake, whole_report


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [40, 64, 80, 100])
def test_no_line_is_wider_than_the_terminal(lang: Lang, width: int) -> None:
    """Chinese, English, the small pack and the core pack all fit; a command stays whole, so that it can be copied."""
    for report in (whole_report(), audit(whole_intake(), "core")):
        lines = render_text(report, lang, width=width).splitlines()
        wide = [line for line in lines if cell_len(line) > width]
        assert [line for line in wide if not line.startswith("    collection-guard ")] == []


@settings(max_examples=20)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_whatever_the_input_says_the_report_fits_and_steers_no_terminal(agency: str, name: str, value: str) -> None:
    """Long names, control characters and escape sequences of the input do no harm."""
    contact = event(
        "E-2", "2025-11-04T11:00:00+08:00", agency=agency, recipient={"relationship": "parent", "name": name}
    )
    bad = Rejected(Position("log.csv", None, 7), "time_unreadable", value, "started_at", value)
    report = audit(intake([contact], rejected=[bad]))
    for lang in LANGS:
        text = render_text(report, lang)
        assert all(cell_len(line) <= 80 for line in text.split("\n"))
        assert all(character.isprintable() or character == "\n" for character in text)


def test_colour_is_for_severities_alone_and_only_where_asked_for() -> None:
    """Without colour the text is the same, less the sequences."""
    report = whole_report()
    for lang in LANGS:
        plain, coloured = render_text(report, lang), render_text(report, lang, color=True)
        assert "\x1b" not in plain
        assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain
        words = set(re.findall(r"\x1b\[[1-9][\d;]*m(.*?)\x1b\[0m", coloured))
        expected = {"zh": {"致命", "严重", "一般"}, "en": {"critical", "major", "minor"}}[lang]
        assert {word.strip() for word in words} == expected


def test_the_rows_read_add_up() -> None:
    """The three numbers stand beside their sum."""
    report = whole_report()
    assert "触达 5 + 拒收 2 + 搁置 3 = 读取 10 行" in render_text(report, "zh")
    assert "contacts 5 + rejected 2 + set aside 3 = rows read 10" in render_text(report, "en")


def test_the_selection_shows_every_grave_rule_before_any_rule_twice() -> None:
    """One rule with many violations does not hide the others; graver ones come first all the same."""
    mothers = [
        event(f"M-{hour}", f"2025-11-03T{hour:02}:00:00+08:00", recipient={"relationship": "parent"})
        for hour in range(8, 20)
    ]
    report = audit(intake([*mothers, *events()]))
    shown = re.findall(r"^\[(\w+)\] .*?\((\S+)\)", render_text(report, "en", most=13), re.MULTILINE)
    assert shown == [("critical", "mother-called")] * 13
    late = event("L-1", "2025-11-04T22:00:00+08:00", recipient={"relationship": "parent"})
    core = audit(intake([*mothers, late]), "core")
    shown = re.findall(r"^  \((\S+)\)$|^\[critical\] .*?\((\S+)\)$", render_text(core, "en", most=4), re.MULTILINE)
    critical = {item.rule for item in core.violations if core.rules[item.rule].rule.severity == "critical"}
    assert {first or second for first, second in shown} == critical


def test_of_equally_grave_rules_the_one_violated_most_is_shown_first() -> None:
    """A reader who stops early has seen what happens most, whenever it first happened."""
    once = event("A-1", "2025-11-02T22:00:00+08:00", recipient={"relationship": "self"})
    often = [
        event(f"B-{day}", f"2025-11-0{day}T10:00:00+08:00", channel="sms", content="", signals={"threat": True})
        for day in (4, 5)
    ]
    report = audit(intake([once, *often]), "core")
    shown = re.findall(r"^\[critical\] .*?\((\S+)\)$", render_text(report, "en", most=2, width=120), re.MULTILINE)
    assert shown == ["threat-made", "contact-outside-permitted-hours"]


def test_no_more_findings_are_shown_than_asked_for() -> None:
    """The title says how many there are."""
    text = render_text(whole_report(), "en", most=1)
    assert "Findings (1 of 3" in text
    assert len(re.findall(r"^\[", text, re.MULTILINE)) == 1


def test_nothing_found_is_no_praise_where_little_could_be_known() -> None:
    """Without violations the first screen says what share could be judged at all."""
    report = audit(intake([event("E-5", "2025-11-07T09:00:00+08:00", agency=None)]))
    text = render_text(report, "en")
    assert not report.violations
    assert "No violation was found; but only 33.3 % of the verdicts" in text
    assert f"supply “law firm claimed (claims.law_firm)”: {report.missing_columns()[0].verdicts} verdict hangs" in text


def test_an_empty_log_is_reported_as_one() -> None:
    """No contacts: no rates, no division by nothing."""
    assert "没有可判定的触达。" in render_text(audit(intake([])), "zh")


def test_everything_in_order_asks_for_nothing() -> None:
    """The last line says what to do, and be it nothing."""
    contact = event("E-1", "2025-11-04T10:00:00+08:00", recipient={"relationship": "self"}, content="")
    text = render_text(audit(intake([contact])), "en")
    assert " ".join(text.split()).endswith(
        "- nothing: every row was read, every verdict reached, and no violation found"
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"history": "from-earliest"}, "日志自其最早的触达起视为完整"),
        ({"timezone": None}, "未配置时区"),
        ({"assume_party": True}, "视为联系到了所拨对象"),
    ],
)
def test_every_setting_that_verdicts_rest_on_is_said(changes: dict[str, object], expected: str) -> None:
    """What was assumed is printed, not only configured."""
    report = audit(intake(), settings=replace(SETTINGS, **changes))  # type: ignore[arg-type]  # each is of its field's type
    assert expected in "".join(render_text(report, "zh").split())


def test_contacts_without_a_case_are_counted() -> None:
    """Facts that need a case are unknown there, and the report says how many."""
    contact = event("E-1", "2025-11-04T10:00:00+08:00", case_id="event:E-1", recipient={"relationship": "parent"})
    report = audit(replace(intake([contact]), cases=type(intake().cases)(by_event=1)))
    text = render_text(report, "en")
    assert "1 contact belongs to no known case" in text
    assert "Case     case unknown" in text


def test_times_keep_the_offset_of_the_record_where_no_zone_is_configured() -> None:
    """Sub-seconds are shown where there are any: a bound may lie between them."""
    late = event("E-9", "2025-11-05T20:59:59.999-05:00", recipient={"relationship": "parent"})
    report = audit(intake([late]), settings=replace(SETTINGS, timezone=None))
    assert "2025-11-05 20:59:59.999 -05:00" in render_text(report, "en")
    assert "2025-11-06 09:59:59.999 Asia/Shanghai" in render_text(audit(intake([late])), "en")
