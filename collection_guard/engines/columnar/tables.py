"""Contacts as a table in one canonical form, and a table as a log: no event is built but those that are looked at.

The columns are the fields of the event by their paths; times are instants in UTC, and what is a list or a mapping in
the event is JSON text here. Polars makes the tables; nothing loads this module where it is absent.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, overload

import numpy as np
import polars as pl

from collection_guard.engines.columnar.arrays import Coded, Codes, Ints, grouped, numbered
from collection_guard.engines.columnar.log import TEXT, Known, Log, known_of
from collection_guard.facts.knowledge import Knowledge
from collection_guard.model.event import Event, Span, span_in

_INSTANT: Final = pl.Datetime("us", "UTC")
SCHEMA: Final[Mapping[str, Any]] = {
    "event_id": pl.String(),
    "case_id": pl.String(),
    "borrower_id": pl.String(),
    "agency": pl.String(),
    "collector.id": pl.String(),
    "collector.name": pl.String(),
    "collector.kind": pl.String(),
    "channel": pl.String(),
    "direction": pl.String(),
    "started_at": _INSTANT,
    "ended_at": _INSTANT,
    "talk_seconds": pl.Float64(),
    "recorded_at": _INSTANT,
    "recorded_within": pl.String(),
    "recipient.name": pl.String(),
    "recipient.number": pl.String(),
    "recipient.timezone": pl.String(),
    "recipient.relationship": pl.String(),
    "recipient.roles": pl.String(),
    "recipient.audience": pl.String(),
    "recipient.members": pl.String(),
    "outcome.network": pl.String(),
    "outcome.answered_by": pl.String(),
    "outcome.party": pl.String(),
    "outcome.disposition": pl.String(),
    "outcome.message_left": pl.Boolean(),
    "outcome.state_change": pl.String(),
    "claims.law_firm": pl.String(),
    "claims.law_firms": pl.String(),
    "claims.person": pl.String(),
    "claims.title": pl.String(),
    "content": pl.String(),
    "signals": pl.String(),
}
"""The canonical columns and their types."""
WITHIN: Final = "recorded_within"
"""The column of what is known of when a contact was recorded, where no instant is."""
JSON: Final = frozenset({"recipient.roles", "recipient.members", "claims.law_firms", "signals"})
"""Columns of JSON text."""
PAST: Final = "past"
"""The column that flags contacts that are history, and are not judged."""
REQUIRED: Final = ("event_id", "case_id", "channel", "started_at")
_RECIPIENT: Final = tuple(f"recipient.{part}" for part in ("timezone", "relationship", "roles", "audience", "members"))
_OUTCOME: Final = tuple(
    f"outcome.{part}" for part in ("network", "answered_by", "party", "disposition", "message_left", "state_change")
)
_CLAIMS: Final = ("claims.law_firm", "claims.law_firms", "claims.title")
_OTHERS: Final = (
    "borrower_id",
    "agency",
    "direction",
    "ended_at",
    "talk_seconds",
    "recorded_at",
    "collector.id",
    "collector.name",
    "collector.kind",
    "claims.person",
)
"""Fields that are no column of a log, or of which a report asks whether they are missing."""


def frame_of(events: Iterable[Event]) -> pl.DataFrame:
    """Return events as a canonical table."""
    rows = [list(_cells(event)) for event in events]
    return pl.DataFrame(rows, schema=dict(SCHEMA), orient="row")


def _cells(event: Event) -> Iterator[Any]:
    spanned = isinstance(event.recorded_at, Span)
    for path in SCHEMA:
        value: Any = event
        for part in () if path == WITHIN else path.split("."):
            value = getattr(value, part)
        if path == WITHIN:
            value = str(event.recorded_at) if spanned else None
        elif path == "recorded_at" and spanned:
            value = None
        if path in JSON and value is not None:
            value = json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))
        yield value


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | dict) else value.model_dump(mode="json", exclude_none=True)


def event_of(cells: Mapping[str, Any]) -> Event:
    """Return the event that a row of a canonical table is; raise ValidationError if it is none."""
    record: dict[str, Any] = {}
    for path in SCHEMA:
        value = cells.get(path)
        if value is None:
            continue
        group, dot, part = path.partition(".")
        if path in JSON:
            value = json.loads(value)
        if path == WITHIN:
            record["recorded_at"] = value
        elif dot:
            record.setdefault(group, {})[part] = value
        else:
            record[path] = value
    return Event.model_validate(record)


_MOST_BUILT: Final = 20_000
"""Events of a table that are kept once built: many facts look at the same ones."""


class FrameEvents(Sequence[Event]):
    """The events of a table, each built when it is looked at."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame
        self._names = frame.columns
        self._built: dict[int, Event] = {}

    def __len__(self) -> int:
        return self._frame.height

    def ids(self) -> pl.DataFrame:
        """Return the ids of the events and of their cases."""
        return self._frame.select("event_id", "case_id")

    @overload
    def __getitem__(self, place: int) -> Event: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Event]: ...
    def __getitem__(self, place: int | slice) -> Event | Sequence[Event]:
        """Return an event, or those of a range of rows."""
        if isinstance(place, slice):
            return FrameEvents(self._frame[place])
        if place >= len(self):
            raise IndexError(place)
        event = self._built.get(place)
        if event is None:
            event = event_of(dict(zip(self._names, self._frame.row(place), strict=True)))
            if len(self._built) < _MOST_BUILT:
                self._built[place] = event
        return event


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table in the total order of a history (semantics 4)."""
    return frame.sort("started_at", "event_id", maintain_order=True)


def log_of_frame(frame: pl.DataFrame) -> Log:
    """Return a canonical table as a log. Its rows must be in the order of a history."""
    size = frame.height
    at = _instants(frame, "started_at")
    ended = frame["ended_at"]
    ends = _instants(frame, "ended_at")
    # An end before the start is none.
    has_end = ended.is_not_null().to_numpy() & (ends >= at)
    talk = frame["talk_seconds"]
    events = FrameEvents(frame)
    return Log(
        events,
        at,
        *_known(frame, at).rows(at),
        np.where(has_end, ends, 0),
        has_end,
        talk.fill_null(0.0).to_numpy().astype(np.float64),
        talk.is_not_null().to_numpy(),
        _columns(frame, size),
        lambda: _others(frame, size),
        lambda: _coded(frame, ("content",), lambda cells: cells[0]),
    )


def _known(frame: pl.DataFrame, at: Ints) -> Known:
    first = np.where(frame["recorded_at"].is_null().to_numpy(), at, _instants(frame, "recorded_at"))
    surely, doubtful = first.copy(), np.zeros(len(at), np.bool_)
    spanned = np.flatnonzero(frame[WITHIN].is_not_null().to_numpy())
    if len(spanned):
        known = known_of([Knowledge.of(_recorded(*row)) for row in frame[spanned][["started_at", WITHIN]].iter_rows()])
        first[spanned], surely[spanned], doubtful[spanned] = known.first, known.surely, known.doubtful
    return Known(first, surely, doubtful)


def _recorded(started_at: datetime, within: str) -> Event:
    return _MINIMAL.model_copy(update={"started_at": started_at, "recorded_at": span_in(within)})


def _instants(frame: pl.DataFrame, name: str) -> Ints:
    return frame[name].dt.epoch("us").fill_null(0).to_numpy().astype(np.int64)


def _columns(frame: pl.DataFrame, size: int) -> dict[str, Coded]:
    single = {"case": "case_id", "borrower": "borrower_id"} | {
        name: name for name in ("agency", "collector.id", "collector.name", "collector.kind", "channel", "direction")
    }
    found = {name: _coded(frame, (path,), lambda cells: cells[0]) for name, path in single.items()}
    found["recipient"] = recipients = _coded(frame, _RECIPIENT, lambda cells: _group(cells, "recipient"))
    for name in ("recipient.name", "recipient.number"):
        found[name] = _coded(frame, (name,), lambda cells: cells[0])
    found["recipient.audience"] = recipients.map(lambda recipient: recipient[3])
    found["outcome"] = outcomes = _coded(frame, _OUTCOME, tuple)
    found["outcome.network"] = outcomes.map(lambda outcome: outcome[0])
    found["claims"] = _coded(frame, _CLAIMS, lambda cells: _group(cells, "claims"))
    content = frame["content"]
    codes = content.is_null().cast(pl.Int32) * 2 + (content.fill_null("") == "").cast(pl.Int32)
    found["content"] = Coded(codes.to_numpy().astype(np.int32), [TEXT, "", "no text is both missing and there", None])
    found["signals"] = signals = _coded(frame, ("signals",), lambda cells: _signals(cells[0]))
    found["claims_lawyer"] = signals.map(lambda given: dict(given or ()).get("claims_lawyer"))
    assert all(len(column.codes) == size for column in found.values())  # noqa: S101  # one code for each row
    return found


def _coded(frame: pl.DataFrame, names: Sequence[str], make: Any) -> Coded:
    """Return the column of what is made of each distinct combination of cells; equal things share a place."""
    size = frame.height
    groups = grouped(size, *(_codes(frame[name]) for name in names))
    firsts = frame.select(names)[groups.firsts.tolist()] if size else frame.select(names)
    return groups.spread([make(cells) for cells in firsts.iter_rows()])


def _codes(series: pl.Series) -> tuple[Codes, int]:
    """Return a number for each distinct cell, and how many there are."""
    if series.dtype == pl.String:
        series = series.cast(pl.Categorical(pl.Categories.random())).to_physical()
    elif series.dtype != pl.Boolean:
        series = series.rank("dense")
    codes = series.cast(pl.Int64)
    top = codes.max()
    width = 2 + (int(top) if isinstance(top, int) else 0)  # the last place is that of what is missing
    groups = numbered(codes.fill_null(width - 1).to_numpy().astype(np.int64), width)
    return groups.codes, len(groups.firsts)


def _group(cells: tuple[Any, ...], group: str) -> tuple[Any, ...]:
    """Return the fields of a recipient or of claims as the columns of events hold them."""
    names = _RECIPIENT if group == "recipient" else _CLAIMS
    record = {
        name.partition(".")[2]: json.loads(cell) if name in JSON else cell
        for name, cell in zip(names, cells, strict=True)
        if cell is not None
    }
    made = getattr(_MINIMAL, group).__class__.model_validate(record)
    return tuple(getattr(made, name.partition(".")[2]) for name in names)


_MINIMAL: Final = Event.model_validate(
    {"event_id": "-", "case_id": "-", "channel": "call", "started_at": "2025-01-01T00:00:00Z"}
)


def _signals(cell: str | None) -> tuple[tuple[str, bool | None], ...] | None:
    return None if cell is None else tuple(json.loads(cell).items())


def _others(frame: pl.DataFrame, size: int) -> Coded:
    """Return which of the fields that are no column of their own are missing."""
    missing = [((frame[name].is_null() & _no_span(frame, name)).to_numpy(), 2) for name in _OTHERS]
    groups = grouped(size, *missing)
    return groups.spread([tuple(bool(flags[row]) for flags, _ in missing) for row in groups.firsts.tolist()])


def _no_span(frame: pl.DataFrame, name: str) -> pl.Series:
    """Say where nothing is known of a field, not even a span."""
    return frame[WITHIN].is_null() if name == "recorded_at" else pl.repeat(value=True, n=frame.height, eager=True)
