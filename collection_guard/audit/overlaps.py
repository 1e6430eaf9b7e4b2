"""Contacts that stand in two files, or in two sheets: delivered twice, contradicting each other, or counted twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from collection_guard.audit.taken import Contact, Overlap, Position

Kind = Literal["redelivered", "contradicted", "counted_twice"]
KINDS: Final[tuple[Kind, ...]] = ("redelivered", "contradicted", "counted_twice")


@dataclass(frozen=True, slots=True)
class _Pair:
    kept: Position
    other: Position


class Overlaps:
    """Gathers the contacts that two sources share. A source is a file, or a sheet of one."""

    def __init__(self) -> None:
        self._pairs: dict[tuple[Kind, str, str, str, str], list[_Pair]] = {}

    def note(self, kind: Kind, kept: Contact, other: Contact) -> None:
        """Note a contact that stands elsewhere too; within one source it is no overlap."""
        first, second = kept.position, other.position
        if (first.file, first.sheet) != (second.file, second.sheet):
            key = (kind, first.file or "", first.sheet or "", second.file or "", second.sheet or "")
            self._pairs.setdefault(key, []).append(_Pair(first, second))

    def found(self) -> tuple[Overlap, ...]:
        """Return what each two sources share, with the first contact of each kind."""
        return tuple(
            Overlap(kind, first.kept, first.other, len(pairs))
            for (kind, *_), pairs in sorted(self._pairs.items())
            for first in [min(pairs, key=lambda pair: (pair.other.sort_key(), pair.kept.sort_key()))]
        )


def note_alike(same: Iterable[Contact], overlaps: Overlaps) -> None:
    """Note contacts without ids that say the same in several sources: they are kept, and count each."""
    first: Contact | None = None
    for contact in sorted(same, key=lambda item: item.position.sort_key()):
        if first is None:
            first = contact
        else:
            overlaps.note("counted_twice", first, contact)
