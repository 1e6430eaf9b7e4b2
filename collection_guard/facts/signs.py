"""Past events that carry an instruction, or name a firm: kept by case, and asked for by what they say.

Thousands of them may lie in one case, and most say the same as others did. Of those that say the same, one that was
known is as good as all of them.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from collection_guard.facts.world import has_case
from collection_guard.model.event import Event
from collection_guard.model.words import OTHER_CHANNEL, StateChange

if TYPE_CHECKING:
    from collection_guard.facts.sheet import FactSheet


SIGNS: Final = frozenset({"visit", "letter", OTHER_CHANNEL})
"""The channels whose events may name a firm together with another."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A past event that carries an instruction, or names a firm, with its facts."""

    at: int
    event_id: str
    known: int
    surely: int
    sheet: "FactSheet" = field(compare=False)
    heard: bool | None = True
    """Whether it was known at the instant asked about; it is never given where it was not."""

    @property
    def event(self) -> Event:
        """Return the event itself."""
        return self.sheet.event

    def replaces(self, other: "Sign") -> bool:
        """Say whether wherever the other is in the past and known, this one is, too."""
        place, others = (self.at, self.event_id), (other.at, other.event_id)
        return place <= others and self.known <= other.known and self.surely <= other.surely

    def heard_by(self, at: int) -> "Sign | None":
        """Return the sign as it was known at an instant, None if it was not."""
        if self.surely <= at:
            return self
        return replace(self, heard=None) if self.known <= at else None


Says = Callable[[Sign], tuple[Hashable, Hashable] | None]
"""Returns the part of the past that a sign belongs to and what it says there; None if it says nothing."""


class CaseSigns:
    """The signs of one case."""

    def __init__(self, signs: Iterable[Sign] = ()) -> None:
        self._signs = list(signs)
        self._taken: dict[Says, int] = {}
        self._alike: dict[Says, dict[Hashable, dict[Hashable, list[Sign]]]] = {}

    def add(self, sign: Sign) -> None:
        """Add a sign, in whatever order."""
        self._signs.append(sign)

    def __iter__(self) -> Iterator[Sign]:
        return iter(self._signs)

    def alike(self, sheet: "FactSheet", at: int, says: Says, parts: Iterable[Hashable]) -> Iterator[Sign]:
        """Yield one of each of those signs of some parts that say the same, precede an event and were known by then."""
        found = self._alike.setdefault(says, {})
        for sign in self._signs[self._taken.get(says, 0) :]:
            said = says(sign)
            if said is not None:
                _put(found.setdefault(said[0], {}).setdefault(said[1], []), sign)
        self._taken[says] = len(self._signs)
        place = (at, sheet.event.event_id)
        for part in parts:
            for same in found.get(part, {}).values():
                heard = [one.heard_by(at) for one in same if (one.at, one.event_id) < place]
                found_one = next((one for one in heard if one is not None and one.heard), None)
                found_one = found_one or next(filter(None, heard), None)
                if found_one is not None:
                    yield found_one


def _put(same: list[Sign], sign: Sign) -> None:
    """Keep a sign among those that say the same, unless one of them stands for it; drop those for which it stands."""
    if not any(one.replaces(sign) for one in same):
        same[:] = [*(one for one in same if not sign.replaces(one)), sign]


def is_sign(event: Event) -> bool:
    """Say whether an event carries an instruction, or may name a firm together with another."""
    return event.outcome.state_change is not None or event.channel in SIGNS


def instructs(sign: Sign, kinds: tuple[StateChange, ...]) -> bool | None:
    """Say whether an event reported one of these changes of state in the case that is asked about.

    A word that no table knows may be one; a report whose case is unknown may concern the case or not.
    """
    change = sign.event.outcome.state_change
    if change in kinds:
        return sign.heard if has_case(sign.event.case_id) else None
    return None if change == "unknown" else False
