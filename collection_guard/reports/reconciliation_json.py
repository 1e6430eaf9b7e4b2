"""The reconciliation as one JSON object, for programs.

Keys are sorted and lists have an order of their own. Texts stand in both languages as ``{"zh": ..., "en": ...}``.

``format``, ``format_version``, ``masked``
    what this is; the version rises when a key changes its meaning or goes away
``terms``
    tolerances in seconds, severities by kind, zone, country, dates asked for
``counts``
    rows of each side, ``matched`` pairs, ``legs`` folded, groups, findings by kind and severity, ``off``, ``outside``
``agencies``
    notes, calls, matched pairs, findings, and the clock: ``seconds`` that the notes are ahead, ``pairs``, ``spread``
``findings``
    the gravest first; ``rows`` are what it is about, ``nearest`` the row of the other side that comes nearest to one
    without a partner, ``listed_at`` the row of a list
``rests_on``, ``rejected``
    what was taken for granted and left out; rows that could not be read
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from collection_guard.audit.taken import Intake, Position, Rejected
from collection_guard.model.texts import LANGS
from collection_guard.reconciliation.findings import Finding, Item
from collection_guard.reconciliation.recordings import Recording
from collection_guard.reconciliation.rows import Row
from collection_guard.reconciliation.run import AgencyCounts, Reconciliation
from collection_guard.reports.reconciliation_wording import ReconciliationWording
from collection_guard.version import __version__

FORMAT: Final = "collection-guard-reconciliation"
FORMAT_VERSION: Final = 1


def render_reconciliation_json(result: Reconciliation, *, masked: bool = True) -> str:
    """Return the whole result as JSON, with its line end."""
    return json.dumps(_Json(result, masked=masked).result(), ensure_ascii=False, sort_keys=True, indent=1) + "\n"


class _Json:
    def __init__(self, result: Reconciliation, *, masked: bool) -> None:
        self._result, self._masked = result, masked
        self._wordings = {lang: ReconciliationWording(result, lang, masked=masked) for lang in LANGS}
        self._say = self._wordings["en"]

    def result(self) -> dict[str, Any]:
        """Return everything."""
        result, terms = self._result, self._result.terms
        recordings = result.recordings
        rejected = [*result.notes.rejected, *result.calls.rejected, *(recordings.rejected if recordings else ())]
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "masked": self._masked,
            "program": {"name": "collection-guard", "version": __version__},
            "terms": {
                "tolerances": asdict(terms.tolerances),
                "severities": dict(terms.severities),
                "country": terms.country,
                "timezone": terms.zone,
                "from": _iso(terms.first),
                "to": _iso(terms.last),
            },
            "counts": {
                "notes": self._side(result.notes, result.note_rows, result.other_channels[0]),
                "calls": self._side(result.calls, result.call_rows, result.other_channels[1]),
                "recordings": None
                if recordings is None
                else {
                    "rows_read": recordings.rows_read,
                    "recordings": len(recordings.recordings),
                    "linked": result.linked,
                    "unclear": result.unclear_recordings,
                    "rejected": len(recordings.rejected),
                    "set_aside": len(recordings.set_aside),
                },
                "matched": result.matched,
                "legs": result.legs,
                "groups_of_unclear_pairs": sum(not group.leaves_others for group in result.matching.groups),
                "findings": len(result.findings),
                "by_kind": result.by_kind(),
                "by_severity": result.by_severity(),
                "off": result.off,
                "outside": result.outside,
                "unknown": result.unknown,
            },
            "agencies": [self._agency(found) for found in result.agencies],
            "findings": [self._finding(finding) for finding in result.findings],
            "rests_on": [
                {"zh": zh, "en": en}
                for zh, en in zip(self._wordings["zh"].rests(), self._wordings["en"].rests(), strict=True)
            ],
            "rejected": [self._rejected(row) for row in rejected],
        }

    def _each(self, words: Callable[[ReconciliationWording], str | None]) -> dict[str, str] | None:
        found = {lang: words(wording) for lang, wording in self._wordings.items()}
        return {lang: said for lang, said in found.items() if said is not None} or None

    def _side(self, intake: Intake, rows: list[Row], others: int) -> dict[str, Any]:
        return {
            "rows_read": intake.rows_read,
            "contacts": len(intake.contacts),
            "rejected": len(intake.rejected),
            "set_aside": len(intake.set_aside),
            "set_aside_by_reason": intake.set_aside_by_reason(),
            "compared": len(rows),
            "other_channels": others,
            "earliest": rows[0].at.isoformat() if rows else None,
            "latest": rows[-1].at.isoformat() if rows else None,
        }

    def _agency(self, found: AgencyCounts) -> dict[str, Any]:
        skew = found.skew
        return {
            "agency": None if found.name is None else self._say.shown(found.name),
            "notes": found.notes,
            "calls": found.calls,
            "matched": found.matched,
            "findings": found.findings.total(),
            "clock": None
            if skew is None or not skew.known
            else {"seconds": round(skew.seconds, 3), "pairs": skew.pairs, "spread": round(skew.spread, 3)},
        }

    def _finding(self, finding: Finding) -> dict[str, Any]:
        return {
            "kind": finding.kind,
            "severity": finding.severity,
            "title": self._each(lambda say: say.text(f"reconcile.kind.{finding.kind}")),
            "says": self._each(lambda say: say.says(finding)),
            "remedy": self._each(lambda say: say.remedy(finding)),
            "agency": None if finding.agency is None else self._say.shown(finding.agency),
            "at": None if finding.at is None else finding.at.isoformat(),
            "rows": [self._item(item) for item in finding.items],
            "nearest": None if finding.nearest is None else self._item(finding.nearest),
            "listed_at": None if finding.listed_at is None else self._position(finding.listed_at),
        }

    def _item(self, item: Item) -> dict[str, Any]:
        return self._row(item) if isinstance(item, Row) else self._recording(item)

    def _row(self, row: Row) -> dict[str, Any]:
        event, say = row.event, self._say
        return {
            "side": row.side,
            **self._position(row.position),
            "id": say.key(event.event_id),
            "case_id": None if row.case is None else say.key(row.case),
            "agency": None if event.agency is None else say.shown(event.agency),
            "collector_id": None if event.collector.id is None else say.key(event.collector.id),
            "collector_name": say.person(event.collector.name),
            "number": say.number_of(row.contact),
            "own_number": None if row.own_number is None else say.phone(row.own_number),
            "direction": event.direction,
            "started_at": row.at.isoformat(),
            "precision_seconds": row.precision,
            "talk_seconds": row.talk,
            "network": event.outcome.network,
            "recording": None if row.recording is None else say.file(row.recording),
            "legs": [self._position(leg.position) for leg in row.legs],
        }

    def _recording(self, recording: Recording) -> dict[str, Any]:
        return {
            "side": "recordings",
            **self._position(recording.position),
            "id": self._say.file(recording.name),
            "seconds": recording.seconds,
            "call_id": None if recording.call_id is None else self._say.key(recording.call_id),
        }

    def _position(self, position: Position) -> dict[str, Any]:
        return {
            "file": None if position.file is None else self._say.key(position.file),
            "sheet": None if position.sheet is None else self._say.key(position.sheet),
            "row": position.row,
        }

    def _rejected(self, row: Rejected) -> dict[str, Any]:
        return {
            **self._position(row.position),
            "reason": row.reason,
            "column": row.column,
            "value": self._say.raw(row.path, row.value),
            "message": self._each(lambda say: say.cause(row)),
            "help": self._each(lambda say: say.help(row)),
        }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
