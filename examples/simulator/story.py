"""One borrower's story: who there is, what the profile says, and every contact with the wrongs planted in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final

from simulator.world import SHANGHAI, SIGNALS, Text, World, day_in, local, minutes, written

Json = dict[str, Any]
CALLS: Final = frozenset({"call", "voice_notice", "video"})
NUMBERED: Final = CALLS | {"sms", "wechat", "enterprise_wechat", "qq", "whatsapp", "alipay_msg"}
FAILURES: Final = (
    "no_answer",
    "busy",
    "rejected",
    "powered_off",
    "suspended",
    "unallocated",
    "out_of_coverage",
    "forwarded",
)
# Ordinary contacts start on this grid, so that two of them are always more than twenty minutes apart,
# and none is still going on at nine in the evening.
FIRST_SLOT: Final = time(8, 5)
SLOTS: Final = 24
SLOT: Final = timedelta(minutes=30)
JITTER_SECONDS: Final = 590


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be contacted."""

    name: str
    relationship: str | None
    number: str | None
    zone: str
    roles: tuple[str, ...] | None = ()
    tells_zone: bool = False
    party: str = "third_party"


@dataclass(frozen=True, slots=True)
class Window:
    """A quiet window that the borrower elected; null weekdays are all, instants bound when it is in force."""

    start: time
    end: time
    weekdays: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None

    def as_json(self) -> Json:
        """Return the window as a case profile writes it."""
        return {
            "start": self.start.isoformat("minutes"),
            "end": self.end.isoformat("minutes"),
            "weekdays": list(self.weekdays) if self.weekdays else None,
            "from": written(self.since) if self.since else None,
            "to": written(self.until) if self.until else None,
        }

    def touches(self, start: time, end: time) -> bool:
        """Say whether a span of one day meets the window's hours on whatever day."""
        if self.start < self.end:
            return start < self.end and self.start <= end
        return start < self.end or self.start <= end


@dataclass(slots=True)
class Planned:
    """A contact of the story with the rules that it violates."""

    at: datetime
    event: Json
    wrongs: tuple[str, ...]


