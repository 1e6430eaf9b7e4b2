"""The whole report as one JSON object, for programs.

It is the same for the same input, rules and settings: keys are sorted, lists have an order of their own, and nothing
depends on the clock. Texts stand in both languages as ``{"zh": ..., "en": ...}``; instants are ISO 8601 with offset.

``format``, ``format_version``
    what this is; the version rises when a key changes its meaning or goes away
``masked``
    whether numbers, identifiers of persons and names of persons are masked
``run``
    ``program`` and its version, ``engine`` (and ``engine_note``), ``packs`` (name, version, status, digest,
    parameters), ``registry_digest``, ``profiles`` (how many were read, and of how many the log holds a
    contact), ``detector``, ``settings``, ``files`` (path, digest, encoding, zone, rows, and
    how each sheet was read), ``files_left_out`` (of folders), ``unused_maps``, ``verdict_digest`` (of all verdicts that
    are not ``not_applicable``)
``counts``
    ``rows_read`` = ``contacts`` + ``rejected`` + ``set_aside``; ``contacts_in_violation``,
    ``contacts_fully_assessed``; ``verdicts`` by kind with ``assessable_share``; ``violations_by_severity``;
    ``looks_past_log`` (verdicts whose window reaches before the earliest contact)
``period``
    the first and the last instant at which a contact began
``rules``, ``by_rule``, ``by_agency``
    what each rule is; its verdicts; the contacts and verdicts of each agency, ``null`` in ``agency`` for none named;
    its ``calls``: ``made`` (outbound, by voice), ``effective`` (the borrower was spoken to), ``unknown``
``violations``
    sorted by ``started_at``, ``event_id`` and rule, each with its place, pack, message, remedy, evidence and sources
``missing``
    of the unassessable verdicts: ``facts`` and ``columns`` that were missing with the number of verdicts that hang
    on them, and ``by_rule`` the combinations of facts; a column may stand in for another
``data_quality``
    ``sheets``: of each sheet its rows, its first and last contact, the zone of its naive times, and of each column how
    it is known, in how many rows it is filled, and how many cells are unknown or lost digits; ``overlaps``: what two
    files share (``redelivered``, ``contradicted``, ``counted_twice``)
``broken_decision_logs``
    what shows that a decision log is not as it was written: file, line, code and message; then contacts may be missing
``comparison``
    with ``--previous``: contacts in violation, verdicts reached, agencies and rules, each ``before`` and ``after`` as
    ``hits`` of ``of``, with the 95 % interval of the difference and its ``direction``; why the two may not be alike
``rejected``, ``set_aside``, ``unmapped``, ``data_findings``, ``assumptions``, ``cases``, ``not_in_force``
    what became of the other rows, words that no table knows, faults of the data, what was taken for granted, how
    cases were found, and rules that a missing parameter keeps out of force
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from collection_guard.audit.calls import Calls
from collection_guard.audit.quality import SheetQuality, quality_of
from collection_guard.audit.report import NO_AGENCY, AgencyTally, Report, Tally, Violation
from collection_guard.audit.taken import Assumption, FileReading, Finding, Position, Rejected, SetAside
from collection_guard.language.schema import SEVERITIES, Text
from collection_guard.model.texts import LANGS
from collection_guard.reports.calls import calls_by_agency
from collection_guard.reports.wording import Wording
from collection_guard.version import __version__

if TYPE_CHECKING:
    from collection_guard.reports.comparison import Change, Comparison

FORMAT: Final = "collection-guard-report"
FORMAT_VERSION: Final = 1


def render_json(report: Report, *, masked: bool = True, comparison: "Comparison | None" = None) -> str:
    """Return the whole report as JSON, with its line end."""
    content = _Json(report, masked=masked).report()
    content["comparison"] = None if comparison is None else _comparison(report, comparison, masked=masked)
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def _comparison(report: Report, found: "Comparison", *, masked: bool) -> dict[str, Any]:
    say = Wording(report, "en", masked=masked)
    return {
        "period": {
            "earliest": None if found.first is None else found.first.isoformat(),
            "latest": None if found.last is None else found.last.isoformat(),
        },
        "contacts_in_violation": _change(found.overall),
        "assessable": _change(found.assessable),
        "agencies": [
            {"agency": None if name == NO_AGENCY else say.shown(name), **_change(change)}
            for name, change in found.agencies.items()
        ],
        "rules": {rule: _change(change) for rule, change in found.rules.items()},
        "new_agencies": [None if name == NO_AGENCY else say.shown(name) for name in found.new_agencies],
        "caveats": list(found.caveats),
    }


def _change(change: "Change") -> dict[str, Any]:
    return {
        "before": asdict(change.before),
        "after": asdict(change.after),
        "difference_95": list(change.interval),
        "direction": change.direction,
    }


def _both(words: Text) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}


def _tally(tally: Tally) -> dict[str, Any]:
    return {**asdict(tally), "assessable_share": tally.assessable_share}


class _Json:
    def __init__(self, report: Report, *, masked: bool) -> None:
        self._report = report
        self._masked = masked
        self._wordings = {lang: Wording(report, lang, masked=masked) for lang in LANGS}
        self._say = self._wordings["en"]

    def report(self) -> dict[str, Any]:
        """Return everything."""
        report = self._report
        intake = report.intake
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "masked": self._masked,
            "run": self._run(),
            "counts": self._counts(),
            "period": {
                "earliest": None if report.earliest is None else report.earliest.isoformat(),
                "latest": None if report.latest is None else report.latest.isoformat(),
            },
            "rules": {rule: self._rule(rule) for rule in report.rules},
            "by_rule": {rule: _tally(tally) for rule, tally in report.by_rule.items()},
            "by_agency": self._agencies(),
            "violations": [self._violation(violation) for violation in self._in_order()],
            "missing": self._missing(),
            "rejected": [
                {
                    **self._position(row.position),
                    "reason": row.reason,
                    "column": row.column,
                    "field": row.path,
                    "value": self._say.raw(row.path, row.value),
                    "message": self._cause(row),
                    "help": self._help(row),
                }
                for row in intake.rejected
            ],
            "set_aside": [
                {
                    **self._position(row.position),
                    "reason": row.reason,
                    "message": self._cause(row),
                }
                for row in intake.set_aside
            ],
            "unmapped": [
                {
                    "field": item.path,
                    "value": self._say.raw(item.path, item.value),
                    "count": item.count,
                    "nearest": [self._say.shown(word) for word in item.nearest],
                }
                for item in sorted(intake.unmapped, key=lambda item: (item.path, item.value))
            ],
            "data_findings": [
                {
                    **self._position(item.position),
                    "code": item.code,
                    "column": item.column,
                    "count": item.count,
                    "message": self._cause(item),
                    "help": self._help(item),
                }
                for item in intake.findings
            ],
            "broken_decision_logs": [
                {
                    "file": item.file,
                    "row": item.line,
                    "code": item.code,
                    "message": {lang: item.cause(lang) for lang in LANGS},
                }
                for item in intake.broken
            ],
            "data_quality": self._quality(),
            "assumptions": self._assumptions(),
            "cases": asdict(intake.cases),
            "not_in_force": [
                {"rule": info.rule.id, "parameters": list(info.unset)}
                for info in sorted(report.not_in_force(), key=lambda info: info.rule.id)
            ],
        }

    def _each(self, words: Callable[[Wording], str]) -> dict[str, str]:
        return {lang: words(wording) for lang, wording in self._wordings.items()}

    def _cause(self, item: Rejected | SetAside | Assumption | Finding) -> dict[str, str]:
        return self._each(lambda say: say.cause(item))

    def _help(self, item: Rejected | Assumption | Finding) -> dict[str, str] | None:
        found = {lang: wording.help(item) for lang, wording in self._wordings.items()}
        return {lang: words for lang, words in found.items() if words is not None} or None

    def _clean(self, value: Any) -> Any:
        """Return a value from the input with every text in it masked."""
        match value:
            case str():
                return self._say.shown(value)
            case dict():
                return {str(name): self._clean(item) for name, item in value.items()}
            case list() | tuple():
                return [self._clean(item) for item in value]
            case _:
                return value

    def _key(self, value: str | None) -> str | None:
        return None if value is None else self._say.key(value)

    def _position(self, position: Position) -> dict[str, Any]:
        return {
            "file": self._key(position.file),
            "sheet": self._key(position.sheet),
            "row": position.row,
        }

    def _run(self) -> dict[str, Any]:
        report = self._report
        settings = report.settings
        complete_from = settings.history_complete_from
        return {
            "program": {"name": "collection-guard", "version": __version__},
            "engine": report.engine,
            "engine_note": report.engine_note,
            "packs": [
                {
                    "name": pack.name,
                    "version": pack.version,
                    "status": pack.status,
                    "digest": pack.digest,
                    "parameters": pack.parameters,
                }
                for pack in report.packs
            ],
            "registry_digest": report.registry_digest,
            "profiles": {"read": report.profiles_read, "met": report.profiles_met},
            "detector": report.detector,
            "settings": {
                **asdict(settings),
                "history_complete_from": None if complete_from is None else complete_from.isoformat(),
            },
            "files": [self._file(file) for file in report.intake.files],
            "files_left_out": [self._key(path) for path in report.intake.left_out],
            "unused_maps": [self._key(path) for path in report.intake.unused_maps],
            "verdict_digest": report.verdict_digest,
        }

    def _file(self, file: FileReading) -> dict[str, Any]:
        return {
            "path": self._key(file.path),
            "digest": file.digest,
            "encoding": file.encoding,
            "encoding_confirmed": file.encoding_confirmed,
            "zone": file.zone,
            "rows": file.rows,
            "history": file.past,
            "sheets": [
                {
                    "sheet": self._key(sheet.sheet),
                    "header_rows": list(sheet.header_rows),
                    "columns": self._clean(sheet.columns),
                    "unmapped_columns": self._clean(sheet.unmapped),
                    "ambiguous_columns": self._clean(sheet.ambiguous),
                }
                for sheet in file.sheets
            ],
        }

    def _counts(self) -> dict[str, Any]:
        report = self._report
        severities = report.by_severity()
        return {
            "rows_read": report.intake.rows_read,
            "contacts": report.contacts,
            "history": report.history,
            "rejected": len(report.intake.rejected),
            "rejected_by_reason": report.intake.rejected_by_reason(),
            "set_aside": sum(report.intake.set_aside_by_reason().values()),
            "set_aside_by_reason": report.intake.set_aside_by_reason(),
            "contacts_in_violation": report.contacts_in_violation,
            "contacts_fully_assessed": report.contacts_fully_assessed,
            "verdicts": _tally(report.total),
            "violations_by_severity": {severity: severities[severity] for severity in SEVERITIES},
            "looks_past_log": report.looks_past_log,
            "violations_left_out": report.violations_left_out,
        }

    def _rule(self, rule: str) -> dict[str, Any]:
        info = self._report.rules[rule]
        return {
            "pack": info.pack,
            "title": _both(info.rule.title),
            "severity": info.rule.severity,
            "effect": info.rule.effect,
        }

    def _agencies(self) -> list[dict[str, Any]]:
        calls = calls_by_agency(self._report) or {}
        return [self._agency(name, tally, calls.get(name)) for name, tally in sorted(self._report.by_agency.items())]

    def _agency(self, name: str, tally: AgencyTally, calls: Calls | None) -> dict[str, Any]:
        return {
            "agency": None if name == NO_AGENCY else self._clean(name),
            "contacts": tally.contacts,
            "contacts_in_violation": tally.contacts_in_violation,
            "contacts_fully_assessed": tally.contacts_assessed,
            "calls": None if calls is None else asdict(calls),
            "verdicts": _tally(tally.verdicts),
            "by_rule": dict(tally.by_rule),
        }

    def _in_order(self) -> list[Violation]:
        return sorted(
            self._report.violations,
            key=lambda item: (item.contact.event.started_at, item.contact.event.event_id, item.rule),
        )

    def _violation(self, violation: Violation) -> dict[str, Any]:
        contact = violation.contact
        event, recipient = contact.event, contact.event.recipient
        rule = self._report.rules[violation.rule].rule
        return {
            **self._position(contact.position),
            "event_id": self._key(event.event_id),
            "case_id": self._key(event.case_id) if self._report.intake.has_case(event.case_id) else None,
            "started_at": event.started_at.isoformat(),
            "agency": self._clean(event.agency),
            "collector": {
                "id": self._key(event.collector.id),
                "name": self._say.person(event.collector.name),
                "kind": event.collector.kind,
            },
            "channel": event.channel,
            "direction": event.direction,
            "recipient": {
                "relationship": recipient.relationship,
                "roles": None if recipient.roles is None else list(recipient.roles),
                "name": self._say.person(recipient.name),
                "number": self._say.number_of(contact),
            },
            "rule": violation.rule,
            "severity": rule.severity,
            "force": rule.force,
            "pack": self._pack_of(violation.rule),
            "message": self._each(lambda say: say.message(violation)),
            "remedy": self._each(lambda say: say.remedy(violation)),
            "evidence": self._clean(violation.evidence),
            "evidence_in_words": {lang: say.evidence(violation) for lang, say in self._wordings.items()},
            "sources": [source.model_dump(mode="json", exclude_none=True) for source in rule.sources],
        }

    def _pack_of(self, rule: str) -> dict[str, Any]:
        """Return the pack that a rule stands in: its name, version, how far it was verified and, if any, its regime."""
        name = self._report.rules[rule].pack
        pack = next(pack for pack in self._report.packs if pack.name == name)
        found: dict[str, Any] = {"name": pack.name, "version": pack.version, "status": pack.status}
        return found if pack.regime is None else found | {"regime": pack.regime.model_dump()}

    def _missing(self) -> dict[str, Any]:
        report = self._report
        facts = sorted(report.missing_facts().items(), key=lambda pair: (-pair[1], pair[0]))
        return {
            "facts": [{"fact": name, "verdicts": count} for name, count in facts],
            "columns": [
                {"field": item.field, "verdicts": item.verdicts, "rules": list(item.rules)}
                for item in report.missing_columns()
            ],
            "by_rule": {
                rule: [
                    {"facts": list(names), "verdicts": count}
                    for names, count in sorted(combinations.items(), key=lambda pair: (-pair[1], pair[0]))
                ]
                for rule, combinations in report.missing.items()
            },
        }

    def _quality(self) -> dict[str, Any]:
        return {
            "sheets": [self._sheet_quality(sheet) for sheet in quality_of(self._report.intake)],
            "overlaps": [
                {
                    "kind": item.kind,
                    "count": item.count,
                    "kept": self._position(item.kept),
                    "other": self._position(item.other),
                }
                for item in self._report.intake.overlaps
            ],
        }

    def _sheet_quality(self, sheet: SheetQuality) -> dict[str, Any]:
        return {
            "file": self._key(sheet.file.path),
            "sheet": self._key(sheet.reading.sheet),
            "map": self._key(sheet.reading.map_file),
            "contacts": sheet.contacts,
            "rejected": sheet.rejected,
            "set_aside": sheet.set_aside,
            "first_contact": None if sheet.first is None else sheet.first.isoformat(),
            "last_contact": None if sheet.last is None else sheet.last.isoformat(),
            "zone_of_naive_times": sheet.reading.zone,
            "rows_counted": sheet.reading.rows,
            "columns": [
                {
                    "header": self._clean(column.header),
                    "field": column.path if column.is_judged else None,
                    "known_by": sheet.how(column),
                    "filled": column.filled,
                    "unknown": column.unknown,
                    "precision_lost": column.lost,
                    "form_of_times": column.form,
                }
                for column in sheet.reading.column_readings
            ],
        }

    def _assumptions(self) -> list[dict[str, Any]]:
        return [
            {
                "file": self._key(file),
                "sheet": self._key(sheet),
                "code": assumption.code,
                "message": self._cause(assumption),
                "help": self._help(assumption),
            }
            for file, sheet, assumption in self._say.assumptions()
        ]
