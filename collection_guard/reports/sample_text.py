"""A draw on a terminal, and what its reviews say."""

import shlex
from typing import Final

from collection_guard.model.texts import Lang
from collection_guard.reports.page import Column, Page
from collection_guard.reports.review_rows import question
from collection_guard.reports.sample_wording import SampleWording
from collection_guard.reports.section import LISTED
from collection_guard.reports.wording import number
from collection_guard.sampling.draw import Sample
from collection_guard.sampling.results import Results, RuleResult

_RIGHT: Final = frozenset({"population", "drawn", "reviewed", "confirmed", "missed"})


def render_draw(
    sample: Sample,
    lang: Lang,
    *,
    masked: bool = True,
    width: int = 80,
    review_file: str | None = None,
    read_with: str | None = None,
) -> str:
    """Return what was drawn and what it proves; ``read_with`` are the arguments that make the same draw again."""
    page = Page(width, color=False)
    say = SampleWording(sample, lang, masked=masked)
    page.title(say.text("sample.title"))
    page.pairs(say.head())
    _strata(say, page)
    page.title(say.text("sample.proof"))
    for words in say.proof():
        page.item(words)
    page.title(say.text("timeline.next"))
    if review_file is None:
        page.item(say.text("sample.next_write"))
    else:
        page.item(say.text("sample.next_fill", path=review_file))
        page.item(say.text("sample.next_read"))
        page.command(f"collection-guard sample {read_with or ''} --reviewed {shlex.quote(review_file)}")
    return page.text()


def _strata(say: SampleWording, page: Page) -> None:
    rows = list(say.strata())
    page.title(say.text("sample.strata", count=number(len(rows))))
    columns = [
        Column(say.text(f"sample.column.{name}"), right=name in _RIGHT) for name in ("population", "drawn", "stratum")
    ]
    page.table(columns, [[population, drawn, stratum] for stratum, population, drawn in rows[:LISTED]])
    if len(rows) > LISTED:
        page.line(say.text("sample.more", count=number(len(rows) - LISTED)))


def render_results(results: Results, lang: Lang, *, masked: bool = True, width: int = 80) -> str:
    """Return what the reviews of a sample say."""
    page = Page(width, color=False)
    say = SampleWording(results.sample, lang, masked=masked)
    page.title(say.text("sample.results"))
    page.pairs([*say.head(), (say.text("sample.answered"), _answered(results, say))])
    page.title(say.text("sample.by_rule"))
    for result in results.rules:
        page.blank()
        page.line(say.text("report.named", name=question(result.rule, say), id=result.rule or "—"), indent=0)
        page.pairs(_of_rule(result, say))
    page.title(say.text("sample.agreement"))
    count = sum(results.pairs.values())
    page.pairs(
        [
            (say.text("sample.twice_answered"), number(count)),
            (say.text("sample.agreed"), say.text("sample.of", part=number(results.agreed), whole=number(count))),
            (say.text("sample.kappa"), say.kappa(results.kappa)),
            (say.text("sample.disputed"), number(results.disputed)),
        ]
    )
    page.title(say.text("sample.rests"))
    for code in ("interval", "corrected_how", "unclear_how", "many_rules"):
        page.item(say.text(f"sample.note.{code}"))
    page.title(say.text("timeline.next"))
    for code, left in (("finish", results.not_reviewed), ("settle", results.disputed), ("label", len(results.upheld))):
        if left:
            page.item(say.text(f"sample.next_{code}", count=number(left)))
    if not (results.not_reviewed or results.disputed or results.upheld):
        page.item(say.text("sample.next_done"))
    return page.text()


def _answered(results: Results, say: SampleWording) -> str:
    whole = len(results.sample.items)
    return say.text(
        "sample.answered_of",
        part=number(whole - results.not_reviewed),
        whole=number(whole),
        unclear=number(results.unclear),
        disputed=number(results.disputed),
    )


def _of_rule(result: RuleResult, say: SampleWording) -> list[tuple[str, str]]:
    flagged = say.text("sample.of", part=number(result.confirmed), whole=number(result.reviewed))
    others = say.text("sample.of", part=number(result.missed), whole=number(result.reviewed_others))
    apparent = "—" if result.apparent is None else f"{100 * result.apparent:.2f} %"
    rows = [
        (
            "flagged",
            say.text("sample.flagged_of", part=number(result.flagged), whole=number(result.flagged + result.others)),
        ),
        ("confirmed", flagged),
        ("precision", say.estimate(result.precision)),
        ("missed", others),
        ("recall", say.estimate(result.recall)),
        ("apparent", apparent),
        ("corrected", say.estimate(result.corrected)),
    ]
    return [(say.text(f"sample.{code}"), words) for code, words in rows]
