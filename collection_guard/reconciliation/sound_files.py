"""Lengths of WAV files, as their headers tell them, whatever codec is inside."""

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

_CHUNK: Final = struct.Struct("<4sI")
_FORMAT: Final = struct.Struct("<HHII")
_BLOCK: Final = 1 << 20


class SoundError(ValueError):
    """A file whose length cannot be told; the argument is the code of the reason."""


@dataclass(frozen=True, slots=True)
class Sound:
    """The length of a recording, and the digest of what is heard in it."""

    seconds: float
    digest: str


def read_wav(path: Path) -> Sound:
    """Return the length of a WAV file and the digest of its sound; raise SoundError if it is none.

    The standard library opens plain PCM alone, and telephone systems record A-law, µ-law and GSM as well; the bytes a
    second stand in the header of each of them.
    """
    try:
        with path.open("rb") as file:
            return _read(file, path.stat().st_size)
    except OSError as error:
        raise SoundError("recording_unreadable") from error


def _read(file: BinaryIO, size: int) -> Sound:
    head = file.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
        raise SoundError("recording_no_wav")
    rate = 0
    while len(header := file.read(_CHUNK.size)) == _CHUNK.size:
        name, length = _CHUNK.unpack(header)
        if name == b"data":
            left = size - file.tell()
            # What is there is what can be heard: a file may be cut off, or streamed by a recorder that never came back
            # to write the true length, and left 0 or a very large number in its place.
            length = min(length, left) or left
            if not rate:
                break
            return Sound(length / rate, _digest(file, length))
        body = file.read(length + length % 2)
        if name == b"fmt " and len(body) >= _FORMAT.size:
            _, _, _, rate = _FORMAT.unpack(body[: _FORMAT.size])
    raise SoundError("recording_no_wav")


def _digest(file: BinaryIO, length: int) -> str:
    digest = hashlib.sha256()
    while length > 0 and (block := file.read(min(length, _BLOCK))):
        digest.update(block)
        length -= len(block)
    return digest.hexdigest()
