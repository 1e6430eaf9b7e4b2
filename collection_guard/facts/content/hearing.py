"""Which acts a text does, and which it only denies or mentions: entries found, then their context."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import itemgetter
from typing import Final, Generic, TypeAlias, TypeVar

from collection_guard.facts.content.context import Layout, layout
from collection_guard.facts.content.lexicon import CompiledCondition, CompiledEntry, CompiledFrame, Lexicon
from collection_guard.facts.content.matching import Hits, Match, Matcher, Pattern, Range, find
from collection_guard.facts.content.normalisation import Normalised
from collection_guard.facts.content.reading import Span
from collection_guard.facts.content.scales import FRAMED, HEARD, SILENCED

Item = TypeVar("Item")
# How far before an act a word may stand that denies it, in characters of either script.
_NEGATION_REACH: Final = 14
_NEGATION_REACH_LATIN: Final = 34
# How far after words that take a denial back the denial may stand.
_CANCEL_REACH: Final = 8
# How often one act is heard in one text: a few times are as good as many.
_MOST_FOUND: Final = 8
# Why an act that is found was not done with words, but named.
_ONLY_SAID: Final = ("negated", "framed")
# Why a match counts for nothing - a code, and the words that say so - or None if it counts.
Why: TypeAlias = tuple[str, str] | None
# What became of a match of an entry.
Judged: TypeAlias = tuple[CompiledEntry, Pattern, Match, Why]


@dataclass(slots=True)
class View:
    """One text under reading."""

    normalised: Normalised
    layout: Layout
    hits: Hits
    kind: str | None
    negators: list[Range]
    prohibitions: list[Range]
    held: dict[int, bool] = field(default_factory=dict)  # conditions on the whole text, by their identity

    def found(self, pattern: Pattern) -> list[Match]:
        """Return where a pattern is found all of whose atoms stand in the text."""
        return find(pattern, self.hits, self.layout.clauses, self.layout.sentences)

    def places(self, pattern: Pattern) -> Sequence[Range] | Sequence[Match]:
        """Return where a pattern begins and ends."""
        return self.hits.of(pattern.steps[0].atom) if not pattern.rest else self.found(pattern)

    def span(self, start: int, end: int) -> Span:
        """Return the piece of the original that a range of the folded text came from."""
        left, right = self.normalised.original_range(start, end)
        return Span(left, right, self.normalised.original[left:right])


@dataclass(frozen=True, slots=True, eq=False)
class _Sought:
    """A pattern of an entry, with what of the entry is asked for every text that may hold it."""

    entry: CompiledEntry
    pattern: Pattern
    name: str
    act: str
    most: int
    choosy: bool  # whether some kinds of text are excepted
    negated: bool
    whole: bool  # whether a condition is asked of the whole text
    local: bool  # whether a condition is asked of what stands near

    @classmethod
    def of(cls, entry: CompiledEntry, pattern: Pattern, most: int) -> "_Sought":
        """Return a pattern of an entry."""
        scopes = {condition.within for condition in (*entry.near, *entry.blocked_by)}
        choosy = bool(entry.kinds or entry.not_kinds)
        local = bool(scopes - {"text"})
        return cls(entry, pattern, entry.entry.id, entry.act, most, choosy, entry.negated, "text" in scopes, local)


@dataclass(slots=True)
class Mention:
    """A frame that holds over a range."""

    frame: CompiledFrame
    start: int
    end: int
    acts: frozenset[str] | None
    spares: frozenset[str]
    quotes_only: bool


class _Signed(dict[str, str]):
    """Acts with the sign that the scales give them, each made once."""

    def __init__(self, sign: str) -> None:
        super().__init__()
        self._sign = sign

    def __missing__(self, act: str) -> str:
        clue = self[act] = self._sign + act
        return clue


_HEARD: Final = _Signed(HEARD)
_SILENCED: Final = _Signed(SILENCED)


@dataclass(slots=True)
class Heard:
    """What the entries heard in a text: which fired where, how often each act, and the acts only said."""

    fired: list[tuple[CompiledEntry, Range]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    silenced: set[str] = field(default_factory=set)

    def clues(self, mentions: list[Mention]) -> list[str]:
        """Return the acts and frames as the scales name them."""
        clues = [_HEARD[act] for act in self.counts]
        if self.silenced:
            clues += [_SILENCED[act] for act in self.silenced if act not in self.counts]
        return clues + list({FRAMED + mention.frame.frame.id for mention in mentions}) if mentions else clues


class Hearing:
    """Hears the acts of texts."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        matcher = lexicon.matcher
        # An act that is no signal is only weighed: to hear it once is enough.
        most = {name: _MOST_FOUND if act.signals else 1 for name, act in lexicon.acts.items()}
        entries = (
            (pattern, _Sought.of(entry, pattern, most[entry.act]))
            for entry in lexicon.entries
            for pattern in entry.patterns
        )
        frames = ((pattern, (frame, pattern)) for frame in lexicon.frames for pattern in frame.patterns)
        self._entries, self._frames = _Index(matcher, entries), _Index(matcher, frames)
        # A frame without phrases holds for its kinds of text as a whole.
        self._standing = [frame for frame in lexicon.frames if not frame.patterns]
        self._denying = 1 << lexicon.negator | 1 << lexicon.prohibition

    def view(self, text: str, kind: str | None) -> View:
        """Return what stands where in a text."""
        lexicon = self._lexicon
        normalised = lexicon.normalise(text)
        hits = lexicon.hits(normalised)
        negators: list[Range] = []
        prohibitions: list[Range] = []
        if hits.atoms & self._denying:
            cancels = hits.of(lexicon.negator_cancel)
            negators = _valid(hits.of(lexicon.negator), cancels)
            prohibitions = _valid(hits.of(lexicon.prohibition), cancels)
        return View(normalised, layout(normalised.text, lexicon.speakers, kind), hits, kind, negators, prohibitions)

    def mentions(self, view: View) -> list[Mention]:
        """Return the frames that hold, and where."""
        found = [
            Mention(frame, 0, len(view.normalised.text), frame.silences, frame.spares, False)
            for frame in self._standing
            if view.kind in frame.frame.kinds
        ]
        for frame, pattern in self._frames.candidates(view.hits):
            if frame.frame.kinds and view.kind not in frame.frame.kinds:
                continue
            for match in view.found(pattern):
                if view.layout.by_other_speaker(match[0], match[1]):
                    continue
                if any(_holds(view, condition, match) for condition in frame.unless):
                    continue
                scope = frame.frame.scope
                if scope == "after":
                    start, (_, end) = match[1], view.layout.scope(match[0], match[1], "sentence")
                elif scope == "quotes":
                    start, end = view.layout.scope(match[0], match[1], "sentence")
                else:
                    start, end = view.layout.scope(match[0], match[1], scope)
                found.append(Mention(frame, start, end, frame.silences, frame.spares, scope == "quotes"))
        return found

    def hear(
        self, view: View, mentions: list[Mention], judged: list[Judged] | None = None, *, everything: bool = False
    ) -> Heard:
        """Return the acts that are heard, and those that are only denied or mentioned.

        ``judged`` takes what became of every match; ``everything`` hears an act as often as it is said.
        """
        heard = Heard()
        counts, fired = heard.counts, heard.fired
        denied = bool(view.negators or view.prohibitions)
        told = bool(mentions or view.layout.others)
        candidates = self._possible(view, why=judged is not None)
        view.hits.prepare([sought.pattern for sought in candidates])
        for sought in candidates:
            entry, act = sought.entry, sought.act
            enough = counts.get(act, 0) >= sought.most and not everything
            if enough and judged is None:
                continue
            sure = judged is None and not (told or sought.local or (denied and sought.negated))
            for match in view.found(sought.pattern):
                why = None if sure else self._silenced(view, mentions, entry, match)
                if why is None:
                    if not enough:
                        fired.append((entry, match[:2]))
                        counts[act] = counts.get(act, 0) + 1
                        enough = counts[act] >= sought.most and not everything
                elif why[0] in _ONLY_SAID:
                    heard.silenced.add(act)
                if judged is not None:
                    judged.append((entry, sought.pattern, match, why))
                elif enough:
                    break
        return heard

    def _possible(self, view: View, *, why: bool) -> list[_Sought]:
        """Return the patterns that can be heard in a text, or, if somebody asks why not, all that can be found."""
        kind = view.kind
        denied = bool(view.negators or view.prohibitions)
        possible: list[_Sought] = []
        open_entries: dict[str, bool] = {}
        for sought in self._entries.candidates(view.hits):
            entry = sought.entry
            if sought.choosy and ((entry.kinds and kind not in entry.kinds) or kind in entry.not_kinds):
                continue
            # Where nothing can be denied, what the text as a whole rules out need not be looked for.
            if sought.whole and not (why or (denied and sought.negated)):
                is_open = open_entries.get(sought.name)
                if is_open is None:
                    is_open = open_entries[sought.name] = _is_open(view, entry)
                if not is_open:
                    continue
            possible.append(sought)
        return possible

    @staticmethod
    def _silenced(view: View, mentions: list[Mention], entry: CompiledEntry, match: Match) -> Why:
        """Return why a match counts for nothing, or None if it counts."""
        start, end, _ = match
        if view.layout.others and view.layout.by_other_speaker(start, end):
            return "speaker", ""
        if entry.negated and (view.negators or view.prohibitions):
            denial = _denied(view, match)
            if denial is not None:
                return "negated", view.normalised.text[denial[0] : denial[1]]
        for condition in entry.near:
            if not _holds(view, condition, match):
                return "missing_near", condition.wording
        for condition in entry.blocked_by:
            if _holds(view, condition, match):
                return "blocked", condition.wording
        act = entry.act
        for mention in mentions:
            if mention.start <= start and end <= mention.end and act not in mention.spares:
                if mention.acts is not None and act not in mention.acts:
                    continue
                if mention.quotes_only and not view.layout.quoted(start, end):
                    continue
                return "framed", mention.frame.frame.id
        return None


