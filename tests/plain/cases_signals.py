"""Cases of lines 22 to 25: what was said, what was asked, and the remaining rules."""

from typing import Any

from .case import MET_THIRD, MOTHER, MUM, NEW, NOW, OWN, REACHED, SELF, Case, Json, at, event, one, profile

SUPPLIED = ("doorstep_obstruction", "distress")
SPOKEN = (
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
)


def shown(says: str, facts: dict[str, bool | None], **fields: Any) -> Case:
    """Return a case about the signals of a call to the borrower."""
    given = event(to=SELF, outcome=REACHED, **fields)
    return one(22, says, given, {f"content.{name}": value for name, value in facts.items()})


LINE_22 = [
    shown("without content and signals all is unknown", dict.fromkeys((*SPOKEN, *SUPPLIED))),
    shown("an empty content shows no signal", dict.fromkeys(SPOKEN, False), content=""),
    shown("an empty content says nothing of what is only supplied", dict.fromkeys(SUPPLIED), content=""),
    shown("without a detector a content shows nothing", dict.fromkeys((*SPOKEN, *SUPPLIED)), content="您好"),
    shown(
        "a signal given is taken, one by one", {"threat": True, "abuse": None}, signals={"threat": True}, content="您好"
    ),
    shown(
        "a signal given wins over an empty content",
        {"threat": True, "abuse": False},
        signals={"threat": True},
        content="",
    ),
    shown("a signal given as false", {"threat": False, "abuse": None}, signals={"threat": False}),
    shown("a signal given as null is not given", {"threat": None}, signals={"threat": None}),
    shown("a null signal beside an empty content", {"threat": False}, signals={"threat": None}, content=""),
    shown(
        "a supplied signal",
        {"distress": True, "doorstep_obstruction": False},
        signals={"distress": True, "doorstep_obstruction": False},
    ),
    one(
        22,
        "without a detector firms not given in fields are unknown",
        event(to=SELF, outcome=REACHED, content="您好"),
        {"law_firm.is_claimed": None},
        {"law-firm-not-on-registry": "unassessable"},
        registry={"rows": [{"name": "天平律师事务所", "category": "law_firm"}], "lists": []},
    ),
]

WRONG_FACT, CEASE_FACT = "recipient.number_reported_wrong", "recipient.has_asked_to_cease"
WRONG_RULE, CEASE_RULE = "contact-to-number-reported-wrong", "contact-after-cease-request"
WORDS = {True: "violation", False: "clear", None: "unassessable"}


def told(
    says: str, expected: bool | None, instructions: list[Json] | None, given: Json, fact: str = WRONG_FACT
) -> Case:
    """Return a case about the instructions of a profile."""
    rule = WRONG_RULE if fact == WRONG_FACT else CEASE_RULE
    case = profile(instructions=instructions)
    return one(23, says, given, {fact: expected}, {rule: WORDS[expected]}, case=case)


def heard(says: str, expected: bool | None, earlier: Json, given: Json, fact: str = WRONG_FACT) -> Case:
    """Return a case about what an earlier event reported."""
    rule = WRONG_RULE if fact == WRONG_FACT else CEASE_RULE
    return one(23, says, given, {fact: expected}, {rule: WORDS[expected]}, case=profile(), before=[earlier])


def reports(kind: str, to: Json, started_at: str | None = None, **fields: Any) -> Json:
    """Return an earlier event that reported a change."""
    return event("a", started_at or at(19), to, outcome={"state_change": kind}, **fields)


def outside(says: str, given: Json, rule: str, instructions: list[Json]) -> Case:
    """Return a case to which a rule on instructions does not apply."""
    return one(23, says, given, {}, {rule: "not_applicable"}, case=profile(instructions=instructions))


