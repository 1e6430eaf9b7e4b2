"""The fact sheet of one event: each fact computed when first asked for, and kept."""

from collections.abc import Callable
from typing import Any, Final, Protocol

from collection_guard.facts.history import History, Reach
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

    __slots__ = ("_values", "event", "history", "notes", "profile", "reaches", "rule_set", "world")

    def __init__(self, event: Event, world: World, rule_set: RuleSet, history: History) -> None:
        self.event = event
        self.world = world
        self.rule_set = rule_set
        self.history = history
        self.profile: CaseProfile | None = world.profiles.get(event.case_id) if has_case(event.case_id) else None
        self.notes: dict[str, dict[str, object]] = {}
        self.reaches: dict[CompiledMeasure, Reach] = {}
        self._values: dict[str, Any] = {}

    def value(self, name: str) -> Any:
        """Return the value of a fact, None if it is unknown."""
        value = self._values.get(name, _ABSENT)
        if value is _ABSENT:
            value = self._values[name] = self._compute(name)
        return value

    def tell(self, name: str, value: Any) -> None:
        """Take the value of a fact as known; it is not computed any more."""
        self._values[name] = value

    def _compute(self, name: str) -> Any:
        compute = COMPUTED.get(name)
        if compute is not None:
            return compute(self)
        if name.startswith("measure."):
            return self.history.measured(self, self.rule_set.measures[name.removeprefix("measure.")])
        return self.history.defined(self, self.rule_set.defined[name])

    def zones(self) -> tuple[str, ...] | None:
        """Return the zones that the recipient may be in, None if nothing is known of them."""
        return self.value("recipient.zones") or None

    def value_in_zone(self, name: str, zone: str) -> Any:
        """Return the value of a fact in one zone."""
        compute = COMPUTED_IN_ZONE.get(name)
        return compute(self, zone) if compute else self.value(name)

    def note(self, name: str, **details: object) -> None:
        """Keep what belongs to the evidence of a fact beside its value."""
        self.notes.setdefault(name, {}).update(details)

    @property
    def borrower_zone(self) -> str | None:
        """Return the zone whose dates count for the case: the borrower's, else the configured one (semantics 7)."""
        zone: str | None = self.value("borrower.zone")
        return zone
