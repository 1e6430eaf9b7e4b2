"""axe-core, as its makers publish it, asked about a page."""

import sys
from pathlib import Path

import pytest

from web.chromium import Plain

AXE = Path(sys.prefix) / "npm" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = {"serious", "critical"}
needs_axe = pytest.mark.skipif(
    not AXE.exists(), reason="npm was absent when scripts/test made .venv: axe-core is not there"
)


def faults(page: Plain) -> list[str]:
    """Return what axe-core finds that is serious or critical, with the first place of each."""
    page.page.evaluate(AXE.read_text("utf-8"))
    found = page.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{item['impact']} {item['id']}: {item['nodes'][0]['html'][:200]} ({len(item['nodes'])} places)"
        for item in found["violations"]
        if item["impact"] in GRAVE
    ]
