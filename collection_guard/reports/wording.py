"""What the reports of every format say in words: messages, evidence, values, people, places, times and shares."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Protocol

import pytz

from collection_guard.audit.report import NO_AGENCY, Report, Violation
from collection_guard.audit.taken import Assumption, Contact, Finding, Position, Rejected, SetAside
from collection_guard.engines.messages import filled, spoken, word
from collection_guard.facts.world import has_case
from collection_guard.language.schema import SEVERITIES, Source, Text
from collection_guard.language.vocabulary import FACTS, Fact
from collection_guard.model.masking import mask_identifier, mask_name, mask_number, mask_text, masked_cell
from collection_guard.model.plain import plain
from collection_guard.model.texts import Lang, has_text, text

_PERSONAL_NUMBER: Final = re.compile(
    r"(?<!\d)(?:(?:0|(?:00)?86)?1[3-9]\d{9}|[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx])(?!\d)"
)
"""A mobile number or an identity number. Of a bank card only its check digit tells it from a running number."""
_CARD: Final = re.compile(r"(?<!\d)\d{13,19}(?!\d)")
_DIGITS: Final = str.maketrans("０１２３４５６７８９", "0123456789")
_TOGETHER: Final = str.maketrans("０１２３４５６７８９", "0123456789", " -\u3000")
_CONTENT: Final = "content."
_FIRMS: Final = "law_firm."


def number(value: float) -> str:
    """Return a number with its thousands set apart."""
    return f"{value:,}"


def percent(part: int, whole: int) -> str:
    """Return a share; 100.0 % stands for all of them only, and 0.0 % for none."""
    if not whole:
        return "—"
    tenths = round(1000 * part / whole)
    if part != whole:
        tenths = min(tenths, 999)
    if part:
        tenths = max(tenths, 1)
    return f"{tenths / 10:.1f} %"


def per_thousand(part: int, whole: int) -> str:
    """Return a rate per 1,000."""
    if not whole:
        return "—"
    tenths = round(10_000 * part / whole)
    return "<0.1" if part and not tenths else f"{tenths / 10:,.1f}"


def gravest_first(report: Report) -> list[Violation]:
    """Return all violations, the gravest first, then by instant, event and rule."""
    rank = {severity: index for index, severity in enumerate(SEVERITIES)}
    return sorted(
        report.violations,
        key=lambda item: (
            rank[report.rules[item.rule].rule.severity],
            item.contact.event.started_at,
            item.contact.event.event_id,
            item.rule,
        ),
    )


def said(words: str, lang: Lang) -> str:
    """Return one language of a source's text, where it is written in both, as `中文 / English`."""
    left, slash, right = words.partition(" / ")
    if not slash or _is_chinese(left) == _is_chinese(right):
        return words
    return left if _is_chinese(left) == (lang == "zh") else right


def _is_chinese(words: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in words)


def holds_personal_number(value: str) -> bool:
    """Say whether an identifier is, or holds, the number of a telephone, a person or a bank card."""
    return any(
        _PERSONAL_NUMBER.search(digits) is not None or any(_checks(run) for run in _CARD.findall(digits))
        for digits in (value.translate(_DIGITS), value.translate(_TOGETHER))
    )


def _checks(run: str) -> bool:
    """Say whether the last digit is the check digit that bank cards have."""
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(run)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def bases_of(violation: Violation) -> tuple[str, ...]:
    """Return how a violation was established: from fields alone, else from signals supplied or detected."""
    event = violation.contact.event
    found = set()
    for name in violation.evidence:
        signal = name.removeprefix(_CONTENT) if name.startswith(_CONTENT) else None
        if signal is not None and signal != "recorded_empty":
            given = (event.signals or {}).get(signal)  # type: ignore[call-overload]  # any name may be asked for
            found.add("basis_detected" if given is None and event.content else "basis_supplied")
        elif name.startswith(_FIRMS) and not name.endswith(":") and _firm_heard(violation):
            found.add("basis_detected")
    return tuple(sorted(found)) or ("basis_fields",)


def _firm_heard(violation: Violation) -> bool:
    claims = violation.contact.event.claims
    return not claims.law_firm and not claims.law_firms and bool(violation.contact.event.content)


