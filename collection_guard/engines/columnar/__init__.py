"""The columnar engine: facts, measures and conditions as columns, each distinct reading decided once by the reference.

It decides what the reference engine decides, on every rule and event. What repeats is computed once, by the very
function that the reference uses; only clocks, measures and the truth of leaves have a columnar form of their own.
"""

from collections.abc import Iterable
from typing import Final

from collection_guard.language.compiled import CompiledPack
from collection_guard.model.problems import ConfigurationError, Problem

COLUMNAR: Final = "columnar"
FROM_CONTACTS: Final = 1_000
"""From so many contacts on, an audit by columns saves a second or more; below, the engine hardly matters."""


def takes_columns(engine: str, contacts: int) -> bool:
    """Say whether an audit of so many contacts is one for columns."""
    return engine == COLUMNAR or (engine == "auto" and contacts >= FROM_CONTACTS)


def fit_columns(engine: str, packs: Iterable[CompiledPack]) -> bool:
    """Say whether columns decide all that packs declare; where they were asked for by name, refuse a pack."""
    refused = [pack.name for pack in packs if not all(rule_set.fits_columns for rule_set in pack.rule_sets)]
    if refused and engine == COLUMNAR:
        raise ConfigurationError([Problem("columns_cannot", values={"name": name}) for name in refused])
    return not refused
