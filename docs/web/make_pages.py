"""Writes the pages that are made from code and data, or with --check says which of them are not current."""

import sys
from typing import Final

from event_format import event_format
from glossary import glossary
from regimes import regimes
from staging import ROOT
from vocabulary import vocabulary

from collection_guard.language.compiling import compile_packs
from collection_guard.language.packs import load_packs, shipped_packs
from collection_guard.model.texts import LANGS
from collection_guard.reports.rule_pages import pages as rule_pages

MAKERS: Final = {"event-format": event_format, "vocabulary": vocabulary, "glossary": glossary, "regimes": regimes}


def generated() -> dict[str, str]:
    """Return every generated page by its path in the project."""
    # One by one: an overlay and the pack that it extends have rules of the same ids, and are not loaded together.
    packs = [compile_packs(load_packs([name]), {})[0] for name in shipped_packs()]
    bases = {rule.rule.id for pack in packs if pack.extends is None for rule in pack.rule_sets[-1].rules}
    found = {f"docs/rules/{path}": page for path, page in rule_pages(packs, bases).items()}
    for lang in LANGS:
        for name, maker in MAKERS.items():
            page = "\n".join(maker(lang)).rstrip("\n") + "\n"
            found[f"docs/zh/{name}.md" if lang == "zh" else f"docs/{name}.md"] = page
    return found


def stale() -> list[str]:
    """Return the pages that do not say what the code says, and pages of rules that are no more."""
    pages = generated()
    kept = {str(path.relative_to(ROOT)) for path in (ROOT / "docs/rules").rglob("*.md")}
    changed = [path for path, page in pages.items() if not (ROOT / path).is_file() or _read(path) != page]
    return sorted({*changed, *(kept - pages.keys())})


def _read(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def main() -> int:
    """Write the pages, or check them."""
    found = stale()
    if sys.argv[1:] == ["--check"]:
        for path in found:
            print(f"{path} does not say what the code says; run scripts/docs", file=sys.stderr)
        return 1 if found else 0
    pages = generated()
    for path in found:
        if path in pages:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(pages[path], "utf-8")
        else:
            (ROOT / path).unlink()
    print(f"{len(pages)} generated pages, {len(found)} of them written", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
