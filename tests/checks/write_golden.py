"""Writes the expected reports anew: ``python tests/checks/write_golden.py``, then read the difference."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from checks.scene import whole
from collection_guard.model.texts import LANGS
from collection_guard.reports.checks import CHECK_FORMATS, render_check
from collection_guard.version import __version__

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
ENDINGS = {
    "text": "txt",
    "junit": "xml",
    "sarif": "sarif.json",
    "github": "github.txt",
    "json": "json",
    "markdown": "md",
}


def rendered() -> dict[str, str]:
    """Return the reports as they are now, by the name of the file that holds what is expected."""
    report = whole()
    found: dict[str, str] = {}
    for lang in LANGS:
        for output_format in CHECK_FORMATS:
            words, _ = render_check(report, output_format, lang)
            if output_format == "sarif":
                words = json.dumps(json.loads(words), ensure_ascii=False, indent=1) + "\n"
            if output_format in {"sarif", "json"}:
                words = words.replace(f'ersion": "{__version__}"', 'ersion": "VERSION"')
            name = "check.json" if output_format == "json" else f"check.{lang}.{ENDINGS[output_format]}"
            found[name] = words
    return found


if __name__ == "__main__":
    for name, content in rendered().items():
        (GOLDEN / name).write_text(content, "utf-8", newline="")