def _denied(view: View, match: Match) -> Range | None:
    """Return the word that denies a match, if one does."""
    first, _, parts = match
    latin = first < len(view.normalised.text) and view.normalised.text[first].isascii()
    reach = _NEGATION_REACH_LATIN if latin else _NEGATION_REACH
    clause, _ = view.layout.scope(first, first + 1, "clause")
    sentence, _ = view.layout.scope(first, first + 1, "sentence")
    last = parts[-1][0]
    for places, left in (
        (view.negators, max(clause, first - reach)),
        (view.prohibitions, sentence),
    ):
        for i in range(bisect_left(places, (left, 0)), len(places)):
            place = places[i]
            if place[1] > last:
                break
            if not any(part[0] <= place[0] and place[1] <= part[1] for part in parts):
                return place
    return None


def _holds(view: View, condition: CompiledCondition, match: Match) -> bool:
    """Tell whether a condition holds around a match."""
    atoms = view.hits.atoms
    if not condition.rarest & atoms:
        return False
    if condition.within == "text":
        held = view.held.get(id(condition))
        if held is None:
            held = view.held[id(condition)] = bool(condition.single & atoms) or any(
                view.places(pattern) for pattern in condition.patterns if not pattern.atoms & ~atoms
            )
        return held
    start, end = view.layout.scope(match[0], match[1], condition.within)
    for pattern in condition.patterns:
        if not pattern.atoms & ~atoms:
            for other in view.places(pattern):
                if start <= other[0] and other[1] <= end:
                    return True
    return False


