"""Ends a benchmark in one line, before anything else is imported, where what it compares with is not installed."""

import sys
from importlib.util import find_spec
from typing import Final

_NEEDED: Final = {
    "numpy": "numpy",
    "polars": "polars",
    "zen": "zen-engine",
    "rule_engine": "rule-engine",
    "ahocorasick": "pyahocorasick",
}

if absent := [name for module, name in _NEEDED.items() if find_spec(module) is None]:
    sys.exit(
        f"not installed: {', '.join(absent)}; install the extra with pip install 'collection-guard[bench]', "
        "in a clone of the project with pip install '.[bench]'"
    )
