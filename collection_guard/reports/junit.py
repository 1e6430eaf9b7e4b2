"""A check as JUnit XML: one suite a file, one case for each expectation, example, violation or valid file.

A finding that fails is a failure (of what cannot be read or applied: an error). One that is waived or known from the
baseline is a skipped case whose message says so; one that is only noted passes, with its words as the case's output.
"""

import xml.etree.ElementTree as ET  # XML is written here, none is read
from typing import Final

from collection_guard.checks.findings import Finding
from collection_guard.checks.report import CheckReport, Item
from collection_guard.model.plain import plain
from collection_guard.model.texts import Lang
from collection_guard.reports.check_wording import CheckWording

_ERRORS: Final = frozenset({"rules", "input"})


def render_junit(report: CheckReport, lang: Lang, *, masked: bool = True) -> str:
    """Return the check as JUnit XML."""
    say = CheckWording(report, lang, masked=masked)
    root = ET.Element("testsuites", {"name": "collection-guard check"})
    suites = [_suite(item, say) for item in report.items]
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    root.extend(suites)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(item: Item, say: CheckWording) -> ET.Element:
    cases = [_case(say.name(passed), passed.place.file, passed.place.line, say) for passed in item.passed]
    cases += [_found(finding, say) for finding in item.findings]
    suite = ET.Element("testsuite", {"name": say.key(item.path), "tests": str(len(cases))})
    for name, tags in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(sum(1 for case in cases if case.find(tags) is not None)))
    counted = item.counted()
    properties = ET.SubElement(suite, "properties")
    for standing in ("waived", "known", "noted"):
        count = counted[standing]
        ET.SubElement(properties, "property", {"name": standing, "value": str(count)})
    if item.batch is not None:
        unassessable = str(item.batch.total.unassessable)
        ET.SubElement(properties, "property", {"name": "unassessable", "value": unassessable})
    for rate in item.rates:
        name = f"rate:{rate.rule}"
        ET.SubElement(properties, "property", {"name": name, "value": plain(say.rate(rate))})
    suite.extend(cases)
    return suite


def _case(name: str, file: str, line: int | None, say: CheckWording) -> ET.Element:
    case = ET.Element("testcase", {"classname": say.key(file), "name": name, "file": say.key(file)})
    if line is not None:
        case.set("line", str(line))
    return case


def _found(finding: Finding, say: CheckWording) -> ET.Element:
    case = _case(say.name(finding), finding.place.file, finding.place.line, say)
    message, kind = say.message(finding), say.id_of(finding)
    body = f"{say.place(finding.place)}: {message}"
    match finding.standing:
        case "fails":
            tag = "error" if finding.consequence in _ERRORS else "failure"
            element = ET.SubElement(case, tag, {"type": kind, "message": plain(message)})
            lines = [body, *say.evidence(finding), say.help(finding) or ""]
            element.text = "\n".join(plain(line) for line in lines if line)
        case "waived" | "known":
            why = say.waiver(finding.waiver) if finding.waiver is not None else say.standing(finding.standing)
            ET.SubElement(case, "skipped", {"type": finding.standing, "message": plain(f"{why}: {message}")})
        case _:
            ET.SubElement(case, "system-out").text = plain(body)
    return case
