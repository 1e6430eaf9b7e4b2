"""Scales: words that tell an act only together, each with its weight."""

from dataclasses import dataclass
from typing import Final

from collection_guard.facts.content.context import Layout
from collection_guard.facts.content.matching import Hits, Range
from collection_guard.facts.content.schema import Scale

# Evidence shown: where the weightiest words stand tells enough.
_MOST_SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class CompiledScale:
    """A scale with the atoms of its words, and its place in the files."""

    scale: Scale
    weights: dict[int, float]
    file: str
    line: int

    def evidence(self, hits: Hits, layout: Layout) -> list[Range]:
        """Return the clauses of the weightiest words if the collector's words are heavy enough, else nothing."""
        atoms = hits.atoms.intersection(self.weights)
        if layout.others:
            atoms = {atom for atom in atoms if self._own(hits, layout, atom)}
        weights = self.weights
        if self.scale.start + sum(weights[atom] for atom in atoms) <= 0:
            return []
        heaviest = sorted((atom for atom in atoms if weights[atom] > 0), key=lambda atom: (-weights[atom], atom))
        places = (self._own(hits, layout, atom)[0] for atom in heaviest[:_MOST_SHOWN])
        return sorted({layout.scope(start, end, "clause") for start, end in places})

    @staticmethod
    def _own(hits: Hits, layout: Layout, atom: int) -> list[Range]:
        """Return the places of an atom that the other party does not say."""
        return [place for place in hits.of(atom) if not layout.by_other_speaker(*place)]


__all__ = ["CompiledScale"]
