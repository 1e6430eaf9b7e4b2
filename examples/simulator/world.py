"""The invented world of the simulator: partner lists, texts, names, and clocks."""

import csv
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, reset_tzpath

DATA: Final = Path(__file__).parent / "data"
SHANGHAI: Final = "Asia/Shanghai"
# All of mainland China is judged by the one legal time.
LEGAL_ZONE: Final = {"Asia/Urumqi": SHANGHAI}
SIGNALS: Final = (
    "debt_disclosure",
    "threat",
    "abuse",
    "impersonates_authority",
    "claims_lawyer",
    "public_shaming",
    "false_legal_claim",
    "third_party_pressure",
    "solicits_private_payment",
    "credit_repair_or_rate_scam",
    "pii_leak",
    "relay_only",
    "doorstep_obstruction",
    "distress",
)
LIMITS: Final = {"social-account-bombing": 5, "repeated-contact": 8}
"""How many contacts of a local day are lawful; the next one of that day is a wrong."""


@cache
def clock(zone: str) -> ZoneInfo:
    """Return the clock by which a zone is judged."""
    name = LEGAL_ZONE.get(zone, zone)
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        # A slim container has no zone files of its own, but pytz, which the package needs anyway, brings some.
        found = find_spec("pytz")
        if found is None or found.origin is None:
            raise
        reset_tzpath([str(Path(found.origin).parent / "zoneinfo")])
        return ZoneInfo(name)


def local(day: date, at: time, zone: str) -> datetime:
    """Return the instant at which the clocks of a zone show this day and time."""
    return datetime.combine(day, at, tzinfo=clock(zone)).astimezone(UTC)


def day_in(at: datetime, zone: str) -> date:
    """Return the date of an instant in a zone."""
    return at.astimezone(clock(zone)).date()


def written(at: datetime, zone: str = SHANGHAI) -> str:
    """Return an instant as ISO 8601 text with the offset of a zone."""
    moment = at.astimezone(clock(zone))
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


@dataclass(frozen=True, slots=True)
class Partner:
    """One row of the partner registry. Dates are inclusive, Shanghai."""

    name: str
    category: str
    aliases: str
    valid_from: date | None
    valid_to: date | None
    source: str

    def listed_on(self, day: date) -> bool:
        """Say whether the row holds on a date."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Text:
    """What may be said, and the signals that a careful reader finds in it."""

    wording: str
    signals: frozenset[str]


class World:
    """The partners, words and texts from which every story is made."""

    def __init__(self) -> None:
        with (DATA / "partners.csv").open(encoding="utf-8", newline="") as file:
            self.partners = [_partner(row) for row in csv.DictReader(file)]
        self.words: dict[str, Any] = json.loads((DATA / "words.json").read_text("utf-8"))
        self.texts: dict[str, list[Text]] = {}
        with (DATA / "texts.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                signals = frozenset(row["signals"].split("|")) - {""}
                if not signals <= set(SIGNALS):
                    raise ValueError(f"texts.csv: unknown signal in {sorted(signals)}")
                self.texts.setdefault(row["key"], []).append(Text(row["text"], signals))

    def listed(self, category: str, *days: date) -> list[str]:
        """Return the names that are listed in a category on all of some Shanghai dates."""
        rows = [row for row in self.partners if row.category == category]
        return [row.name for row in rows if all(row.listed_on(day) for day in days)]

    def sound_firms(self, *days: date) -> list[str]:
        """Return the law firms that are both on the partner list and in the official directory."""
        directory = self.listed("official_directory", *days)
        return [name for name in self.listed("law_firm", *days) if name in directory]

    def as_written(self, rng: Random, name: str) -> str:
        """Return a listed name as a log may write it: other brackets, traditional forms, an alias."""
        others = self.words["written_otherwise"].get(name, [])
        return str(rng.choice(others)) if others and rng.random() < 0.25 else name

    def person_name(self, rng: Random) -> str:
        """Return an invented personal name."""
        return str(rng.choice(self.words["surnames"])) + str(rng.choice(self.words["given_names"]))

    def mobile(self, index: int, place: int) -> str:
        """Return a mobile number: the index keeps two borrowers apart, the place the people around one."""
        return f"165{(index * 10 + place) % 100_000_000:08d}"


def _partner(row: dict[str, str]) -> Partner:
    start, end = (date.fromisoformat(row[key]) if row[key] else None for key in ("valid_from", "valid_to"))
    return Partner(row["name"], row["category"], row["aliases"], start, end, row["source"])


def minutes(rng: Random, least: float, most: float) -> timedelta:
    """Return a random span of whole seconds."""
    return timedelta(seconds=rng.randint(int(least * 60), int(most * 60)))
