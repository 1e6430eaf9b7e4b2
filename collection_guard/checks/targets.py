"""What each path is: recognised by what it holds, in a stated order; what is not recognised is an error.

A folder is a pack if it holds ``pack.yaml``, a lexicon if it holds ``characters.yaml``, a registry if all its files
are named by dates and hold partner lists; of any other, each file and folder is looked at. A YAML file (by its name)
is what its keys say. Any other file is JSON if it begins so, and is what the keys of its objects say; else it is a
table: a log if a column holds the time of the contact, else case profiles, else a registry.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final, Literal

from collection_guard.audit.profiles import read_profiles
from collection_guard.audit.taken import Intake
from collection_guard.checks.baseline import FORMAT as BASELINE
from collection_guard.checks.samples import is_sample, items_of
from collection_guard.facts.content.choice import CHARACTERS_FILE
from collection_guard.facts.partner_lists import read_registry
from collection_guard.language.packs import HEADER
from collection_guard.language.yaml_positions import Document, read_yaml
from collection_guard.model.problems import InputError, LogError, Problem
from collection_guard.model.tables import JsonRow, TableFile, read_table_file

TargetKind = Literal[
    "samples", "pack", "batch", "registry", "profiles", "lexicon", "waivers", "baseline", "configuration", "mapping"
]
_YAML: Final = (".yaml", ".yml")
_DATED: Final = re.compile(r"\d{4}-\d{2}")
_MAPPING: Final = frozenset({"columns", "values", "defaults", "ignore"})
_NO_LOG: Final = frozenset({"no_header", "no_time_column"})


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to check: where it is, what it is, and what was read of it on the way."""

    path: str
    kind: TargetKind
    document: Document | None = None
    rows: tuple[JsonRow, ...] = ()
    intake: Intake | None = None
    problems: tuple[Problem, ...] = ()
    in_lines: bool = True
    """The rows of the file are lines of it: not so in a JSON array."""


