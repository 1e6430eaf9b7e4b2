"""Attempts that no rule tells apart as long as nothing is recorded of either: what is found out for one holds for all.

Rules read what a contact and a profile say, and seldom who it is that they say it of. Of cases, borrowers and
collectors they read whether they are known, and who they are only to find the past by. Of numbers and names they read
whether it is one, in which zones a number may lie, and whether it is that of an entry of the profile. All else is
compared literally, whatever it is: a field that is added to attempts or profiles one day never makes two alike that
are not.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel

from collection_guard.facts.addressee import usable_name
from collection_guard.facts.numbers import number_key, zones_of_number
from collection_guard.guard.standing import Said
from collection_guard.guard.stores.base import Keys
from collection_guard.guard.surroundings import Surroundings
from collection_guard.language.units import SECOND
from collection_guard.model.event import Event, Recipient
from collection_guard.model.profile import CaseProfile


def _all_but(model: type[BaseModel], *names: str) -> Callable[[Any], tuple[Any, ...]]:
    return attrgetter(*(name for name in model.model_fields if name not in names))


_AS_GIVEN: Final = _all_but(
    Event,
    *("event_id", "case_id", "borrower_id", "collector", "recipient"),  # who it is, looked at below
    *("started_at", "ended_at", "talk_seconds", "recorded_at", "outcome"),  # nothing of it is known before the contact
    *("signals", "fields"),  # nothing is alike where they are given
    "extra",  # no rule reads it
)
_OF_RECIPIENT: Final = _all_but(Recipient, "number", "name", "members")
_OF_PROFILE: Final = _all_but(
    CaseProfile, "case_id", "borrower_id", "numbers", "emergency_contacts", "fields"
)  # what packs declare in fields is read by them alone, and these are left out
_LONGEST: Final = 1_000
"""How many characters a text may have for its attempt to be kept: letters by the thousand would fill the memory."""


@dataclass(slots=True)
class Alike:
    """What was found out about an attempt that holds for all that are like it, whatever their past is."""

    since: int
    until: int
    """The first instant after it at which anything may turn that any rule reads of them."""
    said: Said = field(default_factory=dict)

    def holds(self, at: int) -> bool:
        """Say whether nothing turns between what was found out and an instant."""
        # A boundary is named by the whole second at it or after it.
        return self.since <= at < self.until - SECOND


_Value = TypeVar("_Value")


class Known(Generic[_Value]):
    """What was found out lately, at most so much of it: the oldest goes first. Safe for any number of threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, _Value] = OrderedDict()

    def get(self, key: Hashable) -> _Value | None:
        """Return what is known under a key."""
        return self._values.get(key)

    def keep(self, key: Hashable, value: _Value) -> None:
        """Take what was found out."""
        with self._lock:
            self._values[key] = value
            if len(self._values) > self._most:
                self._values.popitem(last=False)

    def drop(self, key: Hashable) -> None:
        """Forget what was found out under a key."""
        with self._lock:
            self._values.pop(key, None)


def _says_more(attempt: Event) -> bool:
    """Say whether an attempt says more than most do."""
    if attempt.signals is not None or attempt.fields is not None:
        return True
    return attempt.content is not None and len(attempt.content) > _LONGEST


def same_attempt(attempt: Event) -> Hashable | None:
    """Return what rules read of an attempt but for its id and its instant; None where it says more than most do."""
    if _says_more(attempt):
        return None
    return (attempt.case_id, attempt.borrower_id, attempt.collector, attempt.recipient, *_AS_GIVEN(attempt))


def likeness(around: Surroundings, attempt: Event, keys: Keys) -> Hashable | None:
    """Return what rules read of an attempt about a person without a past; None where nothing is like it."""
    recipient = attempt.recipient
    if not around.are_plain or _says_more(attempt) or recipient.members is not None:
        return None
    world = around.world
    profile = None if keys.case is None else world.profiles.get(attempt.case_id)
    borrower = attempt.borrower_id or (profile.borrower_id if profile is not None else None)
    return (
        *_AS_GIVEN(attempt),
        attempt.collector.kind,
        *(keys.case is None, keys.borrower is None, keys.number is None, keys.collector is None),
        _OF_RECIPIENT(recipient),
        recipient.number is not None and bool(recipient.number.strip()),
        zones_of_number(recipient.number),
        world.whole_from_of.get(borrower or ""),
        profile and _profile(profile, recipient, keys.number, world.settings.country),
    )


def _profile(profile: CaseProfile, recipient: Recipient, number: str | None, country: str) -> Hashable:
    """Return what a profile says of the case and of the one who is contacted, whoever that is."""
    own, contacts = profile.numbers, profile.emergency_contacts
    name = usable_name(recipient.name) if contacts else None
    numbers: Hashable = own
    people: Hashable = contacts
    if own:
        numbers = tuple([(_same(number, number_key(one.number, country)), one.valid_from, one.valid_to) for one in own])
    if contacts:
        people = tuple(
            [
                (
                    _same(number, number_key(one.number, country)),
                    _same(name, usable_name(one.name)),
                    *(one.timezone, one.valid_from, one.valid_to),
                )
                for one in contacts
            ]
        )
    # An instruction may name a number: it is compared as it is.
    named = (recipient.number, recipient.name) if profile.instructions else None
    return _OF_PROFILE(profile), numbers, people, named


def _same(one: str | None, other: str | None) -> bool | None:
    """Say whether two numbers or names are one; None where either is none that can be compared."""
    return None if one is None or other is None else one == other
