"""Conditions in words: what would have made a contact lawful is said as its opposite, not as a negation of it."""

import pytest

from collection_guard.language.ir import Bounds, Test, negated
from collection_guard.language.units import HOUR
from collection_guard.language.vocabulary import FACTS
from collection_guard.reports.conditions import in_words

TALK = "contact.talk_seconds"


@pytest.mark.parametrize(
    ("test", "opposite"),
    [
        (Test("contact.channel", "eq", "call"), "contact.channel is not call"),
        (Test("contact.channel", "in", frozenset({"sms", "call"})), "contact.channel is none of call, sms"),
        (Test("contact.conveyed", "eq", True), "contact.conveyed is false"),
        (Test("contact.channel", "known", True), "contact.channel is not recorded"),
        (Test(TALK, "lt", 3), f"{TALK} is at least 3"),
        (Test(TALK, "le", 3), f"{TALK} is above 3"),
        (Test(TALK, "gt", 3), f"{TALK} is at most 3"),
        (Test(TALK, "ge", 3), f"{TALK} is below 3"),
        (
            Test("contact.local_time", "between", Bounds(8 * HOUR, 21 * HOUR)),
            "contact.local_time lies outside 08:00:00 (included) to 21:00:00 (excluded)",
        ),
    ],
)
def test_the_opposite_of_a_leaf_is_said_plainly(test: Test, opposite: str) -> None:
    """Each comparison has an opposite of its own, and the opposite of that is the comparison again."""
    assert in_words(negated(test), FACTS, "en") == opposite
    assert in_words(negated(negated(test)), FACTS, "en") == in_words(test, FACTS, "en") != opposite
    assert in_words(negated(test), FACTS, "zh") != in_words(test, FACTS, "zh")