@dataclass(slots=True)
class Story:
    """The life of one borrower. Episodes follow each other; no two of them share a local day."""

    rng: Random
    world: World
    index: int
    borrower: Person
    emergency: Person
    day: date
    last_day: date
    cases: list[str]
    windows: list[Window] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    numbers: list[Json] = field(default_factory=list)
    emergency_contacts: list[Json] = field(default_factory=list)
    instructions: list[Json] = field(default_factory=list)
    planned: list[Planned] = field(default_factory=list)
    case: str = ""
    open_failures: bool = False
    names: set[str] = field(default_factory=set)

    # -- who there is ------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The start of the latest contact so far."""
        return self.planned[-1].at

    def outsider(self, *, near: bool = False) -> Person:
        """Return a third party who is no emergency contact of the case."""
        words = self.world.words
        kind = str(self.rng.choice(words["kin"] if near else words["outsiders"]))
        roles = self.rng.choice([(), ("address_book",), ("skip_trace",), ("emergency_contact",)])
        number = self.world.mobile(self.index, self.rng.randint(6, 8))
        return Person(self.fresh_name(), kind, number, SHANGHAI, roles, self.rng.random() < 0.5)

    def obligor(self) -> Person:
        """Return somebody who owes or speaks for the borrower."""
        kind = str(self.rng.choice(self.world.words["obligors"]))
        number = self.world.mobile(self.index, 9)
        return Person(self.fresh_name(), kind, number, SHANGHAI, (), tells_zone=True, party="authorised_party")

    def fresh_name(self) -> str:
        """Return a name that nobody else in this story has: where numbers are missing, a name decides."""
        while (name := self.world.person_name(self.rng)) in self.names:
            continue
        self.names.add(name)
        return name

    # -- when --------------------------------------------------------------------------------------------

    def free_starts(self, day: date, who: Person) -> list[datetime]:
        """Return the starts of the grid at which this person may be contacted on a day."""
        starts = []
        for index in range(SLOTS):
            start = datetime.combine(day, FIRST_SLOT) + index * SLOT
            ends = (start + timedelta(minutes=45)).time()
            if who.party == "borrower" and any(window.touches(start.time(), ends) for window in self.windows):
                continue
            starts.append(local(day, start.time(), who.zone))
        return starts

    def on(self, day: date, count: int = 1, who: Person | None = None) -> list[datetime]:
        """Return moments of one day at which a person may be contacted, in order."""
        starts = sorted(self.rng.sample(self.free_starts(day, who or self.borrower), count))
        return [start + timedelta(seconds=self.rng.randint(0, JITTER_SECONDS)) for start in starts]

    def later(self, after: datetime, who: Person | None = None) -> datetime:
        """Return the next good moment for a person, the same day or, when it is late, the next."""
        who = who or self.borrower
        day = day_in(after, who.zone)
        rest = [at for at in self.free_starts(day, who) if at >= after + timedelta(minutes=25)]
        if not rest or self.rng.random() < 0.3:
            rest = [at for at in self.free_starts(day + timedelta(days=1), who) if at > after]
        start = self.rng.choice(rest[: max(1, len(rest) // 2)])
        return start + timedelta(seconds=self.rng.randint(0, JITTER_SECONDS))

    def at(self, day: date, clock_time: time, who: Person | None = None) -> datetime:
        """Return the instant at which a person's clock shows a time of a day."""
        return local(day, clock_time, (who or self.borrower).zone)

    def begin(self) -> None:
        """Choose the case of the next episode."""
        self.case = self.rng.choice(self.cases)

    def finish(self) -> None:
        """Move on to a day that no contact has touched, in whatever zone it is told."""
        if self.planned:
            last = max(plan.at for plan in self.planned[-12:])
            # Failed attempts that no connection followed are left behind by more than the seven days that count.
            rest = 10 if self.open_failures else 2
            self.day = max(self.day, day_in(last, self.borrower.zone) + timedelta(days=rest))
            self.day += timedelta(days=self.rng.choice((0, 0, 1, 1, 2, 3, 5)))
        self.open_failures = False

    # -- contacts ----------------------------------------------------------------------------------------

    def contact(
        self,
        at: datetime,
        channel: str,
        who: Person | None = None,
        *,
        says: str | None = None,
        wrongs: Iterable[str] = (),
        direction: str = "outbound",
        outcome: Json | None = None,
        seconds: int | None = None,
        claims: Json | None = None,
        agency: str | None = None,
        recipient: Json | None = None,
        recorded: datetime | None = None,
        prompt: bool = False,
        silently: bool = False,
    ) -> None:
        """Add one contact. ``says`` names a text, an empty text is silence, None is nothing conveyed.

        What is shown ``silently`` has the text's signals, but no words. A ``prompt`` contact is recorded at once.
        """
        who = who or self.borrower
        agency = agency or self.agency_on(at)
        ended = at + timedelta(seconds=seconds) if seconds is not None else None
        if recorded is None and not prompt and self.rng.random() < 0.3:
            recorded = (ended or at) + minutes(self.rng, 0, 5)
        text = self._text(says) if says else None
        addressed: Json = {"name": who.name, "relationship": who.relationship, "audience": "private"}
        if channel in NUMBERED:
            addressed["number"] = who.number
        if who.roles is not None:
            addressed["roles"] = list(who.roles)
        if who.tells_zone:
            addressed["timezone"] = who.zone
        collector = self._collector(agency, channel)
        if claims is None and text is not None and direction == "outbound" and self.rng.random() < 0.8:
            title = self.rng.choice(self.world.words["titles"])
            claims = {"law_firms": [], "person": collector["name"], "title": title}
        party = (outcome or {}).get("party")
        event: Json = {
            "event_id": "",
            "case_id": self.case,
            "borrower_id": f"B-{self.index:07d}",
            "agency": agency,
            "collector": collector,
            "channel": channel,
            "direction": direction,
            "started_at": written(at, self.borrower.zone if self.rng.random() < 0.1 else SHANGHAI),
            "ended_at": written(ended) if ended else None,
            "talk_seconds": seconds,
            "recorded_at": written(recorded) if recorded else None,
            "recipient": _without_nulls(addressed | (recipient or {})),
            "outcome": _without_nulls(outcome or {}),
            "claims": claims,
            "content": "" if silently else self._content(says, text, party),
            "signals": {name: text is not None and name in text.signals for name in SIGNALS},
        }
        self.planned.append(Planned(at, _without_nulls(event), tuple(sorted(set(wrongs)))))

    def talk(self, at: datetime, who: Person | None = None, says: str | None = "reminder", **more: Any) -> None:
        """Add a call in which the person called answers."""
        who = who or self.borrower
        kind = more.pop("channel", "call")
        told = more.pop("outcome", {})
        outcome = {"network": "connected", "answered_by": "human", "party": who.party, **told}
        seconds = more.pop("seconds", None)
        length = self.rng.randint(15, 700) if seconds is None else seconds
        self.contact(at, kind, who, says=says, outcome=outcome, seconds=length, **more)

    def fail(self, at: datetime, who: Person | None = None, **more: Any) -> None:
        """Add a call that nobody answers."""
        network = more.pop("network", None) or self.rng.choice(FAILURES)
        outcome = {"network": network, "answered_by": "nobody", "party": "nobody", **more.pop("outcome", {})}
        channel = more.pop("channel", None) or ("voice_notice" if self.rng.random() < 0.15 else "call")
        self.contact(at, channel, who, outcome=outcome, seconds=0, **more)
        if who is None or who.party == "borrower":
            self.open_failures = True

    def write(self, at: datetime, channel: str, who: Person | None = None, says: str = "reminder", **more: Any) -> None:
        """Add a message or a letter that arrives."""
        who = who or self.borrower
        network = self.rng.choice(("sent",) if channel == "letter" else ("sent", "delivered", "read"))
        # Who a message reached is whom it was addressed to; some logs of borrowers' messages do not say it.
        party = None if who.party == "borrower" and self.rng.random() < 0.2 else who.party
        outcome = {"network": network, "party": party, **more.pop("outcome", {})}
        self.contact(at, channel, who, says=says, outcome=outcome, **more)

    def connect(self, at: datetime | None = None) -> datetime:
        """Add a contact by which the borrower is reached in person, in one of many ways; return its start."""
        at = at or self.on(self.day)[0]
        spoken = () if "deaf" in self.needs else ("call", "call", "call", "call", "inbound_call")
        way = self.rng.choice((*spoken, "inbound_message", "reply", "visit", "video"))
        if way == "call":
            self.talk(at)
        elif way == "video":
            self.talk(at, channel="video")
        elif way == "inbound_call":
            self.talk(at, direction="inbound")
        elif way == "inbound_message":
            party = self.rng.choice((None, "borrower"))
            self.contact(at, "wechat", says="", direction="inbound", outcome={"party": party})
        elif way == "reply":
            self.write(at, "sms", outcome={"disposition": "replied"})
        else:
            self.contact(at, "visit", says="reminder", outcome={"party": "borrower"}, seconds=600)
        self.open_failures = False
        return at

    def open_at(self, day_time: time) -> bool:
        """Say whether no quiet window of the borrower has this time of day in it, on whatever day."""
        return not any(window.touches(day_time, day_time) for window in self.windows)

    def agency_on(self, *moments: datetime) -> str:
        """Return the agency that has the case, as the log writes it: one that is listed at these moments."""
        days = [day_in(at, SHANGHAI) for at in moments]
        listed = self.world.listed("collection_agency", *days)
        ordinary = listed[(self.index + len(self.case) + ord(self.case[-1])) % len(listed)]
        return self.world.as_written(self.rng, ordinary)

    def profile(self, case_id: str) -> Json:
        """Return the case profile. All cases of a borrower say the same of the borrower."""
        return {
            "case_id": case_id,
            "borrower_id": f"B-{self.index:07d}",
            "timezone": self.borrower.zone,
            "numbers": self.numbers,
            "emergency_contacts": self.emergency_contacts,
            "quiet_windows": [window.as_json() for window in self.windows],
            "instructions": self.instructions,
            "accessibility": self.needs,
        }

    def with_number(self, number: str) -> Person:
        """Return the borrower as reached at another number."""
        return replace(self.borrower, number=number)

    def _text(self, key: str) -> Text:
        return self.rng.choice(self.world.texts[key])

    def _collector(self, agency: str, channel: str) -> Json:
        number = self.rng.randint(1, 40)
        kind = "human"
        if channel == "voice_notice":
            kind = "auto"
        elif channel in ("call", "sms") and self.rng.random() < 0.3:
            kind = self.rng.choice(("auto", "ai"))
        surname = self.world.words["surnames"][number % len(self.world.words["surnames"])]
        return {"id": f"{len(agency):02d}{number:03d}", "name": f"{surname}某", "kind": kind}

    def _content(self, says: str | None, text: Text | None, party: str | None) -> str | None:
        if says == "":
            return ""
        if text is None:
            return None
        # Of a lawyer's letter the log holds in whose name it went: no name need be read out of a text. Of a talk
        # with the borrower it sometimes holds what a listener heard in it, but no transcript.
        if "claims_lawyer" in text.signals or (party in ("borrower", None) and self.rng.random() < 0.15):
            return None
        values = {
            "name": self.borrower.name,
            "days": str(self.rng.randint(3, 240)),
            "amount": str(self.rng.randint(300, 60_000)),
        }
        return text.wording.format(**values)


def _without_nulls(record: Json) -> Json:
    return {key: value for key, value in record.items() if value is not None and value != {}}


def moments_before_dawn_and_after_nine(rng: Random) -> time:
    """Return a time of day outside the permitted hours, its edges among them."""
    edges: Sequence[time] = (time(7, 59, 59, 999_000), time(7, 59, 59), time(21), time(21, 0, 1))
    if rng.random() < 0.5:
        return rng.choice(edges)
    if rng.random() < 0.5:
        return time(rng.randint(5, 7), rng.randint(0, 59), rng.randint(0, 58))
    return time(rng.randint(21, 23), rng.randint(1, 59), rng.randint(0, 59))
