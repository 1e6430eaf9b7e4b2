"""Every core rule as two plain conditions: to what it applies, and what it forbids."""

import datetime as dt
import math
from dataclasses import dataclass

from collection_guard.model import Event

from .claims import shanghai_date
from .clock import Clock
from .contact import channel_in, is_outbound
from .keys import is_blank
from .past import Past, count_today
from .values import Facts, Settings, Tri, all_of, any_of, at_least, negation

Condition = tuple[Tri, Tri]
NOT_IN_FORCE: Condition = (False, False)
CALLED = ("call", "voice_notice")
SOCIAL_ACCOUNTS = ("wechat", "enterprise_wechat", "qq", "whatsapp")
AGENCIES_LISTED_FROM = dt.date(2025, 10, 1)


@dataclass(frozen=True)
class OfBorrower:
    """The contacts of one borrower in all cases, and from when the log holds them all."""

    contacts: list[tuple[Event, Past]]
    whole_from: dt.datetime | None


def _whom(facts: Facts, outbound: Tri) -> dict[str, Condition]:
    """Lines 8, 12, 13-15: whom to contact."""
    third = all_of(outbound, facts["recipient.is_third_party"])
    return {
        "third-party-while-borrower-reachable": (third, negation(facts["borrower.is_unreachable"])),
        "third-party-not-emergency-contact": (third, negation(facts["recipient.is_emergency_contact"])),
    }


def _said_to_third_parties(event: Event, facts: Facts) -> dict[str, Condition]:
    """Lines 12 and 24: what was said to a third party, in either direction."""
    reached = facts["contact.reached_third_party"]
    beyond_relay = all_of(negation(facts["content.relay_only"]), event.content != "")
    return {
        "third-party-contact-beyond-relay": (reached, beyond_relay),
        "debt-disclosed-to-third-party": (reached, facts["content.debt_disclosure"]),
        "third-party-asked-to-pay": (reached, facts["content.third_party_pressure"]),
        "personal-data-in-message": (reached, facts["content.pii_leak"]),
    }


def _when(event: Event, outbound: Tri, clock: Clock) -> dict[str, Condition]:
    """Lines 17 and 18: when."""
    outside = clock.is_outside_hours(event)
    call_in_time = all_of(outbound, channel_in(event, CALLED), negation(outside))
    return {
        "contact-outside-permitted-hours": (outbound, outside),
        "contact-runs-into-quiet-hours": (call_in_time, clock.runs_into_quiet_hours(event)),
        "contact-in-elected-quiet-window": clock.quiet_window_rule(event),
    }


def _claimed(event: Event, facts: Facts, outbound: Tri) -> dict[str, Condition]:
    """Lines 19 to 21: names that were claimed."""
    in_force = all_of(outbound, shanghai_date(event) >= AGENCIES_LISTED_FROM)
    firm = facts["law_firm.is_claimed"]
    return {
        "agency-not-on-registry": (in_force, negation(facts["agency.is_listed"])),
        "law-firm-not-on-registry": (firm, negation(facts["law_firm.all_listed"])),
        "law-firm-not-in-official-directory": (
            firm,
            negation(facts["law_firm.all_in_official_directory"]),
        ),
        "law-firm-names-disagree": (firm, facts["law_firm.names_disagree"]),
        "lawyer-claimed-without-firm": (facts["law_firm.lawyer_is_claimed"], negation(firm)),
    }


def _instructed(event: Event, facts: Facts, outbound: Tri) -> dict[str, Condition]:
    """Line 23: instructions."""
    without = all_of(channel_in(event, ("visit", "letter", "social_post")), is_blank(event.recipient.number))
    return {
        "contact-to-number-reported-wrong": (
            all_of(outbound, negation(without)),
            facts["recipient.number_reported_wrong"],
        ),
        "contact-after-cease-request": (outbound, facts["recipient.has_asked_to_cease"]),
    }


def _by_a_signal(event: Event, facts: Facts, outbound: Tri) -> dict[str, Condition]:
    """Lines 24 and 25: by a signal alone."""
    said = all_of(outbound, facts["contact.conveyed"])
    audience = event.recipient.audience
    to_many = None if audience in (None, "unknown") else audience in ("group", "public")
    publicised = any_of(facts["content.public_shaming"], all_of(facts["content.debt_disclosure"], to_many))
    disposition = event.outcome.disposition
    not_handed_over = None if disposition == "unknown" else disposition != "handed_over"
    return {
        "threat-made": (said, facts["content.threat"]),
        "abusive-language": (said, facts["content.abuse"]),
        "authority-impersonated": (said, facts["content.impersonates_authority"]),
        "false-legal-consequence-claimed": (said, facts["content.false_legal_claim"]),
        "payment-to-private-account": (said, facts["content.solicits_private_payment"]),
        "fee-for-credit-repair-or-rate-cut": (said, facts["content.credit_repair_or_rate_scam"]),
        "debt-publicised": (said, publicised),
        "doorstep-obstruction": (channel_in(event, ["visit"]), facts["content.doorstep_obstruction"]),
        "distressed-not-handed-over": (facts["content.distress"], not_handed_over),
    }


def _accessible(event: Event, past: Past, outbound: Tri, is_borrower: Tri) -> Condition:
    """Line 25: a channel that the borrower cannot use."""
    needs = None if past.profile is None else past.profile.accessibility
    deaf = None if needs is None else "deaf" in needs
    blind = None if needs is None else "blind" in needs
    forbid = any_of(all_of(channel_in(event, CALLED), deaf), all_of(channel_in(event, ["letter"]), blind))
    return all_of(outbound, is_borrower), forbid


def _counted(event: Event, past: Past, others: OfBorrower, outbound: Tri, settings: Settings) -> dict[str, Condition]:
    """Line 26: how often on one local day; each limit is the number that is still allowed."""
    cases = {other.event_id: case for other, case in others.contacts}

    def is_contact(other: Event) -> Tri:
        return all_of(is_outbound(other), cases[other.event_id].addressees.is_borrower(other))

    def is_social(other: Event) -> Tri:
        return all_of(channel_in(other, SOCIAL_ACCOUNTS), is_contact(other))

    events = [other for other, _ in others.contacts]
    to_borrower = all_of(outbound, past.addressees.is_borrower(event))
    found: dict[str, Condition] = {}
    for rule, limit, counts, scope in (
        (
            "social-account-bombing",
            settings.social_messages_per_day,
            is_social,
            all_of(to_borrower, channel_in(event, SOCIAL_ACCOUNTS)),
        ),
        ("repeated-contact", settings.contacts_per_day, is_contact, to_borrower),
    ):
        if limit is None:
            found[rule] = NOT_IN_FORCE
            continue
        if past.is_case() or not is_blank(event.borrower_id):
            earlier = count_today(event, events, counts, past.zone, others.whole_from)
        else:
            earlier = (0, math.inf)  # nobody knows whose contact it is
        found[rule] = scope, at_least(earlier, limit)
    return found


def conditions(
    event: Event,
    facts: Facts,
    past: Past,
    clock: Clock,
    others: OfBorrower,
    settings: Settings,
) -> dict[str, Condition]:
    """Return applies_to and forbid of every core rule."""
    outbound = is_outbound(event)
    return {
        **_whom(facts, outbound),
        **_said_to_third_parties(event, facts),
        **_when(event, outbound, clock),
        **_claimed(event, facts, outbound),
        **_instructed(event, facts, outbound),
        **_by_a_signal(event, facts, outbound),
        "inaccessible-channel": _accessible(event, past, outbound, facts["recipient.is_borrower"]),
        **_counted(event, past, others, outbound, settings),
    }
