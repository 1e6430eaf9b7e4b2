"""Profiles that stay in their file: the same as those held in memory, or none where anything is wrong with them."""

import gc
import json
import pickle
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plain.random_log import RandomLog

from collection_guard.audit import kept_profiles as kept
from collection_guard.audit.kept_profiles import KeptProfiles, kept_profiles
from collection_guard.audit.profiles import read_profiles
from collection_guard.engines.columnar.matter import Matter
from collection_guard.engines.columnar.scan import somewhere_of
from collection_guard.facts.world import Settings, World


def file_of(folder: Path, text: str) -> Path:
    path = folder / "cases.jsonl"
    path.write_bytes(text.encode("utf-8"))
    return path


@pytest.fixture(params=[1, 100])
def path(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of profiles as random logs have them, read a few lines at a time, with blank lines between."""
    monkeypatch.setattr(kept, "_AT_A_TIME", request.param)
    profiles = [one for seed in range(4) for one in RandomLog(seed).records(cases=4).profiles.values()]
    named = [one.model_copy(update={"case_id": f"{place}案"}) for place, one in enumerate(profiles)]
    lines = [one.model_dump_json(exclude_unset=True, by_alias=True) for one in named]
    return file_of(tmp_path, "\ufeff" + "\r\n\r\n".join(lines))


def test_kept_profiles_are_those_of_the_file(path: Path) -> None:
    """By case, in number and in order they are what is held in memory, held before or not, here or elsewhere."""
    held, found = read_profiles(path), kept_profiles(path)
    assert isinstance(found, KeptProfiles)
    assert dict(found) == held
    assert list(found) == list(held)
    found.hold(["1案", "none"])
    travelled = pickle.loads(pickle.dumps(found))  # noqa: S301  # made above
    for one in (found, travelled):
        assert len(one) == len(held)
        assert {case: one.get(case) for case in (*held, "none")} == {case: held.get(case) for case in (*held, "none")}


@pytest.mark.parametrize("day", [None, date(2025, 11, 1)])
def test_what_is_known_of_all_is_the_same(tmp_path: Path, day: date | None) -> None:
    """From when cases are whole, and which fields some profile lacks, is known without holding any."""
    lines = [
        {"case_id": "1", "borrower_id": "B", "timezone": "Asia/Shanghai", "numbers": []},
        {"case_id": "2", "borrower_id": "B", "timezone": "Asia/Tokyo", "history_from": day and day.isoformat()},
    ]
    path = file_of(tmp_path, "\n".join(map(json.dumps, lines)))
    found, held = kept_profiles(path), read_profiles(path)
    assert found is not None
    worlds = [World(profiles=profiles) for profiles in (found, held)]
    assert worlds[0].whole_from == worlds[1].whole_from == day
    assert worlds[0].whole_from_of == worlds[1].whole_from_of == ({"B": frozenset({None, day})} if day else {})
    empty = [somewhere_of(set(), Matter((), {}, Settings(), None, profiles)) for profiles in (found, held)]
    assert empty[0] == empty[1]


PLAIN = '{"case_id": "1"}'


@pytest.mark.parametrize(
    "text",
    [
        f"{PLAIN}\n{PLAIN}",
        f'{PLAIN}\n{{"case_id": "2", "numbers": 5}}',
        f"{PLAIN}\n{{",
        f"[{PLAIN}]",
        f"{PLAIN}\r{PLAIN}",
        '{"case_id": "1", "case_id": "2"}',
    ],
)
def test_what_is_wrong_is_left_to_the_reader_of_profiles(text: str, tmp_path: Path) -> None:
    """A file with anything wrong in it, or in another form, is none that is kept: its reader says what is wrong."""
    assert kept_profiles(file_of(tmp_path, text)) is None


def test_other_files_are_none_that_are_kept(tmp_path: Path) -> None:
    """Tables, what is no text, and what is not there are for the reader of profiles."""
    assert kept_profiles(tmp_path / "cases.jsonl") is None
    assert kept_profiles(tmp_path / "cases.xlsx") is None
    (tmp_path / "cases.ndjson").write_bytes(b'{"case_id": "\xff"}')
    assert kept_profiles(tmp_path / "cases.ndjson") is None


def test_cases_that_share_a_number_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cases may have one number; each has its own profile all the same, and another case has none."""
    monkeypatch.setattr(kept, "hash_of", lambda _: 7)
    lines: list[dict[str, Any]] = [{"case_id": str(place), "borrower_id": f"B{place}"} for place in range(3)]
    found = kept_profiles(file_of(tmp_path, "\n".join(map(json.dumps, lines))))
    assert found is not None
    assert [found[str(place)].borrower_id for place in range(3)] == ["B0", "B1", "B2"]
    assert "3" not in found
    assert np.array_equal(found._hashes, [7, 7, 7])


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize("text", [PLAIN, f"{PLAIN}\n{{"])
def test_the_search_for_cycles_goes_on_as_it_was(
    text: str, on: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody looks for cycles among profiles while they are read, well or not; after it, it is as it was before."""
    seen: list[bool] = []
    validated = kept._validated
    monkeypatch.setattr(kept, "_validated", lambda lines: seen.append(gc.isenabled()) or validated(lines))  # type: ignore[func-returns-value]  # to note it on the way
    was_on = gc.isenabled()
    try:
        (gc.enable if on else gc.disable)()
        kept_profiles(file_of(tmp_path, text))
        assert gc.isenabled() is on
    finally:
        (gc.enable if was_on else gc.disable)()
    assert seen
    assert not any(seen)
