"""Who may ask: bearer tokens, each with the name of its client, compared in constant time."""

import hashlib
import hmac
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from collection_guard.model.problems import ConfigurationError, Problem

VARIABLE: Final = "COLLECTION_GUARD_TOKENS"
"""Tokens in the environment, as ``name=token``, separated by commas."""
_SHORTEST: Final = 20
"""A token of fewer characters can be guessed."""
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SCHEME: Final = b"bearer "
_OF_OTHERS: Final = 0o007
"""The rights of everybody on the machine."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The digests of the tokens that are accepted, with the names of their clients; none: everybody may ask."""

    digests: tuple[tuple[bytes, str], ...] = ()

    def __bool__(self) -> bool:
        """Say whether a token is asked for."""
        return bool(self.digests)

    def client_of(self, authorization: bytes | None) -> str | None:
        """Return the name of the client that a header ``Authorization`` belongs to; None if it is of nobody.

        Every token is compared, whichever fits, so that the time taken tells nothing about any of them.
        """
        given = authorization or b""
        is_bearer = given[: len(_SCHEME)].lower() == _SCHEME
        digest = hashlib.sha256(given[len(_SCHEME) :].strip()).digest()
        found: str | None = None
        for known, name in self.digests:
            if hmac.compare_digest(known, digest):
                found = name
        return found if is_bearer else None


def read_tokens(path: Path | None, environment: Mapping[str, str] | None = None) -> Tokens:
    """Return the tokens of a file (a line each: name, space, token) and of the environment.

    Raises ConfigurationError with every line that is wrong; what a token is does not show in it.
    """
    problems: list[Problem] = []
    found: list[tuple[bytes, str]] = []
    if path is not None:
        for number, line in enumerate(_lines(path, problems), 1):
            if line.strip() and not line.lstrip().startswith("#"):
                name, _, token = line.strip().partition(" ")
                _take(found, problems, name, token.strip(), Problem("bad_token", str(path), number))
    listed = (os.environ if environment is None else environment).get(VARIABLE, "")
    for entry in filter(None, listed.split(",")):
        name, _, token = entry.partition("=")
        _take(found, problems, name.strip(), token.strip(), Problem("bad_token", VARIABLE))
    if path is not None and not problems and not found:
        problems.append(Problem("no_tokens", str(path)))
    if problems:
        raise ConfigurationError(problems)
    return Tokens(tuple(found))


def _take(found: list[tuple[bytes, str]], problems: list[Problem], name: str, token: str, otherwise: Problem) -> None:
    if _NAME.fullmatch(name) and len(token) >= _SHORTEST and token.isascii() and token.isprintable():
        found.append((hashlib.sha256(token.encode()).digest(), name))
    else:
        problems.append(otherwise)


def _lines(path: Path, problems: list[Problem]) -> list[str]:
    try:
        if path.stat().st_mode & _OF_OTHERS:
            problems.append(Problem("tokens_open", str(path)))
        return path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "UTF-8"
        problems.append(Problem("tokens_unreadable", str(path), values={"reason": reason}))
        return []