NEW_CALL = event(to={"number": NEW})
OWN_CALL = event(to=SELF)
MUM_CALL = event(to=MOTHER)
WRONG_NEW: Json = {"kind": "wrong_number", "number": NEW}
CEASE: Json = {"kind": "cease"}
LINE_23 = [
    told("a number said to be wrong", True, [WRONG_NEW], NEW_CALL),
    told("a number said to be recycled", True, [{"kind": "recycled_number", "number": NEW}], NEW_CALL),
    told("another number", False, [WRONG_NEW], OWN_CALL),
    told("another kind", False, [{"kind": "no_workplace", "number": NEW}], NEW_CALL),
    told("no instruction", False, [], NEW_CALL),
    told("instructions unknown", None, None, NEW_CALL),
    told("from that instant on, inclusive", True, [{**WRONG_NEW, "at": NOW}], NEW_CALL),
    told("a second before it was known", False, [{**WRONG_NEW, "at": at(20, "10:00:01")}], NEW_CALL),
    told("when it has expired", False, [{**WRONG_NEW, "expires": NOW}], NEW_CALL),
    told("another way of writing the number", True, [{**WRONG_NEW, "number": "+86 137 0000 0003"}], NEW_CALL),
    told("a masked number that may be the one", None, [WRONG_NEW], event(to={"number": "137****0003"})),
    told("a message to that number", True, [WRONG_NEW], event(to={"number": NEW}, channel="sms")),
    outside("a visit without a number", event(to={"name": "王芳"}, channel="visit"), WRONG_RULE, [WRONG_NEW]),
    outside("a letter without a number", event(channel="letter"), WRONG_RULE, [WRONG_NEW]),
    outside("a post without a number", event(channel="social_post"), WRONG_RULE, [WRONG_NEW]),
    outside(
        "an inbound call from that number", event(to={"number": NEW}, direction="inbound"), WRONG_RULE, [WRONG_NEW]
    ),
    heard("an earlier event said so", True, reports("wrong_number", {"number": NEW}), NEW_CALL),
    heard("an earlier event said that it was recycled", True, reports("recycled_number", {"number": NEW}), NEW_CALL),
    heard("an earlier event said so of another number", False, reports("wrong_number", {"number": OWN}), NEW_CALL),
    heard("an earlier event reported something else", False, reports("dispute", {"number": NEW}), NEW_CALL),
    heard("a later event said so", False, reports("wrong_number", {"number": NEW}, at(20, "10:00:01")), NEW_CALL),
    heard(
        "an event that was known later said so",
        False,
        reports("wrong_number", {"number": NEW}, recorded_at=at(21)),
        NEW_CALL,
    ),
    heard("another case's event said so", False, reports("wrong_number", {"number": NEW}, case_id="C2"), NEW_CALL),
    heard("an inbound event said so", True, reports("wrong_number", {"number": NEW}, direction="inbound"), NEW_CALL),
    one(
        23,
        "an event does not come before its own report",
        event(to={"number": NEW}, outcome={"state_change": "wrong_number"}),
        {WRONG_FACT: False},
        {WRONG_RULE: "clear"},
        case=profile(),
    ),
    told("a request without a number binds toward the borrower", True, [CEASE], OWN_CALL, CEASE_FACT),
    told("a request without a number does not bind toward others", False, [CEASE], MUM_CALL, CEASE_FACT),
    told("a request without a number and an unknown addressee", None, [CEASE], NEW_CALL, CEASE_FACT),
    told("a request for one number", True, [{**CEASE, "number": MUM}], MUM_CALL, CEASE_FACT),
    told("a request for another number", False, [{**CEASE, "number": MUM}], OWN_CALL, CEASE_FACT),
    told("a request for this channel", True, [{**CEASE, "channel": "call"}], OWN_CALL, CEASE_FACT),
    told("a request for another channel", False, [{**CEASE, "channel": "sms"}], OWN_CALL, CEASE_FACT),
    told("a request from that instant on", True, [{**CEASE, "at": NOW}], OWN_CALL, CEASE_FACT),
    told("a request a second later", False, [{**CEASE, "at": at(20, "10:00:01")}], OWN_CALL, CEASE_FACT),
    told("a request that has expired", False, [{**CEASE, "expires": NOW}], OWN_CALL, CEASE_FACT),
    told("another kind of instruction", False, [{"kind": "attorney"}], OWN_CALL, CEASE_FACT),
    told("requests unknown", None, None, OWN_CALL, CEASE_FACT),
    heard("an event's own request binds its recipient", True, reports("cease", MOTHER), MUM_CALL, CEASE_FACT),
    heard("and nobody else", False, reports("cease", MOTHER), OWN_CALL, CEASE_FACT),
    heard("the borrower's request on a call", True, reports("cease", SELF), OWN_CALL, CEASE_FACT),
    heard(
        "the borrower's request at the door binds on the telephone",
        True,
        reports("cease", {"relationship": "self"}, channel="visit"),
        OWN_CALL,
        CEASE_FACT,
    ),
    heard(
        "the mother's request at the door binds at the door",
        True,
        reports("cease", {"name": "王芳"}, channel="visit"),
        event(to={"name": "王芳"}, channel="visit"),
        CEASE_FACT,
    ),
    heard(
        "the borrower's request does not bind toward the mother", False, reports("cease", SELF), MUM_CALL, CEASE_FACT
    ),
    outside("an inbound call after a request", event(to=SELF, direction="inbound"), CEASE_RULE, [CEASE]),
    one(
        23,
        "an instruction in the log counts though the profile's are unknown",
        OWN_CALL,
        {CEASE_FACT: True},
        {CEASE_RULE: "violation"},
        before=[reports("cease", SELF)],
    ),
]

