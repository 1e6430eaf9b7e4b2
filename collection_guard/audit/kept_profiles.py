"""Case profiles that stay in their file: held is where each stands, and the profiles of the cases at hand."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from collection_guard.engines.columnar.arrays import Ints
from collection_guard.model.cycles import no_search_for_cycles
from collection_guard.model.profile import CaseProfile
from collection_guard.model.tables.json_text import read_json

LINES: Final = (".jsonl", ".ndjson")
_AT_A_TIME: Final = 10_000


class KeptProfiles(Mapping[str, CaseProfile]):
    """The profiles of a file of JSON lines, by case id.

    A profile that is asked for is read where it stands; those of the cases ``held`` last are kept.
    """

    def __init__(self, path: Path, hashes: Ints, offsets: Ints, lacking: frozenset[str], *, any_dated: bool) -> None:
        self._path = path
        self._hashes = hashes
        self._offsets = offsets
        self._any_dated = any_dated
        self.lacking = lacking
        """The fields that some profile does not give."""
        self._held: dict[str, CaseProfile] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Return what travels to other processes: where profiles stand, and none of them."""
        return self.__dict__ | {"_held": {}}

    def histories(self) -> Iterator[tuple[str | None, date | None]]:
        """Yield from when cases are whole, with the borrower of each; nothing where no profile says so."""
        if self._any_dated:
            yield from ((profile.borrower_id, profile.history_from) for profile in self.values())

    def has_twice(self) -> bool:
        """Say whether some case has two profiles."""
        same = np.flatnonzero(np.isin(self._hashes, self._hashes[1:][self._hashes[1:] == self._hashes[:-1]]))
        cases = [profile.case_id for profile in self._at(self._offsets[same].tolist())]
        return len(set(cases)) < len(cases)

    def hold(self, case_ids: Iterable[str]) -> None:
        """Keep the profiles of cases, and no others."""
        wanted = set(case_ids)
        hashes = np.fromiter(map(hash_of, wanted), np.int64, len(wanted))
        places = np.sort(self._offsets[np.isin(self._hashes, hashes)]).tolist()
        with no_search_for_cycles():
            self._held = {one.case_id: one for one in self._at(places) if one.case_id in wanted}

    def __getitem__(self, case_id: str) -> CaseProfile:
        """Return the profile of a case; raise KeyError if it has none."""
        if case_id in self._held:
            return self._held[case_id]
        for profile in self._at(self._places_of(case_id)):
            if profile.case_id == case_id:
                return profile
        raise KeyError(case_id)

    def __len__(self) -> int:
        """Return how many cases have one."""
        return len(self._offsets)

    def __iter__(self) -> Iterator[str]:
        """Yield all cases, in the order of the file."""
        return (profile.case_id for profile in self._at(np.sort(self._offsets).tolist()))

    def _places_of(self, case_id: str) -> list[int]:
        """Return where the profile of a case may stand."""
        wanted = hash_of(case_id)
        first, last = np.searchsorted(self._hashes, [wanted, wanted + 1])
        found: list[int] = self._offsets[first:last].tolist()
        return found

    def _at(self, places: Iterable[int]) -> Iterator[CaseProfile]:
        """Yield the profiles that stand at places of the file."""
        with self._path.open("rb") as file:
            for place in places:
                file.seek(place)
                yield CaseProfile.model_validate(json.loads(file.readline()))


def hash_of(case_id: str) -> int:
    """Return a number for a case that is the same in every process; two cases may share one."""
    return int.from_bytes(blake2b(case_id.encode("utf-8"), digest_size=8).digest(), "big") >> 2


def kept_profiles(path: Path) -> KeptProfiles | None:
    """Return the profiles of a file of JSON lines; None if it is no such file, or anything in it is wrong."""
    if path.suffix not in LINES or not path.is_file():
        return None
    with no_search_for_cycles():
        return _kept(path)


def _kept(path: Path) -> KeptProfiles | None:
    hashes: list[Ints] = []
    offsets: list[Ints] = []
    lacking: set[str] = set()
    any_dated = False
    with path.open("rb") as file:
        for places, lines in _chunks(file):
            profiles = _validated(lines)
            if profiles is None or len(profiles) != len(places):
                return None
            hashes.append(np.fromiter((hash_of(one.case_id) for one in profiles), np.int64, len(profiles)))
            offsets.append(np.array(places, np.int64))
            for name in CaseProfile.model_fields.keys() - lacking:
                if any(getattr(one, name) is None for one in profiles):
                    lacking.add(name)
            any_dated |= any(one.history_from is not None for one in profiles)
    sums, starts = (np.concatenate([np.zeros(0, np.int64), *parts]) for parts in (hashes, offsets))
    order = np.argsort(sums, kind="stable")
    found = KeptProfiles(path, sums[order], starts[order], frozenset(lacking), any_dated=any_dated)
    return None if found.has_twice() else found


def _chunks(file: BinaryIO) -> Iterator[tuple[list[int], list[bytes]]]:
    """Yield lines that are not blank, and where each begins."""
    places: list[int] = []
    lines: list[bytes] = []
    place = 0
    for line in file:
        if line.strip():
            places.append(place)
            lines.append(line)
        place += len(line)
        if len(lines) == _AT_A_TIME:
            yield places, lines
            places, lines = [], []
    yield places, lines


def _validated(lines: list[bytes]) -> list[CaseProfile] | None:
    """Return the profiles of lines, None if any of them is none."""
    try:
        text = b"".join(lines).decode("utf-8")
        if text.lstrip("\ufeff").startswith("[") or "\r" in text.replace("\r\n", "\n"):
            return None
        rows, broken, _ = read_json(text)
        return None if broken else [CaseProfile.model_validate(row.data) for row in rows]
    except ValueError:  # a text that is none, and a profile that is none
        return None
