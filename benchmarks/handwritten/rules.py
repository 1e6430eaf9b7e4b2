"""The rules, and what is missing where one cannot be assessed."""

from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

import polars as pl
from polars import Expr, col, lit, when

from handwritten.common import SIGNALS, SOCIAL, Given, among
from handwritten.history import at_limit


@dataclass(frozen=True)
class Rule:
    """A rule: all conditions, each under the name of its fact, must hold. The last of a choice is a choice of alls."""

    name: str
    conditions: tuple[tuple[str, Expr], ...]
    choice: tuple[tuple[tuple[str, Expr], ...], ...] = ()

    def whole(self) -> Expr:
        parts = [condition for _, condition in self.conditions]
        if self.choice:
            parts.append(reduce(or_, (reduce(and_, (one for _, one in way)) for way in self.choice)))
        return reduce(and_, parts)

    def missing(self) -> list[tuple[str, Expr]]:
        """What is missing where it is unknown whether the rule is violated: in the order of the vocabulary."""
        found = [(name, condition.is_null()) for name, condition in self.conditions]
        for way in self.choice:
            open_ = reduce(and_, (one for _, one in way)).is_null()
            found += [(name, one.is_null() & open_) for name, one in way]
        return sorted(found, key=lambda one: ORDER.index(one[0]))


ORDER = (
    [
        "contact.channel",
        "contact.direction",
        "contact.audience",
        "contact.local_time",
        "contact.local_end",
        "contact.disposition",
        "contact.conveyed",
        "contact.reached_third_party",
        "contact.in_elected_quiet_window",
        "recipient.is_third_party",
        "recipient.is_borrower",
        "recipient.is_emergency_contact",
        "recipient.number_reported_wrong",
        "recipient.has_asked_to_cease",
        "borrower.accessibility",
        "agency.is_listed",
        "law_firm.is_claimed",
        "law_firm.all_listed",
        "law_firm.all_in_official_directory",
        "law_firm.names_disagree",
        "law_firm.lawyer_is_claimed",
    ]
    + [f"content.{name}" for name in SIGNALS]
    + ["measure.contacts_today", "measure.social_messages_today"]
)
ORDER += ["borrower.is_unreachable"]


