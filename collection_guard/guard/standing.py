"""What every rule comes to on an event, found once for each pattern of truths that its leaves show.

Contacts differ in who and when, and seldom in what rules make of them: a few hundred patterns cover the days of a
dialer. What is the same for all events of one pattern is worked out once, and kept until the rules are loaded anew.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from collection_guard.engines.base import CLEAR, NOT_APPLICABLE, UNASSESSABLE, VIOLATION, Engine
from collection_guard.engines.evidence import values_named
from collection_guard.engines.judge import Judged, missing_at, verdict_on
from collection_guard.facts.atoms import missing_of, truth_of_atom
from collection_guard.facts.clock import local_date
from collection_guard.facts.sheet import FactSheet
from collection_guard.guard.decision import Finding, finding_of
from collection_guard.language.compiled import CompiledPack, CompiledRule, RuleSet
from collection_guard.language.ir import Atom, Bounds, Test, atoms_of, tests_of, truth
from collection_guard.language.kleene import MAYBE, NO
from collection_guard.language.leaves import truth_of_test

_MOST: Final = 5_000
"""How many patterns, and how many values of one fact, are kept."""
_KEPT: Final = frozenset({bool, str, type(None)})
"""Types of which facts have few values."""
Under = tuple[CompiledPack, FactSheet]
"""A fact sheet, and the pack by which it reads its event."""
Said = dict[object, tuple[Hashable, ...]]
"""What leaves say that read nothing of the past, by the tests that they belong to."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One rule as it stands on an event, and whether it is in force on its date."""

    rule: CompiledRule
    pack: CompiledPack
    sheet: FactSheet
    in_force: bool

    def truth_before(self) -> int:
        """Return the truth of the rule before the contact: what only the contact itself will tell decides nothing.

        A leaf that hangs on facts of after the contact alone counts as false, so what remains unknown could be made a
        violation by facts that can be known before.
        """
        return truth(self.rule.whole, lambda atom: _before(atom, self.sheet)) if self.in_force else NO

    def hangs_on_outcome(self) -> bool:
        """Say whether only what the contact itself will tell makes it a violation, and the rule wants that heeded."""
        if not self.in_force or self.rule.rule.on_unknown_outcome == "allow" or self.truth_before() != NO:
            return False
        return truth(self.rule.whole, lambda atom: truth_of_atom(atom, self.sheet)) == MAYBE

    def grade(self) -> int:
        """Return how near the rule is to a violation before the contact, for comparison."""
        return grade(self.truth_before(), hangs=self.hangs_on_outcome())

    def scope_before(self) -> int:
        """Return the truth of the rule's scope before the contact."""
        return truth(self.rule.scope, lambda atom: truth_of_atom(atom, self.sheet))


def grade(truth_before: int, *, hangs: bool) -> int:
    """Return how near a rule is to a violation; nearest to none is what only the contact itself may make one."""
    return 2 * truth_before + hangs


def _before(atom: Atom, sheet: FactSheet) -> int:
    found = truth_of_atom(atom, sheet)
    if found != MAYBE:
        return found
    vocabulary = sheet.rule_set.vocabulary
    names = missing_of(atom, sheet)
    return NO if all(name in vocabulary and vocabulary[name].stage == "after" for name in names) else MAYBE


@dataclass(frozen=True, slots=True)
class Standing:
    """What one rule comes to: its verdict, what is missing for it, and its truth before the contact."""

    rule: CompiledRule
    place: int
    """Of its pack among all packs."""
    word: str
    missing: tuple[str, ...]
    before: int
    hangs: bool
    """Whether it hangs on what only the contact itself will tell, and the rule wants that heeded."""
    counts: bool
    """Whether it is in force, and may be in its scope."""
    left_open: Finding | None
    """What there is to say of a rule that is unassessable."""

    @property
    def grade(self) -> int:
        """Return how near the rule is to a violation before the contact, for comparison."""
        return grade(self.before, hangs=self.hangs)


@dataclass(frozen=True, slots=True)
class Pattern:
    """What all rules come to, sorted by rule id, and what follows from that alone."""

    standings: tuple[Standing, ...]
    by_pack: tuple[tuple[Standing, ...], ...]
    """The same by pack, in the order of its rules."""
    order: tuple[int, ...]
    """The places of the packs, in the order of their first rule."""
    verdicts: Mapping[str, Any]
    """What each rule said, as the decision log tells it."""
    weighed: dict[Hashable, Any] = field(default_factory=dict)
    """What these verdicts come to, by what it is weighed."""

    def finding(self, standing: Standing, sheets: Sequence[Under]) -> Finding | None:
        """Return what a rule has to say of an event with this pattern, None if there is nothing."""
        if standing.word != VIOLATION:
            return own(standing.left_open)
        pack, sheet = sheets[standing.place]
        verdict = verdict_on(sheet, standing.rule, VIOLATION)
        judged = Judged(standing.rule, pack, verdict, False, values_named(standing.rule, sheet))
        return finding_of(judged, sheet.rule_set.vocabulary)


