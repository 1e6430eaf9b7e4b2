"""The shipped examples as every report shows them: no person whole, no line wider than a terminal."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from rich.cells import cell_len

from collection_guard.audit.profiles import read_profiles
from collection_guard.audit.reading import read_logs
from collection_guard.audit.run import Basis, run_audit
from collection_guard.audit.taken import Intake
from collection_guard.complaints.selection import Complaint
from collection_guard.complaints.timeline import trace
from collection_guard.facts.partner_lists import read_registry
from collection_guard.facts.world import Settings
from collection_guard.language.packs import load_packs
from collection_guard.model.texts import LANGS, Lang
from collection_guard.reports import render_text
from collection_guard.reports.excel.report import write_workbook
from collection_guard.reports.files import write_review_file
from collection_guard.reports.sample_text import render_draw, render_results
from collection_guard.reports.timeline_html import render_timeline_html
from collection_guard.reports.timeline_text import render_timeline_text
from collection_guard.sampling.draw import Sample, draw
from collection_guard.sampling.plan import Plan
from collection_guard.sampling.results import results_of
from collection_guard.sampling.review import Review

EXAMPLES = Path(__file__).parents[2] / "examples"
SETTINGS = Settings(timezone="Asia/Shanghai")
LOGS = {"november": "contacts.xlsx", "telephone": "Master.csv"}
TOO_SHORT = 7
"""Numbers of fewer digits are extensions and services."""


def read(name: str) -> tuple[Intake, Basis]:
    """Return the log of an example, and what it is judged by."""
    folder = EXAMPLES / name
    profiles = read_profiles(folder / "cases.jsonl", timezone="Asia/Shanghai")
    registry = read_registry(folder / "partners") if (folder / "partners").is_dir() else None
    basis = Basis(load_packs(["core"]), settings=SETTINGS, registry=registry, profiles=profiles, engine="reference")
    return read_logs([folder / LOGS[name]], timezone="Asia/Shanghai", profiles=profiles), basis


def people(name: str) -> set[str]:
    """Return every whole number, and every name, that the log and the profiles of an example hold."""
    intake, basis = read(name)
    found = {one for item in intake.contacts for one in (item.event.recipient.name, item.event.collector.name) if one}
    found |= {entry.name for one in basis.profiles.values() for entry in one.emergency_contacts or () if entry.name}
    raw = (EXAMPLES / name / "cases.jsonl").read_text("utf-8")
    raw += json.dumps([item.event.model_dump(mode="json") for item in intake.contacts], ensure_ascii=False)
    found |= set(re.findall(rf"(?<![\d.])1[3-9]\d{{9}}(?!\d)|(?<![\d.])0\d{{{TOO_SHORT},}}(?![\d.])", raw))
    # A name that the log masks itself is shown as the log shows it.
    return {words for words in found if len(words) > 1 and "*" not in words and not words.endswith("某")}


def drawn(name: str) -> Sample:
    """Return a sample of all contacts of an example."""
    return draw(*read(name), Plan(seed="s", of="contacts", strata=["agency", "verdict"], size=999, blind=False))


def timelines(name: str, lang: Lang) -> Iterator[tuple[str, str]]:
    """Yield the timeline of the busiest cases and of one number, on the terminal and as a page."""
    intake, basis = read(name)
    cases = sorted({item.event.case_id for item in intake.contacts if intake.has_case(item.event.case_id)})
    number = next(item.event.recipient.number for item in intake.contacts if item.event.recipient.number)
    for complaint in (Complaint(cases=tuple(cases)), Complaint(numbers=(number,))):
        found = trace(intake, basis, complaint)
        yield render_timeline_text(found, lang, explain_with="log.csv"), render_timeline_html(found, lang)


def cells(path: Path) -> str:
    """Return every text of a workbook."""
    rows = (row for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows(values_only=True))
    return "\n".join(str(cell) for row in rows for cell in row if cell is not None)


@pytest.mark.parametrize("name", LOGS)
@pytest.mark.parametrize("lang", LANGS)
def test_no_person_is_shown_whole_and_every_line_fits(name: str, lang: Lang, tmp_path: Path) -> None:
    """Workbooks, timelines, pages and lists hold no number and no name of the input; texts fit 80 cells."""
    sample = drawn(name)
    texts = [render_text(run_audit(*read(name)), lang, read_with="log.csv"), render_draw(sample, lang)]
    texts.append(render_results(results_of(sample, {item.id: Review("clear", "clear") for item in sample.items}), lang))
    pages = []
    for text, page in timelines(name, lang):
        texts.append(text)
        pages.append(page)
    wide = [line for text in texts for line in text.splitlines() if cell_len(line) > 80]
    assert [line for line in wide if not line.startswith("    collection-guard ")] == []
    write_workbook(sample.report, tmp_path / "report.xlsx", lang)
    write_review_file(sample, tmp_path / "review.xlsx", lang)
    write_review_file(sample, tmp_path / "review.csv", lang)
    pages += [cells(tmp_path / "report.xlsx"), cells(tmp_path / "review.xlsx")]
    pages.append((tmp_path / "review.csv").read_text("utf-8-sig"))
    shown = "".join("".join((*texts, *pages)).split())
    wanted = people(name)
    assert len(wanted) >= 4
    assert [words for words in sorted(wanted) if words in shown] == []


@pytest.mark.parametrize(
    "path", sorted(EXAMPLES.glob("*/expected/report.*.txt")), ids=lambda path: path.parts[-3] + path.name
)
def test_what_the_examples_show_fits_a_terminal(path: Path) -> None:
    """Chinese counts two cells a character; commands stay whole, so that they can be copied."""
    wide = [line for line in path.read_text("utf-8").splitlines() if cell_len(line) > 80]
    assert [line for line in wide if not line.startswith("    collection-guard ")] == []
