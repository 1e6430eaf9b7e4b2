"""The verdict file: one JSON line a verdict, written whole or not at all."""

import json
from typing import TYPE_CHECKING, Final, Literal, TextIO

from collection_guard.engines.judge import Judged
from collection_guard.model.verdict import Verdict

if TYPE_CHECKING:
    from collection_guard.engines.columnar.verdicts import LogVerdicts

Which = Literal["all", "assessed", "findings"]
WHICH: Final[dict[str, frozenset[str]]] = {
    "all": frozenset({"violation", "clear", "unassessable", "not_applicable"}),
    "assessed": frozenset({"violation", "clear"}),
    "findings": frozenset({"violation", "unassessable"}),
}
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def line_of(verdict: Verdict) -> str:
    """Return a verdict as one line of JSON, with its line end."""
    fields = {
        "event_id": verdict.event_id,
        "case_id": verdict.case_id,
        "rule": verdict.rule,
        "verdict": verdict.verdict,
        "missing": list(verdict.missing),
        "evidence": verdict.evidence,
    }
    return _ENCODE(fields) + "\n"


class VerdictWriter:
    """Writes the verdicts that were asked for, in the order in which they come."""

    def __init__(self, file: TextIO, which: Which) -> None:
        self._file = file
        self._wanted = WHICH[which]

    def __call__(self, judged: Judged) -> None:
        """Write one verdict, if it is of those asked for."""
        if judged.verdict.verdict in self._wanted:
            self._file.write(line_of(judged.verdict))

    def take_columns(self, found: "LogVerdicts") -> None:
        """Write the verdicts of a whole log; those not asked for are not even made."""
        for row in found.rows.tolist():
            self._file.writelines(line_of(judged.verdict) for judged in found.judged(row, self._wanted))
