"""Planted wrongs: each adds contacts that violate rules, and names every rule that each of them violates."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Final

from simulator import rule_ids as rule
from simulator.story import Story
from simulator.world import SHANGHAI
from simulator.wrongs import instructions, names, when, whom, words


@dataclass(frozen=True, slots=True)
class Wrong:
    """A kind of wrong: how it is played and what the borrower's life must be like for it."""

    name: str
    play: Callable[[Story], None]
    wants: dict[str, Any] = field(default_factory=dict)
    first: bool = False
    """It needs a day of its own choice, or a life without an earlier contact."""
    last: bool = False
    """No ordinary contact may follow it."""


_TOO_MUCH: Final = {rule.BEYOND_RELAY, rule.DISCLOSED}
_ONE_CASE: Final[dict[str, Any]] = {"cases": 1}

WRONGS: Final[tuple[Wrong, ...]] = (
    Wrong("emergency contact while reachable", whom.emergency_contact_while_reachable),
    Wrong("outsider while reachable", whom.outsider_while_reachable),
    Wrong("third party first", whom.third_party_first, first=True),
    Wrong("outsider while unreachable", whom.outsider_while_unreachable),
    Wrong("emergency contact at other number", whom.emergency_contact_at_other_number),
    Wrong("former emergency contact", whom.former_emergency_contact),
    Wrong("debt told", partial(whom.emergency_contact_told, says="disclosure", wrongs=_TOO_MUCH)),
    Wrong(
        "asked to pay",
        partial(whom.emergency_contact_told, says="pressure", wrongs=_TOO_MUCH | {rule.ASKED_TO_PAY}),
    ),
    Wrong("prying", partial(whom.emergency_contact_told, says="prying", wrongs={rule.BEYOND_RELAY})),
    Wrong("too few attempts", whom.too_few_attempts),
    Wrong("attempts too old", whom.attempts_too_old, {"zone": SHANGHAI}),
    Wrong("connected since", whom.connected_since),
    Wrong("attempt not yet known", whom.attempt_not_yet_known),
    Wrong("own number of old", whom.own_number_of_old, {"zone": SHANGHAI}),
    Wrong("told whoever answers", whom.told_whoever_answers),
    Wrong("told a caller", whom.told_a_caller),
    Wrong(
        "personal data",
        partial(whom.personal_data_told, says="identity", wrongs={rule.PERSONAL_DATA, rule.BEYOND_RELAY}),
    ),
    Wrong(
        "personal data and debt",
        partial(whom.personal_data_told, says="identity_and_debt", wrongs={rule.PERSONAL_DATA} | _TOO_MUCH),
    ),
    Wrong("outside hours", when.outside_hours),
    Wrong(
        "clock change in New York",
        partial(when.outside_hours_on_clock_change, day=date(2025, 11, 2)),
        {"zone": "America/New_York"},
        first=True,
    ),
    Wrong(
        "clock change in London",
        partial(when.outside_hours_on_clock_change, day=date(2025, 10, 26)),
        {"zone": "Europe/London"},
        first=True,
    ),
    Wrong("third party at night", when.third_party_at_night),
    Wrong("runs into the night", when.runs_into_the_night),
    Wrong("in quiet window", when.in_quiet_window, {"window": "some"}),
    Wrong("in window over midnight", when.in_window_over_midnight, {"window": "over midnight"}),
    Wrong(
        "firm on neither",
        partial(
            names.claimed_firm,
            names="firms_on_neither",
            wrongs={rule.FIRM_NOT_LISTED, rule.FIRM_NOT_IN_DIRECTORY},
        ),
    ),
    Wrong(
        "firm not listed", partial(names.claimed_firm, names="firms_only_in_directory", wrongs={rule.FIRM_NOT_LISTED})
    ),
    Wrong(
        "firm not in directory",
        partial(names.claimed_firm, names="firms_only_on_list", wrongs={rule.FIRM_NOT_IN_DIRECTORY}),
    ),
    Wrong("firm no longer listed", names.firm_no_longer_listed, {"zone": SHANGHAI}, first=True),
    Wrong("two firms in one contact", names.two_firms_in_one_contact),
    Wrong("visit and letter disagree", names.visit_and_letter_disagree),
    Wrong("lawyer without firm", names.lawyer_without_firm),
    Wrong("agency on no list", partial(names.agency_not_listed, names="agencies_on_no_list")),
    Wrong("agency of another kind", partial(names.agency_not_listed, names="agencies_listed_as_something_else")),
    Wrong("agency dropped", names.agency_dropped, {"zone": SHANGHAI}, first=True),
    Wrong("number reported in the log", instructions.number_reported_in_the_log, _ONE_CASE, last=True),
    Wrong("number reported in profile", instructions.number_reported_in_profile, _ONE_CASE, last=True),
    Wrong("after the borrower said stop", instructions.after_the_borrower_said_stop, _ONE_CASE, last=True),
    Wrong("after a cease in profile", instructions.after_a_cease_in_profile, _ONE_CASE, last=True),
    Wrong("after the contact said stop", instructions.after_the_emergency_contact_said_stop, _ONE_CASE, last=True),
    Wrong("threat", partial(words.said_to_borrower, says="threat", wrongs={rule.THREAT})),
    Wrong("arrest", partial(words.said_to_borrower, says="arrest", wrongs={rule.THREAT, rule.FALSE_LEGAL})),
    Wrong("false claim", partial(words.said_to_borrower, says="false_claim", wrongs={rule.FALSE_LEGAL})),
    Wrong("abuse", partial(words.said_to_borrower, says="abuse", wrongs={rule.ABUSE})),
    Wrong("police", partial(words.said_to_borrower, says="police", wrongs={rule.AUTHORITY})),
    Wrong("private account", partial(words.said_to_borrower, says="private_payment", wrongs={rule.PRIVATE_ACCOUNT})),
    Wrong("credit repair", partial(words.said_to_borrower, says="credit_repair", wrongs={rule.REPAIR_FEE})),
    Wrong(
        "shaming to come",
        partial(words.said_to_borrower, says="shaming_to_come", wrongs={rule.THREAT, rule.PUBLICISED}),
    ),
    Wrong("publicised in group", words.publicised_in_group),
    Wrong("publicised to all", words.publicised_to_all),
    Wrong("bombing", words.bombing, _ONE_CASE),
    Wrong("repeated", words.repeated, _ONE_CASE),
    Wrong("at the door", words.at_the_door),
    Wrong("call to the deaf", partial(words.inaccessible, channel="call"), {"need": "deaf"}),
    Wrong("voice notice to the deaf", partial(words.inaccessible, channel="voice_notice"), {"need": "deaf"}),
    Wrong("letter to the blind", partial(words.inaccessible, channel="letter"), {"need": "blind"}),
    Wrong("distress ignored", words.distress_ignored),
    Wrong("everything at once", words.everything_at_once),
)
