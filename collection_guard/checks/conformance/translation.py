"""A case of the conformance format as events, a case profile and a registry of our own model."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from collection_guard.facts.clock import local_date, start_of_day
from collection_guard.language.yaml_positions import read_yaml
from collection_guard.model.event import Event
from collection_guard.model.profile import CaseProfile
from collection_guard.model.registry import PartnerList, RegistryData, RegistryEntry
from collection_guard.model.words import SIGNALS

_FILE: Final = Path(__file__).with_name("translation.yaml")
_CALLED: Final = ("call", "sms", "ringless_voicemail")
_NAMED_BY_EVENTS: Final = ("debts", "discussed", "initiated_by_collector", "initiated_by_borrower")
_LISTED: Final = ("collection_agency", "law_firm")
_WEEK: Final = 7
_HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class Translated:
    """A case as our model says it: events, profile, registry and the zone of the borrower."""

    events: tuple[Event, ...]
    profile: CaseProfile
    registry: RegistryData | None
    zone: str


@cache
def _words() -> Mapping[str, Any]:
    found: Mapping[str, Any] = read_yaml(_FILE).data
    return found


def translated(
    case_id: str, facts: Mapping[str, Any], channels: Collection[str] = (), *, detects: bool = False
) -> Translated:
    """Return a case that was read without problems, as our model says it.

    ``channels`` are those that the pack declares; it reads others as the nearest common ones. A detector may add to
    the flags of a text.
    """
    return _Case(case_id, facts, channels, detects=detects).translated()


class _Case:
    def __init__(self, case_id: str, facts: Mapping[str, Any], channels: Collection[str], *, detects: bool) -> None:
        self._detects = detects
        self._declared = channels
        self._id = case_id
        self._facts = facts
        self._events: list[Mapping[str, Any]] = facts["events"]
        to_borrower = [one for one in self._events if "borrower" in (one.get("to_role"), one["from_role"])]
        self.zone: str = (to_borrower or self._events or [{"tz": "UTC"}])[0]["tz"]
        self._debts = self._named_debts()
        self._numbers = self._named_numbers()
        self._collectors = sorted({str(one["from_id"]) for one in self._events if "from_id" in one})

    def translated(self) -> Translated:
        return Translated(tuple(self._event(one) for one in self._events), self._profile(), self._registry(), self.zone)

    def _named_debts(self) -> list[str]:
        named = [str(debt) for debt in self._facts.get("debts", ())]
        named += [str(debt) for group in self._facts.get("debt_groups", ()) for debt in group["debts"]]
        named += [str(debt) for one in self._events for key in _NAMED_BY_EVENTS for debt in one.get(key, ())]
        named += [str(one["allocated_to"]) for one in self._events if "allocated_to" in one]
        named += [str(one["debt"]) for one in self._facts.get("instructions", ()) if "debt" in one]
        return list(dict.fromkeys(named))

    def _named_numbers(self) -> list[str]:
        """Return the numbers of the borrower that the case names."""
        named = [one["to_number"] for one in self._events if "to_number" in one and one.get("to_role") == "borrower"]
        named += [one["gives_consent"]["number"] for one in self._events if "number" in one.get("gives_consent", {})]
        for key in ("instructions", "numbers"):
            named += [one["number"] for one in self._facts.get(key, ()) if "number" in one]
        return list(dict.fromkeys(str(name) for name in named))

    # Events

    def _event(self, one: Mapping[str, Any]) -> Event:
        record: dict[str, Any] = {
            "event_id": str(one["id"]),
            "case_id": self._id,
            "borrower_id": self._id,
            "agency": self._agency(one),
            "channel": self._common(one["channel"]),
            "direction": one["direction"],
            "started_at": one["at"],
            "ended_at": one.get("ended_at"),
            "recorded_at": _later(one["at"], one.get("received_at")),
            "recipient": self._recipient(one),
            "outcome": self._outcome(one),
            "claims": _claims(one),
            "content": one.get("text"),
            "signals": _signals(one, detects=self._detects),
            "fields": self._fields(one),
        }
        if "automated" in one:
            record["collector"] = {"kind": "auto" if one["automated"] else "human"}
        return Event.model_validate(record)

    def _common(self, channel: str) -> str:
        """Return the common channel that stands for one: ``other`` for one that the pack declares itself."""
        nearest: str = _words()["channels"].get(channel, channel)
        return "other" if nearest != channel and channel in self._declared else nearest

    def _agency(self, one: Mapping[str, Any]) -> str:
        """Return who acts. Where a case names one collector, contacts that name none are its."""
        if "from_id" in one:
            return str(one["from_id"])
        return self._collectors[0] if len(self._collectors) == 1 else "the collector"

    def _recipient(self, one: Mapping[str, Any]) -> dict[str, Any]:
        words = _words()
        role = one.get("to_role", "borrower") if one["direction"] == "outbound" else one["from_role"]
        of_borrower = role == "borrower"
        name = None if of_borrower else str(one.get("to_id", role))
        zoned = not (of_borrower and self._facts.get("borrower_locations"))
        seen_by_all = one["channel"] in words["published"]
        audience = words["audiences"].get(one.get("audience"), "public" if seen_by_all else "private")
        listed = words["roles"].get(role)
        return {
            "name": name,
            "number": self._number(one, name),
            "timezone": one["tz"] if zoned else None,
            "relationship": words["relationships"].get(role),
            "roles": [listed] if listed else None,
            "audience": audience,
        }

    def _number(self, one: Mapping[str, Any], name: str | None) -> str | None:
        """Return the number as an account of its own: names are compared for equality only."""
        if "to_number" in one:
            return _line(one["to_number"])
        if one["channel"] not in _CALLED:
            return None
        if name is not None:
            return f"line-of-{_letters(name)}"
        return _line(self._numbers[0]) if len(self._numbers) == 1 else "line-of-the-borrower"

    def _outcome(self, one: Mapping[str, Any]) -> dict[str, Any]:
        words = _words()
        found = dict(words["outcomes"].get(one.get("outcome"), {}))
        role = one.get("to_role", "borrower") if one["direction"] == "outbound" else one["from_role"]
        if one.get("outcome") == "conversation" or one["direction"] == "inbound":
            found["party"] = words["parties"].get(role, "third_party")
        if "says_wrong_person" in one.get("content_flags", ()):
            found["state_change"] = "wrong_number"
        return found

    def _fields(self, one: Mapping[str, Any]) -> dict[str, Any]:
        words = _words()
        flags = one.get("content_flags", ())
        fields: dict[str, Any] = {field: flag in flags for flag, field in words["flags"].items()}
        for key, said in words["fields"].items():
            given = one.get(key, said["absent"])
            fields[said["field"]] = [str(item) for item in given] if isinstance(given, list) else given
        if one["channel"] in words["channels"] and one["channel"] in self._declared:
            fields["channel"] = one["channel"]
        for key in ("in_reply_to", "to_address", "about_address", "allocated_to"):
            fields[key] = None if key not in one else str(one[key])
        if one["direction"] == "outbound":
            fields["addressee"] = one["to_role"]
        debts = [str(debt) for debt in one.get("debts", ())] or self._debts
        fields["debts"] = debts or None
        fields["consent"] = one.get("consent", {}).get("scope")
        given = one.get("gives_consent", {})
        fields |= {
            "gives_consent": given.get("scope"),
            "consent_number": _line(given["number"]) if "number" in given else None,
            "consent_date": given.get("date"),
        }
        texted = [
            date.fromisoformat(entry["borrower_texted"])
            for entry in self._facts.get("numbers", ())
            if "borrower_texted" in entry and _line(entry["number"]) == self._number(one, None)
        ]
        lost = self._facts.get("borrower_unreachable_from")
        today = local_date(datetime.fromisoformat(one["at"]), one["tz"])
        fields["unreachable"] = lost is not None and date.fromisoformat(lost) <= today
        days = [(today - day).days for day in texted if day <= today]
        fields["days_since_text"] = min(days) if days else _NEVER
        return fields

    # What is known of the borrower

    def _profile(self) -> CaseProfile:
        facts = self._facts
        windows = facts.get("quiet_windows", [])
        places = [one for one in windows if "place" in one]
        times = [one for one in windows if "place" not in one]
        return CaseProfile.model_validate(
            {
                "case_id": self._id,
                "borrower_id": self._id,
                "timezone": self.zone,
                "locations": [
                    {"timezone": one["tz"], "evidence": one["evidence"]} for one in facts.get("borrower_locations", ())
                ]
                or None,
                "emergency_contacts": [
                    {"name": str(one.get("to_id", "emergency_contact"))}
                    for one in self._events
                    if one.get("to_role") == "emergency_contact"
                ],
                "quiet_windows": [self._window(one) for one in times],
                "instructions": [
                    *(self._instruction(one) for one in facts.get("instructions", ())),
                    *(self._place(one) for one in places),
                    *self._known_numbers(),
                ],
                "accessibility": [],
                "debt_groups": [
                    {
                        "account": str(one["account"]),
                        "debts": [str(debt) for debt in one["debts"]],
                        "kind": one.get("kind"),
                    }
                    for one in facts.get("debt_groups", ())
                ],
                "fields": self._profile_fields(times),
            }
        )

    def _window(self, one: Mapping[str, Any]) -> dict[str, Any]:
        start, end = self._from_to(one)
        whole = one.get("start", "00:00") == one.get("end", "24:00")
        return {
            "start": None if whole else one.get("start"),
            "end": None if whole else one.get("end"),
            "weekdays": one.get("weekdays"),
            "from": start,
            "to": end,
        }

    def _from_to(self, one: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
        known, until = one.get("known_from"), one.get("until")
        start = None if known is None else start_of_day(date.fromisoformat(known), self.zone)
        end = None if until is None else start_of_day(date.fromisoformat(until) + timedelta(days=1), self.zone)
        return start, end

    def _place(self, one: Mapping[str, Any]) -> dict[str, Any]:
        start, end = self._from_to(one)
        return {"kind": "no_place", "place": one["place"], "at": start, "expires": end}

    def _instruction(self, one: Mapping[str, Any]) -> dict[str, Any]:
        at = one["at"]
        channel = one.get("channel")
        return {
            "kind": one["kind"],
            "at": start_of_day(date.fromisoformat(at), self.zone) if len(at) == len("YYYY-MM-DD") else at,
            "number": _line(one["number"]) if "number" in one else None,
            "channel": None if channel is None else self._common(channel),
            "declared_channel": channel if channel in self._declared else None,
            "debt": str(one["debt"]) if "debt" in one else None,
            "scope": one.get("scope"),
            "given_to": one.get("given_to"),
        }

    def _known_numbers(self) -> Iterable[dict[str, Any]]:
        """Yield the numbers that the collector knew to be somebody else's when it called them."""
        for one in self._events:
            if "number_known_to_be_third_party" in one.get("content_flags", ()):
                name = None if one.get("to_role") == "borrower" else str(one.get("to_id", one.get("to_role")))
                yield {"kind": "wrong_number", "number": self._number(one, name), "at": one["at"]}

    def _profile_fields(self, windows: list[Mapping[str, Any]]) -> dict[str, Any]:
        facts = self._facts
        prior = facts.get("prior_collectors", [])
        barred = {one.get("channel") for one in facts.get("instructions", ()) if one["kind"] == "no_channel"}
        return {
            "borrower_status": facts.get("borrower_status", "alive"),
            "debt_use": facts.get("debt_use", "own"),
            "last_collector_used_address": bool(prior) and prior[-1]["used_email"],
            "address_obtained_by_procedure": any(one["obtained_under_6d4"] for one in prior),
            "address_opted_out": any(one["opted_out"] for one in prior),
            "quiet_hours_per_week": sum(_hours(one) for one in windows),
            "barred_channels": len(barred),
        }

    # Lists

    def _registry(self) -> RegistryData | None:
        """Return the lists that the case gives; one that is known by its month may be of any day of it."""
        if "partner_lists" not in self._facts and "official_directory" not in self._facts:
            return None
        lists = tuple(_partner_list(one) for one in self._facts.get("partner_lists", ()))
        rows = [
            RegistryEntry(name=str(name), category="official_directory")
            for name in self._facts.get("official_directory", ())
        ]
        if "official_directory" in self._facts:
            # A directory that lists none of the firms of the case was given all the same.
            rows.append(RegistryEntry(name="—", category="official_directory"))
        return RegistryData(tuple(rows), lists)


