"""What every engine is: something that gives the verdict of each rule of a rule set on facts."""

from collections.abc import Callable
from typing import Final, Protocol

from collection_guard.facts.sheet import FactSource
from collection_guard.language.compiled import RuleSet

VIOLATION: Final = "violation"
CLEAR: Final = "clear"
UNASSESSABLE: Final = "unassessable"
NOT_APPLICABLE: Final = "not_applicable"
VERDICTS: Final = (VIOLATION, CLEAR, UNASSESSABLE, NOT_APPLICABLE)


class Engine(Protocol):
    """Decides the rules of one rule set."""

    @property
    def name(self) -> str:
        """Return the name under which a run is told which engine decided."""

    def verdicts(self, facts: FactSource) -> list[str]:
        """Return the verdict of each rule of the rule set, in its order."""


MakeEngine = Callable[[RuleSet], Engine]
