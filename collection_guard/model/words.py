"""The closed lists of words that an event and a case profile may use."""

from typing import Final, Literal, get_args

# "other": the channel is none of these, or its word is one that no table knows. Which one it was is unknown.
Channel = Literal[
    "call",
    "voice_notice",
    "video",
    "sms",
    "wechat",
    "enterprise_wechat",
    "qq",
    "whatsapp",
    "alipay_msg",
    "app_push",
    "email",
    "letter",
    "visit",
    "social_post",
    "other",
]
Direction = Literal["outbound", "inbound"]
# In audience and network, null has a meaning of its own: spoken to one person; sent, where it is a message. What
# was recorded in a word that no table knows is "unknown".
Audience = Literal["private", "group", "public", "unknown"]
CollectorKind = Literal["human", "auto", "ai"]
Relationship = Literal[
    "self",
    "co_borrower",
    "guarantor",
    "attorney",
    "agent_authorised",
    "guardian",
    "executor",
    "heir",
    "spouse",
    "ex_spouse",
    "parent",
    "child",
    "sibling",
    "relative",
    "friend",
    "colleague",
    "classmate",
    "teacher",
    "business_partner",
    "employer",
    "community_body",
    "neighbor",
    "new_subscriber",
    "stranger",
]
Role = Literal["emergency_contact", "address_book", "skip_trace"]
Network = Literal[
    "connected",
    "no_answer",
    "busy",
    "rejected",
    "powered_off",
    "suspended",
    "unallocated",
    "out_of_coverage",
    "forwarded",
    "congestion",
    "blocked",
    "sent",
    "delivered",
    "read",
    "undelivered",
    "unknown",
]
AnsweredBy = Literal["human", "machine", "nobody"]
Party = Literal["borrower", "authorised_party", "third_party", "wrong_party", "nobody"]
# In the next two, null means that none was reported; a word that no table knows is "unknown".
StateChange = Literal[
    "wrong_number",
    "recycled_number",
    "cease",
    "dispute",
    "attorney",
    "deceased",
    "incapacitated",
    "complaint",
    "debtor_reachable",
    "unknown",
]
Disposition = Literal[
    "replied",
    "handed_over",
    "promise",
    "broken_promise",
    "negotiating",
    "refused",
    "claims_paid",
    "dispute",
    "hardship",
    "complaint",
    "callback_requested",
    "message_passed",
    "refused_by_contact",
    "third_party_pays",
    "abandoned",
    "other",
    "unknown",
]
Signal = Literal[
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
]
InstructionKind = Literal[
    "wrong_number",
    "recycled_number",
    "cease",
    "attorney",
    "dispute",
    "no_workplace",
    "no_place",
    "no_channel",
    "consent",
]
Accessibility = Literal["deaf", "blind"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

UNKNOWN: Final = "unknown"
"""Stands where something was recorded in a word that no table knows, and null would say something else."""
OTHER_CHANNEL: Final = "other"

CHANNELS: Final = get_args(Channel)
DIRECTIONS: Final = get_args(Direction)
AUDIENCES: Final = get_args(Audience)
COLLECTOR_KINDS: Final = get_args(CollectorKind)
RELATIONSHIPS: Final = get_args(Relationship)
ROLES: Final = get_args(Role)
NETWORKS: Final = get_args(Network)
ANSWERED_BY: Final = get_args(AnsweredBy)
PARTIES: Final = get_args(Party)
STATE_CHANGES: Final = get_args(StateChange)
DISPOSITIONS: Final = get_args(Disposition)
SIGNALS: Final = get_args(Signal)
INSTRUCTION_KINDS: Final = get_args(InstructionKind)
ACCESSIBILITY_NEEDS: Final = get_args(Accessibility)
WEEKDAYS: Final = get_args(Weekday)

SUPPLIED_ONLY_SIGNALS: Final = frozenset({"doorstep_obstruction", "distress"})
"""Signals that other systems supply and that no text can show (semantics 25)."""

CALL_CHANNELS: Final = frozenset({"call", "voice_notice", "video"})
"""Channels on which a network connects, or does not."""

MESSAGE_CHANNELS: Final = frozenset(
    {
        "sms",
        "wechat",
        "enterprise_wechat",
        "qq",
        "whatsapp",
        "alipay_msg",
        "app_push",
        "email",
        "letter",
        "social_post",
    }
)
"""Channels on which sending is the act (semantics 11)."""
