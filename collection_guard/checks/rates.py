"""Shares of violations: held against a limit as fractions, and given with the interval that the number allows."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from statistics import NormalDist
from typing import Final

from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.texts import nearest

_Z: Final = NormalDist().inv_cdf(0.975)
_SHARE: Final = re.compile(r"(\d+(?:\.\d+)?|\.\d+)(%?)")


@dataclass(frozen=True, slots=True)
class Limit:
    """The highest share of its assessed contacts that may violate a rule, and how it was written."""

    share: Fraction
    written: str


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a rule was violated in a batch, of the contacts that could be assessed; waived ones do not count."""

    rule: str
    limit: Limit
    violations: int
    waived: int
    assessed: int
    unassessable: int

    @property
    def share(self) -> Fraction | None:
        """Return the share, None if nothing could be assessed."""
        return Fraction(self.violations, self.assessed) if self.assessed else None

    @property
    def exceeded(self) -> bool:
        """Say whether the share is above its limit."""
        return self.share is not None and self.share > self.limit.share

    def interval(self) -> tuple[float, float]:
        """Return the Wilson 95 % interval of the share; of nothing, anything is possible."""
        return wilson(self.violations, self.assessed)


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the Wilson 95 % interval of a share."""
    if not of:
        return 0.0, 1.0
    share, square = hits / of, _Z * _Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _Z * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    # At the ends the formula is exact but its rounding is not.
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    high = 1.0 if hits == of else min(1.0, middle + half)
    return low, high


def parse_limits(written: Iterable[str], known_rules: Collection[str]) -> dict[str, Limit]:
    """Return limits by rule from ``rule=0.5%`` or ``rule=0.005``; raise ConfigurationError for what is neither."""
    limits: dict[str, Limit] = {}
    problems: list[Problem] = []
    for one in written:
        rule, _, share = (part.strip() for part in one.partition("="))
        found = _SHARE.fullmatch(share)
        number = None if found is None else Fraction(found[1]) / (100 if found[2] else 1)
        if number is None or number > 1:
            problems.append(Problem("bad_rate", values={"value": one}))
        elif rule not in known_rules:
            near = nearest(rule, known_rules)
            problems.append(Problem("check_unknown_rule", values={"id": rule, "nearest": near}))
        elif rule in limits:
            problems.append(Problem("rate_twice", values={"rule": rule}))
        else:
            limits[rule] = Limit(number, share)
    if problems:
        raise ConfigurationError(problems)
    return limits
