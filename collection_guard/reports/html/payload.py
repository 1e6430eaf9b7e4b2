"""The findings and the cases that they are of, packed for a browser: each text once, everything else by its number.

Texts are pairs, Chinese and English. Columns are lists of one length; a browser reads them by place. The pack is JSON,
compressed, in the letters of base64: nothing in it can end the element that holds it, whatever a log says.
"""

import base64
import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

from collection_guard.audit.report import NO_AGENCY, Report, Violation
from collection_guard.audit.taken import Contact
from collection_guard.facts.world import has_case
from collection_guard.language.schema import SEVERITIES
from collection_guard.model.texts import LANGS, Lang, catalogue
from collection_guard.reports.files import Told
from collection_guard.reports.html.excerpts import excerpt
from collection_guard.reports.wording import Wording, bases_of, gravest_first

_Name = TypeVar("_Name", str, tuple[str, str])
TEXTS: Final = "html.js."
"""The texts of the catalogue that the script of the page says."""
CASE_MOST: Final = 400
"""Contacts of one case that a timeline holds: of a case with more, those around its findings."""


class _Pool:
    """Keeps each text once."""

    def __init__(self) -> None:
        self.texts: list[list[str]] = []
        self._places: dict[tuple[str, str], int] = {}

    def of(self, zh: str, en: str | None = None) -> int:
        """Return the number of a text."""
        pair = (zh, zh if en is None else en)
        place = self._places.get(pair)
        if place is None:
            place = self._places[pair] = len(self.texts)
            self.texts.append([pair[0]] if pair[0] == pair[1] else [*pair])
        return place


