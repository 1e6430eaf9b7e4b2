"""Signals that ask the program to end: they end it in order, so that nothing of a log is left lying about."""

import signal
from types import FrameType
from typing import Final

_BASE: Final = 128
"""What shells add to the number of the signal by which a program ended."""
_SIGNALS: Final = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
CODES: Final = frozenset(_BASE + number for number in _SIGNALS)
"""The exit codes of a program that was asked to end."""


def end_in_order() -> None:
    """Let signals end the program as an error does: files and folders that are not finished are removed on the way.

    One that is ignored stays so, as ``nohup`` has it. Once the end has begun, no further signal cuts it short.
    """
    for number in _SIGNALS:
        if signal.getsignal(number) in {signal.SIG_DFL, signal.default_int_handler}:
            signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    for other in _SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    raise SystemExit(_BASE + number)
