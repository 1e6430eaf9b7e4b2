"""A check as SARIF 2.1.0, as code scanning reads it.

Results point at file and line, carry fingerprints of what they are about (rule, case and event, whatever the line),
and say what is suppressed: waived findings by a suppression, known ones by their baseline state. Code scanning shows
5,000 results of a run and takes 10 MB of it, compressed; what is more is left out, the lightest first, and said.
"""

import gzip
import json
import urllib.parse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Final

from collection_guard.checks.findings import Finding, Level, Place
from collection_guard.checks.report import CheckReport
from collection_guard.language.schema import Rule, Severity
from collection_guard.model.texts import Lang
from collection_guard.reports.check_wording import CheckWording
from collection_guard.reports.wording import number
from collection_guard.version import __version__

MOST_RESULTS: Final = 5_000
MOST_BYTES: Final = 10_000_000
"""Of the compressed file."""
_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT: Final = "SRCROOT"
_LEVELS: Final[dict[Severity, Level]] = {"critical": "error", "major": "error", "minor": "warning", "advisory": "note"}
_LANGUAGES: Final[dict[Lang, str]] = {"zh": "zh-CN", "en": "en-US"}


def render_sarif(
    report: CheckReport, lang: Lang, *, masked: bool = True, most: int = MOST_RESULTS, most_bytes: int = MOST_BYTES
) -> tuple[str, int]:
    """Return the check as SARIF, and how many results were left out of it for its size."""
    say = CheckWording(report, lang, masked=masked)
    findings = report.gravest_first()
    kept = min(len(findings), most)
    while True:
        words = json.dumps(_log(say, findings, kept), ensure_ascii=False, separators=(",", ":")) + "\n"
        if kept == 0 or len(gzip.compress(words.encode("utf-8", "backslashreplace"), mtime=0)) <= most_bytes:
            return words, len(findings) - kept
        kept //= 2


def _log(say: CheckWording, findings: Sequence[Finding], kept: int) -> dict[str, Any]:
    chosen = findings[:kept]
    ids = sorted({say.id_of(finding) for finding in chosen})
    seen: Counter[str] = Counter()
    results = []
    for finding in chosen:
        seen[finding.fingerprint] += 1
        results.append(_result(finding, say, ids.index(say.id_of(finding)), seen[finding.fingerprint]))
    notes = []
    if kept < len(findings):
        left = say.text("check.sarif_left_out", count=number(len(findings) - kept), kept=number(kept))
        notes.append({"level": "warning", "message": {"text": left}})
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "collection-guard",
                        "version": __version__,
                        "semanticVersion": __version__,
                        "language": _LANGUAGES[say.lang],
                        "rules": [_descriptor(id_, say, chosen) for id_ in ids],
                    }
                },
                "language": _LANGUAGES[say.lang],
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {_ROOT: {"description": {"text": say.text("check.sarif_root")}}},
                "invocations": [
                    {
                        # What was found is a result; only what cannot be read or applied is a failure of the run.
                        "executionSuccessful": not {"rules", "input"} & say.report.consequences(),
                        "toolExecutionNotifications": notes,
                    }
                ],
                "results": results,
                "properties": {"counts": {"passed": say.report.passed} | say.report.counted()},
            }
        ],
    }


def _descriptor(id_: str, say: CheckWording, findings: Sequence[Finding]) -> dict[str, Any]:
    rule = say.report.rules.get(id_)
    if rule is not None:
        return _of_rule(rule, say)
    level = next(finding.level for finding in findings if say.id_of(finding) == id_)
    title = next(say.title(finding) for finding in findings if say.id_of(finding) == id_)
    return {"id": id_, "shortDescription": {"text": title}, "defaultConfiguration": {"level": level}}


def _of_rule(rule: Rule, say: CheckWording) -> dict[str, Any]:
    zh = say.lang == "zh"
    title, remedy = (rule.title.zh, rule.remedy.zh) if zh else (rule.title.en, rule.remedy.en)
    sources = say.listed(source.title for source in rule.sources)
    return {
        "id": rule.id,
        "shortDescription": {"text": title},
        "fullDescription": {"text": rule.message.zh if zh else rule.message.en},
        "help": {"text": say.text("check.sarif_help", remedy=remedy, sources=sources)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"severity": rule.severity, "tags": ["conduct", rule.severity]},
    }


def _result(finding: Finding, say: CheckWording, rule_index: int, nth: int) -> dict[str, Any]:
    print_ = finding.fingerprint
    words = [say.message(finding), *say.evidence(finding)]
    help_text = say.help(finding)
    result: dict[str, Any] = {
        "ruleId": say.id_of(finding),
        "ruleIndex": rule_index,
        "level": finding.level,
        "message": {"text": "\n".join([*words, help_text] if help_text else words)},
        "locations": [_location(finding.place, say)],
        # The n-th finding of one identity is told from the first, as lines of one content are.
        "partialFingerprints": {"collectionGuard/v1": f"{print_}:{nth}", "primaryLocationLineHash": f"{print_}:{nth}"},
        "properties": {"kind": finding.kind, "standing": finding.standing, "severity": finding.severity},
    }
    if finding.standing == "waived" and finding.waiver is not None:
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": say.waiver(finding.waiver)}
        ]
    if say.report.baseline is not None:
        result["baselineState"] = "unchanged" if finding.standing == "known" else "new"
    return result


def _location(place: Place, say: CheckWording) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": artifact(say.key(place.file))}
    if place.line is not None:
        region = {"startLine": place.line}
        if place.column is not None:
            region["startColumn"] = place.column
        physical["region"] = region
    found: dict[str, Any] = {"physicalLocation": physical}
    if place.row is not None:
        name = say.place(Place("", sheet=place.sheet, row=place.row))
        found["logicalLocations"] = [{"name": name, "kind": "element"}]
    return found


def artifact(file: str) -> dict[str, str]:
    """Return the location of a file: relative to the root of the sources, unless its path is absolute."""
    path = Path(file)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    relative = PurePosixPath(path.as_posix() or ".")
    return {"uri": urllib.parse.quote(str(relative)), "uriBaseId": _ROOT}
