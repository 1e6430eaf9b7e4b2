"""How well a detector hears: precision, recall and F1 over labelled texts, with their uncertainty."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from collection_guard.facts.content.reading import Detector, Reading, readings
from collection_guard.facts.content.schema import SIGNALS, Signal
from collection_guard.model.problems import InputError, Problem

# The two-sided 95 % point of the normal distribution.
_Z: Final = 1.959963984540054


class Labelled(BaseModel):
    """One labelled text; further keys are its author's own."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    text: str
    channel: str | None = None
    labels: dict[Signal, bool]
    law_firm: str | None = None
    spans: dict[Signal, list[str]] = {}
    difficulty: str = ""
    borderline: list[Signal] = []


@dataclass(slots=True)
class Counts:
    """Right and wrong answers of one kind."""

    hit: int = 0
    false_alarm: int = 0
    missed: int = 0
    quiet: int = 0

    def add(self, said: bool, truth: bool) -> None:
        """Count one answer."""
        if truth:
            self.hit += said
            self.missed += not said
        else:
            self.false_alarm += said
            self.quiet += not said

    @property
    def positives(self) -> int:
        """Return how many answers should have been yes."""
        return self.hit + self.missed

    @property
    def precision(self) -> float | None:
        """Return the share of right answers among those said, if any was said."""
        said = self.hit + self.false_alarm
        return self.hit / said if said else None

    @property
    def recall(self) -> float | None:
        """Return the share found of what there was, if there was any."""
        return self.hit / self.positives if self.positives else None

    @property
    def f1(self) -> float | None:
        """Return the harmonic mean of precision and recall."""
        total = 2 * self.hit + self.false_alarm + self.missed
        return 2 * self.hit / total if total else None

    def precision_interval(self) -> tuple[float, float] | None:
        """Return the Wilson interval of the precision."""
        return wilson(self.hit, self.hit + self.false_alarm)

    def recall_interval(self) -> tuple[float, float] | None:
        """Return the Wilson interval of the recall."""
        return wilson(self.hit, self.positives)


@dataclass(slots=True)
class Evaluation:
    """What a detector got right and wrong."""

    texts: int = 0
    signals: dict[str, Counts] = field(default_factory=lambda: {signal: Counts() for signal in SIGNALS})
    difficulties: dict[str, Counts] = field(default_factory=dict)
    clear_cut: Counts = field(default_factory=Counts)
    law_firms: Counts = field(default_factory=Counts)
    firms_named: int = 0
    firms_exact: int = 0
    spans: Counts = field(default_factory=Counts)

    @property
    def micro(self) -> Counts:
        """Return all signals together."""
        return pooled(self.signals.values())

    def rare(self, fewer_than: int = 60) -> Counts:
        """Return the signals with few positives together."""
        return pooled(counts for counts in self.signals.values() if counts.positives < fewer_than)


def wilson(hits: int, total: int) -> tuple[float, float] | None:
    """Return the Wilson 95 % interval of a share, or None for a share of nothing."""
    if not total:
        return None
    share = hits / total
    centre = share + _Z * _Z / (2 * total)
    margin = _Z * sqrt(share * (1 - share) / total + _Z * _Z / (4 * total * total))
    scale = 1 + _Z * _Z / total
    return max(0.0, (centre - margin) / scale), min(1.0, (centre + margin) / scale)


def pooled(many: Iterable[Counts]) -> Counts:
    """Return counts added up."""
    total = Counts()
    for counts in many:
        total.hit += counts.hit
        total.false_alarm += counts.false_alarm
        total.missed += counts.missed
        total.quiet += counts.quiet
    return total


def read_labelled(file: Path) -> list[Labelled]:
    """Read labelled texts, or raise one error with every line that is none."""
    texts: list[Labelled] = []
    problems: list[Problem] = []
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                texts.append(Labelled.model_validate(json.loads(line)))
            except (ValueError, ValidationError) as error:
                cause = str(error).splitlines()[0]
                problems.append(Problem("labelled_line", file=str(file), line=number, values={"cause": cause}))
    if problems:
        raise InputError(problems)
    return texts


