"""Files that appear under their name only once they are whole."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
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
    with (
        _replacing(target) as unfinished,
        unfinished.open("w", encoding=encoding, newline=newline, errors=errors) as file,
    ):
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def whole_path(path: Path) -> Iterator[Path]:
    """Give the path of a file to be written by others; it appears under its name once all is written.

    What is no regular file is written to as it is, once all is there. Raises OSError.
    """
    target = path.resolve()
    if not target.exists() or target.is_file():
        with _replacing(target) as unfinished:
            yield unfinished
        return
    with TemporaryDirectory() as folder:
        whole = Path(folder) / "whole"
        yield whole
        with whole.open("rb") as source, target.open("wb") as file:
            copyfileobj(source, file)


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.unfinished-{os.getpid()}")
    try:
        yield unfinished
        unfinished.replace(target)
    finally:
        # Where a folder of the path is a file, there is nothing to remove, and looking for it is an error.
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
