"""How each fact is computed from events, profiles, history and the partner registry."""

# Each of these modules registers how its facts are computed.
from collection_guard.facts import (
    addressee,
    allocation,
    claims,
    consents,
    declared,
    instructions,
    outcome,
    signals,
    timing,
)

__all__ = [
    "addressee",
    "allocation",
    "claims",
    "consents",
    "declared",
    "instructions",
    "outcome",
    "signals",
    "timing",
]
