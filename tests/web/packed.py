"""What a page holds, read without a browser."""

import base64
import gzip
import json
import re
from typing import Any


def unpacked(page: str) -> dict[str, Any]:
    """Return what the script of a page reads."""
    letters = re.search(r'<script type="application/octet-stream" id="pack">([^<]*)</script>', page)
    assert letters is not None
    content: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(letters[1])))
    return content


def whole(page: str) -> str:
    """Return everything that a page says, its findings too."""
    return re.sub(r'(id="pack">)[^<]*', r"\1", page) + json.dumps(unpacked(page), ensure_ascii=False)


def figures(page: str) -> dict[str, str]:
    """Return each number of the first screen by its name."""
    tags = re.findall(r"<a [^>]*data-figure[^>]*>", page)
    found = {}
    for tag in tags:
        name = re.search(r'data-figure="([^"]*)"', tag)
        value = re.search(r'data-value="([^"]*)"', tag)
        assert name is not None
        assert value is not None
        assert found.setdefault(name[1], value[1]) == value[1]
    return found
