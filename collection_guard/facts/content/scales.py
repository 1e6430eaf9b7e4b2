"""Scales: clues that tell a signal only together, each with its weight."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from collection_guard.facts.content.context import Layout
from collection_guard.facts.content.matching import Hits, Matcher, Range
from collection_guard.facts.content.schema import SIGNALS, Scale

Weighed: TypeAlias = tuple[tuple[int, float], ...]  # the numbers of signals, each with a weight

# Evidence shown: where the weightiest words stand tells enough.
_MOST_SHOWN: Final = 4
HEARD, SILENCED, FRAMED, TOGETHER, BETWEEN = "@", "-", "%", "&", "|"


@dataclass(frozen=True, slots=True)
class CompiledScale:
    """A scale with the weight of every clue, and its place in the files."""

    scale: Scale
    weights: Mapping[str, float]
    file: str
    line: int


def weights_of(scale: Scale) -> dict[str, float]:
    """Return the weight of each clue of a scale."""
    return {clue: weight for weight, clues in scale.clues.items() for clue in clues.split(BETWEEN)}


def concept_clue(*names: str) -> str:
    """Return the clue of one concept, or of two in one clause."""
    return TOGETHER.join(f"{{{name}}}" for name in sorted(names))


def concepts_of(clue: str) -> list[str]:
    """Return the concepts that a clue names."""
    return [part[1:-1] for part in clue.split(TOGETHER)] if clue.startswith("{") else []


class Balance:
    """All scales together, arranged by what stands in a text, so that one look at each hit weighs for all signals."""

    def __init__(
        self, scales: Sequence[CompiledScale], matcher: Matcher, words: Mapping[str, int], concepts: Mapping[str, int]
    ) -> None:
        """Arrange the scales; ``words`` and ``concepts`` give the atoms of the clues' words and of all concepts."""
        self.scales: dict[str, CompiledScale] = {scale.scale.signal: scale for scale in scales}
        self._matcher = matcher
        self._word_atoms, self._concept_atoms = words, concepts
        self._names = sorted(concepts)
        self._number = {name: i for i, name in enumerate(self._names)}
        start = {scale.scale.signal: scale.scale.start for scale in scales}
        self._start = [start.get(signal, 0.0) for signal in SIGNALS]
        self._words: dict[int, Weighed] = {}
        self._word_of: dict[int, str] = {}
        self._others: dict[str, Weighed] = {}
        self._alone: dict[int, Weighed] = {}
        self._together: dict[int, dict[int, Weighed]] = {}

    def build(self) -> None:
        """Look up which strings the clues are, once the matcher is built."""
        clues: dict[str, list[tuple[int, float]]] = {}
        for compiled in self.scales.values():
            number = SIGNALS.index(compiled.scale.signal)
            for clue, weight in compiled.weights.items():
                clues.setdefault(clue, []).append((number, weight))
        for clue, weighed in clues.items():
            numbers = sorted(self._number[name] for name in concepts_of(clue))
            if len(numbers) == 2:
                self._together.setdefault(numbers[0], {})[numbers[1]] = tuple(weighed)
            elif numbers:
                self._alone[numbers[0]] = tuple(weighed)
            elif clue[0] in (HEARD, SILENCED, FRAMED):
                self._others[clue] = tuple(weighed)
            else:
                for number in self._matcher.classes_of(self._word_atoms[clue]):
                    self._words[number] = tuple(weighed)
                    self._word_of[number] = clue
        self._concepts: dict[int, tuple[int, ...]] = {}
        self._quantities: list[tuple[int, int]] = []
        for name, atom in self._concept_atoms.items():
            if self._matcher.is_quantity(atom):
                self._quantities.append((atom, self._number[name]))
            for number in self._matcher.classes_of(atom):
                self._concepts[number] = (*self._concepts.get(number, ()), self._number[name])

    def totals(self, hits: Hits, layout: Layout, others: Iterable[str]) -> list[float]:
        """Return what each signal weighs in a text; ``others`` are the acts and frames, as clues."""
        totals = self._start.copy()
        words, apart = self._words, layout.others
        for number, places in hits.found.items():
            weighed = words.get(number)
            if weighed and not (apart and all(layout.by_other_speaker(*place) for place in places)):
                for signal, weight in weighed:
                    totals[signal] += weight
        for clue in others:
            for signal, weight in self._others.get(clue, ()):
                totals[signal] += weight
        clauses = self._clauses(hits, layout)
        alone = self._alone
        for number in set().union(*clauses):
            for signal, weight in alone.get(number, ()):
                totals[signal] += weight
        for one, other in self._pairs(clauses):
            for signal, weight in self._together[one][other]:
                totals[signal] += weight
        return totals

    def _pairs(self, clauses: Iterable[set[int]]) -> set[tuple[int, int]]:
        """Return the weighed pairs of concepts that stand in one clause."""
        together = self._together
        found: set[tuple[int, int]] = set()
        for clause in clauses:
            for one in clause & together.keys():
                found.update((one, other) for other in clause & together[one].keys())
        return found

    def _clauses(self, hits: Hits, layout: Layout) -> Collection[set[int]]:
        """Return the concepts that the collector names, clause by clause."""
        clauses, apart = layout.clauses, layout.others
        found: dict[int, set[int]] = {}
        concepts, places_of = self._concepts, hits.found
        for number, places in places_of.items():
            named = concepts.get(number)
            if not named:
                continue
            for place in places:
                if apart and layout.by_other_speaker(*place):
                    continue
                clause = bisect_right(clauses, place[0]) if clauses else 0
                if clause in found:
                    found[clause].update(named)
                else:
                    found[clause] = set(named)
        for atom, concept in self._quantities:
            for place in hits.of(atom):
                if not (apart and layout.by_other_speaker(*place)):
                    found.setdefault(bisect_right(clauses, place[0]), set()).add(concept)
        return found.values()

    def concepts(self, hits: Hits, layout: Layout) -> Iterator[str]:
        """Yield every concept and every pair of concepts in one clause, as clues."""
        for clause in self._clauses(hits, layout):
            names = sorted(self._names[number] for number in clause)
            for i, name in enumerate(names):
                yield concept_clue(name)
                yield from (concept_clue(name, other) for other in names[i + 1 :])

    def contributions(
        self, signal: str, hits: Hits, layout: Layout, others: Collection[str]
    ) -> list[tuple[str, float]]:
        """Return the clues of a text that weigh for or against a signal, the weightiest first."""
        weights = self.scales[signal].weights
        said = {*others, *self.concepts(hits, layout)}
        for number in hits.found.keys() & self._word_of.keys():
            clue = self._word_of[number]
            if clue in weights and self._own(hits, layout, self._word_atoms[clue]):
                said.add(clue)
        found = [(clue, weights[clue]) for clue in said if clue in weights]
        return sorted(found, key=lambda item: (-abs(item[1]), item[0]))

    def evidence(self, signal: str, hits: Hits, layout: Layout, acts: Mapping[str, list[Range]]) -> list[Range]:
        """Return the clauses of what weighs most for a signal; ``acts`` are the places of those heard, as clues."""
        others = set(acts)
        heaviest = [clue for clue, weight in self.contributions(signal, hits, layout, others) if weight > 0]
        ranges: list[Range] = []
        for clue in heaviest:
            ranges += acts.get(clue, [])[:1]
            names = concepts_of(clue)
            atoms = [self._concept_atoms[name] for name in names] or [self._word_atoms.get(clue, -1)]
            for atom in atoms:
                ranges += self._own(hits, layout, atom)[:1] if atom >= 0 else []
            if len(ranges) >= _MOST_SHOWN:
                break
        return sorted({layout.scope(start, end, "clause") for start, end in ranges[:_MOST_SHOWN]})

    @staticmethod
    def _own(hits: Hits, layout: Layout, atom: int) -> list[Range]:
        """Return the places of an atom that the other party does not say."""
        return [place for place in hits.of(atom) if not layout.by_other_speaker(*place)]


__all__ = ["Balance", "CompiledScale", "concept_clue", "concepts_of", "weights_of"]
