"""What the sections of the report on a terminal share: the page, the words, and the look of rules and severities."""

from typing import Final

from collection_guard.audit.report import Report
from collection_guard.reports.page import Column, Page, Styled
from collection_guard.reports.wording import Wording, number

STYLES: Final = {"critical": "1;31", "major": "33", "minor": "36", "advisory": "2"}
LISTED: Final = 20
"""Entries of a list that may be long; the machine-readable reports hold all of them."""


class Section:
    """Writes some sections of one report on a page."""

    def __init__(self, report: Report, wording: Wording, page: Page) -> None:
        self.report = report
        self.say = wording
        self.page = page

    def title(self, code: str, **values: object) -> None:
        self.page.title(self.say.text(f"report.{code}", **values))

    def columns(self, *names: str, right: tuple[str, ...] = ()) -> list[Column]:
        return [Column(self.say.text(f"report.column.{name}"), right=name in right) for name in names]

    def severity(self, rule: str) -> Styled:
        severity = self.report.rules[rule].rule.severity
        return Styled(self.say.word(severity), STYLES[severity])

    def rule(self, rule: str) -> str:
        return self.say.text("report.named", name=self.say.of(self.report.rules[rule].rule.title), id=rule)

    def left_out(self, count: int) -> None:
        if count > 0:
            self.page.line(self.say.text("report.left_out", count=number(count)))
