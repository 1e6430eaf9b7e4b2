"""A finding of reconciliation: what does not agree, and the rows that show it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Final, Literal, cast

import yaml

from collection_guard.audit.taken import Position
from collection_guard.language.schema import SEVERITIES, Severity
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.texts import nearest
from collection_guard.reconciliation.recordings import Recording
from collection_guard.reconciliation.rows import Row

Weight = Literal["critical", "major", "minor", "advisory", "off"]
OFF: Final = "off"
WEIGHTS: Final = (*SEVERITIES, OFF)
Item = Row | Recording


@cache
def kinds() -> Mapping[str, Severity]:
    """Return every kind of finding with the severity that it has unless another is asked for."""
    text = (resources.files("collection_guard.reconciliation") / "kinds.yaml").read_text("utf-8")
    return {kind: cast("Severity", severity) for kind, severity in yaml.safe_load(text).items()}


def parse_severities(pairs: Iterable[str]) -> dict[str, Weight]:
    """Return the severity of each kind, as ``KIND=SEVERITY`` pairs change it; raise ConfigurationError for others."""
    found: dict[str, Weight] = dict(kinds())
    problems: list[Problem] = []
    for pair in pairs:
        kind, _, weight = (part.strip() for part in pair.partition("="))
        if kind not in found:
            values: dict[str, object] = {"kind": kind, "nearest": nearest(kind, found), "known": ", ".join(found)}
            problems.append(Problem("reconcile_kind", values=values))
        elif weight not in WEIGHTS:
            values = {"option": "--severity", "value": pair, "reason": " | ".join(WEIGHTS)}
            problems.append(Problem("bad_option", values=values))
        else:
            found[kind] = cast("Weight", weight)
    if problems:
        raise ConfigurationError(problems)
    return found


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not agree. The first item is the one that it is about."""

    kind: str
    severity: Severity
    items: tuple[Item, ...]
    values: Mapping[str, object] = field(default_factory=dict)
    agency: str | None = None
    listed_at: Position | None = None
    """The row of a list that comes nearest to somebody who is not on it."""
    nearest: Row | None = None
    """The row of the other side that comes nearest in time to one without a partner."""

    @property
    def at(self) -> datetime | None:
        """Return when what it is about happened, as far as known."""
        return next((at for item in self.items if (at := moment_of(item)) is not None), None)

    def sort_key(self) -> tuple[int, float, str, tuple[tuple[str, str, int], ...]]:
        """Order findings by severity, then by time, kind and place."""
        at = self.at
        places = tuple(item.position.sort_key() for item in self.items)
        return SEVERITIES.index(self.severity), at.timestamp() if at else 0.0, self.kind, places


def moment_of(item: Item) -> datetime | None:
    """Return when the contact of a row or of a recording began, as far as known."""
    if isinstance(item, Row):
        return item.at
    return item.contact.event.started_at if item.contact is not None else None
