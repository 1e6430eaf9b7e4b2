"""A check as a terminal shows it: each thing that was checked, what was found in it, and the counts."""

from collections.abc import Iterator

from collection_guard.checks.findings import Finding
from collection_guard.checks.report import CheckReport
from collection_guard.model.texts import Lang
from collection_guard.reports.check_wording import CheckWording


def render_check_text(report: CheckReport, lang: Lang, *, masked: bool = True) -> str:
    """Return the check as lines of text; each finding begins with its place, as editors and terminals know it."""
    say = CheckWording(report, lang, masked=masked)
    lines: list[str] = []
    for item in report.items:
        if item.kind is not None:
            lines.append(say.item(item))
        lines += [f"  {say.rate(rate)}" for rate in item.rates]
        indent = "" if item.kind is None else "  "
        for finding in item.findings:
            lines += [indent + line for line in _finding(finding, say)]
    lines.append("")
    lines += say.remarks()
    lines.append(say.summary())
    return "\n".join(lines).lstrip("\n") + "\n"


def _finding(finding: Finding, say: CheckWording) -> Iterator[str]:
    yield f"{say.place(finding.place)}: {say.label(finding)}: {say.message(finding)}"
    evidence = say.evidence(finding)
    if evidence:
        yield f"    {say.text('report.clause_sign').join(evidence)}"
    if finding.standing == "waived" and finding.waiver is not None:
        yield f"    {say.waiver(finding.waiver)}"
    else:
        help_text = say.help(finding)
        if help_text:
            yield f"    {help_text}"
