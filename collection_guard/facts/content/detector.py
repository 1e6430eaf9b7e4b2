"""The lexicon's detector: entries, then their context, then signals, for many texts at a time."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from collection_guard.facts.content.answers import Answers, Found, Meaning
from collection_guard.facts.content.batch import batches
from collection_guard.facts.content.explaining import steps_of
from collection_guard.facts.content.hearing import Hearing
from collection_guard.facts.content.lexicon import Lexicon, load_lexicon
from collection_guard.facts.content.reading import Explanation, Given, Reading, nothing_said
from collection_guard.facts.content.scales import SHAPED

NAME: Final = "lexicon"
VERSION: Final = "2"


class LexiconDetector:
    """Hears what texts say by the lexicon under ``rules/lexicon``."""

    name = NAME
    version = VERSION

    def __init__(self, lexicon: Lexicon | None = None) -> None:
        self.lexicon = lexicon or load_lexicon()
        self.meaning = Meaning(self.lexicon, Hearing(self.lexicon))

    @classmethod
    def from_folder(cls, folder: Path) -> "LexiconDetector":
        """Return a detector over the lexicon in a folder."""
        return cls(load_lexicon(folder))

    def read(self, text: str, kind: str | None = None) -> Reading:
        """Return what a text of a kind says."""
        return self.read_many([(text, kind)])[0]

    def read_many(self, texts: Sequence[Given]) -> list[Reading]:
        """Return what each of many texts says, given with their kinds: the same as of each alone, in less time."""
        return [
            reading
            for group in batches(texts)
            for reading in Answers(Found(self.meaning, group)).readings(self.name, self.version)
        ]

    def heard(self, texts: Iterable[Given]) -> Iterator[frozenset[str]]:
        """Yield the entries that fire on each text, those that are no signal by themselves included."""
        sought = self.meaning.hearing.sought
        for group in batches(texts):
            found: list[set[str]] = [set() for _ in group]
            heard = Found(self.meaning, group, everything=True).heard
            fired = (part[heard.counted].tolist() for part in (heard.texts, heard.items))
            for text, item in zip(*fired, strict=True):
                found[text].add(sought[item].entry.entry.id)
            yield from map(frozenset, found)

    def clues(self, texts: Iterable[Given]) -> Iterator[frozenset[str]]:
        """Yield what of each text the scales can weigh, apart from its words."""
        names = self.lexicon.balance.clues
        for group in batches(texts):
            found: list[list[str]] = [[] for _ in group]
            clues = Found(self.meaning, group).clues
            for text, clue in zip(clues.texts.tolist(), clues.numbers.tolist(), strict=True):
                # What no scale can know is the kind of a text that is none of ours.
                found[text].append(names[clue] if clue < len(names) else f"{SHAPED}{group[text][1]}")
            yield from map(frozenset, found)

    def explain(self, text: str, kind: str | None = None) -> Explanation:
        """Return what a text says, which entries fired, and why others did not."""
        if not text:
            return Explanation(nothing_said(self.name, self.version, self.lexicon.digest))
        answers = Answers(Found(self.meaning, [(text, kind)]))
        (reading,) = answers.readings(self.name, self.version)
        return Explanation(reading, steps_of(answers, reading))
