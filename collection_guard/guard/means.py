"""What a guard acts with: its store, its options, its clock and its log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collection_guard.guard.log.writer import DecisionLog
from collection_guard.guard.settings import GuardOptions, Mode
from collection_guard.guard.stores.base import Store
from collection_guard.model.event import Event

Given = Event | Mapping[str, Any]
"""An attempt or an event, as a caller gives it."""


@dataclass(frozen=True, slots=True)
class Means:
    """The means of one guard. Nothing below it reads a clock of its own."""

    store: Store
    options: GuardOptions
    mode: Mode
    now: Callable[[], datetime]
    log: DecisionLog | None
