"""Ids of events by their own content, and what becomes of two rows with one id."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Final

from collection_guard.audit.overlaps import Overlaps, note_alike
from collection_guard.audit.taken import PLACEHOLDER, Contact, Rejected, SetAside
from collection_guard.model.event import Event, Span

_NOT_CONTENT: Final = {"event_id", "extra"}
"""``extra`` is the caller's own and never judged, so two rows that differ in it alone say the same."""
_INSTANTS: Final = ("started_at", "ended_at", "recorded_at")
_SHORT: Final = 16


def content_digest(event: Event) -> str:
    """Return the digest of all that an event says; the same instant in another offset is the same."""
    return hashlib.sha256(_canonical(_content(event))).hexdigest()


def _content(event: Event) -> dict[str, Any]:
    content = event.model_dump(mode="json", exclude=_NOT_CONTENT, exclude_defaults=True)
    for name in _INSTANTS:
        moment = getattr(event, name)
        if isinstance(moment, Span):
            content[name] = _span_in_utc(moment)
        elif moment is not None:
            content[name] = moment.astimezone(UTC).isoformat()
    if event.case_id == PLACEHOLDER:
        del content["case_id"]
    return content


def _span_in_utc(span: Span) -> list[str | None]:
    return [None if end is None else end.astimezone(UTC).isoformat() for end in (span.not_before, span.before)]


def _canonical(content: Any) -> bytes:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return text.encode("utf-8", "surrogatepass")


def _order(contact: Contact) -> tuple[bool, bytes, tuple[str, str, int]]:
    """Order rows of equal content by the rest of what they say, and only then by their place.

    What the history holds comes first: it was judged before, under the id that it had then.
    """
    return not contact.past, _canonical(contact.event.extra), contact.position.sort_key()


def supply_ids(contacts: Iterable[Contact], overlaps: Overlaps | None = None) -> list[Contact]:
    """Give each event without an id one by its content, with a running number among identical rows.

    The numbers follow the content of the rows, so that the order of rows and files never matters (semantics 4).
    """
    done = []
    nameless: dict[str, list[Contact]] = defaultdict(list)
    for contact in contacts:
        if contact.event.event_id == PLACEHOLDER:
            nameless[content_digest(contact.event)[:_SHORT]].append(contact)
        else:
            done.append(contact)
    for digest, same in nameless.items():
        if len(same) > 1:
            same.sort(key=_order)
            if overlaps is not None:
                note_alike(same, overlaps)
        for number, contact in enumerate(same, 1):
            event_id = f"row-{digest}" if number == 1 else f"row-{digest}-{number}"
            done.append(contact.with_event(contact.event.with_id(event_id)))
    return done


def resolve_duplicates(
    contacts: list[Contact],
    rejected: list[Rejected],
    set_aside: list[SetAside],
    overlaps: Overlaps | None = None,
) -> list[Contact]:
    """Keep one contact an id (semantics 4).

    Equal content is a redelivery and is set aside. Of different contents the smallest by (the earliest instant at which
    it may have been known, started_at, digest) is kept; the others are rejected and name it.
    """
    first_of: dict[str, Contact] = {}
    several: dict[str, list[Contact]] = {}
    for contact in contacts:
        event_id = contact.event.event_id
        if first_of.setdefault(event_id, contact) is not contact:
            several.setdefault(event_id, [first_of[event_id]]).append(contact)
    kept = [contact for event_id, contact in first_of.items() if event_id not in several]
    for event_id, same in several.items():
        ranked = sorted(((_rank(contact), _order(contact), contact) for contact in same), key=itemgetter(0, 1))
        best, _, first = ranked[0]
        kept.append(first)
        for rank, _, contact in ranked[1:]:
            if overlaps is not None:
                overlaps.note("redelivered" if rank == best else "contradicted", first, contact)
            values: dict[str, object] = {"event_id": event_id, "kept": _place(first)}
            if rank == best:
                set_aside.append(SetAside(contact.position, "redelivery", values))
            else:
                rejected.append(Rejected(contact.position, "duplicate_differs", path="event_id", values=values))
    return kept


def _rank(contact: Contact) -> tuple[datetime, datetime, str]:
    event = contact.event
    return event.known_from, event.started_at, content_digest(event)


def _place(contact: Contact) -> str:
    position = contact.position
    return ":".join(str(part) for part in (position.file, position.sheet, position.row) if part is not None)
