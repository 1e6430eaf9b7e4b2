"""When the same attempt is lawful, in words."""

from collections.abc import Iterator
from typing import Final

from collection_guard.guard.decision import reason_of
from collection_guard.guard.foresight import Foresight
from collection_guard.guard.permitted import HORIZON
from collection_guard.language.units import DAY
from collection_guard.reports.wording import Speech

SEARCHED_DAYS: Final = HORIZON // DAY


def next_lawful(foresight: Foresight, speech: Speech) -> Iterator[str]:
    """Yield when a contact would next be lawful, line by line."""
    ruling = foresight.ruling
    reason = reason_of(ruling.reason, rules=", ".join(ruling.rules))
    yield speech.text("explain.next", days=SEARCHED_DAYS)
    before = speech.text("explain.next_before", decision=speech.text(f"explain.decision.{ruling.decision}"))
    yield "  " + before + (reason.zh if speech.lang == "zh" else reason.en)
    if foresight.words_left_out:
        yield "  " + speech.text("explain.next_words")
    for interval in foresight.intervals:
        since = speech.moment(interval.since)
        code, until = "explain.next_open", ""
        if interval.to is not None:
            code, until = "explain.next_interval", speech.moment(interval.to)
        line = speech.text(code, since=since, until=until)
        if interval.rule is not None:
            line += speech.text("explain.next_binding", rule=interval.rule)
        yield "  - " + line
    if not foresight.intervals:
        yield "  " + speech.text("explain.next_never", rules=speech.listed(foresight.lasting or ruling.rules))
