"""The writer of one decision log: a file of its own, each line whole and linked to the one before it."""

import hashlib
import json
import os
import secrets
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from collection_guard.facts.kept import FACTS, KeptFacts
from collection_guard.facts.keys import wholeness
from collection_guard.facts.sheet import FactSheet
from collection_guard.guard.log.pseudonyms import Pseudonyms
from collection_guard.guard.log.recovery import recover
from collection_guard.guard.scene import Judgement
from collection_guard.guard.surroundings import Surroundings
from collection_guard.model.chain import BEGINNING, CUT_OFF, SUFFIX, Head, hash_of, line_of
from collection_guard.model.event import Event
from collection_guard.model.file_locks import lock
from collection_guard.model.problems import ConfigurationError, Problem, StoreError
from collection_guard.model.verification import verify
from collection_guard.model.words import SIGNALS

_SHORTEST_KEY: Final = 16


def key_in(path: Path) -> bytes:
    """Return the key of a file; one is made where there is none. Raise ConfigurationError for one too short."""
    try:
        if not path.exists():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32) + "\n")
        key = path.read_bytes().strip()
    except OSError as error:
        values: dict[str, object] = {"path": str(path), "cause": error.strerror or str(error)}
        raise ConfigurationError([Problem("log_key_unreadable", values=values)]) from error
    if len(key) < _SHORTEST_KEY:
        raise ConfigurationError([Problem("log_key_short", str(path), values={"least": _SHORTEST_KEY})])
    return key


class DecisionLog:
    """Writes what was decided and recorded. A line that cannot be written is a StoreError, and leaves no trace."""

    def __init__(self, folder: Path, pseudonyms: Pseudonyms) -> None:
        self._folder = folder
        self._pseudonyms = pseudonyms
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._writer = secrets.token_hex(8)
        self._head = Head(0, BEGINNING)
        self._profiles: dict[str, str] = {}
        self._file: int | None = None

    @property
    def head(self) -> tuple[str, Head]:
        """Return the writer and the head of its chain, to be kept elsewhere."""
        return self._writer, self._head

    def heads(self) -> dict[str, int]:
        """Return the number of the last line of every writer in the folder."""
        if not self._folder.is_dir():
            return {}
        return {writer: head.seq for writer, head in verify(self._folder).heads().items()}

    def note(self, kind: str, at: str, said: Mapping[str, Any]) -> None:
        """Write that something was done: a cancel, an override, a redelivery, a reload."""
        with self._lock:
            self._write({"kind": kind, "at": at, **said})

    def judged(
        self,
        kind: Literal["check", "record"],
        around: Surroundings,
        at: str,
        judged: Judgement,
        said: Mapping[str, Any],
    ) -> None:
        """Write an attempt that was checked, or a contact that was recorded, with what every rule said of it."""
        sheets = judged.shown
        event, profile = sheets[0].event, sheets[0].profile
        with self._lock:
            digest = None
            if profile is not None:
                hidden = self._pseudonyms.profile(profile).model_dump_json(by_alias=True)
                digest = hashlib.sha256(hidden.encode()).hexdigest()[:16]
                if self._profiles.get(profile.case_id) != digest:
                    self._write({"kind": "profile", "at": at, "digest": digest, "profile": json.loads(hidden)})
                    self._profiles[profile.case_id] = digest
            self._write(
                {
                    "kind": kind,
                    "at": at,
                    **said,
                    "event": self._event(event, sheets),
                    "profile": digest,
                    "kept": _kept(sheets),
                    "verdicts": judged.pattern.verdicts,
                    "rules_digest": around.rules_digest,
                    "registry_digest": around.registry_digest,
                }
            )

    def _event(self, event: Event, sheets: Sequence[FactSheet]) -> dict[str, Any]:
        heard = {name: sheets[0].value(f"content.{name}") for name in SIGNALS}
        known = {name: value for name, value in heard.items() if value is not None}
        words = {name: field.words for sheet in sheets for name, field in sheet.rule_set.extensions.fields.items()}
        hidden = self._pseudonyms.event(event, words).model_copy(update={"signals": known or None})
        shown: dict[str, Any] = json.loads(hidden.model_dump_json(exclude_none=True, exclude_defaults=True))
        return shown

    def _write(self, content: Mapping[str, Any]) -> None:
        if self._process != os.getpid():
            # A chain has one writer: a child of a fork begins its own, and does not hold its parent's file.
            self._let_go()
            self._begin()
        try:
            if self._file is None:
                self._open(content["at"])
            self._append(content)
        except OSError as error:
            values: dict[str, object] = {"store": str(self._folder), "cause": error.strerror or str(error)}
            raise StoreError([Problem("store_unreachable", values=values)]) from error

    def _open(self, at: str) -> None:
        """Make the file, and first tell in it of what crashes left in others."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{self._writer}{SUFFIX}"
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        lock(self._file)  # where nothing can be locked, nobody takes what is cut off for a dead writer's
        recover(self._folder, lambda found: self._append({"kind": CUT_OFF, "at": at, **found.said()}))

    def _append(self, content: Mapping[str, Any]) -> None:
        assert self._file is not None  # noqa: S101  # it was opened
        line = line_of(self._writer, self._head.seq + 1, self._head.hash, content)
        before = os.fstat(self._file).st_size
        written = 0
        try:
            while written < len(line) + 1:
                written += os.write(self._file, (line + b"\n")[written:])
        except OSError:
            self._take_back(before)
            raise
        self._head = Head(self._head.seq + 1, hash_of(line))

    def _take_back(self, size: int) -> None:
        """Leave no trace of a line that could not be written; where even that fails, end the chain before it."""
        assert self._file is not None  # noqa: S101  # it was written to
        try:
            os.ftruncate(self._file, size)
        except OSError:
            self._let_go()
            self._begin()

    def _let_go(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._let_go()


def _kept(sheets: Sequence[FactSheet]) -> dict[str, Any]:
    """Return what is derived from data that the log does not hold, by pack."""
    kept = {}
    for sheet in sheets:
        whole_from, whole_from_of = wholeness(sheet)
        facts = {name: sheet.value(name) for name in FACTS.values()}
        days = {"history.whole_from": whole_from, "history.whole_from_of": whole_from_of}
        kept[sheet.rule_set.pack] = KeptFacts.model_validate(facts | days).model_dump(
            mode="json", exclude_defaults=True
        )
    return kept
