"""Which recording is of which call: by the name that a row gives, by the id of the call, by number and time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from collection_guard.reconciliation.findings import Item
from collection_guard.reconciliation.matching import Tolerances, match
from collection_guard.reconciliation.recordings import Recording, path_parts
from collection_guard.reconciliation.rows import Row, rows_of

Name = tuple[str, ...]


@dataclass(slots=True)
class Use:
    """The contacts that one recording is of, and the files that hold it."""

    recordings: list[Recording] = field(default_factory=list)
    items: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    """Rows by the contact that they belong to."""


@dataclass(slots=True)
class Links:
    """What is recorded of which contact."""

    uses: list[Use] = field(default_factory=list)
    loose: list[Recording] = field(default_factory=list)
    """Recordings of no call."""
    unclear: set[int] = field(default_factory=set)
    """Contacts of which a recording may be, but which one cannot be told."""
    unclear_recordings: int = 0

    def by_contact(self) -> dict[int, list[Use]]:
        """Return the recordings of every contact that has one."""
        found: dict[int, list[Use]] = defaultdict(list)
        for use in self.uses:
            for contact in use.items:
                found[contact].append(use)
        return found


class _Names:
    """Names of recordings, of which one may be written with more of its path than another."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._by_end: dict[str, set[Name]] = defaultdict(set)
        for name in names:
            if name:
                self._by_end[name[-1]].add(name)

    def whole(self, name: Name) -> Name:
        """Return the longest name that ends in this one, if there is only one; else the name itself."""
        longer = (
            {other for other in self._by_end.get(name[-1:][0], ()) if other[-len(name) :] == name} if name else set()
        )
        longest = {
            other
            for other in longer
            if not any(len(more) > len(other) and more[-len(other) :] == other for more in longer)
        }
        return longest.pop() if len(longest) == 1 else name


def link(
    recordings: Sequence[Recording],
    rows: Sequence[Row],
    contact_of: Mapping[int, int],
    tolerances: Tolerances,
    country: str,
) -> Links:
    """Link recordings to contacts. ``contact_of`` gives the contact of each row by its ``id``."""
    return _Linking(recordings, rows, contact_of).links(tolerances, country)


class _Linking:
    def __init__(self, recordings: Sequence[Recording], rows: Sequence[Row], contact_of: Mapping[int, int]) -> None:
        self._recordings, self._rows, self._contact_of = recordings, rows, contact_of
        self._calls = [row for row in rows if row.side == "calls"]
        named = [path_parts(name) for row in rows for name in _names(row)]
        self._names = _Names([*(recording.parts for recording in recordings), *named])
        self._uses: dict[object, Use] = {}
        self._key_of: dict[Name, object] = {}

    def links(self, tolerances: Tolerances, country: str) -> Links:
        for recording in self._recordings:
            # Two files of one sound are one recording under two names.
            key: object = recording.sound or self._names.whole(recording.parts)
            key = self._key_of.setdefault(self._names.whole(recording.parts), key)
            self._uses.setdefault(key, Use()).recordings.append(recording)
        self._by_reference()
        self._by_id()
        links = Links()
        self._by_time(links, tolerances, country)
        links.uses = [use for use in self._uses.values() if use.items]
        links.loose = [recording for use in self._uses.values() if not use.items for recording in use.recordings]
        return links

    def _add(self, use: Use, row: Row) -> None:
        contact = self._contact_of.get(id(row))
        if contact is not None and row not in use.items[contact]:
            use.items[contact].append(row)

    def _by_reference(self) -> None:
        for row in self._rows:
            for name in _names(row):
                whole = self._names.whole(path_parts(name))
                self._add(self._uses.setdefault(self._key_of.get(whole, whole), Use()), row)

    def _by_id(self) -> None:
        by_id = {event_id: row for row in self._calls for event_id in _ids(row)}
        folded = {event_id.casefold(): row for event_id, row in by_id.items()}
        for use in self._uses.values():
            for recording in use.recordings:
                if recording.call_id is not None and recording.call_id in by_id:
                    self._add(use, by_id[recording.call_id])
            if use.items:
                continue
            for recording in use.recordings:
                found = next((folded[part] for part in recording.ids() if part in folded), None)
                if found is not None:
                    self._add(use, found)

    def _by_time(self, links: Links, tolerances: Tolerances, country: str) -> None:
        """Match what is left by number or case, and time, to connected calls that have no recording yet."""
        linked = {contact for use in self._uses.values() if use.recordings for contact in use.items}
        free = [
            row for row in self._calls if row.connected is not False and self._contact_of.get(id(row)) not in linked
        ]
        left = {
            id(recording.contact): use
            for use in self._uses.values()
            if not use.items
            for recording in use.recordings
            if recording.contact is not None
        }
        contacts = [
            recording.contact
            for use in self._uses.values()
            if not use.items
            for recording in use.recordings
            if recording.contact is not None
        ]
        matching = match(rows_of(contacts, "recordings", country)[0], free, tolerances, same_clock=True)
        for recorded, call in matching.pairs:
            self._add(left[id(recorded.contact)], call)
        for group in matching.groups:
            links.unclear.update(self._contact_of[id(row)] for row in group.right)
            for row in group.left:
                links.unclear_recordings += 1
                self._uses = {key: use for key, use in self._uses.items() if use is not left[id(row.contact)]}


def _names(row: Row) -> list[str]:
    """Return the names of recordings that a row and its further legs give."""
    legs = [str((leg.event.extra or {}).get("recording") or "") for leg in row.legs]
    return list(dict.fromkeys(name for name in (row.recording, *legs) if name))


def _ids(row: Row) -> list[str]:
    return [row.event.event_id, *(leg.event.event_id for leg in row.legs)]


def items_of(use: Use) -> tuple[Item, ...]:
    """Return a row of each contact that a recording is of, and the recording."""
    rows = sorted((min(rows, key=_calls_first) for rows in use.items.values()), key=Row.sort_key)
    return (*rows, *use.recordings)


def _calls_first(row: Row) -> tuple[bool, tuple[float, str, tuple[str, str, int]]]:
    return row.side != "calls", row.sort_key()
