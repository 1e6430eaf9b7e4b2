"""A real sidecar in a process of its own, before cases of which some may be called at this hour and some may not."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

AGENCY = "诚信催收有限公司"
TOKEN = "0123456789abcdef" * 2
HEADERS = {"authorization": f"Bearer {TOKEN}"}
_STARTED = 60


def zone_at(hour: int) -> str:
    """Return a zone of a fixed offset in which it is that hour of the day now."""
    ahead = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}"


def number_of(kind: str, place: int) -> str:
    """Return the number of a case."""
    return f"{'1650010' if kind == 'day' else '1650020'}{place:04d}"


def write_settings(folder: Path, cases: int = 10, **settings: Any) -> Path:
    """Write a configuration with cases where it is one in the afternoon, and as many where it is two at night."""
    profiles = [
        {
            "case_id": f"{kind}-{place}",
            "borrower_id": f"{kind}-b{place}",
            "timezone": zone_at(hour),
            "numbers": [{"number": number_of(kind, place)}],
            "emergency_contacts": [],
            "quiet_windows": [],
            "instructions": [],
            "accessibility": [],
        }
        for kind, hour in (("day", 13), ("night", 2))
        for place in range(cases)
    ]
    (folder / "cases.jsonl").write_text("".join(json.dumps(profile) + "\n" for profile in profiles), "utf-8")
    (folder / "partners.csv").write_text(f"name,category,valid_from\n{AGENCY},collection_agency,2020-01-01\n", "utf-8")
    given = {"timezone": "Asia/Shanghai", "cases": "cases.jsonl", "registry": "partners.csv"} | settings
    path = folder / "collection-guard.yaml"
    path.write_text(json.dumps(given, ensure_ascii=False), "utf-8")
    return path


def attempt(kind: str = "day", place: int = 0, **fields: Any) -> dict[str, Any]:
    """Return an attempt to call the borrower of a case."""
    given = {
        "case_id": f"{kind}-{place}",
        "agency": AGENCY,
        "channel": "call",
        "direction": "outbound",
        "recipient": {"number": number_of(kind, place), "relationship": "self"},
    }
    return given | fields


def answered(event_id: str, place: int = 0, **fields: Any) -> dict[str, Any]:
    """Return a call that was answered now, as it is recorded."""
    outcome = {"network": "connected", "answered_by": "human", "party": "borrower"}
    now = datetime.now(UTC).isoformat()
    return attempt("day", place, event_id=event_id, started_at=now, talk_seconds=20, outcome=outcome, **fields)


class Sidecar:
    """A sidecar that listens, and what it has written."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[dict[str, Any]] = []
        self.text = ""
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._changed:
                self.text += line
                if line.startswith("{"):
                    self.lines.append(json.loads(line))
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def line(self, message: str, at_least: int = 1, **fields: Any) -> dict[str, Any]:
        """Wait for a line of the log and return it."""

        def found() -> list[dict[str, Any]]:
            return [line for line in self.lines if line["message"] == message and fields.items() <= line.items()]

        with self._changed:
            ended = self._changed.wait_for(
                lambda: len(found()) >= at_least or self.process.poll() is not None, timeout=_STARTED
            )
            assert ended, f"no line {message} {fields} in: {self.text}"
            assert len(found()) >= at_least, f"no line {message} {fields}, and the process ended: {self.text}"
            return found()[at_least - 1]

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://{self.line('listening')['address']}"

    @property
    def port(self) -> int:
        """Return the port on which it listens."""
        return int(self.line("listening")["address"].rpartition(":")[2])

    def client(self, **options: Any) -> httpx.Client:
        """Return a client of it."""
        return httpx.Client(base_url=self.url, trust_env=False, timeout=30, **options)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end, and return its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(30)
        self._reader.join(10)
        return code

    def close(self) -> None:
        """Let go of what it wrote to, once it has ended."""
        self._reader.join(10)
        assert self.process.stderr is not None
        self.process.stderr.close()


@contextmanager
def sidecar(config: Path, *arguments: str, **environment: str) -> Iterator[Sidecar]:
    """Run a sidecar on a free port, or where the arguments say."""
    command = [sys.executable, "-m", "collection_guard", "serve", "--config", str(config), *arguments]
    if "--socket" not in arguments:
        command += ["--port", "0"]
    environment = dict(os.environ, COLLECTION_GUARD_LANG="en") | environment
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=environment)
    running = Sidecar(process)
    try:
        running.line("listening")
        yield running
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(30)
        running.close()


def tokens_file(folder: Path) -> Path:
    """Write a file with one token."""
    path = folder / "tokens"
    path.write_text(f"# name token\ndialer-1 {TOKEN}\n", "utf-8")
    path.chmod(0o600)
    return path