_NEVER: Final = 10**6
"""The borrower has not texted from the number as long as anybody knows."""


_AS_LETTERS: Final = str.maketrans("0123456789", "ghijklmnop")


def _letters(name: str) -> str:
    """Return a name as letters alone: it is never taken for a telephone number, and no two names are taken for one."""
    return name.encode().hex().translate(_AS_LETTERS)


def _line(name: Any) -> str:
    return f"line-{_letters(str(name))}"


def _later(at: str, received: str | None) -> str | None:
    """Return when something became known, if it was after it was sent."""
    if received is None or datetime.fromisoformat(received) <= datetime.fromisoformat(at):
        return None
    return received


def _claims(one: Mapping[str, Any]) -> dict[str, Any]:
    firms = [one[key] for key in ("claimed_law_firm", "letterhead_law_firm") if key in one]
    return {
        "law_firms": list(dict.fromkeys(firms)),
        "person": one.get("claimed_person"),
        "title": _words()["titles"].get(one.get("claimed_person_role")),
    }


def _signals(one: Mapping[str, Any], *, detects: bool) -> dict[str, bool | None]:
    """Return the signals that the flags assert; of a text, the others are left to detection."""
    flags = set(one.get("content_flags", ()))
    asserted = {signal for flag, signal in _words()["signals"].items() if flag in flags}
    if {"claimed_law_firm", "letterhead_law_firm", "claimed_person_role"} & one.keys():
        asserted.add("claims_lawyer")
    if {"is_asked_to_leave", "does_not_leave"} <= flags:
        asserted.add("doorstep_obstruction")
    if "debt_disclosure" in asserted:
        asserted.discard("relay_only")
    otherwise = None if detects and one.get("text") else False
    return {signal: True if signal in asserted else otherwise for signal in SIGNALS}


def _hours(window: Mapping[str, Any]) -> float:
    """Return how many hours a week a window bars."""

    def clock(text: str) -> int:
        found = time.fromisoformat(text)
        return found.hour * _HOUR + found.minute * 60

    start = clock(window["start"]) if "start" in window else 0
    end = clock(window["end"]) if "end" in window else 24 * _HOUR
    seconds = end - start if end > start else end - start + 24 * _HOUR
    return seconds / _HOUR * len(window.get("weekdays", range(_WEEK)))


def _partner_list(one: Mapping[str, Any]) -> PartnerList:
    written = str(one["valid_from"])
    by_day = one["precision"] == "day"
    earliest = date.fromisoformat(written if len(written) == len("YYYY-MM-DD") else f"{written}-01")
    latest = earliest
    if not by_day:
        earliest = earliest.replace(day=1)
        latest = (earliest + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    entries = tuple(
        RegistryEntry(name=str(name), category=category) for name in one["includes"] for category in _LISTED
    )
    return PartnerList(earliest, latest, entries, written)
