"""No report shows anybody's whole number, or the name of a person, unless asked to."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from collection_guard.audit.report import Report
from collection_guard.audit.taken import Finding, Position, Rejected, SetAside, UnmappedValue
from collection_guard.model.texts import LANGS
from collection_guard.reports import render_csv, render_json, render_text
from reports.november import FILE, audit, event, intake


def everything(report: Report, *, masked: bool) -> str:
    """Return all reports of all formats and languages as one text, without what wraps or separates it."""
    parts = [render_json(report, masked=masked)]
    for lang in LANGS:
        parts += [render_csv(report, lang, masked=masked), render_text(report, lang, masked=masked, most=99)]
    return "".join("".join(parts).split())


def _card(digits: str) -> str:
    """Return digits with the check digit that makes them the number of a card."""
    total = sum(
        value - 9 if value > 9 else value
        for value in (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    )
    return digits + str(-total % 10)


PHONES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
PEOPLE = st.from_regex(r"[1-6][0-9]{5}19[5-9][0-9](0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}[0-9X]", fullmatch=True)
CARDS = st.from_regex(r"62[0-9]{13,16}", fullmatch=True).map(_card)
NUMBERS = st.one_of(PHONES, PEOPLE, CARDS)
NAMES = st.from_regex(r"[丁丙乙甲][亘亙亚亜亞][亟亠亡亢]", fullmatch=True)
"""Names of characters that no text of a report uses together."""


def report_full_of(number: str, name: str) -> Report:
    """Return a report on a log that holds a number and a name wherever a log can hold them."""
    rejected = [
        Rejected(Position(FILE, None, 9), "time_unreadable", "时间", path, value)
        for path, value in (
            ("started_at", number),
            ("recipient.number", number),
            ("recipient.name", name),
            ("collector.name", name),
            ("content", f"{name}的电话是{number}"),
            (None, number),
        )
    ]
    rejected.append(
        Rejected(
            Position(FILE, None, 9), "duplicate_differs", path="event_id", values={"event_id": number, "kept": number}
        )
    )
    contact = event(
        number,
        "2025-11-04T11:00:00+08:00",
        case_id=number,
        borrower_id=number,
        agency=f"机构{number}",
        collector={"id": number, "name": name},
        recipient={"relationship": "parent", "number": number, "name": name},
        claims={"law_firm": f"律所{number}", "person": name, "title": "律师"},
        content=f"{name}，电话{number}",
        signals={"debt_disclosure": True, "threat": True},
        outcome={"network": "connected", "party": "third_party"},
        extra={"note": f"{name}{number}"},
    )
    taken = intake(
        [contact],
        rejected=rejected,
        set_aside=[SetAside(Position(f"{number}.csv", number, 9), "redelivery", {"event_id": number})],
        unmapped=(UnmappedValue("recipient.relationship", number, 1, ()), UnmappedValue("recipient.name", name, 1, ())),
        findings=(Finding("SAME_FILE_TWICE", Position(f"{number}.csv"), None, 1, {"other": f"{number}.csv"}),),
    )
    contacts = tuple(replace(item, position=Position(f"logs/{number}.csv", number, 3)) for item in taken.contacts)
    return audit(replace(taken, contacts=contacts), "core")


@settings(max_examples=25)
@given(NUMBERS, NAMES)
def test_no_whole_number_and_no_name_of_a_person_is_shown(number: str, name: str) -> None:
    """Telephone, identity and card numbers and names appear nowhere, in whatever field a log holds them."""
    shown = everything(report_full_of(number, name), masked=True)
    assert number not in shown
    assert name not in shown


def test_unmasked_reports_show_them() -> None:
    """The property above would pass if the reports were empty."""
    report = report_full_of("13812345678", "丁亘亟")
    assert report.violations
    shown = everything(report, masked=False)
    assert shown.count("13812345678") > 20
    assert shown.count("丁亘亟") > 5


def test_enough_is_shown_to_find_a_record_again() -> None:
    """A number keeps three digits before and four behind, a name its surname; ids of records stay whole."""
    contact = event(
        "20251104-0001",
        "2025-11-04T11:00:00+08:00",
        case_id="YZ-1101",
        recipient={"relationship": "parent", "number": "13812345678", "name": "欧阳建国"},
    )
    report = audit(intake([contact]))
    for shown in (render_json(report), render_csv(report, "zh"), render_text(report, "zh")):
        assert "138****5678" in shown
        assert "欧阳**" in shown
        assert "20251104-0001" in shown
        assert "YZ-1101" in shown


def test_agencies_and_law_firms_are_no_persons() -> None:
    """Their names are what the report is about."""
    contact = event("E-1", "2025-11-04T11:00:00+08:00", claims={"law_firm": "甲乙律师事务所"}, content="")
    shown = everything(audit(intake([contact])), masked=True)
    assert "澜川启衡信用管理有限公司" in shown
    assert "甲乙律师事务所" in shown
