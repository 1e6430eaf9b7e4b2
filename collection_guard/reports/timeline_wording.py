"""What the timeline of a complaint says in words, the same on a terminal, on a page and in the draft of an answer."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from collection_guard.audit.report import NO_AGENCY, Violation
from collection_guard.audit.taken import Contact
from collection_guard.complaints.timeline import JudgedContact, Point, Timeline
from collection_guard.engines.base import UNASSESSABLE, VIOLATION
from collection_guard.model.texts import Lang, has_text
from collection_guard.reports.wording import Wording, bases_of, number

_PLACES: Final = 12
"""Numbers of contacts that one line names."""
_SAID: Final = frozenset({"call", "video", "voice_notice", "visit"})


class TimelineWording(Wording):
    """Says things of one timeline in one language, masked or not."""

    def __init__(self, timeline: Timeline, lang: Lang, *, masked: bool = True) -> None:
        super().__init__(timeline.report, lang, masked=masked)
        self.timeline = timeline

    def clock(self, instant: datetime) -> str:
        """Return an instant without the zone, where one zone is configured for all."""
        words = self.moment(instant)
        return words.rpartition(" ")[0] if self.report.settings.timezone is not None else words

    def title_of(self, rule: str) -> str:
        """Return the title of a rule."""
        return self.of(self.report.rules[rule].rule.title)

    def rule(self, rule: str) -> str:
        """Return the title of a rule with its id."""
        return self.text("report.named", name=self.title_of(rule), id=rule)

    def field_name(self, path: str) -> str:
        """Return a field as one says it in a letter, without its path."""
        code = f"field.{path}"
        return self.text(code) if has_text(code) else path

    # The head

    def whom(self) -> str:
        """Return the numbers and cases that were looked for."""
        complaint = self.timeline.complaint
        parts = [self.text("timeline.number_of", number=self.telephone(value)) for value in complaint.numbers]
        parts += [self.text("timeline.case_of", case=self.key(case)) for case in complaint.cases]
        return self.listed(parts)

    def period_looked_at(self) -> str:
        """Return the dates that were looked at."""
        period = self.timeline.complaint.period
        if period is None:
            return self.text("timeline.whole_log")
        return self.text("timeline.period_of", first=period[0].isoformat(), last=period[1].isoformat())

    def counts(self) -> str:
        """Return how many contacts there are, by what was found."""
        found = Counter(item.verdict for item in self.timeline.contacts)
        rest = sum(found.values()) - found[VIOLATION] - found[UNASSESSABLE]
        return self.text(
            "timeline.contacts_of",
            count=number(len(self.timeline.contacts)),
            violation=number(found[VIOLATION]),
            unassessable=number(found[UNASSESSABLE]),
            clear=number(rest),
        )

    def agencies(self) -> str:
        """Return the agencies with the number of their contacts."""
        found = Counter(item.contact.event.agency or NO_AGENCY for item in self.timeline.contacts)
        return self._counted([(self.agency(name), count) for name, count in sorted(found.items())])

    def channels(self) -> str:
        """Return the channels with the number of their contacts."""
        found = Counter(item.contact.event.channel for item in self.timeline.contacts)
        return self._counted([(self.word(name), count) for name, count in sorted(found.items())])

    def _counted(self, pairs: list[tuple[str, int]]) -> str:
        pairs.sort(key=lambda pair: -pair[1])
        return self.listed([self.text("timeline.count_of", name=name, count=number(count)) for name, count in pairs])

    def about(self) -> str:
        """Return what is complained of."""
        rules = self.timeline.complaint.about
        return self.listed([self.rule(rule) for rule in rules]) if rules else self.text("timeline.about_nothing")

    def conclusion(self) -> str:
        """Return the conclusion, and how far the verdicts carry it."""
        outcome = self.timeline.outcome
        return self.text(
            "timeline.carried", outcome=self.text(f"timeline.{outcome}"), why=self.text(f"timeline.why.{outcome}")
        )

    def head(self) -> list[tuple[str, str]]:
        """Return the first lines: labels and what they say."""
        reference = self.timeline.complaint.reference
        rows = [] if reference is None else [("reference", self.shown(reference))]
        rows += [("whom", self.whom()), ("period", self.period_looked_at()), ("contacts", self.counts())]
        if self.timeline.contacts:
            rows += [("agencies", self.agencies()), ("channels", self.channels())]
        rows += [("about", self.about()), ("conclusion", self.conclusion())]
        return [(self.text(f"timeline.{label}"), words) for label, words in rows]

    # Contacts

    def channel(self, contact: Contact) -> str:
        """Return channel and direction."""
        event = contact.event
        return self.listed([self.word(event.channel), *([self.word(event.direction)] if event.direction else [])])

    def whom_of(self, contact: Contact) -> str:
        """Return who was contacted, with the number."""
        return " ".join(part for part in (self.recipient(contact), self.number_of(contact)) if part)

    def verdict_of(self, item: JudgedContact) -> str:
        """Return the verdict on a contact; of violations and open questions, how many there are."""
        counts = [
            self.text("timeline.verdict_count", verdict=self.word(word), count=len(found))
            for word in (VIOLATION, UNASSESSABLE)
            if (found := item.with_verdict(word))
        ]
        return self.listed(counts) or self.word(item.verdict)

    def open_of(self, no: int, item: JudgedContact) -> Iterator[str]:
        """Yield, for each rule that cannot be judged on a contact, what is missing."""
        for judged in item.with_verdict(UNASSESSABLE):
            fields = [self.field(path) for path in item.empty.get(judged.rule.id, ())]
            yield self.text(
                "timeline.of_contact",
                no=no,
                rule=self.title_of(judged.rule.id),
                fields=self.listed(fields) or self.text("timeline.past"),
            )

    def outcome_of(self, point: Point) -> str:
        """Return what the verdicts carry of one point."""
        return self.text(f"timeline.{point.outcome}")

    def is_heard(self, violation: Violation) -> bool:
        """Say whether a violation rests on what a program heard in a text."""
        return "basis_detected" in bases_of(violation)

    # What limits it

    def unrecorded(self) -> list[int]:
        """Return the places of the contacts in which something may have been said that nobody recorded."""
        return [
            no
            for no, item in enumerate(self.timeline.contacts, 1)
            if item.contact.event.channel in _SAID
            and item.contact.event.content is None
            and item.contact.event.outcome.party != "nobody"
            and item.contact.event.outcome.network in {None, "connected", "unknown"}
        ]

    def places(self, numbers: list[int]) -> str:
        """Return the numbers of contacts, the first of them where they are many."""
        shown = self.listed([str(no) for no in numbers[:_PLACES]])
        return shown + (" …" if len(numbers) > _PLACES else "")

    def caveats(self) -> Iterator[str]:
        """Yield what must be known before the conclusion is used."""
        selection, report = self.timeline.selection, self.report
        if selection.possible:
            places = self.listed([self.place(item.position) for item in selection.possible[:_PLACES]])
            yield self.text("timeline.caveat.possible", count=number(len(selection.possible)), places=places)
        for case, count in selection.other_cases[:_PLACES]:
            yield self.text("timeline.caveat.other_case", case=self.key(case), count=number(count))
        if selection.outside:
            yield self.text("timeline.caveat.outside", count=number(selection.outside))
        if selection.before:
            yield self.text("timeline.caveat.before", count=number(selection.before))
        yield from self._edges()
        if report.intake.rejected:
            yield self.text("timeline.caveat.rejected", count=number(len(report.intake.rejected)))
        if unrecorded := self.unrecorded():
            yield self.text("timeline.caveat.unrecorded", count=number(len(unrecorded)))
        ranks = self.timeline.ranks
        heard = sum(self.is_heard(one) for item in self.timeline.contacts for one in item.violations(ranks))
        if heard:
            yield self.text("timeline.caveat.detected", count=number(heard))
        yield self.text("timeline.caveat.history", words=self.history())
        for pack in report.packs:
            yield self.text("timeline.caveat.status", pack=pack.name, status=self.word(pack.status))

    def _edges(self) -> Iterator[str]:
        period, report = self.timeline.complaint.period, self.report
        if period is None or report.earliest is None or report.latest is None:
            return
        first, last = self.day(report.earliest), self.day(report.latest)
        around = self.timeline.complaint.around
        if around is not None and not self.timeline.log_holds_the_day:
            yield self.text("timeline.caveat.day_outside", date=around.isoformat(), first=first, last=last)
            return
        if period[0].isoformat() < first:
            yield self.text("timeline.caveat.log_begins", date=first)
        if period[1].isoformat() > last:
            yield self.text("timeline.caveat.log_ends", date=last)
