"""A check as Markdown: the summary of a job or a comment on a pull request."""

import re
from collections.abc import Iterable
from typing import Final

from collection_guard.checks.findings import Finding
from collection_guard.checks.report import CheckReport
from collection_guard.model.texts import Lang
from collection_guard.reports.check_wording import CheckWording
from collection_guard.reports.wording import number

LISTED: Final = 200
"""Findings in a table; the summary of a job holds a mebibyte, and no person reads more rows than this."""
_SIGNS: Final = re.compile(r"([\\`*_\[\]<>|#~&@!])")


def render_markdown(report: CheckReport, lang: Lang, *, masked: bool = True) -> str:
    """Return the check as Markdown."""
    say = CheckWording(report, lang, masked=masked)
    lines = [f"## {say.text('check.title')}", "", say.text("check.failed" if report.consequences() else "check.ok"), ""]
    lines += _table([say.text("check.column.count"), ""], [[name, number(count)] for name, count in say.counts()])
    lines += [f"- {escaped(remark)}" for remark in say.remarks()] + [""]
    for standing in ("fails", "waived", "known", "noted"):
        found = [finding for finding in report.gravest_first() if finding.standing == standing]
        if not found:
            continue
        lines += [f"### {say.text(f'check.count.{standing}')} ({number(len(found))})", ""]
        header = [say.text(f"check.column.{name}") for name in ("place", "finding", "what")]
        lines += _table(header, [_row(finding, say) for finding in found[:LISTED]])
        if len(found) > LISTED:
            lines += [say.text("check.left_out", count=number(len(found) - LISTED)), ""]
    rates = [say.rate(rate) for item in report.items for rate in item.rates]
    if rates:
        lines += [f"### {say.text('check.rates')}", "", *(f"- {escaped(rate)}" for rate in rates), ""]
    checked = [escaped(say.item(item)) for item in report.items if item.kind is not None]
    lines += [f"### {say.text('check.checked')}", "", *(f"- {line}" for line in checked)]
    return "\n".join(lines) + "\n"


def _row(finding: Finding, say: CheckWording) -> list[str]:
    words = [say.message(finding), *say.evidence(finding)]
    if finding.standing == "waived" and finding.waiver is not None:
        words.append(say.waiver(finding.waiver))
    elif (help_text := say.help(finding)) is not None:
        words.append(help_text)
    cells = [escaped(say.place(finding.place)), escaped(f"{say.title(finding)} ({say.id_of(finding)})")]
    return [*cells, "<br>".join(escaped(line) for line in words)]


def _table(header: list[str], rows: Iterable[list[str]]) -> list[str]:
    return [_line(header), _line(["---"] * len(header)), *(_line(row) for row in rows), ""]


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def escaped(words: str) -> str:
    """Return text in which nothing is a sign of Markdown or HTML, a mention or a line end."""
    return _SIGNS.sub(r"\\\1", " ".join(words.split()))