def _is_open(view: View, entry: CompiledEntry) -> bool:
    """Tell whether the text as a whole has what an entry asks of it."""
    anywhere: Match = (0, 0, ())
    return all(_holds(view, condition, anywhere) for condition in entry.near if condition.within == "text") and not any(
        _holds(view, condition, anywhere) for condition in entry.blocked_by if condition.within == "text"
    )


def _valid(denials: list[Range], cancels: list[Range]) -> list[Range]:
    """Return the words that deny and are not denied themselves ("do not think that we will not")."""
    if not (denials and cancels):
        return denials
    # How far denials are cancelled, up to each cancel: the last one before a denial need not be the longest.
    reaches = list(accumulate((end + _CANCEL_REACH for _, end in cancels), max))
    starts = [start for start, _ in cancels]
    kept: list[Range] = []
    for place in denials:
        before = bisect_right(starts, place[0])
        if not before or reaches[before - 1] < place[0]:
            kept.append(place)
    return kept


class _Index(Generic[Item]):
    """Patterns by the atom that the fewest texts hold, so that most texts touch few patterns."""

    def __init__(self, matcher: Matcher, items: Iterable[tuple[Pattern, Item]]) -> None:
        ranked = sorted(((matcher.rarest(pattern), pattern, item) for pattern, item in items), key=itemgetter(0))
        self._items = [item for _, _, item in ranked]
        # Patterns by their rank, each with what else it needs than its rarest atom, as a mask.
        by_atom: dict[int, list[tuple[int, int]]] = {}
        for rank, (atom, pattern, _) in enumerate(ranked):
            by_atom.setdefault(atom, []).append((pattern.atoms & ~(1 << atom), rank))
        self._by_atom = by_atom
        self._by_family = {
            family: [needs for atom in found for needs in by_atom[atom]]
            for family in matcher.families
            if (found := by_atom.keys() & family.atoms)
        }

    def candidates(self, hits: Hits) -> list[Item]:
        """Return the patterns all of whose atoms stand in the text."""
        atoms, by_family, by_atom = hits.atoms, self._by_family, self._by_atom
        needs = [need for family in hits.found if family in by_family for need in by_family[family]]
        for atom in hits.quantities:
            needs += by_atom.get(atom, ())
        items = self._items
        return [items[rank] for rank in sorted({rank for needed, rank in needs if needed & atoms == needed})]


__all__ = ["Heard", "Hearing", "Judged", "Mention", "View"]
