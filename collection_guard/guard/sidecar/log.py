"""What the sidecar did, as JSON lines: nothing of a person in full, nothing that was said, no token."""

import json
import logging
import sys
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TextIO

from pydantic_core import PydanticSerializationError, to_json

from collection_guard.model.masking import mask_any
from collection_guard.model.problems import Problem

_PLAIN: Final = frozenset(
    {
        *("event_id", "case_id", "address", "rules_digest", "registry_digest"),
        *("path", "status", "milliseconds", "channel", "decision", "reason", "rules", "findings", "problem"),
    }
)
"""What a line is found again by, and words of ours: never numbers or names, which have fields of their own."""
_OURS: Final = Path(__file__).parents[2]


class JsonLog:
    """Writes one JSON object a line, to stderr unless told otherwise."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._lock = threading.Lock()

    def write(self, message: str, level: str = "info", **fields: Any) -> None:
        """Write a line. What names a person is masked by the name of its field, such as ``recipient.number``."""
        line: dict[str, Any] = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "level": level,
            "message": message,
        }
        for name, value in fields.items():
            if value is not None:
                line[name] = value if name in _PLAIN else mask_any(name, value)
        text = _text_of(line)
        with self._lock:
            self._stream.write(text + "\n")
            self._stream.flush()

    def problems(self, message: str, problems: tuple[Problem, ...], level: str = "error") -> None:
        """Write problems of files, such as rules that cannot be loaded."""
        self.write(message, level, problems=[problem.render("en") for problem in problems])

    def fault(self, message: str, error: BaseException) -> None:
        """Write a fault of the program: its kind and where it is, not its words, which may hold what was sent."""
        self.write(message, "error", kind=type(error).__name__, at=frames(error.__traceback__))


def _text_of(line: dict[str, Any]) -> str:
    try:
        return to_json(line, fallback=str).decode()
    except PydanticSerializationError:
        # A name of a file may hold what is no text at all.
        return json.dumps(line, default=str)


def frames(trace: TracebackType | None) -> list[str]:
    """Return the places in this package that a fault went through, the innermost last."""
    found = []
    for frame in traceback.extract_tb(trace):
        path = Path(frame.filename)
        if path.is_relative_to(_OURS):
            found.append(f"{path.relative_to(_OURS.parent)}:{frame.lineno}")
    return found


class OfTheServer(logging.Handler):
    """Takes what the server below has to say into the same log."""

    def __init__(self, log: JsonLog) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; of an exception its kind and place."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            self._log.fault("server", error)
        else:
            self._log.write("server", record.levelname.lower(), says=record.getMessage())


def take_over(log: JsonLog) -> None:
    """Let the loggers of the server write into the log, and nowhere else."""
    for name in ("uvicorn", "uvicorn.error", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers = [OfTheServer(log)]
        logger.propagate = False
        logger.setLevel(logging.WARNING)
