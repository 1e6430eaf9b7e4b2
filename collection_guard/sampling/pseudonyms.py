"""Contacts under other names: whoever keeps a sample in git must not keep a person in it.

One number becomes one other number in the same form, wherever it stands, and one name one other name, so that what
rules compare stays equal or different. Dates, relationships, outcomes and agencies stay as they are.
"""

import re
from typing import Any, Final

from collection_guard.facts.addressee import usable_name
from collection_guard.facts.numbers import number_key
from collection_guard.model.event import Event, Recipient
from collection_guard.model.profile import CaseProfile

_TURNED: Final = 7
"""Digits at the end of a number that are replaced: those before them tell the country, the network or the town."""
_RUN: Final = re.compile(r"\d(?:[ \-]?\d){6,}[xX]?")
_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９", "0123456789")
_LONG: Final = 10
_SHORTEST: Final = 7
"""Shorter numbers are those of services and extensions: nobody's."""


class Pseudonyms:
    """Gives each number, name and identifier of one case another one, the same wherever it stands."""

    def __init__(self, country: str) -> None:
        self._country = country
        self._given: dict[tuple[str, str], str] = {}
        self._names: dict[str, str] = {}

    def _number_of(self, kind: str, key: str) -> int:
        found = self._given.setdefault((kind, key), str(1 + sum(one == kind for one, _ in self._given)))
        return int(found)

    def identifier(self, kind: str, value: str | None) -> str | None:
        """Return another identifier."""
        return None if value is None else f"{kind}-{self._number_of(kind, value)}"

    def name(self, value: str | None) -> str | None:
        """Return another name; one that is masked already stays as it is."""
        key = usable_name(value)
        if value is None or key is None:
            return value
        other = f"人物{self._number_of('name', key)}"
        self._names[value.strip()] = other
        return other

    def number(self, value: str | None) -> str | None:
        """Return another number in the same form; what is no number of its own stays as it is."""
        key = number_key(value, self._country)
        if value is None or key is None:
            return value
        plain = value.translate(_FULL_WIDTH)
        places = [place for place, character in enumerate(plain) if character.isdigit()]
        if not places or not key.startswith("+"):
            return f"account-{self._number_of('account', key):06}"
        if len(places) < _SHORTEST:
            return plain
        kept = places[-_TURNED:] if len(places) >= _LONG else places[-4:]
        digits = f"{self._number_of('number', key):0{len(kept)}}"[-len(kept) :]
        letters = list(plain)
        for place, digit in zip(kept, digits, strict=True):
            letters[place] = digit
        return "".join(letters)

    def words(self, value: str | None) -> str | None:
        """Return what was said with other names and numbers in it."""
        if value is None:
            return None
        for name, other in sorted(self._names.items(), key=lambda pair: -len(pair[0])):
            if len(name) > 1:
                value = value.replace(name, other)
        return _RUN.sub(lambda found: self._run(found[0]), value.translate(_FULL_WIDTH))

    def _run(self, run: str) -> str:
        """Return other digits in the form of a run of digits; of a number that is known, its other number."""
        key = number_key(run, self._country)
        if key is not None and ("number", key) in self._given:
            return self.number(run) or run
        kept = 3 if len(run) > _TURNED else 0
        digits = iter(f"{self._number_of('run', run):0{len(run)}}"[-len(run) :])
        return run[:kept] + "".join(next(digits) if character.isdigit() else character for character in run[kept:])

    def event(self, event: Event) -> dict[str, Any]:
        """Return a contact as JSON, under other names; what the log keeps for itself is left out."""
        found = event.model_dump(mode="json", exclude_none=True, exclude={"extra"})
        found["event_id"] = self.identifier("event", event.event_id)
        found["case_id"] = self.identifier("case", event.case_id)
        if event.borrower_id is not None:
            found["borrower_id"] = self.identifier("borrower", event.borrower_id)
        _put(
            found,
            "collector",
            id=self.identifier("collector", event.collector.id),
            name=self.name(event.collector.name),
        )
        found["recipient"] = self._recipient(event.recipient)
        _put(found, "claims", person=self.name(event.claims.person))
        if event.content is not None:
            found["content"] = self.words(event.content)
        return {key: value for key, value in found.items() if value != {}}

    def _recipient(self, recipient: Recipient) -> dict[str, Any]:
        found = recipient.model_dump(mode="json", exclude_none=True, exclude={"members"})
        if recipient.name is not None:
            found["name"] = self.name(recipient.name)
        if recipient.number is not None:
            found["number"] = self.number(recipient.number)
        if recipient.members is not None:
            found["members"] = [self._recipient(member) for member in recipient.members]
        return found

    def profile(self, profile: CaseProfile) -> dict[str, Any]:
        """Return a profile as JSON, under other names."""
        found = profile.model_dump(mode="json", by_alias=True)
        found = {key: value for key, value in found.items() if value is not None}
        found["case_id"] = self.identifier("case", profile.case_id)
        if profile.borrower_id is not None:
            found["borrower_id"] = self.identifier("borrower", profile.borrower_id)
        for key in ("numbers", "emergency_contacts", "instructions"):
            for entry in found.get(key, ()):
                if entry.get("number") is not None:
                    entry["number"] = self.number(entry["number"])
                if entry.get("name") is not None:
                    entry["name"] = self.name(entry["name"])
        return found


def _put(found: dict[str, Any], group: str, **values: str | None) -> None:
    """Replace what a group holds."""
    for name, value in values.items():
        if value is not None:
            found[group][name] = value