def rules(limits: Given) -> list[Rule]:
    out = ("contact.direction", col("direction") == "outbound")
    borrower, third = ("recipient.is_borrower", col("debtor")), ("recipient.is_third_party", col("third"))
    conveyed, reached = ("contact.conveyed", col("conveyed")), ("contact.reached_third_party", col("reached"))
    voice = ("contact.channel", among("channel", ("call", "voice_notice")))

    def said(name: str) -> tuple[str, Expr]:
        return f"content.{name}", col(name)

    def needs(word: str) -> tuple[str, Expr]:
        return "borrower.accessibility", col("accessibility").list.contains(word)

    claimed = ("law_firm.is_claimed", col("claimed"))
    spoken = {
        "threat-made": "threat",
        "abusive-language": "abuse",
        "authority-impersonated": "impersonates_authority",
        "false-legal-consequence-claimed": "false_legal_claim",
        "payment-to-private-account": "solicits_private_payment",
        "fee-for-credit-repair-or-rate-cut": "credit_repair_or_rate_scam",
    }
    to_others = {
        "personal-data-in-message": "pii_leak",
        "third-party-asked-to-pay": "third_party_pressure",
        "debt-disclosed-to-third-party": "debt_disclosure",
    }
    within = ("contact.local_time", col("inside"))
    found = [Rule(name, (out, conveyed, said(signal))) for name, signal in spoken.items()]
    found += [Rule(name, (reached, said(signal))) for name, signal in to_others.items()]
    return [
        *found,
        Rule(
            "third-party-contact-beyond-relay",
            (
                reached,
                ("content.relay_only", ~col("relay_only")),
                ("content.relay_only", (col("content") != "").fill_null(value=True)),
            ),
        ),
        Rule(
            "debt-publicised",
            (out, conveyed),
            (
                (said("public_shaming"),),
                (said("debt_disclosure"), ("contact.audience", among("recipient.audience", ("group", "public")))),
            ),
        ),
        Rule("doorstep-obstruction", (("contact.channel", col("channel") == "visit"), said("doorstep_obstruction"))),
        Rule(
            "inaccessible-channel",
            (out, borrower),
            ((voice, needs("deaf")), (("contact.channel", col("channel") == "letter"), needs("blind"))),
        ),
        Rule(
            "distressed-not-handed-over",
            (
                said("distress"),
                ("contact.disposition", (col("outcome.disposition") != "handed_over").fill_null(value=True)),
            ),
        ),
        Rule(
            "social-account-bombing",
            (
                out,
                ("contact.channel", among("channel", SOCIAL)),
                borrower,
                ("measure.social_messages_today", at_limit("social", limits.social_messages_per_day)),
            ),
        ),
        Rule(
            "repeated-contact", (out, borrower, ("measure.contacts_today", at_limit("today", limits.contacts_per_day)))
        ),
        Rule("contact-outside-permitted-hours", (out, ("contact.local_time", ~col("inside")))),
        Rule("contact-runs-into-quiet-hours", (out, voice, within, ("contact.local_end", col("runs")))),
        Rule("contact-in-elected-quiet-window", (out, borrower, ("contact.in_elected_quiet_window", col("in_window")))),
        Rule(
            "contact-to-number-reported-wrong",
            (
                out,
                ("recipient.number_reported_wrong", ~col("unnumbered")),
                ("recipient.number_reported_wrong", col("wrong")),
            ),
        ),
        Rule("contact-after-cease-request", (out, ("recipient.has_asked_to_cease", col("cease")))),
        Rule(
            "agency-not-on-registry",
            (
                out,
                ("agency.is_listed", ~col("agency_listed")),
                ("agency.is_listed", col("day") >= pl.date(2025, 10, 1)),
            ),
        ),
        Rule("law-firm-not-on-registry", (claimed, ("law_firm.all_listed", ~col("all_listed")))),
        Rule(
            "law-firm-not-in-official-directory",
            (claimed, ("law_firm.all_in_official_directory", ~col("all_in_directory"))),
        ),
        Rule("law-firm-names-disagree", (claimed, ("law_firm.names_disagree", col("disagree")))),
        Rule(
            "lawyer-claimed-without-firm",
            (("law_firm.is_claimed", ~col("claimed")), ("law_firm.lawyer_is_claimed", col("lawyer"))),
        ),
        Rule("third-party-while-borrower-reachable", (out, third, ("borrower.is_unreachable", ~col("unreachable")))),
        Rule("third-party-not-emergency-contact", (out, third, ("recipient.is_emergency_contact", ~col("listed")))),
    ]


def decided(log: pl.DataFrame, limits: Given) -> pl.DataFrame:
    """Every violation and unassessable verdict, in the order of contacts and rules."""
    asked = rules(limits)
    truths = log.select("row", "started_at", "event_id", "case_id", *(one.whole().alias(one.name) for one in asked))
    found = []
    for one in asked:
        violated = (
            truths.filter(col(one.name))
            .select("row", "started_at", "event_id", "case_id")
            .with_columns(rule=lit(one.name), verdict=lit("violation"), missing=pl.lit([], pl.List(pl.String)))
        )
        found.append(violated)
        if truths[one.name].null_count():
            open_ = log.filter(truths[one.name].is_null())
            names = [when(is_open).then(lit(name)) for name, is_open in one.missing()]
            missing = pl.concat_list(names).list.drop_nulls().list.unique(maintain_order=True)
            found.append(
                open_.select(
                    "row",
                    "started_at",
                    "event_id",
                    "case_id",
                    rule=lit(one.name),
                    verdict=lit("unassessable"),
                    missing=missing,
                )
            )
    return pl.concat(found).sort("row", "rule").drop("row")
