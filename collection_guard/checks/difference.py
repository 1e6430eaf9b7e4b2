"""Two versions of a pack held against each other: what they say differently, and which contacts of a log flip."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from collection_guard.audit.report import NO_AGENCY
from collection_guard.audit.run import Basis, run_audit
from collection_guard.audit.taken import Intake
from collection_guard.engines.base import NOT_APPLICABLE
from collection_guard.engines.judge import Judged
from collection_guard.language.compiled import CompiledPack, CompiledRule, RuleSet
from collection_guard.language.compiling import compile_packs
from collection_guard.language.pack import Pack, overrides_for

SHOWN: Final = 3
"""How many contacts stand as examples of a flip."""
_RULE_PARTS: Final = (
    "severity",
    "effect",
    "on_unknown",
    "on_unknown_outcome",
    "in_force",
    "title",
    "message",
    "remedy",
    "sources",
)
_TABLES: Final = (
    "version",
    "status",
    "zone",
    "title",
    "about",
    "party_classes",
    "third_party_classes",
    "legal_zones",
    "lawyer_titles",
)
_DECLARED: Final = (("parameters", "$"), ("sets", ""), ("measures", "measure."), ("facts", ""))


@dataclass(frozen=True, slots=True)
class PartChange:
    """One part that reads otherwise; None where it is not there. ``name`` says which part of what."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that was added, removed or changed."""

    id: str
    before: tuple[CompiledRule, RuleSet] | None
    after: tuple[CompiledRule, RuleSet] | None
    parts: tuple[PartChange, ...] = ()
    condition: bool = False

    @property
    def kind(self) -> str:
        """Return what happened to the rule."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"


@dataclass(frozen=True, slots=True)
class FlipKey:
    """What flips are counted by."""

    rule: str
    agency: str
    before: str
    after: str


@dataclass(slots=True)
class Flips:
    """Contacts whose verdict differs: how many, and the first of them."""

    count: int = 0
    events: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Difference:
    """Everything in which two versions of a pack differ, and what that does to a log, if one is given."""

    before: CompiledPack
    after: CompiledPack
    rules: list[RuleChange]
    declared: list[PartChange]
    contacts: int | None = None
    contacts_flipped: int = 0
    flips: dict[FlipKey, Flips] = field(default_factory=dict)


def compare(old: Pack, new: Pack, parameters: Mapping[str, Any]) -> Difference:
    """Return in what two versions of a pack differ."""
    (before,) = compile_packs([old], overrides_for(old, parameters))
    (after,) = compile_packs([new], overrides_for(new, parameters))
    return Difference(before, after, list(_rules(before, after)), list(_declared(old, new)))


def _rules(before: CompiledPack, after: CompiledPack) -> Iterator[RuleChange]:
    old, new = _last(before), _last(after)
    for rule_id in sorted({*old, *new}):
        one, other = old.get(rule_id), new.get(rule_id)
        if one is None or other is None:
            yield RuleChange(rule_id, one, other)
            continue
        parts = tuple(_parts(one[0], other[0]))
        condition = _conditions(before, rule_id) != _conditions(after, rule_id)
        if parts or condition:
            yield RuleChange(rule_id, one, other, parts, condition)


def _last(pack: CompiledPack) -> dict[str, tuple[CompiledRule, RuleSet]]:
    return {rule.id: (rule, pack.rule_sets[-1]) for rule in pack.rule_sets[-1].rules}


def _parts(one: CompiledRule, other: CompiledRule) -> Iterator[PartChange]:
    before, after = (rule.rule.model_dump(mode="json", by_alias=True, exclude_none=True) for rule in (one, other))
    for name in _RULE_PARTS:
        if before.get(name) != after.get(name):
            yield PartChange(name, before.get(name), after.get(name))
    if before["examples"] != after["examples"]:
        yield PartChange("examples", len(before["examples"]), len(after["examples"]))


def _conditions(pack: CompiledPack, rule_id: str) -> list[Any]:
    """Return the condition of a rule from each date on which it changes."""
    found: list[Any] = []
    for rule_set in pack.rule_sets:
        rule = next(rule for rule in rule_set.rules if rule.id == rule_id)
        own = (rule.scope, rule.whole, rule.unset)
        if not found or found[-1][1:] != own:
            found.append((rule_set.since, *own))
    return found


def _declared(old: Pack, new: Pack) -> Iterator[PartChange]:
    before, after = (pack.header.model_dump(mode="json", by_alias=True, exclude_none=True) for pack in (old, new))
    for name in _TABLES:
        if before.get(name) != after.get(name):
            yield PartChange(name, before.get(name), after.get(name))
    for part, prefix in _DECLARED:
        for name in sorted({*before[part], *after[part]}):
            one, other = before[part].get(name), after[part].get(name)
            if one != other:
                yield PartChange(f"{prefix}{name}", *_narrowed(one, other))


def _narrowed(one: Any, other: Any) -> tuple[Any, Any]:
    """Return only those keys of two mappings that differ."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return one, other
    keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
    return {key: one[key] for key in keys if key in one}, {key: other[key] for key in keys if key in other}


def find_flips(
    difference: Difference,
    old: Pack,
    new: Pack,
    intake: Intake,
    basis: Basis,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Judge a log by both versions, and note each verdict that is another by the second.

    A rule that one version does not have is, there, not applicable.
    """
    agencies = {contact.event.event_id: contact.event.agency or NO_AGENCY for contact in intake.contacts}
    held: dict[tuple[str, str], str] = {}
    flipped: set[str] = set()

    def note(event: str, rule: str, before: str, after: str) -> None:
        flipped.add(event)
        flips = difference.flips.setdefault(FlipKey(rule, agencies[event], before, after), Flips())
        flips.count += 1
        if len(flips.events) < SHOWN:
            flips.events.append(event)

    def remember(judged: Judged) -> None:
        if judged.verdict.verdict != NOT_APPLICABLE:
            held[judged.verdict.event_id, judged.verdict.rule] = judged.verdict.verdict

    def hold_against(judged: Judged) -> None:
        verdict = judged.verdict
        before = held.pop((verdict.event_id, verdict.rule), NOT_APPLICABLE)
        if before != verdict.verdict:
            note(verdict.event_id, verdict.rule, before, verdict.verdict)

    run_audit(intake, replace(basis, packs=[old], parameters=overrides_for(old, basis.parameters)), remember, progress)
    parameters = overrides_for(new, basis.parameters)
    run_audit(intake, replace(basis, packs=[new], parameters=parameters), hold_against, progress)
    for (event, rule), before in held.items():  # what is left are verdicts of rules that are no more
        note(event, rule, before, NOT_APPLICABLE)
    difference.contacts = len(intake.contacts)
    difference.contacts_flipped = len(flipped)
