"""The glossary in both languages, made from glossary.yaml."""

from collections.abc import Iterator
from typing import Any

import yaml
from writing import HERE, code, listed, say, table

from collection_guard.model.texts import Lang
from collection_guard.reports.wording import word


def terms() -> list[dict[str, Any]]:
    """Return the sections of the glossary."""
    sections: list[dict[str, Any]] = yaml.safe_load((HERE / "glossary.yaml").read_text("utf-8"))["sections"]
    return sections


def glossary(lang: Lang) -> Iterator[str]:
    """Yield the page in one language, line by line; the language of the page comes first."""
    yield f"# {say('glossary/title', lang)}"
    yield ""
    yield say("glossary/about", lang)
    yield ""
    other: Lang = "en" if lang == "zh" else "zh"
    columns = [say(f"glossary/columns/{name}", lang) for name in (lang, other, "words", "meaning")]
    for section in terms():
        yield f"## {section['title'][lang]}"
        yield ""
        yield from table(columns, (_row(term, lang, other) for term in section["terms"]))


def _row(term: dict[str, Any], lang: Lang, other: Lang) -> list[str]:
    words = listed((f"{code(one)} {word(one, lang)}" for one in term.get("words", ())), lang)
    return [term[lang], term[other], words, term["meaning"][lang]]
