"""The decision log of a guard, as its options ask for it."""

from pathlib import Path

from collection_guard.guard.log.pseudonyms import Pseudonyms
from collection_guard.guard.log.writer import DecisionLog, key_in
from collection_guard.guard.settings import GuardOptions
from collection_guard.model.problems import ConfigurationError, Problem


def open_log(options: GuardOptions, country: str) -> DecisionLog | None:
    """Return the decision log that is asked for, None if none is; raise ConfigurationError without a usable key."""
    if options.decision_log is None:
        return None
    if options.log_key is None:
        raise ConfigurationError([Problem("log_key_missing")])
    return DecisionLog(Path(options.decision_log), Pseudonyms(key_in(Path(options.log_key)), country))
