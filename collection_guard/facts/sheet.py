"""The fact sheet of one event: each fact computed when first asked for, and kept."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Protocol

from collection_guard.facts.history import History, Reach
from collection_guard.facts.kept import Kept
from collection_guard.facts.world import World, has_case
from collection_guard.language.compiled import CompiledMeasure, RuleSet
from collection_guard.model.event import Event
from collection_guard.model.profile import CaseProfile

Compute = Callable[["FactSheet"], Any]
ComputeInZone = Callable[["FactSheet", str], Any]
COMPUTED: Final[dict[str, Compute]] = {}
"""How each fact of the vocabulary is computed. ``None`` is unknown."""
COMPUTED_IN_ZONE: Final[dict[str, ComputeInZone]] = {}
"""How each fact that depends on the zone is computed in one."""


ComputeDeclared = Callable[["FactSheet", str], Any]
ComputeDeclaredInZone = Callable[["FactSheet", str, str], Any]
DECLARED: Final[dict[str, ComputeDeclared]] = {}
"""How facts that packs declare are computed, by the group that their names begin with."""
DECLARED_IN_ZONE: Final[dict[str, ComputeDeclaredInZone]] = {}
"""The same for those that depend on the zone."""


def declared(group: str) -> Callable[[ComputeDeclared], ComputeDeclared]:
    """Register a function as the way to compute the facts of a group that packs declare."""

    def register(function: ComputeDeclared) -> ComputeDeclared:
        DECLARED[group] = function
        return function

    return register


def declared_in_zone(group: str) -> Callable[[ComputeDeclaredInZone], ComputeDeclaredInZone]:
    """Register a function as the way to compute facts of a group in one zone."""

    def register(function: ComputeDeclaredInZone) -> ComputeDeclaredInZone:
        DECLARED_IN_ZONE[group] = function
        return function

    return register


def fact(name: str) -> Callable[[Compute], Compute]:
    """Register a function as the way to compute a fact."""

    def register(function: Compute) -> Compute:
        COMPUTED[name] = function
        return function

    return register


def fact_in_zone(name: str) -> Callable[[ComputeInZone], ComputeInZone]:
    """Register a function as the way to compute a fact in one zone."""

    def register(function: ComputeInZone) -> ComputeInZone:
        COMPUTED_IN_ZONE[name] = function
        return function

    return register


class FactSource(Protocol):
    """What a rule is evaluated on: the facts of an event, or facts given by an example."""

    def value(self, name: str) -> Any:
        """Return the value of a fact, None if it is unknown."""

    def zones(self) -> tuple[str, ...] | None:
        """Return the zones that the recipient may be in, None if nothing is known of them."""

    def value_in_zone(self, name: str, zone: str) -> Any:
        """Return the value of a fact in one zone."""


_ABSENT: Final = object()


class FactSheet:
    """The facts of one event under one rule set."""

    __slots__ = ("_values", "as_of", "event", "history", "kept", "notes", "profile", "reaches", "rule_set", "world")

    def __init__(
        self, event: Event, world: World, rule_set: RuleSet, history: History, as_of: datetime | None = None
    ) -> None:
        """Take an event and what surrounds it; ``as_of`` judges it by what was known at a later instant."""
        self.event = event
        self.as_of = as_of or event.started_at
        self.world = world
        self.rule_set = rule_set
        self.history = history
        self.profile: CaseProfile | None = world.profiles.get(event.case_id) if has_case(event.case_id) else None
        self.notes: dict[str, dict[str, object]] = {}
        self.reaches: dict[CompiledMeasure, Reach] = {}
        self._values: dict[str, Any] = {}
        self.kept: Kept | None = None
        if world.kept and (kept := world.kept.get(event.event_id)) is not None:
            self.take(kept)

    def take(self, kept: Kept) -> None:
        """Take what is kept beside the event, in place of what is derived from data that are gone."""
        self.kept, self.profile = kept, kept.profile
        if self.rule_set.pack in kept.facts:
            self._values.update(kept.facts[self.rule_set.pack].values())

    def value(self, name: str) -> Any:
        """Return the value of a fact, None if it is unknown."""
        value = self._values.get(name, _ABSENT)
        if value is _ABSENT:
            value = self._values[name] = self._compute(name)
        return value

    def tell(self, name: str, value: Any) -> None:
        """Take the value of a fact as known; it is not computed any more."""
        self._values[name] = value

    def forget(self) -> None:
        """Forget all values, among which are some that name the sheet."""
        self._values.clear()

    def _compute(self, name: str) -> Any:
        compute = COMPUTED.get(name)
        if compute is not None:
            return compute(self)
        group, _, rest = name.partition(".")
        if group == "measure" and rest in self.rule_set.measures:
            return self.history.measured(self, self.rule_set.measures[rest])
        if name in self.rule_set.defined:
            return self.history.defined(self, self.rule_set.defined[name])
        return DECLARED[group](self, rest)

    def zones(self) -> tuple[str, ...] | None:
        """Return the zones that the recipient may be in, None if nothing is known of them."""
        return self.value("recipient.zones") or None

    def value_in_zone(self, name: str, zone: str) -> Any:
        """Return the value of a fact in one zone."""
        compute = COMPUTED_IN_ZONE.get(name)
        if compute is not None:
            return compute(self, zone)
        group, _, rest = name.partition(".")
        in_zone = DECLARED_IN_ZONE.get(group)
        return in_zone(self, rest, zone) if in_zone else self.value(name)

    def note(self, name: str, **details: object) -> None:
        """Keep what belongs to the evidence of a fact beside its value."""
        self.notes.setdefault(name, {}).update(details)

    @property
    def borrower_zone(self) -> str | None:
        """Return the zone whose dates count for the case: the borrower's, else the configured one (semantics 7)."""
        zone: str | None = self.value("borrower.zone")
        return zone
