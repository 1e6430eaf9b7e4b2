"""Numbers and names as codes: two ways of writing one number, or one name, have one code."""

from collections.abc import Iterable

import numpy as np

from collection_guard.engines.columnar.arrays import Coded, Ints
from collection_guard.engines.columnar.log import Log
from collection_guard.engines.columnar.pairs import NONE
from collection_guard.facts.addressee import usable_name
from collection_guard.facts.numbers import number_key


class Identities:
    """The numbers and names of recipients and profiles; what is none has the code ``NONE``."""

    def __init__(self, log: Log, country: str) -> None:
        self._country = country
        self._numbers: dict[str | None, int] = {None: NONE}
        self._names: dict[str | None, int] = {None: NONE}
        numbers = log["recipient.number"]
        self.numbers: Ints = self.numbers_of(numbers.values)[numbers.codes]
        """The number of each recipient."""
        self._recipients: Coded = log["recipient.name"]

    def numbers_of(self, texts: Iterable[str | None]) -> Ints:
        """Return the codes of numbers."""
        return _codes(self._numbers, (number_key(text, self._country) for text in texts))

    def names_of(self, texts: Iterable[str | None]) -> Ints:
        """Return the codes of names."""
        return _codes(self._names, (usable_name(text) for text in texts))

    def names_at(self, rows: Ints) -> Ints:
        """Return the names of the recipients of some rows: most are never asked for."""
        distinct, place = np.unique(self._recipients.codes[rows], return_inverse=True)
        return self.names_of([self._recipients.values[code] for code in distinct.tolist()])[place]


def _codes(table: dict[str | None, int], keys: Iterable[str | None]) -> Ints:
    return np.fromiter((table.setdefault(key, len(table) - 1) for key in keys), np.int64)
