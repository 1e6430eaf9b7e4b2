"""Numbers, names and dates in the form in which they can be compared."""

import datetime as dt
import re
from collections.abc import Iterable
from functools import cache, lru_cache

import opencc
import phonenumbers
import phonenumbers.timezone
import pytz
from pytz.tzinfo import BaseTzInfo

# The legal zone of all of mainland China (line 16).
SHANGHAI = "Asia/Shanghai"
LEGAL_ZONES = {
    "Asia/Urumqi": SHANGHAI,
    "Asia/Kashgar": SHANGHAI,
    "Asia/Chongqing": SHANGHAI,
    "Asia/Chungking": SHANGHAI,
    "Asia/Harbin": SHANGHAI,
    "PRC": SHANGHAI,
}
TELEPHONE = re.compile(r"[+＋]?[\d\s()（）./\-－—]+")
MASK = re.compile(r"[*＊●•]")
MASKED_DIGITS = re.compile(r"[+＋\d\s()\-]*[xX#]{2,}[xX#\d\s()\-]*")
EXPLICIT = (
    phonenumbers.CountryCodeSource.FROM_NUMBER_WITH_PLUS_SIGN,
    phonenumbers.CountryCodeSource.FROM_NUMBER_WITH_IDD,
    phonenumbers.CountryCodeSource.FROM_NUMBER_WITHOUT_PLUS_SIGN,
)
TO_SIMPLIFIED = opencc.OpenCC("t2s")


def is_blank(text: str | None) -> bool:
    """Say whether nothing is written there."""
    return text is None or not text.strip()


def is_masked(text: str) -> bool:
    """Say whether characters of a number or a name were blotted out."""
    return bool(MASK.search(text)) or bool(MASKED_DIGITS.fullmatch(text.strip()))


@cache
def _telephone(number: str, country: str) -> phonenumbers.PhoneNumber | None:
    if not TELEPHONE.fullmatch(number.strip()):
        return None
    try:
        parsed = phonenumbers.parse(number, country, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_possible_number(parsed) else None


@cache
def number_key(number: str | None, country: str) -> str | None:
    """Return the key of a number (line 7): a masked one has none, nor has what names neither number nor account."""
    if number is None or is_blank(number) or is_masked(number) or re.search(r"[ ./-]{2}", number.strip()):
        return None
    parsed = _telephone(number, country)
    if parsed is None:
        plain = number.strip()
        account = len(plain) >= 6 and any(sign.isascii() and sign.isalpha() for sign in plain)
        account = account and all(sign.isascii() and (sign.isalnum() or sign in "_.@+:=/-") for sign in plain)
        service = plain.isascii() and plain.isdigit() and 3 <= len(plain) <= 6
        return plain if account or service else None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


@cache
def number_zones(number: str | None, country: str) -> tuple[str, ...]:
    """Return the zones of a number that names its country itself (line 16); none where it does not."""
    if number_key(number, country) is None:
        return ()
    parsed = _telephone(str(number), country)
    if parsed is None or parsed.country_code_source not in EXPLICIT:
        return ()
    zones = phonenumbers.timezone.time_zones_for_number(parsed)
    return legal_zones(zone for zone in zones if zone in pytz.all_timezones_set)


def legal_zone(zone: str | None) -> str | None:
    """Return the zone whose time is the legal one (line 16)."""
    return None if zone is None else LEGAL_ZONES.get(zone, zone)


def legal_zones(zones: Iterable[str]) -> tuple[str, ...]:
    """Return the legal zones of several, each once, in order."""
    return tuple(sorted({LEGAL_ZONES.get(zone, zone) for zone in zones}))


@cache
def folded(name: str) -> str:
    """Fold a name by bracket width, spaces and traditional forms, and nothing more (lines 8, 19-21)."""
    plain = name.translate(str.maketrans("（）［］｛｝", "()[]{}"))
    return str(TO_SIMPLIFIED.convert("".join(plain.split())))


@cache
def zone_of(name: str) -> BaseTzInfo:
    """Return the zone of a name."""
    return pytz.timezone(name)


@lru_cache(100_000)
def local_time(instant: dt.datetime, zone: str) -> dt.datetime:
    """Return the wall clock of a zone at an instant."""
    return instant.astimezone(zone_of(zone))


@lru_cache(100_000)
def dates_of(instant: dt.datetime, zone: str | None) -> tuple[dt.date, ...]:
    """Return the local date, or where the zone is unknown every date that some place on Earth then has."""
    if zone is not None:
        return (local_time(instant, zone).date(),)
    offsets = [dt.timedelta(hours=hours) for hours in (-12, 0, 14)]
    return tuple(sorted({(instant.astimezone(dt.UTC) + offset).date() for offset in offsets}))


def midnight(day: dt.date, zone: str | None) -> dt.datetime:
    """Return the instant at which a date begins; where the zone is unknown, the latest that it can be."""
    if zone is None:
        return dt.datetime.combine(day, dt.time(12), dt.UTC)
    naive = dt.datetime.combine(day, dt.time())
    standard = zone_of(zone).localize(naive)
    # On a day on which clocks go back at one to midnight, the date begins an hour before.
    summer = zone_of(zone).localize(naive, is_dst=True)
    return summer if local_time(summer, zone).date() == day else standard


def covers(first: dt.date | None, last: dt.date | None, day: dt.date) -> bool:
    """Say whether a day lies in an interval of dates, inclusive at both ends, open where null (line 3)."""
    return (first is None or first <= day) and (last is None or day <= last)


def instant_in(start: dt.datetime | None, end: dt.datetime | None, instant: dt.datetime) -> bool:
    """Say whether an instant lies in a half-open interval of instants, open where null (line 3)."""
    return (start is None or start <= instant) and (end is None or instant < end)