class Speech:
    """Says in one language what came from the input, masked or not; times are shown in a zone, if one is given."""

    def __init__(self, lang: Lang, *, masked: bool = True, zone: str | None = None) -> None:
        self.lang: Lang = lang
        self.masked = masked
        self._zone = pytz.timezone(zone) if zone is not None else None

    # The catalogue

    def text(self, code: str, /, **values: object) -> str:
        """Return a text of the catalogue."""
        return text(code, self.lang, **values)

    def of(self, words: Text) -> str:
        """Return the language of a text that a pack gives in both."""
        return words.zh if self.lang == "zh" else words.en

    def word(self, value: str) -> str:
        """Return a word of a closed list; a word of nobody's list stays as it is."""
        return word(value, self.lang)

    def field(self, path: str) -> str:
        """Return a field as one names a column, with its path."""
        code = f"field.{path}"
        return self.text("report.field", name=self.text(code), path=path) if has_text(code) else path

    def listed(self, words: Iterator[str] | list[str] | tuple[str, ...]) -> str:
        """Return words as a list inside a sentence."""
        return self.text("report.list_sign").join(words)

    # What came from the input

    def shown(self, value: object) -> str:
        """Return anything that came from the input as text, masked."""
        words = plain(str(value))
        return mask_text(words) if self.masked else words

    def key(self, value: str) -> str:
        """Return an identifier by which a record is found again: whole, unless it is somebody's number."""
        words = plain(value)
        return mask_identifier(words) if self.masked and holds_personal_number(words) else words

    def person(self, name: str | None) -> str | None:
        """Return the name of a person, masked."""
        if name is None:
            return None
        return mask_text(mask_name(plain(name))) if self.masked else plain(name)

    def raw(self, path: str | None, value: str | None) -> str | None:
        """Return a cell as it stood in its column, masked by what the column holds."""
        if value is None:
            return None
        return masked_cell(path, plain(value), self.lang) if self.masked else plain(value)

    def agency(self, name: str | None) -> str:
        """Return the agency; agencies are no persons. A name of which nothing can be seen is none."""
        shown = "" if name is None or name == NO_AGENCY else self.shown(name)
        return shown if shown.strip() else self.text("report.no_agency")

    def case(self, contact: Contact) -> str:
        """Return the case, or that it is unknown."""
        case_id = contact.event.case_id
        return self.key(case_id) if has_case(case_id) else self.text("report.no_case")

    def collector(self, contact: Contact) -> str:
        """Return the id and the name of the collector, as far as known."""
        collector = contact.event.collector
        parts = (None if collector.id is None else self.key(collector.id), self.person(collector.name))
        return " ".join(part for part in parts if part) or self.word("unknown")

    def recipient(self, contact: Contact) -> str:
        """Return who was addressed: relationship, roles, audience and name."""
        recipient = contact.event.recipient
        roles = [self.word(role) for role in recipient.roles or ()]
        if recipient.audience in {"group", "public"}:
            roles.append(self.word(recipient.audience))
        words = self.word(recipient.relationship or "unknown")
        if roles:
            words = self.text("report.in_brackets", words=words, inner=self.listed(roles))
        return " ".join(part for part in (words, self.person(recipient.name)) if part)

    def number_of(self, contact: Contact) -> str | None:
        """Return the number that was contacted."""
        value = contact.event.recipient.number
        return None if value is None else self.telephone(value)

    def telephone(self, value: str) -> str:
        """Return a telephone number."""
        return mask_text(mask_number(plain(value))) if self.masked else plain(value)

    def place(self, position: Position) -> str:
        """Return where a row stands."""
        parts = [self.key(part) for part in (position.file, position.sheet) if part is not None]
        if position.row is not None:
            parts.append(self.text("report.row", row=position.row))
        return " ".join(parts) or self.word("unknown")

    def day(self, instant: datetime) -> str:
        """Return the date of an instant, in the zone in which instants are shown."""
        return self.moment(instant).partition(" ")[0]

    def moment(self, instant: datetime) -> str:
        """Return an instant in the configured zone, else with the offset that it was recorded with."""
        zone = None
        if self._zone is not None:
            try:
                instant, zone = instant.astimezone(self._zone), self._zone.zone
            except OverflowError:  # the edge of the calendar has no form in another zone
                zone = None
        naive = instant.replace(tzinfo=None)
        words = naive.isoformat(" ", "auto").rstrip("0") if instant.microsecond else naive.isoformat(" ", "seconds")
        return f"{words} {zone or instant.isoformat().removeprefix(naive.isoformat())}"

    def period(self, earliest: datetime, latest: datetime) -> str:
        """Return two instants as a period; a zone that both have is named once."""
        first, last = self.moment(earliest), self.moment(latest)
        zone = first.rpartition(" ")[2]
        first = first.removesuffix(f" {zone}") if last.endswith(f" {zone}") else first
        return self.text("report.period", earliest=first, latest=last)

    # The intake

    def cause(self, item: Rejected | SetAside | Assumption | Finding) -> str:
        """Return what was wrong with a row, what it was, what was assumed, or what is wrong with the data."""
        return self.shown(item.cause(self.lang))

    def help(self, item: Rejected | Assumption | Finding) -> str | None:
        """Return what to do about it, where there is something to say."""
        words = item.help(self.lang)
        return None if words is None else self.shown(words)

    # What stands beside a fact

    def notes(self, notes: Mapping[str, Any]) -> Iterator[str]:
        """Yield what stands beside a fact: what was looked up, who heard it, which names were given."""
        for key, value in notes.items():
            match key:
                case "looked_up":
                    yield from (self._looked_up(item) for item in value)
                case "zone_from":
                    if value:
                        yield self.text("report.zone_from", field=self.field(value))
                case "heard_by":
                    # What was heard is an allegation: it says by whom, and in which words.
                    words = self.listed([f"“{item}”" for item in notes.get("words", ())])
                    yield self.text("report.heard", detector=value, words=self.shown(words))
                case "words":
                    pass  # said with who heard them
                case "speaks_against":
                    factors = self.listed([self.shown(item) for item in value]) if value else "—"
                    yield self.text("report.speaks_against", factors=factors)
                case "names":
                    yield self.text("report.names", names=self.listed([self.shown(item) for item in value]))
                case _:
                    yield self.text("report.fact", fact=key, value=self.shown(json.dumps(value, ensure_ascii=False)))

    def _looked_up(self, item: Mapping[str, Any]) -> str:
        listed = {True: "on_list", False: "not_on_list", None: "list_unknown"}[item["listed"]]
        words = self.text(
            f"report.{listed}", name=self.shown(item["name"]), category=self.word(item["category"]), on=item["on"]
        )
        similar = [self.shown(name) for name in item.get("similar_but_not_the_same", ())]
        return words + (self.text("report.similar", names=self.listed(similar)) if similar else "")


