"""A baseline: the findings that were there when checks began, so that only new ones fail."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field

from collection_guard.checks.findings import Finding
from collection_guard.language.packs import validated
from collection_guard.language.schema import Part, Words
from collection_guard.language.yaml_positions import Document
from collection_guard.model.problems import ConfigurationError, Problem

FORMAT: Final = "collection-guard-baseline"
KINDS: Final = frozenset({"violation", "expectation", "unexpected", "rate"})
"""What a baseline may hold. A file that cannot be read or a pack that is invalid is never known."""


class Entry(Part):
    """A finding that is known, and how many there are of it."""

    fingerprint: Words
    count: int = Field(ge=1)
    kind: str
    rule: str | None = None


class BaselineFile(Part):
    """A baseline. It names no person, case or event: the fingerprints are digests."""

    format: Literal["collection-guard-baseline"]
    format_version: Literal[1]
    findings: list[Entry]


def read_baseline(path: Path) -> Counter[str]:
    """Return how many findings of each fingerprint are known; raise ConfigurationError if it is no baseline."""
    try:
        data: Any = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise ConfigurationError([Problem("baseline_unreadable", str(path), values={"reason": reason})]) from None
    problems: list[Problem] = []
    file = validated(BaselineFile, Document(str(path), data), problems)
    if file is None:
        raise ConfigurationError(problems)
    return Counter({entry.fingerprint: entry.count for entry in file.findings})


def is_kept(finding: Finding) -> bool:
    """Say whether a finding may stand in a baseline: it is of such a kind, and not waived."""
    return finding.kind in KINDS and finding.standing != "waived"


def baseline_of(findings: Iterable[Finding]) -> str:
    """Return the baseline of findings as text."""
    counts: Counter[tuple[str, str, str | None]] = Counter(
        (finding.fingerprint, finding.kind, finding.rule) for finding in findings if is_kept(finding)
    )
    entries = [
        {"fingerprint": fingerprint, "count": count, "kind": kind, "rule": rule}
        for (fingerprint, kind, rule), count in counts.items()
    ]
    entries.sort(key=lambda entry: (str(entry["kind"]), str(entry["rule"]), str(entry["fingerprint"])))
    data = {"format": FORMAT, "format_version": 1, "findings": entries}
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def against(findings: Iterable[Finding], known: Counter[str]) -> tuple[list[Finding], int]:
    """Return findings with those that are known marked so, and how many known ones were not found again.

    A fingerprint is known as often as it was counted: one finding more is new.
    """
    left = Counter(known)
    marked: list[Finding] = []
    for finding in findings:
        if is_kept(finding) and left[finding.fingerprint] > 0:
            left[finding.fingerprint] -= 1
            marked.append(replace(finding, standing="known"))
        else:
            marked.append(finding)
    return marked, left.total()
