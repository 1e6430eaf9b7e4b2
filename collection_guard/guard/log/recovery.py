"""What a crash leaves of a line, as a database recovers it: set aside by the next writer, and told in its chain.

A process that is killed, or a machine that stops, in the middle of writing a line leaves its beginning at the end of a
file. What was being decided or recorded then was never answered. The next writer of the folder tells in its first
lines whose line was cut off, after which line, and what there is of it, byte for byte; then it cuts these bytes off.
"""

import mmap
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from collection_guard.model.chain import BEGINNING, SUFFIX, CutOff, Head, hash_of, lines_of, log_files, object_in
from collection_guard.model.file_locks import can_lock, lock

_LONGEST: Final = 16 * 2**20
"""More than any line: nobody but a person can say what such an end of a file is."""


def recover(folder: Path, tell: Callable[[CutOff], None]) -> None:
    """Tell of every line of a dead writer that was cut off, and set it aside.

    It is told before it is cut off, so that nothing is lost: a crash between the two leaves a line that is told twice.
    Files that cannot be read or written are left to the verification. Raises OSError for what cannot be told.
    """
    for path in log_files(folder) if can_lock() else ():
        file = _held(path)
        if file is None:
            continue
        try:
            found = cut_off(path)
            if found is not None:
                tell(found)
                with suppress(OSError):
                    os.ftruncate(file, os.fstat(file).st_size - len(found.tail))
        finally:
            os.close(file)


def _held(path: Path) -> int | None:
    """Open and lock a file that ends within a line; None for another, or one that somebody writes or nobody may."""
    with suppress(OSError), path.open("rb") as opened:
        size = opened.seek(0, os.SEEK_END)
        opened.seek(max(size - 1, 0))
        if opened.read() in {b"\n", b""}:
            return None
        file = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
        # A writer that lives holds its file: what it is about to end is no line cut off.
        if lock(file):
            return file
        os.close(file)
    return None


def cut_off(path: Path) -> CutOff | None:
    """Return what there is of the last line of a file; None if it is whole, or if nobody can say whose it is."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
        begin = end = held.rfind(b"\n") + 1
        if len(held) - end > _LONGEST:
            return None
        tail = held[end:]
        while begin and not held[begin:end].strip():  # the last line that is not blank
            begin = held.rfind(b"\n", 0, begin - 1) + 1
        last = next(lines_of(held[begin:end]), None)
    if not tail.strip() or object_in(tail) is not None:
        return None
    if last is None:
        return CutOff(path.name.removesuffix(SUFFIX), Head(0, BEGINNING), tail)
    said = last.said or {}
    if not isinstance(said.get("seq"), int) or not isinstance(said.get("writer"), str):
        return None
    return CutOff(said["writer"], Head(said["seq"], hash_of(last.written)), tail)
