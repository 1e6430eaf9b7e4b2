"""A check as workflow commands: one line a finding, which GitHub shows at the line of the file.

The form and its escapes are those of the documentation of workflow commands: in a message ``%``, carriage return and
line feed are escaped, in a property ``:`` and ``,`` as well.
"""

from typing import Final

from collection_guard.checks.findings import Finding, Level
from collection_guard.checks.report import CheckReport
from collection_guard.model.texts import Lang
from collection_guard.reports.check_wording import CheckWording

_COMMANDS: Final[dict[Level, str]] = {"error": "error", "warning": "warning", "note": "notice"}


def render_github(report: CheckReport, lang: Lang, *, masked: bool = True) -> str:
    """Return the check as workflow commands, those that fail first: GitHub shows ten of each kind and step."""
    say = CheckWording(report, lang, masked=masked)
    lines = [_line(finding, say) for finding in report.gravest_first()]
    return "\n".join([*lines, f"::notice title=collection-guard::{escape_data(say.summary())}"]) + "\n"


def _line(finding: Finding, say: CheckWording) -> str:
    place = finding.place
    properties = {"file": say.key(place.file)}
    if place.line is not None:
        properties["line"] = str(place.line)
        if place.column is not None:
            properties["col"] = str(place.column)
    properties["title"] = say.label(finding)
    words = [say.message(finding)]
    if finding.standing == "waived" and finding.waiver is not None:
        words.append(say.waiver(finding.waiver))
    elif (help_text := say.help(finding)) is not None:
        words.append(help_text)
    # What does not fail the check is never shown as an error: it would be read as the reason.
    command = _COMMANDS[finding.level] if finding.standing == "fails" else "notice"
    shown = ",".join(f"{name}={escape_property(value)}" for name, value in properties.items() if value)
    return f"::{command} {shown}::{escape_data(chr(10).join(words))}"


def escape_data(words: str) -> str:
    """Return a message as a workflow command holds it."""
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(words: str) -> str:
    """Return the value of a property as a workflow command holds it."""
    return escape_data(words).replace(":", "%3A").replace(",", "%2C")
