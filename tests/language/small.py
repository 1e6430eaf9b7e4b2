"""Small packs for tests: a whole pack of which a test states only what it is about."""

import json
from pathlib import Path
from typing import Any

from collection_guard.language.compiled import CompiledPack
from collection_guard.language.compiling import compile_packs
from collection_guard.language.pack import Pack
from collection_guard.language.packs import load_packs

Json = dict[str, Any]


def named(text: str) -> Json:
    """Return a text in both languages."""
    return {"zh": text, "en": text}


def a_rule(rule_id: str = "a-rule", **parts: Any) -> Json:
    """Return a rule; without a condition it forbids calls."""
    rule: Json = {
        "id": rule_id,
        "title": named("title"),
        "severity": "minor",
        "effect": "note",
        "message": named("message"),
        "remedy": named("remedy"),
        "sources": [{"title": "exercise", "says": "nothing"}],
        "examples": [{"name": "none", "verdict": "clear", "facts": {}}],
    } | parts
    if "forbid" not in rule and "require" not in rule:
        rule["forbid"] = {"contact.channel": "call"}
    return rule


def a_pack(*rules: Json, **parts: Any) -> Json:
    """Return a pack of some rules."""
    return {
        "pack": "small",
        "version": "1.0.0",
        "status": "draft",
        "zone": "Asia/Shanghai",
        "title": named("title"),
        "about": named("about"),
        "party_classes": {"debtor": ["self"], "contact": ["parent"]},
        "third_party_classes": ["contact"],
        "rules": list(rules),
    } | parts


def measure(**parts: Any) -> Json:
    """Return a measure; it counts calls in seven days."""
    return {"title": named("m"), "count": "events", "where": {"contact.channel": "call"}, "window": "7d"} | parts


def parameter(kind: str, value: Any = None, **parts: Any) -> Json:
    """Return a parameter."""
    return {"type": kind, "title": named("p")} | ({} if value is None else {"value": value}) | parts


def written(folder: Path, pack: Json, name: str = "pack.yaml") -> Path:
    """Write a pack, and return the folder; JSON is YAML."""
    folder.mkdir(exist_ok=True, parents=True)
    (folder / name).write_text(json.dumps(pack, ensure_ascii=False, indent=1), "utf-8")
    return folder


def loaded(folder: Path, pack: Json) -> Pack:
    """Return a pack as read from a file."""
    return load_packs([written(folder, pack)])[0]


def compiled(folder: Path, pack: Json, overrides: Json | None = None) -> CompiledPack:
    """Return a pack compiled."""
    return compile_packs([loaded(folder, pack)], overrides)[0]
