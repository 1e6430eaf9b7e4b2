"""What a detector answers, and what a detector is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, NamedTuple, Protocol, TypeAlias, runtime_checkable

from collection_guard.facts.content.schema import SIGNALS

Given: TypeAlias = tuple[str, str | None]
"""A text, and its kind where that is known."""
_AT_A_TIME: Final = 2_048


class Span(NamedTuple):
    """A piece of evidence: an exact substring of the text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says, with the words that say it, and who heard it."""

    signals: Mapping[str, bool]
    spans: Mapping[str, tuple[Span, ...]]
    detector: str
    version: str
    lexicon_digest: str | None = None
    law_firms: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()

    @property
    def law_firm(self) -> str | None:
        """Return the first firm that the text claims, if any."""
        return self.law_firms[0] if self.law_firms else None


def nothing_said(detector: str, version: str, digest: str | None = None) -> Reading:
    """Return the reading of an empty text."""
    return Reading(dict.fromkeys(SIGNALS, False), {}, detector, version, digest)


@dataclass(frozen=True, slots=True)
class Step:
    """One entry and what became of it: ``code`` names the text that says so."""

    entry: str
    act: str
    signals: tuple[str, ...]
    fired: bool
    code: str
    phrase: str | None = None
    span: Span | None = None
    by: str | None = None
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A reading with the steps that led to it."""

    reading: Reading
    steps: tuple[Step, ...] = field(default_factory=tuple)


@runtime_checkable
class Detector(Protocol):
    """Anything that hears what a text says."""

    @property
    def name(self) -> str:
        """Return the detector's name, shown with every finding."""

    @property
    def version(self) -> str:
        """Return the detector's version, shown with every finding."""

    def read(self, text: str, kind: str | None = None) -> Reading:
        """Return what a text of a kind says."""


@runtime_checkable
class BatchDetector(Detector, Protocol):
    """A detector that reads many texts together in less time than one by one."""

    def read_many(self, texts: Sequence[Given]) -> Sequence[Reading]:
        """Return what each of some texts says, given with their kinds."""


@runtime_checkable
class ExplainingDetector(Detector, Protocol):
    """A detector that can say why."""

    def explain(self, text: str, kind: str | None = None) -> Explanation:
        """Return what a text says, and why."""


def readings(detector: Detector, texts: Iterable[Given]) -> Iterator[Reading]:
    """Yield what each text says, many read together by a detector that can."""
    if not isinstance(detector, BatchDetector):
        for text, kind in texts:
            yield detector.read(text, kind)
        return
    rest = iter(texts)
    while part := list(islice(rest, _AT_A_TIME)):
        yield from detector.read_many(part)