BY_SIGNAL = {
    "threat-made": "threat",
    "abusive-language": "abuse",
    "authority-impersonated": "impersonates_authority",
    "false-legal-consequence-claimed": "false_legal_claim",
    "payment-to-private-account": "solicits_private_payment",
    "fee-for-credit-repair-or-rate-cut": "credit_repair_or_rate_scam",
}
BY_THIRD_PARTY = {"third-party-asked-to-pay": "third_party_pressure", "personal-data-in-message": "pii_leak"}


def ruled(line: int, says: str, rule: str, verdict: str, **fields: Any) -> Case:
    """Return a case about one rule and one contact to the borrower."""
    case = profile(**fields.pop("case", {}))
    given = event(**{"to": SELF, "outcome": REACHED, **fields})
    return one(line, f"{rule}: {says}", given, {}, {rule: verdict}, case=case)


def by_signal(rule: str, signal: str) -> list[Case]:
    """Return the cases of a rule by a signal alone."""
    yes, no = {"signals": {signal: True}}, {"signals": {signal: False}}
    return [
        ruled(24, "said", rule, "violation", **yes),
        ruled(24, "not said", rule, "clear", **no),
        ruled(24, "unknown whether said", rule, "unassessable"),
        ruled(24, "said to the mother", rule, "violation", to=MOTHER, **{**yes, "outcome": MET_THIRD}),
        ruled(24, "in a message", rule, "violation", channel="sms", **yes),
        ruled(
            24,
            "in a message that did not arrive",
            rule,
            "not_applicable",
            channel="sms",
            **{**yes, "outcome": {"network": "undelivered"}},
        ),
        ruled(24, "nobody answered", rule, "not_applicable", **{**yes, "outcome": {"network": "no_answer"}}),
        ruled(24, "unknown whether anything was conveyed", rule, "unassessable", **{**yes, "outcome": {}}),
        ruled(24, "inbound", rule, "not_applicable", direction="inbound", **yes),
    ]


def by_third_party(rule: str, signal: str) -> list[Case]:
    """Return the cases of a rule by a signal and a third party reached."""
    to_mother: Json = {"to": MOTHER, "outcome": MET_THIRD}
    return [
        ruled(24, "a third party was reached", rule, "violation", signals={signal: True}, **to_mother),
        ruled(24, "not said", rule, "clear", signals={signal: False}, **to_mother),
        ruled(24, "unknown whether said", rule, "unassessable", **to_mother),
        ruled(24, "the borrower was reached", rule, "not_applicable", signals={signal: True}),
    ]


