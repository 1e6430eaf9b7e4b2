"""Checks of the lexicon that reading it cannot make: doubles, dead phrases, entries that say too much."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from collection_guard.facts.content.batch import Batch, batches
from collection_guard.facts.content.detector import LexiconDetector
from collection_guard.facts.content.joining import join
from collection_guard.facts.content.lexicon import CompiledEntry, CompiledFrame
from collection_guard.facts.content.matching import Pattern
from collection_guard.facts.content.ragged import whole
from collection_guard.facts.content.reading import Given, Step
from collection_guard.facts.content.scales import CompiledScale
from collection_guard.facts.content.standing import Standing
from collection_guard.model.problems import Problem


def lint(detector: LexiconDetector, benign: Iterable[str] = ()) -> list[Problem]:
    """Return every problem found; ``benign`` are further texts on which nothing may fire."""
    lexicon = detector.lexicon
    problems = [
        *duplicates(detector),
        *dead_phrases(detector),
        *wrong_examples(detector),
        *loud_entries(detector, [*lexicon.benign, *benign]),
    ]
    return sorted(problems, key=Problem.sort_key)


def duplicates(detector: LexiconDetector) -> Iterator[Problem]:
    """Yield phrases that stand in the lexicon twice for one act."""
    seen: dict[tuple[str, object], CompiledEntry] = {}
    for entry in detector.lexicon.entries:
        for phrase, steps in _by_phrase(entry.patterns):
            key = (entry.entry.act, steps)
            first = seen.setdefault(key, entry)
            own = first is entry and sum(part == phrase for part in entry.entry.phrases) < 2
            if own or (first is not entry and first.near != entry.near):
                continue
            yield _problem("lexicon_duplicate", entry, {"phrase": phrase, "entry": first.entry.id})


def dead_phrases(detector: LexiconDetector) -> Iterator[Problem]:
    """Yield phrases that would not be found even in a text made of nothing else."""
    lexicon = detector.lexicon
    items: list[CompiledEntry | CompiledFrame] = [*lexicon.entries, *lexicon.frames]
    phrases = [(item, pattern) for item in items for pattern in item.patterns]
    samples = [(pattern, _sample(detector, pattern, choose)) for _, pattern in phrases for choose in (min, max)]
    found = iter(_found(detector, samples))
    for (item, pattern), (_, longest) in zip(phrases, samples[1::2], strict=True):
        if not any([next(found), next(found)]):
            name = item.entry.id if isinstance(item, CompiledEntry) else item.frame.id
            values: dict[str, object] = {"phrase": pattern.phrase, "entry": name, "example": longest}
            yield _problem("lexicon_dead_phrase", item, values)


def wrong_examples(detector: LexiconDetector) -> Iterator[Problem]:
    """Yield entries that do not fire on their own examples, or fire where they must be silent."""
    examples = [
        (item, example, fires)
        for item in detector.lexicon.entries
        for fires, given in ((True, item.entry.examples.fires), (False, item.entry.examples.silent))
        for example in given
    ]
    asked: list[list[Given]] = []
    for item, example, _ in examples:
        kinds: list[str | None] = [*item.entry.kinds] or [None]
        asked.append([(example, kind) for kind in kinds])
    heard = detector.heard(text for texts in asked for text in texts)
    for (item, example, fires), texts in zip(examples, asked, strict=True):
        if (item.entry.id in frozenset().union(*(next(heard) for _ in texts))) is not fires:
            code = "lexicon_dead" if fires else "lexicon_loud"
            yield _problem(code, item, {"entry": item.entry.id, "example": example})


def loud_entries(detector: LexiconDetector, benign: Iterable[str]) -> Iterator[Problem]:
    """Yield entries and scales that fire on texts of everyday life."""
    by_name: dict[str, CompiledEntry | CompiledScale] = {item.entry.id: item for item in detector.lexicon.entries}
    by_name |= {item.scale.id: item for item in detector.lexicon.scales}
    for text in benign:
        for name in sorted({step.entry for step in _signals(detector.explain(text).steps)}):
            if name in by_name:
                yield _problem("lexicon_loud", by_name[name], {"entry": name, "example": text})


def _signals(steps: Iterable[Step]) -> Iterator[Step]:
    return (step for step in steps if step.fired and step.signals)


def _by_phrase(patterns: tuple[Pattern, ...]) -> Iterator[tuple[str, object]]:
    """Yield each phrase with all the sequences of steps that it stands for."""
    phrases: dict[str, list[object]] = {}
    for pattern in patterns:
        phrases.setdefault(pattern.phrase, []).append(pattern.steps)
    yield from ((phrase, tuple(steps)) for phrase, steps in phrases.items())


def _found(detector: LexiconDetector, samples: Sequence[tuple[Pattern, str]]) -> Iterator[bool]:
    """Tell of each phrase whether it is found in a text, marks not looked at."""
    table, at = detector.meaning.hearing.table, 0
    for group in batches((text, None) for _, text in samples):
        patterns = samples[at : at + len(group)]
        at += len(group)
        batch = Batch(detector.lexicon, group)
        standing = Standing(detector.lexicon, batch)
        numbers = whole(table.number(pattern) for pattern, _ in patterns)
        texts = table.standing(standing, np.arange(numbers.size), numbers)
        found = join(table, batch, standing, texts, numbers[texts], marked=False)
        yield from np.isin(np.arange(numbers.size), texts[found.owners]).tolist()


def _sample(detector: LexiconDetector, pattern: Pattern, choose: Callable[..., str]) -> str:
    """Return a text made of one form of each step."""
    parts = [detector.lexicon.matcher.sample(step.atom, choose) for step in pattern.steps]
    text = parts[0]
    for step, part in zip(pattern.steps[1:], parts[1:], strict=True):
        text += (" " if step.gap and text[-1:].isascii() and part[:1].isascii() else "") + part
    return text


def _problem(code: str, item: CompiledEntry | CompiledFrame | CompiledScale, values: dict[str, object]) -> Problem:
    return Problem(code, file=item.file, line=item.line, column=1, values=values)


__all__ = ["dead_phrases", "duplicates", "lint", "loud_entries", "wrong_examples"]
