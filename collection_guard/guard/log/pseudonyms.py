"""Personal data as keyed pseudonyms: the same person is the same word, and without the key nobody knows who."""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from typing import Any, Final

from collection_guard.facts.addressee import usable_name
from collection_guard.facts.names import fold_name
from collection_guard.facts.numbers import number_key
from collection_guard.model.event import Event, Recipient
from collection_guard.model.profile import CaseProfile

NOBODY: Final = "*"
"""Stands for what was given and can be nobody's key: a number that is none; it marks a name that was masked."""
SPOKEN: Final = "…"
"""Stands for a content that was recorded: its words are not kept, what was heard in them is."""
_LENGTH: Final = 32
_LETTERS: Final = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
_NUMBER: Final = "consent_number"
_ADDRESSES: Final = frozenset({"to_address", "about_address"})
"""Fields that are compared with each other: an address is one word in both."""
_NO_PERSONS: Final = frozenset(
    {
        "consent",
        "gives_consent",
        "consent_date",
        "in_reply_to",
        "debts",
        "discussed",
        "opened_by_collector",
        "opened_by_borrower",
        "allocated_to",
    }
)
"""Further fields that name debts, events, dates and scopes."""


class Pseudonyms:
    """Puts pseudonyms in the place of numbers, names and identifiers of persons."""

    def __init__(self, key: bytes, country: str) -> None:
        self._key = key
        self._country = country

    def _of(self, kind: str, value: str) -> str:
        # Letters, and enough of them: such a word is its own key wherever numbers are compared, and no number itself.
        digest = hmac.new(self._key, f"{kind}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha256)
        return digest.hexdigest()[:_LENGTH].translate(_LETTERS)

    def number(self, number: str | None) -> str | None:
        """Return the pseudonym of a number: one for all ways to write it."""
        if number is None or not number.strip():
            return number
        key = number_key(number, self._country)
        return NOBODY if key is None else self._of("number", key)

    def name(self, name: str | None) -> str | None:
        """Return the pseudonym of a name: one for all ways to write it."""
        if name is None or not name.strip():
            return name
        usable = usable_name(name)
        # A masked name is nobody's, and still another than the next: with the mark, its pseudonym is masked too.
        return NOBODY + self._of("name", fold_name(name)) if usable is None else self._of("name", usable)

    def identifier(self, kind: str, value: str | None) -> str | None:
        """Return the pseudonym of an identifier."""
        return None if value is None else self._of(kind, value)

    def event(self, event: Event, words: Mapping[str, Collection[str]]) -> Event:
        """Return an event without personal data; its words are gone, and ``extra`` with them.

        ``words`` are those of further fields that have a closed list: they stay as they are.
        """
        collector = event.collector
        name = collector.name
        return event.model_copy(
            update={
                "borrower_id": self.identifier("borrower", event.borrower_id),
                "collector": collector.model_copy(
                    update={
                        "id": self.identifier("collector", collector.id),
                        "name": name if name is None else self._of("name", fold_name(name)),
                    }
                ),
                "recipient": self._recipient(event.recipient),
                "claims": event.claims.model_copy(update={"person": self.name(event.claims.person)}),
                "content": SPOKEN if event.content else event.content,
                "fields": event.fields and {name: self._field(name, one, words) for name, one in event.fields.items()},
                "extra": None,
            }
        )

    def _field(self, name: str, value: Any, words: Mapping[str, Collection[str]]) -> Any:
        if isinstance(value, list | tuple):
            return [self._field(name, one, words) for one in value]
        if not isinstance(value, str) or name in _NO_PERSONS or value in words.get(name, ()):
            return value
        if name == _NUMBER:
            return self.number(value)
        return self.identifier("field address" if name in _ADDRESSES else f"field {name}", value)

    def _recipient(self, recipient: Recipient) -> Recipient:
        members = recipient.members
        return recipient.model_copy(
            update={
                "name": self.name(recipient.name),
                "number": self.number(recipient.number),
                "members": None if members is None else tuple(self._recipient(member) for member in members),
            }
        )

    def profile(self, profile: CaseProfile) -> CaseProfile:
        """Return a case profile without personal data."""

        def each(entries: tuple[Any, ...] | None, **ways: Any) -> tuple[Any, ...] | None:
            if entries is None:
                return None
            return tuple(
                entry.model_copy(update={field: way(getattr(entry, field)) for field, way in ways.items()})
                for entry in entries
            )

        return profile.model_copy(
            update={
                "borrower_id": self.identifier("borrower", profile.borrower_id),
                "numbers": each(profile.numbers, number=self.number),
                "emergency_contacts": each(profile.emergency_contacts, number=self.number, name=self.name),
                "instructions": each(profile.instructions, number=self.number),
            }
        )
