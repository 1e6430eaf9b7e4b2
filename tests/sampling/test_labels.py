"""Appeals that were upheld become labelled samples, under other names, that the rule still fails until it is mended."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from reports.november import REGISTRY, SETTINGS, event, events, intake, packs

from collection_guard.audit.report import Report
from collection_guard.audit.run import Basis, run_audit
from collection_guard.checks.samples import read_yaml_samples
from collection_guard.facts.numbers import number_key
from collection_guard.language.yaml_positions import read_yaml
from collection_guard.model.event import Event
from collection_guard.model.plain import plain
from collection_guard.model.problems import LogError
from collection_guard.model.profile import CaseProfile
from collection_guard.reports import render_csv
from collection_guard.reports.excel.report import write_workbook
from collection_guard.sampling.appeals import read_appeals
from collection_guard.sampling.labels import labelled
from collection_guard.sampling.pseudonyms import Pseudonyms

OWN, MOTHERS = "13812345678", "139-8765-4321"
BASIS = Basis(packs("core"), settings=SETTINGS, registry=REGISTRY, engine="reference")
PROFILE = CaseProfile.model_validate(
    {
        "case_id": "C-1",
        "borrower_id": "440301199001011234",
        "numbers": [{"number": OWN}],
        "emergency_contacts": [{"name": "王桂花", "number": MOTHERS}],
        "instructions": [{"kind": "wrong_number", "number": OWN, "at": "2025-11-10T00:00:00+08:00"}],
    }
)


def story() -> list[Event]:
    """Return a case in which the borrower answers and the mother is called."""
    answered = {"network": "connected", "answered_by": "human", "party": "borrower"}
    mother = {"name": "王桂花", "number": MOTHERS, "relationship": "parent"}
    return [
        event("E-1", "2025-11-04T10:00:00+08:00", recipient={"number": OWN, "name": "高小明"}, outcome=answered),
        event(
            "E-2",
            "2025-11-05T11:00:00+08:00",
            borrower_id="440301199001011234",
            collector={"id": "A017", "name": "欧阳建国"},
            recipient=mother,
            claims={"person": "欧阳建国"},
            content=f"王桂花您好，请让高小明回电{OWN}，或回 010-8765 4321",
            extra={"note": "高小明"},
        ),
        event("E-3", "2025-11-06T11:00:00+08:00", recipient=mother),
    ]


def judged(items: list[Event]) -> tuple[Report, Basis]:
    """Return the report of contacts, and what they were judged by."""
    basis = replace(BASIS, profiles={"C-1": PROFILE})
    return run_audit(intake(items), basis), basis


def samples(*, masked: bool = True) -> list[dict[str, Any]]:
    """Return the labelled sample of the call to the mother."""
    report, basis = judged(story())
    (upheld,) = [item for item in report.violations if item.contact.event.event_id == "E-2"]
    found = labelled(report, basis, [(upheld.contact, upheld.rule)], masked=masked)
    assert [one.reproduced for one in found] == [True]
    return [one.sample for one in found]


def test_a_sample_holds_the_history_up_to_the_contact_and_what_must_not_be_found(tmp_path: Path) -> None:
    """It is a sample that `check` reads: earlier contacts of the case, the profile, the settings, the expectation."""
    path = tmp_path / "labels.yaml"
    path.write_text(yaml.safe_dump({"samples": samples()}, allow_unicode=True, sort_keys=False), "utf-8")
    (sample,), problems = read_yaml_samples(read_yaml(path))
    assert problems == []
    assert [item.started_at.day for item in sample.events] == [4, 5]
    (label,) = sample.labels
    assert label.event == sample.events[-1]
    assert (label.expectation.rule, label.expectation.verdict) == ("third-party-while-borrower-reachable", "clear")
    assert sample.settings_over(SETTINGS) == SETTINGS
    assert sample.profile is not None
    assert sample.profile.emergency_contacts is not None
    assert sample.profile.emergency_contacts[0].number == sample.events[1].recipient.number


def test_nobody_is_in_it_unless_asked_for() -> None:
    """Neither number nor name of the log or the profile, in whatever form; what is the log's own is left out."""
    personal = (
        OWN,
        "8765 4321",
        "8765-4321",
        "王桂花",
        "高小明",
        "欧阳建国",
        "440301199001011234",
        "A017",
        "E-2",
        "C-1",
    )
    text = yaml.safe_dump(samples(), allow_unicode=True)
    assert [words for words in personal if words in text] == []
    assert "extra" not in text
    whole = yaml.safe_dump(samples(masked=False), allow_unicode=True)
    assert [words for words in personal if words not in whole] == []