class Payload:
    """Packs the findings of a report."""

    def __init__(self, told: Told, says: Mapping[Lang, Wording]) -> None:
        self._told, self._report = told, told.report
        self._zh, self._en = says["zh"], says["en"]
        self._pool = _Pool()
        self._wrong: set[str] = set()
        self._agencies: dict[str, int] = {}
        self._files: dict[tuple[str, str], int] = {}
        self._rules: dict[str, int] = {}
        self._places: dict[int, int] = {}
        self._said: dict[tuple[object, ...], int] = {}
        zone = self._report.settings.timezone
        self._zone = f" {zone}" if zone is not None else ""

    def packed(self) -> str:
        """Return everything in the letters of base64."""
        words = json.dumps(self.content(), ensure_ascii=False, separators=(",", ":")).encode(
            "utf-8", "backslashreplace"
        )
        # Without a time in its head the pack is the same for the same report.
        return base64.b64encode(gzip.compress(words, 9, mtime=0)).decode("ascii")

    def content(self) -> dict[str, Any]:
        """Return everything that the script of the page reads."""
        findings = gravest_first(self._report)
        self._wrong = {item.contact.event.event_id for item in findings}
        cases = self._cases(findings)
        contacts = [contact for _, of in cases for contact in of]
        self._agencies = agency_numbers(self._report)
        self._files = _numbered({(item.position.file or "", item.position.sheet or "") for item in contacts})
        self._rules = _numbered(self._report.rules)
        self._places = {id(contact): place for place, contact in enumerate(contacts)}
        return {
            "texts": {
                lang: {code.removeprefix(TEXTS): text[lang] for code, text in catalogue().items() if TEXTS in code}
                for lang in LANGS
            },
            "severities": [[name, self._word(name)] for name in SEVERITIES],
            "rules": [self._rule(rule) for rule in self._rules],
            "agencies": [self._agency(name) for name in self._agencies],
            "files": [[self._zh.key(part) for part in place] for place in self._files],
            "cases": [[self._case(of[0]), len(of), count] for count, of in cases],
            "contacts": _columns(self._contact(contact) for contact in contacts),
            "findings": _columns(self._finding(item) for item in findings),
            "words": self._pool.texts,
        }

    def _both(self, words: Callable[[Wording], str]) -> int:
        return self._pool.of(words(self._zh), words(self._en))

    def _once(self, key: tuple[object, ...], words: Callable[[Wording], str]) -> int:
        """Return the number of what is said of a key; most contacts are said in the words of others."""
        number = self._said.get(key)
        if number is None:
            number = self._said[key] = self._both(words)
        return number

    def _word(self, word: str) -> int:
        return self._once(("word", word), lambda say: say.word(word))

    def _agency(self, name: str) -> int:
        return self._both(lambda say: say.agency(name))

    def _cases(self, findings: list[Violation]) -> list[tuple[int, list[Contact]]]:
        """Return the contacts of each case of which something was found, and how many there are of it in the log."""
        wanted = {item.contact.event.case_id for item in findings}
        found: dict[str, list[Contact]] = defaultdict(list)
        intake = self._report.intake
        for contact in (*intake.contacts, *intake.past):
            if contact.event.case_id in wanted:
                found[contact.event.case_id].append(contact)
        return [(len(of), self._around(of)) for _, of in sorted(found.items())]

    def _around(self, contacts: list[Contact]) -> list[Contact]:
        ordered = sorted(contacts, key=lambda item: (item.event.started_at, item.event.event_id))
        if len(ordered) <= CASE_MOST:
            return ordered
        marked = [place for place, item in enumerate(ordered) if item.event.event_id in self._wrong]
        reach = max(5, CASE_MOST // (2 * len(marked)))
        kept = {near for place in marked for near in range(place - reach, place + reach + 1)}
        return [item for place, item in enumerate(ordered) if place in kept]

    def _case(self, contact: Contact) -> int:
        """Return the number of the name of a case, -1 where there is none."""
        return self._both(lambda say: say.case(contact)) if has_case(contact.event.case_id) else -1

    def _rule(self, rule: str) -> dict[str, Any]:
        said = self._report.rules[rule].rule
        return {
            "id": rule,
            "title": self._both(lambda say: say.of(said.title)),
            "severity": SEVERITIES.index(said.severity),
            "sources": self._listed(lambda say: say.sources(rule)),
        }

    def _listed(self, words: Callable[[Wording], list[str]]) -> list[int]:
        return [self._pool.of(zh, en) for zh, en in zip(words(self._zh), words(self._en), strict=True)]

    def _contact(self, contact: Contact) -> dict[str, Any]:
        event, place = contact.event, contact.position
        person, collector, outcome = event.recipient, event.collector, event.outcome
        whom = (person.relationship, *(person.roles or ()), person.audience, person.name)
        came = (outcome.network, outcome.answered_by, outcome.party, outcome.disposition, event.talk_seconds)
        return {
            "at": self._zh.moment(event.started_at).removesuffix(self._zone),
            "id": self._zh.key(event.event_id) if event.event_id in self._wrong else 0,
            "agency": self._agencies[event.agency or NO_AGENCY],
            "collector": self._once(("collector", collector.id, collector.name), lambda say: say.collector(contact)),
            "channel": self._word(event.channel),
            "direction": -1 if event.direction is None else self._word(event.direction),
            "whom": self._once(("whom", *whom), lambda say: say.recipient(contact)),
            "number": self._zh.number_of(contact) or 0,
            "outcome": self._once(("outcome", *came), lambda say: self._outcome(say, contact)),
            "file": self._files[place.file or "", place.sheet or ""],
            "row": place.row or 0,
            "past": int(contact.past),
        }

    @staticmethod
    def _outcome(say: Wording, contact: Contact) -> str:
        outcome, seconds = contact.event.outcome, contact.event.talk_seconds
        found = (outcome.network, outcome.answered_by, outcome.party, outcome.disposition)
        words = [say.word(item) for item in dict.fromkeys(found) if item]
        return say.listed([*words, *([f"{seconds:g} s"] if seconds else [])])

    def _finding(self, item: Violation) -> dict[str, Any]:
        return {
            "contact": self._places[id(item.contact)],
            "rule": self._rules[item.rule],
            "message": self._both(lambda say: say.message(item)),
            "remedy": self._both(lambda say: say.remedy(item)),
            "evidence": self._listed(lambda say: say.evidence(item)),
            "basis": self._listed(lambda say: [say.text(f"report.{kind}") for kind in bases_of(item)]),
            "text": [
                part
                for piece in excerpt(item, self._told.detector, masked=self._told.masked)
                for part in (piece[0], int(piece[1]))
            ],
        }


def agency_numbers(report: Report) -> dict[str, int]:
    """Return each agency with the number by which the page names it."""
    before = {contact.event.agency or NO_AGENCY for contact in report.intake.past}
    return _numbered({*report.by_agency, *before})


def _numbered(names: Iterable[_Name]) -> dict[_Name, int]:
    return {name: place for place, name in enumerate(sorted(names))}


def _columns(rows: Iterable[dict[str, Any]]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {}
    for row in rows:
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    return columns