@dataclass(slots=True)
class Search:
    """Finds what the given paths are; what is excluded is kept by name, what nobody can read as a problem."""

    read_log: Callable[[Path], Intake]
    configuration_keys: frozenset[str]
    configuration_name: str
    exclude: Sequence[str] = ()
    targets: list[Target] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    _seen: set[Path] = field(default_factory=set)

    def look(self, paths: Sequence[Path]) -> None:
        """Look at each path; a file that is reached twice is checked once."""
        for path in paths:
            if path.is_dir():
                if not self._folder(path):
                    self.problems.append(Problem("check_folder_empty", str(path)))
            elif not path.exists():
                self.problems.append(Problem("file_missing", str(path)))
            else:
                self._file(path)

    def _new(self, path: Path) -> bool:
        place = path.resolve()
        if place in self._seen:
            return False
        self._seen.add(place)
        return True

    def _is_excluded(self, path: Path) -> bool:
        name = path.as_posix()
        if any(fnmatch(name, pattern) or fnmatch(path.name, pattern) for pattern in self.exclude):
            self.excluded.append(str(path))
            return True
        return False

    def _folder(self, path: Path) -> bool:
        """Look at a folder; say whether it holds anything."""
        if not self._new(path) or self._is_excluded(path):
            return True
        entries = sorted(entry for entry in path.iterdir() if not _is_hidden(entry))
        whole = self._whole(path, entries)
        if whole is not None:
            self.targets.append(Target(str(path), whole))
            entries = [entry for entry in entries if not _belongs(entry, whole)]
        found = whole is not None
        for entry in entries:
            if entry.is_dir():
                found = self._folder(entry) or found
            else:
                self._file(entry)
                found = True
        return found

    def _whole(self, path: Path, entries: list[Path]) -> TargetKind | None:
        """Return what a folder is as a whole, None if it is only a folder."""
        if (path / HEADER).is_file():
            return "pack"
        if (path / CHARACTERS_FILE).is_file():
            return "lexicon"
        files = [entry for entry in entries if entry.is_file()]
        if not files or not all(_DATED.match(file.name) for file in files):
            return None
        # A folder of logs may be named by dates, too: its first file tells.
        try:
            self.read_log(files[0])
        except LogError as error:
            return "registry" if {problem.code for problem in error.problems} <= _NO_LOG else None
        return None

    def _file(self, path: Path) -> None:
        if self._is_excluded(path) or not self._new(path):
            return
        target = self._yaml(path) if path.suffix.lower() in _YAML else self._data(path)
        if target is not None:
            self.targets.append(target)

    def _unrecognised(self, path: Path) -> None:
        self.problems.append(Problem("check_unrecognised", str(path)))

    def _yaml(self, path: Path) -> Target | None:
        document = read_yaml(path)
        data = document.data
        keys = set(data) if isinstance(data, dict) else set()
        if data is None and document.problems:
            self.problems += document.problems
        elif items_of(data) is not None or "samples" in keys:
            return Target(str(path), "samples", document)
        elif "pack" in keys:
            whole = path.parent if path.name == HEADER else path
            return Target(str(whole), "pack") if whole == path or self._new(whole) else None
        elif "rules" in keys and isinstance(data["rules"], list) and _of_mappings(data["rules"]):
            return self._rules(path)
        elif "waivers" in keys:
            return Target(str(path), "waivers")
        elif keys & _MAPPING:
            return Target(str(path), "mapping")
        elif keys and (keys <= self.configuration_keys or path.name == self.configuration_name):
            return Target(str(path), "configuration")
        else:
            self._unrecognised(path)
        return None

    def _rules(self, path: Path) -> Target | None:
        """Return the pack that a file of rules belongs to."""
        if not (path.parent / HEADER).is_file():
            self.problems.append(Problem("check_rules_without_pack", str(path)))
            return None
        return Target(str(path.parent), "pack") if self._new(path.parent) else None

    def _data(self, path: Path) -> Target | None:
        found = read_table_file(path, encoding=None, score=lambda _: 0, knows=lambda _: False)
        if isinstance(found, Problem):
            # A wrong guess at the encoding may be mended by what a log's reader knows; nothing else is.
            if not found.code.startswith("encoding"):
                self.problems.append(found)
                return None
        elif found.objects is not None:
            return self._json(path, found)
        return self._table(path)

    def _json(self, path: Path, found: TableFile) -> Target | None:
        in_lines = not _begins_array(path)
        objects = [row.data for row in found.objects or ()]
        keys: set[str] = set().union(*objects) if objects else set()
        if any(item.get("format") == BASELINE for item in objects) or _is_baseline(path):
            return Target(str(path), "baseline")
        if any(is_sample(item) for item in objects):
            broken = tuple(Problem(row.reason, str(path), row=row.row, values=row.values) for row in found.broken)
            return Target(str(path), "samples", rows=tuple(found.objects or ()), problems=broken, in_lines=in_lines)
        if "started_at" in keys or "channel" in keys:
            return self._log(path, in_lines=in_lines)
        if "case_id" in keys:
            return Target(str(path), "profiles")
        if {"name", "category"} <= keys:
            return Target(str(path), "registry")
        self._unrecognised(path)
        return None

    def _log(self, path: Path, *, in_lines: bool) -> Target:
        try:
            return Target(str(path), "batch", intake=self.read_log(path), in_lines=in_lines)
        except LogError as error:
            return Target(str(path), "batch", problems=error.problems)

    def _table(self, path: Path) -> Target | None:
        target = self._log(path, in_lines=True)
        codes = {problem.code for problem in target.problems}
        if not codes or not codes <= _NO_LOG:
            return target
        if _is_read(lambda: read_profiles(path), "profile_no_header"):
            return Target(str(path), "profiles")
        if _is_read(lambda: read_registry(path), "registry_no_header"):
            return Target(str(path), "registry")
        self._unrecognised(path)
        return None


def _is_read(read: Callable[[], Any], no_header: str) -> bool:
    """Say whether a reader knows the header of a file, whatever else it finds wrong."""
    try:
        read()
    except InputError as error:
        return all(problem.code != no_header for problem in error.problems)
    return True


def _is_hidden(path: Path) -> bool:
    return path.name.startswith((".", "~$")) or path.name == "__pycache__"


def _belongs(path: Path, whole: TargetKind) -> bool:
    """Say whether a file of a folder is a part of what the folder is as a whole."""
    return path.is_file() and (whole == "registry" or path.suffix == ".yaml")


def _of_mappings(items: list[Any]) -> bool:
    return any(isinstance(item, dict) for item in items)


def _text_of(path: Path) -> str:
    return path.read_bytes()[:4096].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")


def _begins_array(path: Path) -> bool:
    return _text_of(path).startswith("[")


def _is_baseline(path: Path) -> bool:
    """Say whether a file is a baseline: it is one JSON object over several lines."""
    head = _text_of(path)
    return head.startswith("{") and f'"{BASELINE}"' in head
