"""The wild profile: whatever the event model allows, mostly incomplete, at every awkward instant."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, Final

from simulator.world import DATA, SHANGHAI, World, local, written

Json = dict[str, Any]
ZONES: Final = (SHANGHAI, SHANGHAI, "Asia/Urumqi", "America/New_York", "Europe/London")
# Around the first day of the agency rule, both clock changes of autumn, a change of lists, and spring in New York.
ANCHORS: Final = (
    date(2025, 9, 29),
    date(2025, 10, 26),
    date(2025, 11, 2),
    date(2025, 11, 14),
    date(2026, 3, 8),
)
EDGES: Final = (
    *(time(0), time(1, 30), time(2, 30), time(7, 59, 59, 999_000), time(8), time(9), time(12), time(13, 59, 59)),
    *(time(14), time(18), time(20, 30), time(20, 59, 59, 999_000), time(21), time(23, 59, 59)),
)
CONTACTS_A_CASE: Final = 12
CASES_A_BLOCK: Final = 400
ABROAD: Final = ("+1 208 555 0142", "+1 928 555 0107", "+1 212-555-0188", "+44 20 7946 0958", "+447700900123")
NO_KEYS: Final = ("138****1234", "1650000XX03", "", "h:9f2c44")
FAILED: Final = ("no_answer", "busy", "rejected", "powered_off", "out_of_coverage", "congestion", "forwarded")


class Wilderness:
    """A seeded source of records. Records of one block of cases come in shuffled order."""

    def __init__(self, seed: int, contacts: int) -> None:
        self.seed = seed
        self.contacts = contacts
        self.cases = max(3, -(-contacts // CONTACTS_A_CASE))
        self.world = World()
        self.words: dict[str, list[str]] = json.loads((DATA / "event_words.json").read_text("utf-8"))
        self.timezone: str | None = Random(f"{seed}/zone").choice((SHANGHAI, SHANGHAI, "America/New_York", None))

    def events(self) -> Iterator[Json]:
        """Return the contacts, out of order."""
        given = 0
        for first in range(0, self.cases, CASES_A_BLOCK):
            block: list[Json] = []
            for case in range(first, min(self.cases, first + CASES_A_BLOCK)):
                count = min(CONTACTS_A_CASE, self.contacts - given - len(block))
                block.extend(_Case(self, case).contacts(count))
            Random(f"{self.seed}/{first}/order").shuffle(block)
            given += len(block)
            yield from block

    def profiles(self) -> Iterator[Json]:
        """Return the case profiles; some cases have none."""
        for case in range(self.cases):
            profile = _Case(self, case).profile()
            if profile is not None:
                yield profile

    def registry(self) -> Iterator[tuple[str, str, str, str, str, str]]:
        """Return registry rows with dates around the anchors; some categories may be missing altogether."""
        rng = Random(f"{self.seed}/registry")
        left_out = rng.choice((None, None, "official_directory", "law_firm"))
        for row in self.world.partners:
            if row.category == left_out or rng.random() < 0.15:
                continue
            start = rng.choice(("", "", "2025-09-16", "2025-10-26", "2025-11-02"))
            end = rng.choice(("", "", "2025-11-02", "2025-11-13", "2026-03-08"))
            yield row.name, row.category, row.aliases, start, end, "invented"


class _Case:
    """One case with its people. The people come from the borrower, so that cases of one borrower share them."""

    def __init__(self, wild: Wilderness, index: int) -> None:
        self.wild = wild
        self.index = index
        self.case_id = f"C-{index}"
        self.owner = index - index % 3 if index % 5 == 0 else index
        shared = Random(f"{wild.seed}/{self.owner}/people")
        self.anchor = shared.choice(ANCHORS)
        self.zone = shared.choice(ZONES)
        self.own = [self._number(shared) for _ in range(3)]
        self.kin = [self._number(shared) for _ in range(3)]
        if shared.random() < 0.15:
            self.kin[0] = self.own[0]
        if shared.random() < 0.1:
            # A number that another borrower has too.
            self.own[1] = "16500000001"
        self.names = [wild.world.person_name(shared) for _ in range(4)]
        self.rng = Random(f"{wild.seed}/{index}/events")

    def _number(self, rng: Random) -> str:
        if rng.random() < 0.15:
            return rng.choice(ABROAD)
        digits = f"165{rng.randint(0, 99_999_999):08d}"
        return digits if rng.random() < 0.7 else f"+86 {digits[:3]}-{digits[3:7]}-{digits[7:]}"

    def _as_logged(self, number: str) -> str:
        """Return a number as some log writes it."""
        if number.startswith("165") and self.rng.random() < 0.2:
            return self.rng.choice((f"+86{number}", f"0086{number}", f"{number[:3]} {number[3:7]} {number[7:]}"))
        return number

    # -- the profile -------------------------------------------------------------------------------------

    def profile(self) -> Json | None:
        rng = Random(f"{self.wild.seed}/{self.index}/profile")
        if rng.random() < 0.15:
            return None
        profile: Json = {"case_id": self.case_id, "borrower_id": rng.choice((f"B-{self.owner}", None))}
        if rng.random() < 0.7:
            profile["timezone"] = rng.choice((self.zone, self.zone, None))
        numbers = [{"number": number, **self._dates(rng)} for number in self.own]
        contacts = [
            {
                **rng.choice(({"name": name}, {"number": number}, {"name": name, "number": number})),
                "timezone": rng.choice((None, *ZONES)),
                **self._dates(rng),
            }
            for name, number in zip(self.names[1:], self.kin, strict=True)
        ]
        lists: dict[str, list[Any]] = {
            "numbers": numbers,
            "emergency_contacts": contacts,
            "quiet_windows": [self._window(rng) for _ in range(2)],
            "instructions": [self._instruction(rng) for _ in range(3)],
            "accessibility": rng.choice((["deaf"], ["blind"], ["deaf", "blind"])),
        }
        for name, values in lists.items():
            chance = rng.random()
            if chance < 0.15:
                profile[name] = None
            elif chance < 0.4:
                profile[name] = []
            elif chance < 0.9:
                profile[name] = values[: rng.randint(1, len(values))]
        if rng.random() < 0.15:
            profile["history_from"] = (self.anchor + timedelta(days=rng.randint(-9, 3))).isoformat()
        return profile

    def _dates(self, rng: Random) -> Json:
        first, last = sorted((self.anchor + timedelta(days=rng.randint(-6, 6))).isoformat() for _ in range(2))
        return {"valid_from": self._maybe(rng, 0.35, first), "valid_to": self._maybe(rng, 0.35, last)}

    def _instants(self, rng: Random, first: str, last: str, chance: float) -> Json:
        """Return the instants between which something is in force; the end is exclusive, and lies behind the first."""
        earlier, later = sorted((self._instant(rng), self._instant(rng)))
        return {
            first: self._maybe(rng, chance, written(earlier)),
            last: self._maybe(rng, 0.3, written(max(later, earlier + timedelta(minutes=1)))),
        }

    def _window(self, rng: Random) -> Json:
        start, end = rng.choice(
            (("12:00", "14:00"), ("20:30", "09:00"), ("09:00", None), (None, "12:00"), (None, None), ("18:00", "18:30"))
        )
        days = rng.choice((None, None, rng.sample(self.wild.words["weekday"], rng.randint(1, 5))))
        return {
            "start": start,
            "end": end,
            "weekdays": days,
            **self._instants(rng, "from", "to", 0.3),
        }

    def _instruction(self, rng: Random) -> Json:
        kinds = ("wrong_number", "recycled_number", "cease", "cease", *self.wild.words["instruction_kind"])
        return {
            "kind": rng.choice(kinds),
            "number": rng.choice((None, *self.own, *self.kin)),
            "channel": rng.choice((None, None, "call", "sms", "visit")),
            **self._instants(rng, "at", "expires", 0.8),
        }

    # -- the contacts ------------------------------------------------------------------------------------

    def contacts(self, count: int) -> list[Json]:
        taken: list[datetime] = []
        # Unpadded numbers in a random order: neither the file's order nor a numeric one is the order of the log.
        names = self.rng.sample(range(10_000), max(count, 0))
        events = []
        for name in names:
            at = self.rng.choice(taken) if taken and self.rng.random() < 0.12 else self._instant(self.rng)
            taken.append(at)
            events.append(self._event(f"W-{self.index}-{name}", at))
        return events

    def _instant(self, rng: Random) -> datetime:
        day = self.anchor + timedelta(days=rng.choice((-8, -7, -6, -2, -1, -1, 0, 0, 0, 1, 1, 2)))
        if rng.random() < 0.4:
            return local(day, rng.choice(EDGES), rng.choice(ZONES))
        return local(day, time(rng.randint(6, 22), rng.randint(0, 59), rng.randint(0, 59)), self.zone)

    def _event(self, event_id: str, at: datetime) -> Json:
        rng = self.rng
        event: Json = {
            "event_id": event_id,
            "case_id": self.case_id,
            "channel": "call" if rng.random() < 0.45 else rng.choice(self.wild.words["channel"]),
            "started_at": self._started(at),
        }
        optional: Json = {
            "borrower_id": rng.choice((f"B-{self.owner}", f"B-{self.owner}", f"B-{self.index}")),
            "agency": self._agency(),
            "collector": self._some(
                {"id": f"A{rng.randint(1, 3)}", "name": "高某", "kind": self._word("collector_kind")}
            ),
            "direction": rng.choice(("outbound", "outbound", "outbound", "inbound")),
            "ended_at": written(at + timedelta(seconds=rng.choice((0, 60, 3600, 1)))),
            "talk_seconds": rng.choice((0, 0.5, 61, 3600)),
            "recorded_at": self._recorded(at),
            "recipient": self._recipient(with_members=True),
            "outcome": self._outcome(str(event["channel"])),
            "claims": self._claims(),
            "content": self._content(),
            "signals": self._signals(),
            "extra": {"note": "x", "ring": 3},
        }
        for name, value in optional.items():
            chance = rng.random()
            if chance < 0.08:
                event[name] = None
            elif chance < 0.9:
                event[name] = value
        return event

    def _started(self, at: datetime) -> str:
        if self.rng.random() < 0.2:
            return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return written(at, self.rng.choice(ZONES))

    def _recorded(self, at: datetime) -> str | None:
        late = self.rng.choice((None, None, 0, 30, 3600, 90_000, 260_000))
        return None if late is None else written(at + timedelta(seconds=late))

    def _agency(self) -> str:
        name = self.rng.choice([row.name for row in self.wild.world.partners])
        if self.rng.random() < 0.2:
            name = self.rng.choice(self.wild.world.words["agencies_on_no_list"])
        return self.wild.world.as_written(self.rng, name)

    def _recipient(self, *, with_members: bool) -> Json:
        rng = self.rng
        numbers = (*self.own, *self.own, *self.kin, "16599999999", *NO_KEYS)
        recipient: Json = {
            "name": rng.choice((*self.names, "某人")),
            "number": self._as_logged(rng.choice(numbers)),
            "timezone": rng.choice(ZONES),
            "relationship": rng.choice(("self", "self", "parent", "parent", *self.wild.words["relationship"])),
            "roles": rng.sample(self.wild.words["role"], rng.randint(0, 2)),
            "audience": rng.choice(("private", "private", "private", "group", "public")),
        }
        if with_members and rng.random() < 0.2:
            recipient["members"] = [self._recipient(with_members=False) for _ in range(rng.randint(0, 3))]
            recipient["audience"] = rng.choice(("group", "group", "public", "private"))
        if rng.random() < 0.75:
            recipient["timezone"] = None
        return self._some(recipient)

    def _outcome(self, channel: str) -> Json:
        rng = self.rng
        calls = channel in ("call", "voice_notice", "video")
        chance = rng.random()
        if calls and chance < 0.35:
            return {"network": rng.choice(FAILED), "answered_by": rng.choice(("nobody", None)), "party": "nobody"}
        if calls and chance < 0.65:
            party = rng.choice(("borrower", "third_party", "wrong_party", "authorised_party", None))
            return {"network": "connected", "answered_by": rng.choice(("human", "human", None)), "party": party}
        if not calls and chance < 0.5:
            return {"network": rng.choice(("sent", "delivered", "read", "undelivered"))}
        return self._some(
            {
                "network": self._word("network"),
                "answered_by": self._word("answered_by"),
                "party": self._word("party"),
                "disposition": rng.choice(("replied", "handed_over", None, None, self._word("disposition"))),
                "message_left": rng.choice((True, False)),
                "state_change": rng.choice((None, None, None, "cease", "wrong_number", self._word("state_change"))),
            }
        )

    def _claims(self) -> Json:
        rng, words = self.rng, self.wild.world.words
        firms = [row.name for row in self.wild.world.partners if row.category == "law_firm"]
        firms += words["firms_on_neither"] + words["firms_only_in_directory"]

        def firm() -> str:
            return self.wild.world.as_written(rng, rng.choice(firms))

        return self._some(
            {
                "law_firm": rng.choice((firm(), None, None)),
                "law_firms": rng.choice(([], [firm()], [firm(), firm()], None, None)),
                "person": "高某",
                "title": rng.choice((words["lawyer_title"], *words["titles"], None)),
            }
        )

    def _content(self) -> str | None:
        rng = self.rng
        if rng.random() < 0.3:
            return rng.choice((None, "", " "))
        text = rng.choice(rng.choice(list(self.wild.world.texts.values())))
        firms = self.wild.world.words["firms_on_neither"]
        return text.wording.format(name=self.names[0], days=31, amount=5200, firm=firms[0], other_firm=firms[1])

    def _signals(self) -> Json | None:
        names, rng = self.wild.words["signal"], self.rng
        chance = rng.random()
        if chance < 0.25:
            return None
        if chance < 0.6:
            return {name: rng.random() < 0.15 for name in names}
        return {name: rng.choice((True, False, False, None)) for name in rng.sample(names, rng.randint(0, 9))}

    # -- chance ------------------------------------------------------------------------------------------

    def _word(self, kind: str) -> str:
        return self.rng.choice(self.wild.words[kind])

    def _some(self, record: Json) -> Json:
        """Return a record of which parts are missing, or null."""
        kept: Json = {}
        for name, value in record.items():
            chance = self.rng.random()
            if chance < 0.1:
                kept[name] = None
            elif chance < 0.88:
                kept[name] = value
        return kept

    @staticmethod
    def _maybe(rng: Random, chance: float, value: str) -> str | None:
        return value if rng.random() < chance else None