def own(finding: Finding | None) -> Finding | None:
    """Return a finding that is kept as one of the caller's own: what he does to its evidence stays with him."""
    return finding and finding.model_copy(update={"evidence": dict(finding.evidence)})


class Patterns:
    """The patterns that were met, until the rules are loaded anew."""

    def __init__(self, engines: Mapping[RuleSet, Engine]) -> None:
        self._engines = engines
        self._leaves = {rule_set: _Leaves(rule_set) for rule_set in engines}
        self._in_force: dict[tuple[RuleSet, date], tuple[bool, ...]] = {}
        self._known: dict[Hashable, Pattern] = {}

    def of(self, sheets: Sequence[Under], said: Said | None = None) -> Pattern:
        """Return the pattern of an event, by its fact sheets under all packs.

        ``said`` takes, or gives, what leaves say that read nothing of the past: of all events that are alike the same.
        """
        masks = [self._mask(pack, sheet) for pack, sheet in sheets]
        each = zip(sheets, masks, strict=True)
        leaves = [self._leaves[sheet.rule_set].pattern(sheet, mask, said) for (_, sheet), mask in each]
        key = tuple((sheet.rule_set, mask, leaf) for (_, sheet), mask, leaf in zip(sheets, masks, leaves, strict=True))
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            known = self._known[key] = self._found(sheets, masks)
        return known

    def _mask(self, pack: CompiledPack, sheet: FactSheet) -> tuple[bool, ...]:
        """Return which rules are in force on the date of an event."""
        day = local_date(sheet.event.started_at, pack.zone)
        known = self._in_force.get((sheet.rule_set, day))
        if known is None:
            if len(self._in_force) >= _MOST:
                self._in_force.clear()
            known = tuple(rule.in_force_on(day) for rule in sheet.rule_set.rules)
            self._in_force[sheet.rule_set, day] = known
        return known

    def _found(self, sheets: Sequence[Under], masks: Sequence[tuple[bool, ...]]) -> Pattern:
        by_pack = tuple(
            tuple(self._standings(place, pack, sheet, masks[place])) for place, (pack, sheet) in enumerate(sheets)
        )
        standings = sorted((one for each in by_pack for one in each), key=lambda one: one.rule.id)
        said: dict[str, list[str]] = {VIOLATION: [], CLEAR: []}
        missing: dict[str, list[str]] = {}
        for one in standings:
            if one.word == UNASSESSABLE:
                missing[one.rule.id] = list(one.missing)
            elif one.word in said:
                said[one.word].append(one.rule.id)
        order = tuple(dict.fromkeys(one.place for one in standings))
        return Pattern(tuple(standings), by_pack, order, {**said, UNASSESSABLE: missing})

    def _standings(self, place: int, pack: CompiledPack, sheet: FactSheet, mask: tuple[bool, ...]) -> list[Standing]:
        rule_set = sheet.rule_set
        words = self._engines[rule_set].verdicts(sheet)
        found = []
        for rule, said, in_force in zip(rule_set.rules, words, mask, strict=True):
            word = said if in_force else NOT_APPLICABLE
            reading = Reading(rule, pack, sheet, in_force)
            missing: tuple[str, ...] = ()
            left_open: Finding | None = None
            if word == UNASSESSABLE:
                verdict = verdict_on(sheet, rule, word)
                missing = verdict.missing
                left_open = finding_of(Judged(rule, pack, verdict, False, {}), rule_set.vocabulary)
            counts = in_force and reading.scope_before() != NO
            before, hangs = reading.truth_before(), reading.hangs_on_outcome()
            found.append(Standing(rule, place, word, missing, before, hangs, counts, left_open))
        return found


_Leaf = tuple[Test, bool]
"""A test, and whether its fact is itself what is missing where the test stays open."""
_Tested = tuple[str, dict[Any, Hashable] | None, tuple[_Leaf, ...]]
"""A fact, what its tests say of the values that it was met with, and these tests."""


