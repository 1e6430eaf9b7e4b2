"""The past of single events: the signs of a case gathered from a log when first asked for."""

from collections.abc import Callable

import numpy as np

from collection_guard.engines.columnar.arrays import Ints
from collection_guard.engines.columnar.log import Log
from collection_guard.facts.history import History
from collection_guard.facts.knowledge import Knowledge
from collection_guard.facts.sheet import FactSheet
from collection_guard.facts.signs import SIGNS, CaseSigns, Sign
from collection_guard.facts.world import World
from collection_guard.language.compiled import RuleSet


class Past(History):
    """A history that knows the signs of every case of a log: what the reference asks of it is what it would hold."""

    def __init__(self, log: Log, world: World, rule_set: RuleSet, tell: Callable[[int, FactSheet], None]) -> None:
        """Take a log and its surroundings; ``tell`` tells the sheet of a row what is known of it already."""
        super().__init__()
        self._tell = tell
        self._log = log
        self._world = world
        self._rule_set = rule_set
        signs = log["outcome"].where(lambda outcome: outcome[5] is not None) | log["channel"].where(SIGNS.__contains__)
        rows = np.flatnonzero(signs)
        cases = log["case"].codes[rows]
        order = np.argsort(cases, kind="stable")
        self._rows: Ints = rows[order]
        self._cases = cases[order]
        self._code_of = {case_id: code for code, case_id in enumerate(log["case"].values)}

    def _signs_of(self, case_id: str) -> CaseSigns:
        """Return the signs of a case, gathered when they are first asked for."""
        if case_id not in self._signs:
            self._signs[case_id] = CaseSigns(self.sign(int(row)) for row in self._rows_of(case_id))
        return self._signs[case_id]

    def _rows_of(self, case_id: str) -> Ints:
        code = self._code_of[case_id]
        first, last = np.searchsorted(self._cases, [code, code + 1])
        return self._rows[first:last]

    def sign(self, row: int, at: int | None = None) -> Sign:
        """Return the sign that a row is; with ``at``, as it may have been heard at that instant."""
        event = self._log.events[row]
        sheet = FactSheet(event, self._world, self._rule_set, self)
        self._tell(row, sheet)
        known = Knowledge.of(event)
        heard = True if at is None or known.surely <= at else None
        return Sign(int(self._log.at[row]), event.event_id, known.first, known.surely, sheet, heard)
