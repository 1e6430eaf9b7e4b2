"""A pack as read from its files, before it is compiled."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from collection_guard.language.schema import PackFile, Rule
from collection_guard.language.vocabulary import Fact
from collection_guard.language.yaml_positions import Document, KeyPath


@dataclass(slots=True)
class Pack:
    """A pack as read: its header, its rules, and the document and place that each came from.

    ``untightened`` is the pack that an overlay extends, where it tightens parameters of it.
    """

    header: PackFile
    document: Document
    rules: list[tuple[Rule, Document, KeyPath]] = field(default_factory=list)
    facts: dict[str, Fact] = field(default_factory=dict)
    untightened: "Pack | None" = None

    @property
    def digest(self) -> str:
        """Return a digest of all that the pack says, whatever the order of its files and rules."""
        said = self.header.model_dump(mode="json")
        said["rules"] = sorted((rule.model_dump(mode="json") for rule, _, _ in self.rules), key=lambda r: r["id"])
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def overrides_for(pack: Pack, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return the overridden parameters that are this pack's: ``name`` or ``pack.name``."""
    mine: dict[str, Any] = {}
    for name, value in overrides.items():
        owner, _, rest = name.rpartition(".")
        if owner in {"", pack.header.pack} and rest in pack.header.parameters:
            mine[rest] = value
    return mine
