"""A detector that somebody installed, held to what a detector is: it answers a reading, or a problem that names it."""

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar, runtime_checkable

from collection_guard.facts.content.reading import (
    BatchDetector,
    Detector,
    ExplainingDetector,
    Explanation,
    Given,
    Reading,
    Span,
)
from collection_guard.facts.content.schema import SIGNALS
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.texts import nearest

_Answer = TypeVar("_Answer")


class CheckedDetector:
    """Passes on what another detector hears; raises ConfigurationError where it fails or answers something else.

    What is said of a failure never shows a text: the text of an exception may hold what a contact said.
    """

    def __init__(self, registered: str, detector: Detector) -> None:
        name, version = detector.name, detector.version
        if not (isinstance(name, str) and isinstance(version, str)):
            values: dict[str, object] = {"name": registered, "cause": "name and version must be str"}
            raise ConfigurationError([Problem("detector_broken", values=values)])
        self.name, self.version = name, version
        self._registered = registered
        self._detector = detector

    def read(self, text: str, kind: str | None = None) -> Reading:
        """Return what a text of a kind says."""
        reading = self._ask(self._detector.read, text, kind)
        self._check(_faults(reading, text))
        return reading

    def _ask(self, method: Callable[..., _Answer], *asked: object) -> _Answer:
        try:
            return method(*asked)
        except Exception as error:  # noqa: BLE001  # whatever a stranger's code raises is told, never a traceback
            frames = traceback.extract_tb(error.__traceback__)
            at = f"{frames[-1].filename}:{frames[-1].lineno}"
            values: dict[str, object] = {"name": self._registered, "cause": type(error).__name__, "at": at}
        # Raised out here, the problem does not carry the exception along, whose text may be that of a contact.
        raise ConfigurationError([Problem("detector_failed", values=values)])

    def _check(self, faults: Iterator[str]) -> None:
        cause = next(faults, None)
        if cause is not None:
            values: dict[str, object] = {"name": self._registered, "cause": cause}
            raise ConfigurationError([Problem("detector_answer", values=values)])


class CheckedBatchDetector(CheckedDetector):
    """The same of a detector that reads many texts together."""

    def __init__(self, registered: str, detector: BatchDetector) -> None:
        super().__init__(registered, detector)
        self._batch = detector

    def read_many(self, texts: Sequence[Given]) -> list[Reading]:
        """Return what each of some texts says, given with their kinds."""
        found = self._ask(self._batch.read_many, texts)
        self._check(_faults_of_many(found, texts))
        return list(found)


class CheckedExplainingDetector(CheckedDetector):
    """The same of a detector that can say why."""

    def __init__(self, registered: str, detector: ExplainingDetector) -> None:
        super().__init__(registered, detector)
        self._explaining = detector

    def explain(self, text: str, kind: str | None = None) -> Explanation:
        """Return what a text of a kind says, and why."""
        explanation = self._ask(self._explaining.explain, text, kind)
        self._check(_faults_of_explanation(explanation, text))
        return explanation


class CheckedExplainingBatchDetector(CheckedExplainingDetector, CheckedBatchDetector):
    """The same of a detector that can do both."""

    def __init__(self, registered: str, detector: "_ExplainingBatch") -> None:
        super().__init__(registered, detector)
        self._batch = detector


@runtime_checkable
class _ExplainingBatch(ExplainingDetector, BatchDetector, Protocol):
    """A detector that can do both."""


def checked(registered: str, detector: Detector) -> CheckedDetector:
    """Return a detector, held to what a detector is, by the name under which it is registered."""
    if isinstance(detector, _ExplainingBatch):
        return CheckedExplainingBatchDetector(registered, detector)
    if isinstance(detector, BatchDetector):
        return CheckedBatchDetector(registered, detector)
    if isinstance(detector, ExplainingDetector):
        return CheckedExplainingDetector(registered, detector)
    return CheckedDetector(registered, detector)


def _faults_of_many(found: object, texts: Sequence[Given]) -> Iterator[str]:
    if not isinstance(found, list | tuple) or len(found) != len(texts):
        yield "read_many() gives no list with a Reading for each text"
        return
    for reading, (text, _) in zip(found, texts, strict=True):
        yield from _faults(reading, text)


def _faults_of_explanation(explanation: object, text: str) -> Iterator[str]:
    if not isinstance(explanation, Explanation):
        yield f"explain() gives {type(explanation).__name__}, no Explanation"
        return
    yield from _faults(explanation.reading, text)


def _faults(reading: object, text: str) -> Iterator[str]:
    """Yield what keeps an answer from being a reading of a text, in words that hold nothing of the text."""
    if not isinstance(reading, Reading):
        yield f"read() gives {type(reading).__name__}, no Reading"
        return
    for name in ("detector", "version"):
        if not isinstance(getattr(reading, name), str):
            yield f"{name} is no str"
    for name in ("signals", "spans"):
        given = getattr(reading, name)
        if not isinstance(given, Mapping):
            yield f"{name} is no mapping"
            return
        if unknown := [key for key in given if key not in SIGNALS]:
            near = nearest(str(unknown[0]), SIGNALS)
            yield f"{name} names what is no signal" + (f" (nearest: {near})" if near else "")
    for name, said in reading.signals.items():
        if not isinstance(said, bool):
            yield f"signals[{name!r}] is {type(said).__name__}, neither True nor False"
    for name, spans in reading.spans.items():
        if not isinstance(spans, list | tuple) or not all(isinstance(span, Span) for span in spans):
            yield f"spans[{name!r}] is no tuple of Span"
        elif any(text[span.start : span.end] != span.text for span in spans):
            yield f"spans[{name!r}] holds what does not stand at its place in the text"
    for name in ("law_firms", "persons"):
        given = getattr(reading, name)
        if not isinstance(given, tuple) or not all(isinstance(item, str) for item in given):
            yield f"{name} is no tuple of str"


__all__ = ["CheckedDetector", "CheckedExplainingDetector", "checked"]