NUMBERS = st.from_regex(
    r"(\+86 ?)?1[3-9][0-9]{9}|1[3-9][0-9]-[0-9]{4}-[0-9]{4}|0(10|755)-[2-8][0-9]{7}", fullmatch=True
)


@given(st.lists(NUMBERS, min_size=2, max_size=8))
def test_equal_numbers_stay_equal_and_different_ones_different(numbers: list[str]) -> None:
    """However they are written; what they become is a number again, of the same form, and not the same number."""
    other = Pseudonyms("CN")
    turned = [str(other.number(number)) for number in numbers]
    for number, new in zip(numbers, turned, strict=True):
        assert re.sub(r"\d", "0", new) == re.sub(r"\d", "0", number)
        assert number_key(new) is not None
    for one in range(len(numbers)):
        for two in range(one):
            same = number_key(numbers[one]) == number_key(numbers[two])
            assert (number_key(turned[one]) == number_key(turned[two])) == same


def test_what_is_nobodys_stays() -> None:
    """Service numbers, masked numbers and masked names tell nothing of a person; an account does."""
    other = Pseudonyms("CN")
    assert [other.number(value) for value in ("95588", "138****5678", None)] == ["95588", "138****5678", None]
    assert other.number("wxid_li4567") == "account-000001"
    assert [other.name(value) for value in ("高**", None)] == ["高**", None]


def test_appeals_are_read_from_a_workbook_and_from_csv_that_was_filled_in(tmp_path: Path) -> None:
    """Those that were upheld, and no others; the sheets that are no table of violations are passed over."""
    report, _ = judged([*story(), *(item for item in events() if item.event_id == "E-3")])
    book_path, csv_path = tmp_path / "report.xlsx", tmp_path / "report.csv"
    write_workbook(report, book_path, "en")
    book = openpyxl.load_workbook(book_path)
    sheet = book["Violations"]
    head = {str(cell.value): cell.column for cell in sheet[1]}
    outcomes = ["upheld", "rejected", "pending", "upheld"]
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, head["Outcome of the appeal"]).value = outcomes[(row - 2) % 4]
    book.save(book_path)
    found = read_appeals(book_path, report, plain)
    assert len(found) == sum(outcomes[place % 4] == "upheld" for place in range(len(report.violations))) >= 1
    lines = render_csv(report, "zh").split("\r\n")
    place = lines[0].split(",").index("申诉结论")
    assert place
    filled = [re.sub(r",,,(?=logs/)", ",,成立,", line) for line in lines[1:]]
    csv_path.write_text("\r\n".join([lines[0], *filled]), "utf-8")
    assert len(read_appeals(csv_path, report, plain)) == len(report.violations)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("E-2,（third-party-while-borrower-reachable）,也许", "review_unknown_answer"),
        ("E-9,（third-party-while-borrower-reachable）,成立", "appeal_of_nothing"),
        ("E-2,（threat-made）,成立", "appeal_of_nothing"),
    ],
)
def test_a_table_of_another_log_is_refused(tmp_path: Path, row: str, code: str) -> None:
    """An appeal of nothing would make a sample of nothing."""
    report, _ = judged(story())
    path = tmp_path / "answers.csv"
    path.write_text(f"触达编号,违规条款,申诉结论\n{row}\n", "utf-8")
    with pytest.raises(LogError) as caught:
        read_appeals(path, report, plain)
    assert [problem.code for problem in caught.value.problems] == [code]
    path.write_text("甲,乙\n1,2\n", "utf-8")
    with pytest.raises(LogError) as caught:
        read_appeals(path, report, plain)
    assert [problem.code for problem in caught.value.problems] == ["review_no_header"]