class Compared(Protocol):
    """A rate then and now."""

    @property
    def rates(self) -> tuple[str, str]:
        """Return both per 1,000."""

    @property
    def reach(self) -> tuple[str, str]:
        """Return the ends of the 95 % interval of the difference, per 1,000."""

    @property
    def direction(self) -> str:
        """Return ``better``, ``worse`` or ``no_clear_difference``."""


class Wording(Speech):
    """Says things of one report in one language, masked or not."""

    def __init__(self, report: Report, lang: Lang, *, masked: bool = True) -> None:
        super().__init__(lang, masked=masked, zone=report.settings.timezone)
        self.report = report
        self._facts = {pack.name: pack.facts for pack in report.packs}

    def nothing_to_hear(self) -> str | None:
        """Return the warning that a detector was asked for and found no text, None where it is not so."""
        if not self.report.nothing_to_hear:
            return None
        columns = self.report.perhaps_texts()
        if columns:
            advice = self.text("report.perhaps_texts", headers=self.listed([self.shown(name) for name in columns]))
        else:
            # A log that is judged in parts has fields, and no columns that a map could name.
            advice = self.text("report.no_text_column" if self.report.intake.contacts else "report.no_text_field")
        return self.text("report.nothing_to_hear", detector=self.report.detector, advice=advice)

    def warnings(self) -> list[str]:
        """Return what is to be read before all else: a log that is not as it was written, a detector without texts."""
        unheard = self.nothing_to_hear()
        broken = [self.text("report.broken")] if self.report.intake.broken else []
        return broken if unheard is None else [*broken, unheard]

    def change(self, change: Compared) -> str:
        """Say whether a rate is better or worse than before, and within which bounds."""
        (before, after), (low, high) = change.rates, change.reach
        direction = self.text(f"report.compare.{change.direction}")
        return self.text("report.change", direction=direction, before=before, after=after, low=low, high=high)

    # Rules and verdicts

    def fact(self, rule: str, name: str) -> Fact | None:
        """Return a fact of the pack that a rule belongs to."""
        return self._facts.get(self.report.rules[rule].pack, {}).get(name)

    def meaning(self, rule: str, name: str) -> str:
        """Return what a fact means, in words; of a parameter, its name."""
        fact = self.fact(rule, name)
        return name if fact is None else fact.doc[self.lang]

    def value(self, fact: Fact | None, value: Any) -> str:
        """Return the value of a fact in words of the language."""
        return spoken(value, fact, self.lang, masked=self.masked)

    def message(self, violation: Violation) -> str:
        """Return what a violation is, with its facts filled in."""
        return self._filled(self.report.rules[violation.rule].rule.message, violation)

    def remedy(self, violation: Violation) -> str:
        """Return what to do instead, with its facts filled in."""
        return self._filled(self.report.rules[violation.rule].rule.remedy, violation)

    def _filled(self, words: Text, violation: Violation) -> str:
        facts = self._facts.get(self.report.rules[violation.rule].pack, FACTS)
        return filled(words, violation.values, facts, self.lang, masked=self.masked)

    def evidence(self, violation: Violation) -> list[str]:
        """Return the facts that made a violation one, each with what stands beside it."""
        lines: list[str] = []
        for name, value in violation.evidence.items():
            if name.endswith(":"):
                lines += self.notes(value)
                continue
            meaning = self.meaning(violation.rule, name)
            code = "fact_is" if any(sign in meaning for sign in "：:") else "fact"
            shown = self.value(self.fact(violation.rule, name), value)
            lines.append(self.text(f"report.{code}", fact=meaning, value=shown))
        return lines

    def sources(self, rule: str) -> list[str]:
        """Return what a rule rests on; of a regime, also which it is, and how far its pack was verified."""
        return [*(self._source(source) for source in self.report.rules[rule].rule.sources), *self._regime(rule)]

    def _regime(self, rule: str) -> list[str]:
        info = self.report.rules[rule]
        pack = next(pack for pack in self.report.packs if pack.name == info.pack)
        if pack.regime is None:
            return []
        regime = pack.regime.zh if self.lang == "zh" else pack.regime.en
        status, force = self.word(pack.status), self.word(info.rule.force)
        return [
            self.text(
                "report.of_regime", regime=regime, name=pack.name, version=pack.version, status=status, force=force
            )
        ]

    def _source(self, source: Source) -> str:
        parts = [source.title]
        if source.published is not None:
            parts.append(source.published.isoformat())
        if source.clause is not None:
            parts.append(said(source.clause, self.lang))
        return self.text(
            "report.source", title=self.text("report.comma").join(parts), says=said(source.says, self.lang)
        )

    def basis(self, violation: Violation) -> str:
        """Say how a violation was established: from fields, from signals supplied, or from words detected."""
        return self.listed([self.text(f"report.{kind}") for kind in bases_of(violation)])

    def history(self) -> str:
        """Say what is taken for granted of what came before the log; semantics 5 wants it on the first screen."""
        settings = self.report.settings
        if settings.history_complete_from is not None:
            return self.text("report.history_from", date=settings.history_complete_from.isoformat())
        if settings.history == "from-earliest":
            return self.text("report.history_earliest")
        return self.text("report.history_complete", count=number(self.report.looks_past_log))

    def assumptions(self) -> list[tuple[str, str | None, Assumption]]:
        """Return what was assumed of each file and sheet."""
        found: list[tuple[str, str | None, Assumption]] = []
        for file in self.report.intake.files:
            found += [(file.path, None, item) for item in file.assumptions]
            found += [(file.path, sheet.sheet, item) for sheet in file.sheets for item in sheet.assumptions]
        return found