def evaluate(detector: Detector, texts: Iterable[Labelled]) -> Evaluation:
    """Let a detector read labelled texts and count its answers."""
    result = Evaluation()
    texts = list(texts)
    every = readings(detector, ((labelled.text, labelled.channel) for labelled in texts))
    for labelled, reading in zip(texts, every, strict=True):
        result.texts += 1
        difficulty = result.difficulties.setdefault(labelled.difficulty, Counts())
        for signal in SIGNALS:
            said, truth = reading.signals[signal], labelled.labels[signal]
            result.signals[signal].add(said, truth)
            difficulty.add(said, truth)
            if signal not in labelled.borderline:
                result.clear_cut.add(said, truth)
        if labelled.law_firm is not None or reading.law_firm is not None:
            result.firms_named += 1
            result.firms_exact += labelled.law_firm == reading.law_firm
        _count_spans(result.spans, labelled, reading)
    return result


def _count_spans(counts: Counts, labelled: Labelled, reading: Reading) -> None:
    """Count for each signal rightly heard whether its evidence overlaps that of the label."""
    for signal, expected in labelled.spans.items():
        if not (expected and reading.signals[signal] and labelled.labels[signal]):
            continue
        places = [(labelled.text.find(part), len(part)) for part in expected if part in labelled.text]
        overlap = any(
            span.start < start + size and start < span.end
            for span in reading.spans.get(signal, ())
            for start, size in places
        )
        counts.add(overlap, truth=True)


def table(evaluation: Evaluation) -> str:
    """Return an evaluation as text, a line for each signal and each kind of difficulty."""
    lines = [f"{'':28}{'pos':>5}{'hit':>5}{'false':>6}{'miss':>5}  precision [95 %]       recall [95 %]          F1"]
    rows: list[tuple[str, Counts]] = [*evaluation.signals.items()]
    rows.append(("all signals", evaluation.micro))
    rows.append(("all, borderline left out", evaluation.clear_cut))
    rows.append(("signals under 60 positives", evaluation.rare()))
    rows += [(f"kind: {name}", counts) for name, counts in sorted(evaluation.difficulties.items())]
    lines += [_row(name, counts) for name, counts in rows]
    exact, named = evaluation.firms_exact, evaluation.firms_named
    lines.append(f"law firms exact: {exact} of {named} {_interval(wilson(exact, named))}")
    lines.append(f"evidence overlaps: {evaluation.spans.hit} of {evaluation.spans.positives}")
    return "\n".join(lines)


def _row(name: str, counts: Counts) -> str:
    precision = f"{_share(counts.precision)} {_interval(counts.precision_interval())}"
    recall = f"{_share(counts.recall)} {_interval(counts.recall_interval())}"
    return (
        f"{name:28}{counts.positives:5}{counts.hit:5}{counts.false_alarm:6}{counts.missed:5}"
        f"  {precision:22} {recall:22} {_share(counts.f1)}"
    )


def _share(share: float | None) -> str:
    return "  -  " if share is None else f"{share:.3f}"


def _interval(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f"[{interval[0]:.3f}, {interval[1]:.3f}]"


def tables(files: Sequence[Path], detector: Detector) -> Iterator[str]:
    """Yield the table of each file."""
    for file in files:
        evaluation = evaluate(detector, read_labelled(file))
        yield f"{file.name}: {evaluation.texts} texts\n{table(evaluation)}"


def main() -> None:
    """Measure our detector over the files named on the command line."""
    from collection_guard.facts.content.loading import load_detector  # noqa: PLC0415 - only the script needs it

    for part in tables([Path(name) for name in sys.argv[1:]], load_detector()):
        sys.stdout.write(part + "\n")


if __name__ == "__main__":
    main()
