"""Random logs in which every field may be missing or contradict another, for holding two readings together."""

import datetime as dt
import random
from typing import Any

from collection_guard.model import CaseProfile, Event, PartnerList, RegistryData, RegistryEntry, Span
from collection_guard.model import words as model_words

from .cases import Records
from .values import Settings

NUMBERS = (
    "13800000001",
    "+86 138 0000 0001",
    "138****0001",
    "13900000002",
    "13700000003",
    "+442071234567",
    "wxid_li4",
)
NAMES = ("王芳", "李四", "王*", "")
AGENCIES = ("诚信公司", "誠信公司", "别家公司")
FIRMS = ("天平律师事务所", "天平 律師事務所", "博源(北京)律师事务所")
BEGIN = dt.datetime(2025, 9, 25, tzinfo=dt.UTC)
DAYS = 20
MONTHS = tuple((dt.date(2025, month, 1), dt.date(2025, month, last)) for month, last in ((9, 30), (10, 31)))


CASELESS = "number:0123456789abcdef"
"""The key of contacts whose case nobody knows."""


class RandomLog:
    """A source of random records; the same seed makes the same log."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def _maybe(self, choices: Any, missing: float = 0.3) -> Any:
        return None if self.random.random() < missing else self.random.choice(list(choices))

    def _recipient(self, *, may_be_group: bool = True) -> dict[str, Any]:
        person: dict[str, Any] = {
            "name": self._maybe(NAMES),
            "number": self._maybe(NUMBERS),
            "timezone": self._maybe(("Asia/Urumqi", "America/New_York", "unknown"), 0.8),
            "relationship": self._maybe(("self", *model_words.RELATIONSHIPS)),
            "roles": self._maybe(([], ["address_book"], ["emergency_contact"]), 0.6),
        }
        if may_be_group:
            person["audience"] = self._maybe(model_words.AUDIENCES, 0.6)
            if person["audience"] in ("group", "public") and self.random.random() < 0.5:
                person["members"] = [self._recipient(may_be_group=False) for _ in range(self.random.randint(1, 3))]
        return person

    def _event(self, case_id: str, number: int) -> Event:
        # On the half hour now and then, so that instants meet each other and the bounds of windows.
        step = self.random.choice((1, 1, 30))
        started_at = BEGIN + dt.timedelta(minutes=self.random.randrange(0, DAYS * 24 * 60, step))
        outcome = {
            "network": self._maybe(model_words.NETWORKS),
            "answered_by": self._maybe(model_words.ANSWERED_BY, 0.5),
            "party": self._maybe(model_words.PARTIES, 0.4),
            "disposition": self._maybe(model_words.DISPOSITIONS),
            "message_left": self._maybe((True, False)),
            "state_change": self._maybe(model_words.STATE_CHANGES, 0.9),
        }
        claims = {
            "law_firm": self._maybe(FIRMS, 0.8),
            "law_firms": self._maybe(([], list(FIRMS[:2]), list(FIRMS[1:])), 0.9),
            "title": self._maybe(("律师", "经理"), 0.8),
        }
        signals = {name: self._maybe((True, False)) for name in model_words.SIGNALS}
        return Event.model_validate(
            {
                "event_id": f"{case_id}-{number}",
                "case_id": case_id,
                "borrower_id": self._maybe((f"B-{case_id}", "B-shared"), 0.8),
                "agency": self._maybe(AGENCIES),
                "collector": {"id": self._maybe(("A017", "A018"))},
                "channel": self.random.choice(("call", "call", *model_words.CHANNELS)),
                "direction": self._maybe(("outbound", *model_words.DIRECTIONS), 0.1),
                "started_at": started_at,
                "ended_at": self._maybe((started_at + dt.timedelta(minutes=90), started_at - dt.timedelta(1)), 0.5),
                "talk_seconds": self._maybe((0.0, 45.5, 5400.0), 0.4),
                "recorded_at": self._maybe(
                    (
                        started_at + dt.timedelta(days=1),
                        Span(started_at, started_at + dt.timedelta(days=2)),
                        "unknown",
                    ),
                    0.8,
                ),
                "recipient": self._recipient(),
                "outcome": outcome,
                "claims": claims,
                "content": self._maybe(("", "您好"), 0.5),
                "signals": self._maybe((signals,), 0.5),
            }
        )

    def _profile(self, case_id: str) -> CaseProfile:
        own, contact = NUMBERS[0], NUMBERS[3]
        return CaseProfile.model_validate(
            {
                "case_id": case_id,
                "borrower_id": self._maybe((f"B-{case_id}", "B-shared"), 0.7),
                "timezone": self._maybe(("Asia/Shanghai", "America/New_York")),
                "numbers": self._maybe(
                    (
                        [],
                        [{"number": own}],
                        [{"number": own, "valid_to": "2025-10-05"}, {"number": NUMBERS[4]}],
                    )
                ),
                "emergency_contacts": self._maybe(
                    ([], [{"name": "王芳"}], [{"number": contact, "timezone": "Europe/Paris"}], [{"number": own}])
                ),
                "quiet_windows": self._maybe(
                    ([], [{"start": "22:00", "end": "07:00", "weekdays": ["mon"]}], [{"start": "12:00"}])
                ),
                "instructions": self._maybe(
                    (
                        [],
                        [{"kind": "cease", "at": "2025-10-01T00:00:00Z"}],
                        [{"kind": "cease", "number": contact, "channel": "sms"}],
                        [{"kind": "cease", "channel": "other"}],
                        [{"kind": "wrong_number", "number": contact, "expires": "2025-10-08T00:00:00Z"}],
                    )
                ),
                "accessibility": self._maybe(([], ["deaf"], ["blind"])),
                "history_from": self._maybe(("2025-09-28",), 0.9),
            }
        )

    def _entries(self) -> tuple[RegistryEntry, ...]:
        listed = (
            (AGENCIES[0], "collection_agency"),
            (FIRMS[0], "law_firm"),
            (FIRMS[2], "law_firm"),
            (FIRMS[2], "official_directory"),
        )
        return tuple(
            RegistryEntry(name=name, category=category) for name, category in listed if self.random.random() < 0.8
        )

    def _list(self) -> PartnerList:
        if self.random.random() < 0.4:
            first, last = self.random.choice(MONTHS)
            return PartnerList(first, last, self._entries())
        day = (BEGIN + dt.timedelta(days=self.random.randrange(-3, DAYS))).date()
        return PartnerList(day, day, self._entries())

    def _registry(self) -> RegistryData | None:
        """Return rows, or lists that replace each other, or both, or nothing."""
        rows = self.random.choice((True, True, False))
        lists = {
            (item.earliest, item.latest): item
            for item in (self._list() for _ in range(self.random.choice((0, 0, 1, 2, 3))))
        }
        if not rows and not lists:
            return None
        return RegistryData(rows=self._entries() if rows else (), lists=tuple(lists.values()))

    def records(self, cases: int, events_each: int = 12) -> Records:
        """Return a log with profiles of most cases, a registry and settings."""
        names = [f"C{index}" for index in range(cases)]
        profiles = {name: self._profile(name) for name in names if self.random.random() < 0.8}
        if self.random.random() < 0.15:
            names[-1] = CASELESS
            profiles.pop(f"C{cases - 1}", None)
        events = [self._event(name, number) for name in names for number in range(events_each)]
        settings = Settings(
            timezone=self._maybe(("Asia/Shanghai",), 0.2),
            assume_party=self.random.random() < 0.3,
            history="from-earliest" if self.random.random() < 0.3 else "complete",
            history_complete_from=self._maybe((dt.date(2025, 9, 29), dt.date(2025, 10, 6)), 0.8),
            permitted_to=self.random.choice((dt.time(21), dt.time(20, 30))),
            failed_attempts=self.random.choice((1, 2, 3)),
            failed_dates=self.random.choice((1, 2)),
            window_hours=self.random.choice((24, 168)),
            social_messages_per_day=self._maybe((1, 2)),
            contacts_per_day=self._maybe((1, 2)),
        )
        return Records(events, profiles, self._registry(), settings)
