"""Addresses of files as others name them, made into what a person calls the file."""

import os
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit


def place_of(addresses: Sequence[str]) -> str | None:
    """Return the path or address of a file, or of the folder that several have in common; None where there is none."""
    if not addresses:
        return None
    common = addresses[0]
    if len(addresses) > 1:
        common = os.path.commonprefix(addresses).rpartition("/")[0]  # noqa: RUF071  # cut back to a folder at once
    return unquote(urlsplit(common).path) if common.startswith("file:") else common