class _Tests:
    """Tests of facts, by the fact that they test, and conditions over zones."""

    def __init__(self, rule_set: RuleSet, atoms: Iterable[Atom]) -> None:
        self._rule_set = rule_set
        by_fact: dict[str, list[Test]] = {}
        zoned: list[Atom] = []
        zoned_of_history: list[Atom] = []
        for atom in atoms:
            if isinstance(atom, Test):
                by_fact.setdefault(atom.fact, []).append(atom)
            elif any(rule_set.vocabulary[test.fact].of_history for test in tests_of(atom)):
                # What is asked of each zone may be the past, too: beside the clocks, a measure.
                zoned_of_history.append(atom)
            else:
                zoned.append(atom)
        self._plain: list[_Tested] = []
        self._of_history: list[_Tested] = []
        for name, tests in by_fact.items():
            leaves = tuple((test, self._is_plain(test)) for test in tests)
            facts = self._of_history if rule_set.vocabulary[name].of_history else self._plain
            facts.append((name, None if name in rule_set.defined else {}, leaves))
        self._zoned = tuple(zoned)
        self._zoned_of_history = tuple(zoned_of_history)

    def _is_plain(self, test: Test) -> bool:
        """Say whether the fact is itself what is missing where it leaves the test open.

        Not where a bound may be arguable, or the fact is defined by others.
        """
        return not isinstance(test.value, Bounds) and test.fact not in self._rule_set.defined

    def of(self, sheet: FactSheet, said: Said | None) -> Hashable:
        """Return the truth of each test on a sheet, and what is missing where one hangs."""
        plain = None if said is None else said.get(self)
        if plain is None:
            plain = (*self._of_facts(self._plain, sheet), *self._of_zoned(self._zoned, sheet))
            if said is not None:
                said[self] = plain
        of_history = (*self._of_facts(self._of_history, sheet), *self._of_zoned(self._zoned_of_history, sheet))
        return plain, of_history

    def _of_zoned(self, atoms: Iterable[Atom], sheet: FactSheet) -> list[Hashable]:
        return [self._of_atom(atom, truth_of_atom(atom, sheet), sheet) for atom in atoms]

    def _of_facts(self, facts: Iterable[_Tested], sheet: FactSheet) -> list[Hashable]:
        found: list[Hashable] = []
        for name, known, tests in facts:
            value = sheet.value(name)
            if known is None or type(value) not in _KEPT:
                found.append(self._of_tests(tests, value, sheet))
                continue
            said = known.get(value)
            if said is None:
                if len(known) >= _MOST:
                    known.clear()
                said = known[value] = self._of_tests(tests, value, sheet)
            found.append(said)
        return found

    def _of_tests(self, tests: tuple[_Leaf, ...], value: Any, sheet: FactSheet) -> Hashable:
        truths = [(truth_of_test(test, value), test, is_plain) for test, is_plain in tests]
        return tuple([said if is_plain else self._of_atom(test, said, sheet) for said, test, is_plain in truths])

    def _of_atom(self, atom: Atom, found: int, sheet: FactSheet) -> Hashable:
        if found != MAYBE:
            return found
        return frozenset(missing_of(atom, sheet)), missing_at(atom, sheet, self._rule_set)


class _Leaves:
    """The leaves of a rule set: those of all scopes, and then those of the rules that are within theirs."""

    def __init__(self, rule_set: RuleSet) -> None:
        self._rule_set = rule_set
        self._atoms = tuple(dict.fromkeys(atom for rule in rule_set.rules for atom in atoms_of(rule.scope)))
        self._scopes = _Tests(rule_set, self._atoms)
        self._rest: dict[Hashable, _Tests] = {}

    def pattern(self, sheet: FactSheet, mask: tuple[bool, ...], said: Said | None) -> Hashable:
        """Return what decides every verdict of the rules that are in force: all that their leaves say.

        A rule that is out of its scope does not apply, whatever else is so: what it forbids is not looked at.
        """
        scopes = self._scopes.of(sheet, said)
        rest = self._rest.get((mask, scopes))
        if rest is None:
            if len(self._rest) >= _MOST:
                self._rest.clear()
            rest = self._rest[mask, scopes] = self._within(sheet, mask)
        return scopes, rest.of(sheet, said)

    def _within(self, sheet: FactSheet, mask: tuple[bool, ...]) -> _Tests:
        rules = (rule for rule, in_force in zip(self._rule_set.rules, mask, strict=True) if in_force)
        applying = [rule for rule in rules if truth(rule.scope, lambda atom: truth_of_atom(atom, sheet)) != NO]
        seen = set(self._atoms)
        atoms = dict.fromkeys(atom for rule in applying for atom in atoms_of(rule.whole) if atom not in seen)
        return _Tests(self._rule_set, atoms)
