"""Files that appear under their name only once they are whole."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO


@contextmanager
def whole_file(path: Path, *, newline: str = "", encoding: str = "utf-8", errors: str = "strict") -> Iterator[TextIO]:
    """Open a text file for writing; under its name stands what was there before until all is written.

    A link is followed. What is no regular file, such as a pipe or a device, is written to as it is: a file put in its
    place would take it away from everybody. Raises OSError.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        with target.open("w", encoding=encoding, newline=newline, errors=errors) as file:
            yield file
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.unfinished-{os.getpid()}")
    try:
        with unfinished.open("w", encoding=encoding, newline=newline, errors=errors) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    finally:
        # Where a folder of the path is a file, there is nothing to remove, and looking for it is an error.
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
