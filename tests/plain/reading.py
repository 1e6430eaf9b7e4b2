"""The plain reading: every fact and every verdict of a log, as the text says them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from collection_guard.model import CaseProfile, Event, RegistryData

from . import claims, contact
from .clock import Clock
from .conditions import OfBorrower, conditions
from .keys import midnight
from .past import Past
from .values import Facts, Settings, all_of, at_least, verdict

SIGNALS = (
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


@dataclass(frozen=True)
class Log:
    """All that is known: the events, sorted into cases, and what their cases say."""

    cases: dict[str, Past]
    borrowers: dict[str, list[Past]]
    registry: RegistryData | None
    settings: Settings
    cases_of: dict[str, list[CaseProfile]]


def opened(
    events: list[Event],
    profiles: dict[str, CaseProfile],
    registry: RegistryData | None,
    settings: Settings,
) -> Log:
    """Sort a log into its cases."""
    by_case: dict[str, list[Event]] = {}
    for event in events:
        by_case.setdefault(event.case_id, []).append(event)
    earliest = min((event.started_at for event in events), default=None)
    cases = {
        case_id: Past(case_id, members, profiles.get(case_id), settings, earliest)
        for case_id, members in by_case.items()
        if earliest is not None
    }
    borrowers: dict[str, list[Past]] = {}
    for past in cases.values():
        for key in sorted({borrower_key(event, past) for event in past.events}):
            borrowers.setdefault(key, []).append(past)
    cases_of: dict[str, list[CaseProfile]] = {}
    for profile in profiles.values():
        if profile.borrower_id is not None:
            cases_of.setdefault(profile.borrower_id, []).append(profile)
    return Log(cases, borrowers, registry, settings, cases_of)


def borrower_key(event: Event, past: Past) -> str:
    """Return who the borrower is: by the event, else by the profile, else one borrower a case (line 26)."""
    if event.borrower_id is not None:
        return f"borrower {event.borrower_id}"
    if past.profile is not None and past.profile.borrower_id is not None:
        return f"borrower {past.profile.borrower_id}"
    return f"case {past.case_id}"


def _facts(event: Event, log: Log) -> Facts:
    past = log.cases[event.case_id]
    who = past.addressees
    clock = Clock(past.profile, log.settings, who)
    attempts, dates = past.failed_attempts(event)
    facts: Facts = {
        "recipient.is_third_party": who.is_third_party(event),
        "recipient.is_borrower": who.is_borrower(event),
        "recipient.is_emergency_contact": who.is_emergency_contact(event),
        "recipient.number_is_own": who.number_is_own(event),
        "contact.party": contact.party(event, who),
        "contact.conveyed": contact.conveyed(event, who),
        "contact.reached_third_party": contact.reached_third_party(event, who),
        "measure.failed_attempts": attempts,
        "measure.failed_attempt_dates": dates,
        "borrower.is_unreachable": all_of(
            at_least(attempts, log.settings.failed_attempts), at_least(dates, log.settings.failed_dates)
        ),
        "recipient.zones": clock.recipient_zones(event),
        "contact.in_elected_quiet_window": clock.in_elected_quiet_window(event),
        "agency.is_listed": claims.agency_is_listed(event, log.registry),
        "law_firm.is_claimed": claims.firm_is_claimed(event, past),
        "law_firm.all_listed": claims.all_firms_listed(event, past, log.registry),
        "law_firm.all_in_official_directory": claims.all_firms_in_directory(event, past, log.registry),
        "law_firm.names_disagree": claims.names_disagree(event, past),
        "law_firm.lawyer_is_claimed": claims.lawyer_is_claimed(event, past, log.settings),
        "recipient.number_reported_wrong": past.number_reported_wrong(event),
        "recipient.has_asked_to_cease": past.asked_to_cease(event),
    }
    for name in SIGNALS:
        facts[f"content.{name}"] = contact.signal(event, name)
    return facts


def read(
    events: list[Event],
    profiles: dict[str, CaseProfile],
    registry: RegistryData | None,
    settings: Settings,
) -> dict[str, Facts]:
    """Return the facts of every event."""
    log = opened(events, profiles, registry, settings)
    return {event.event_id: _facts(event, log) for event in events}


def _of_borrower(event: Event, log: Log) -> Iterable[tuple[Event, Past]]:
    key = borrower_key(event, log.cases[event.case_id])
    for past in log.borrowers[key]:
        for other in past.events:
            if borrower_key(other, past) == key:
                yield other, past


def _borrower_complete_from(event: Event, past: Past, log: Log) -> dt.datetime | None:
    """Line 5, for a count over all cases of a borrower: whole is what holds the contacts of each of them."""
    named = event.borrower_id or (past.profile.borrower_id if past.profile else None)
    said = [past.profile.history_from if past.profile else None]
    said += [one.history_from for one in log.cases_of.get(named or "", ())]
    days = [day or log.settings.history_complete_from for day in said]
    known = [day for day in days if day is not None]
    return midnight(max(known), past.zone) if known else past.complete_from


def judge(
    events: list[Event],
    profiles: dict[str, CaseProfile],
    registry: RegistryData | None,
    settings: Settings,
) -> tuple[dict[str, Facts], dict[tuple[str, str], str]]:
    """Return the facts of every event, and what every core rule says of it (line 1)."""
    log = opened(events, profiles, registry, settings)
    facts: dict[str, Facts] = {}
    found: dict[tuple[str, str], str] = {}
    for event in events:
        past = log.cases[event.case_id]
        clock = Clock(past.profile, settings, past.addressees)
        facts[event.event_id] = _facts(event, log)
        others = OfBorrower(list(_of_borrower(event, log)), _borrower_complete_from(event, past, log))
        rules = conditions(event, facts[event.event_id], past, clock, others, settings)
        for rule, (applies_to, forbid) in rules.items():
            found[event.event_id, rule] = verdict(applies_to, forbid)
    return facts, found


def verdicts(
    events: list[Event],
    profiles: dict[str, CaseProfile],
    registry: RegistryData | None,
    settings: Settings,
) -> dict[tuple[str, str], str]:
    """Return what every core rule says of every event (line 1)."""
    return judge(events, profiles, registry, settings)[1]


__all__ = ["SIGNALS", "Settings", "judge", "read", "verdicts"]
