"""Which columns would help: the fields that are empty, of those that a missing fact is read from (semantics 2)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from collection_guard.language.compiled import RuleSet
from collection_guard.language.ir import tests_of
from collection_guard.model.event import Event, Span
from collection_guard.model.profile import CaseProfile
from collection_guard.model.words import OTHER_CHANNEL, UNKNOWN

_REGISTRY: Final = "registry"
_PROFILE: Final = "profile."
_ZONE: Final = "settings.timezone"
_NONE_REPORTED: Final = frozenset({"outcome.state_change", "outcome.disposition"})
"""Fields that say something by being empty: that none was reported (semantics 10)."""
_RECORDED: Final = "recorded_at"
_OF_THE_PAST: Final = frozenset(
    {"recipient.number_reported_wrong", "recipient.has_asked_to_cease", "law_firm.names_disagree"}
)
"""Facts that look at earlier contacts, beside measures."""
_GROUPS: Final = frozenset({"group", "public"})


_FIRM: Final = "law_firm."
_FIRM_FIELDS: Final = frozenset({"claims.law_firm", "claims.law_firms", "content"})


def _signal(event: Event, fact: str) -> bool | None:
    """Return what a log says of the signal that a fact is read from; of any signal, for other facts."""
    signals: Mapping[Any, bool | None] = event.signals or {}
    if fact.startswith(_FIRM):
        return signals.get("claims_lawyer")
    if fact.startswith("content."):
        return signals.get(fact.removeprefix("content."))
    return True if signals else None


class EmptyFields:
    """Finds, for an unassessable verdict, the fields whose emptiness it may hang on."""

    def __init__(
        self,
        events: Sequence[Event],
        profiles: Mapping[str, CaseProfile],
        *,
        has_registry: bool,
        has_zone: bool,
        somewhere: Mapping[str, bool] | None = None,
    ) -> None:
        """Take the contacts of a log; of a part of one, ``somewhere`` says what is empty somewhere in the whole."""
        self._events = events
        self._profiles = profiles
        self._given = {_REGISTRY: has_registry, _ZONE: has_zone}
        self._fields: dict[tuple[RuleSet, str], tuple[tuple[str, ...], bool]] = {}
        self._empty_somewhere: dict[str, bool] = dict(somewhere or {})
        # Many rules lack the same facts of one contact.
        self._event: Event | None = None
        self._found: dict[tuple[RuleSet, str], set[str]] = {}

    def of(self, event: Event, missing: Sequence[str], rule_set: RuleSet) -> set[str]:
        """Return the fields that are empty: in this contact, or for a measure in some contact of the log."""
        if event is not self._event:
            self._event, self._found = event, {}
        found: set[str] = set()
        for name in missing:
            key = (rule_set, name)
            if key not in self._found:
                self._found[key] = self._empty(event, name, rule_set)
            found |= self._found[key]
        return found

    def of_profile(self, case_id: str) -> tuple[str, ...]:
        """Return the fields that are empty in the profile of a case; without one, all are."""
        profile = self._profiles.get(case_id)
        return tuple(name for name in CaseProfile.model_fields if getattr(profile, name, None) is None)

    def _empty(self, event: Event, name: str, rule_set: RuleSet) -> set[str]:
        fields, of_past = self._fields_of(name, rule_set)
        if of_past:
            empty = {path for path in fields if self._is_empty_somewhere(path)}
        else:
            empty = {path for path in fields if self._is_empty(event, path, name)}
        if self._is_empty_somewhere(_RECORDED) and _looks_back(name, rule_set):
            empty.add(_RECORDED)
        # A registry that is there, and leaves it open all the same, is known by its month alone.
        return empty or ({_REGISTRY} & set(fields))

    def _fields_of(self, name: str, rule_set: RuleSet) -> tuple[tuple[str, ...], bool]:
        key = (rule_set, name)
        if key not in self._fields:
            fact = rule_set.vocabulary.get(name)
            own = fact.fields if fact is not None else ()
            self._fields[key] = (own, False) if own else (tuple(dict.fromkeys(_read_by(name, rule_set))), True)
        return self._fields[key]

    def _is_empty_somewhere(self, path: str) -> bool:
        if path not in self._empty_somewhere:
            self._empty_somewhere[path] = any(self._is_empty(event, path) for event in self._events)
        return self._empty_somewhere[path]

    def _is_empty(self, event: Event, path: str, fact: str = "") -> bool:
        if path in self._given:
            return not self._given[path]
        if path.startswith(_PROFILE):
            return _at(self._profiles.get(event.case_id), path.removeprefix(_PROFILE)) is None
        if path == "recipient.members":
            return event.recipient.audience in _GROUPS and not event.recipient.members
        if path == "signals":
            return _signal(event, fact) is None
        if path in _FIRM_FIELDS and fact.startswith(_FIRM) and (event.claims.law_firm or event.claims.law_firms):
            return False  # one field that names a firm is enough
        value = _at(event, path)
        if path == _RECORDED:
            return isinstance(value, Span)  # of a contact that has none it is known: it was known at its own start
        if path == "channel":
            return bool(value == OTHER_CHANNEL)
        return value == UNKNOWN or (value is None and path not in _NONE_REPORTED)


def _at(record: Any, path: str) -> Any:
    """Return what stands at a path of a record, None if nothing does."""
    for part in path.split("."):
        record = record.get(part) if isinstance(record, dict) else getattr(record, part, None)
    return record


def _looks_back(name: str, rule_set: RuleSet) -> bool:
    """Say whether a fact hangs on which contacts were known by then."""
    own = rule_set.defined.get(name)
    if own is not None:
        return any(_looks_back(test.fact, rule_set) for test in tests_of(own))
    return name.startswith("measure.") or name in _OF_THE_PAST


def _read_by(name: str, rule_set: RuleSet) -> Iterator[str]:
    """Yield the fields that a measure, or a fact that the pack defines, is read from."""
    measure = rule_set.measures.get(name.removeprefix("measure."))
    nodes = [] if measure is None else [measure.where] + ([] if measure.since is None else [measure.since])
    if name in rule_set.defined:
        nodes.append(rule_set.defined[name])
    for node in nodes:
        for test in tests_of(node):
            fact = rule_set.vocabulary[test.fact]
            yield from fact.fields or _read_by(test.fact, rule_set)