LINE_24 = [
    *(case for rule, signal in BY_SIGNAL.items() for case in by_signal(rule, signal)),
    *(case for rule, signal in BY_THIRD_PARTY.items() for case in by_third_party(rule, signal)),
]

PUBLIC, DOOR, ACCESS, DISTRESS = (
    "debt-publicised",
    "doorstep-obstruction",
    "inaccessible-channel",
    "distressed-not-handed-over",
)
DISCLOSES: Json = {"signals": {"debt_disclosure": True, "public_shaming": False}}
SHAMES: Json = {"signals": {"debt_disclosure": False, "public_shaming": True}}
NEITHER: Json = {"signals": {"debt_disclosure": False, "public_shaming": False}}
DEAF, BLIND = {"accessibility": ["deaf"]}, {"accessibility": ["blind"]}
IN_DISTRESS: Json = {"signals": {"distress": True}}
LINE_25 = [
    ruled(25, "shaming in private", PUBLIC, "violation", to={**SELF, "audience": "private"}, **SHAMES),
    ruled(25, "a debt named in a group", PUBLIC, "violation", to={"audience": "group"}, channel="wechat", **DISCLOSES),
    ruled(
        25, "a debt named in public", PUBLIC, "violation", to={"audience": "public"}, channel="social_post", **DISCLOSES
    ),
    ruled(25, "a debt named in private", PUBLIC, "clear", to={**SELF, "audience": "private"}, **DISCLOSES),
    ruled(25, "a post without a debt", PUBLIC, "clear", to={"audience": "public"}, channel="social_post", **NEITHER),
    ruled(
        25, "a post of which nothing is known", PUBLIC, "unassessable", to={"audience": "public"}, channel="social_post"
    ),
    ruled(
        25, "a visit that blocks the door", DOOR, "violation", channel="visit", signals={"doorstep_obstruction": True}
    ),
    ruled(25, "a visit that does not", DOOR, "clear", channel="visit", signals={"doorstep_obstruction": False}),
    ruled(25, "a visit without the signal", DOOR, "unassessable", channel="visit"),
    ruled(
        25, "a visit without the signal, on which nothing was said", DOOR, "unassessable", channel="visit", content=""
    ),
    ruled(25, "a call", DOOR, "not_applicable", signals={"doorstep_obstruction": True}),
    ruled(25, "a call to the deaf", ACCESS, "violation", case=DEAF),
    ruled(25, "a voice notice to the deaf", ACCESS, "violation", case=DEAF, channel="voice_notice"),
    ruled(25, "a message to the deaf", ACCESS, "clear", case=DEAF, channel="sms"),
    ruled(25, "a letter to the deaf", ACCESS, "clear", case=DEAF, channel="letter"),
    ruled(25, "a letter to the blind", ACCESS, "violation", case=BLIND, channel="letter"),
    ruled(25, "a call to the blind", ACCESS, "clear", case=BLIND),
    ruled(25, "a call to a borrower without needs", ACCESS, "clear"),
    ruled(25, "a call, needs unknown", ACCESS, "unassessable", case={"accessibility": None}),
    ruled(25, "a message, needs unknown", ACCESS, "clear", case={"accessibility": None}, channel="sms"),
    ruled(25, "a call to the mother of the deaf", ACCESS, "not_applicable", case=DEAF, to=MOTHER),
    ruled(25, "a call by the deaf", ACCESS, "not_applicable", case=DEAF, direction="inbound"),
    ruled(25, "promised", DISTRESS, "violation", **IN_DISTRESS, outcome={**REACHED, "disposition": "promise"}),
    ruled(25, "handed over", DISTRESS, "clear", **IN_DISTRESS, outcome={**REACHED, "disposition": "handed_over"}),
    ruled(
        25,
        "an end that no table knows",
        DISTRESS,
        "unassessable",
        **IN_DISTRESS,
        outcome={**REACHED, "disposition": "unknown"},
    ),
    ruled(25, "distress unknown", DISTRESS, "unassessable", outcome={**REACHED, "disposition": "promise"}),
]
CASES = [*LINE_22, *LINE_23, *LINE_24, *LINE_25]
