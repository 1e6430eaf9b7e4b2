"""What can still be checked of a pack whose schema is wrong, so that one run tells everything.

What is salvaged is never judged by: the problems of the schema are noted, and the pack is refused.
"""

from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from collection_guard.language.schema import (
    Calendar,
    Channel,
    ConsentFact,
    DefinedFact,
    EventField,
    Force,
    InstructionFact,
    Measure,
    OpenDebts,
    PackFile,
    Parameter,
    Retention,
    Rule,
    RuleFile,
    Text,
)

_Part = TypeVar("_Part", bound=BaseModel)
_DECLARED: Final[dict[str, type[BaseModel]]] = {
    "texts": Text,
    "channels": Channel,
    "own_fields": EventField,
    "calendars": Calendar,
    "consents": ConsentFact,
    "instructions": InstructionFact,
    "open_debts": OpenDebts,
    "retentions": Retention,
}
_NO_TEXT = Text.model_construct(zh="", en="")


def salvaged_header(data: Any) -> PackFile:
    """Return a header of what is sound; what is wrong keeps its name, so that nothing seems undeclared."""
    raw = _mapping(data)
    classes = {name: _words(words) for name, words in _mapping(raw.get("party_classes")).items()}
    zones = _mapping(raw.get("legal_zones"))
    declared: dict[str, Any] = {part: _sound_parts(model, raw.get(part)) for part, model in _DECLARED.items()}
    return PackFile.model_construct(
        pack=str(raw.get("pack", "")),
        version="",
        title=_NO_TEXT,
        about=_NO_TEXT,
        status="draft",
        zone=raw["zone"] if isinstance(raw.get("zone"), str) else "UTC",
        party_classes=classes,
        third_party_classes=_words(raw.get("third_party_classes")),
        legal_zones={zone: legal for zone, legal in zones.items() if isinstance(legal, str)},
        lawyer_titles=_words(raw.get("lawyer_titles")),
        parameters={name: _parameter(part) for name, part in _mapping(raw.get("parameters")).items()},
        sets={name: _mapping(condition) for name, condition in _mapping(raw.get("sets")).items()},
        measures={name: _measure(part) for name, part in _mapping(raw.get("measures")).items()},
        facts={name: _defined(part) for name, part in _mapping(raw.get("facts")).items()},
        fields=_words(raw.get("fields")),
        **declared,
        rules=salvaged_rules(data),
    )


def _sound_parts(model: type[BaseModel], raw: Any) -> dict[str, Any]:
    """Return the declarations that are sound, by name."""
    found = {name: _sound(model, part) for name, part in _mapping(raw).items()}
    return {name: part for name, part in found.items() if part is not None}


def salvaged_rules(data: Any) -> list[Rule]:
    """Return the rules of a file, each as far as it is sound."""
    rules = _mapping(data).get("rules")
    return [_rule(raw) for raw in rules] if isinstance(rules, list) else []


def salvaged(model: type[PackFile | RuleFile], data: Any) -> PackFile | RuleFile:
    """Return a file as far as it is sound."""
    return salvaged_header(data) if model is PackFile else RuleFile.model_construct(rules=salvaged_rules(data))


def _rule(raw: Any) -> Rule:
    whole = _sound(Rule, raw)
    if whole is not None:
        return whole
    part = _mapping(raw)
    return Rule.model_construct(
        id=str(part.get("id", "")),
        title=_NO_TEXT,
        severity="advisory",
        effect="note",
        in_force=_sound(Force, part.get("in_force", {})) or Force(),
        applies_to=_mapping(part.get("applies_to")),
        forbid=_mapping(part.get("forbid")) if "forbid" in part or not part else None,
        require=_mapping(part["require"]) if "require" in part else None,
        message=_sound(Text, part.get("message")) or _NO_TEXT,
        remedy=_sound(Text, part.get("remedy")) or _NO_TEXT,
        sources=[],
        examples=[],
    )


def _parameter(raw: Any) -> Parameter:
    """Return a parameter; one that is wrong has no type, and nothing more is said of it."""
    return _sound(Parameter, raw) or Parameter.model_construct(type=None, title=_NO_TEXT)  # type: ignore[arg-type]  # on purpose


def _measure(raw: Any) -> Measure:
    part = _mapping(raw)
    window = part.get("window")
    return _sound(Measure, raw) or Measure.model_construct(
        title=_NO_TEXT,
        count="events",
        where=_filter(part.get("where")),
        since=_filter(part["since"]) if "since" in part else None,
        window=window if isinstance(window, str) else "ever",
    )


def _filter(raw: Any) -> str | dict[str, Any]:
    return raw if isinstance(raw, str) else _mapping(raw)


def _defined(raw: Any) -> DefinedFact:
    return _sound(DefinedFact, raw) or DefinedFact.model_construct(
        title=_NO_TEXT, when=_mapping(_mapping(raw).get("when"))
    )


def _sound(model: type[_Part], raw: Any) -> _Part | None:
    try:
        return model.model_validate(raw)
    except ValidationError:
        return None


def _mapping(raw: Any) -> dict[str, Any]:
    return raw if isinstance(raw, dict) else {}


def _words(raw: Any) -> list[str]:
    return [word for word in raw if isinstance(word, str)] if isinstance(raw, list) else []
