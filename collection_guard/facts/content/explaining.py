"""Why a text says what it says: what became of every match, and what each scale weighed."""

from collections.abc import Iterator
from typing import Final

from collection_guard.facts.content.answers import Answers
from collection_guard.facts.content.hearing import BLOCKED, FATES, FIRED, FRAMED, MISSING_NEAR, NEGATED
from collection_guard.facts.content.reading import Reading, Span, Step
from collection_guard.facts.content.scales import DOUBT, growth
from collection_guard.facts.content.schema import SIGNALS

# What an explanation shows of a scale: the weightiest clues.
_MOST_WEIGHTS: Final = 8


def steps_of(answers: Answers, reading: Reading) -> tuple[Step, ...]:
    """Return the steps that led to the reading of the one text of a batch, those that fired first."""
    steps = list(dict.fromkeys((*_entries(answers), *_scales(answers, reading))))
    steps.sort(key=lambda step: (not step.fired, step.span or Span(0, 0, ""), step.entry))
    return tuple(steps)


def _entries(answers: Answers) -> Iterator[Step]:
    """Yield what became of every match of an entry."""
    found = answers.found
    heard, sought = found.heard, found.meaning.hearing.sought
    columns = (heard.items, heard.starts, heard.ends, heard.fates, heard.causes, heard.cause_ends)
    for item, start, end, fate, cause, cause_end in zip(*(column.tolist() for column in columns), strict=True):
        entry = sought[item].entry
        yield Step(
            entry=entry.entry.id,
            act=entry.entry.act,
            signals=tuple(found.meaning.lexicon.acts[entry.entry.act].signals),
            fired=fate == FIRED,
            code=FATES[fate],
            phrase=sought[item].pattern.phrase,
            span=found.batch.span(0, start, end),
            by=None if fate == FIRED else _cause(answers, fate, cause, cause_end),
            file=entry.file,
            line=entry.line,
        )


def _cause(answers: Answers, fate: int, cause: int, cause_end: int) -> str:
    """Return the words that say why a match counts for nothing."""
    hearing = answers.found.meaning.hearing
    if fate == NEGATED:
        return answers.found.batch.joined[cause:cause_end]
    if fate in (MISSING_NEAR, BLOCKED):
        return hearing.conditions.wordings[cause]
    return hearing.frames.names[cause] if fate == FRAMED else ""


def _scales(answers: Answers, reading: Reading) -> Iterator[Step]:
    """Yield what each scale says of a signal that is said, or that some entry heard."""
    balance, weighed = answers.found.meaning.lexicon.balance, answers.weighed
    rows = weighed.rows_of(0)
    for compiled in answers.found.meaning.lexicon.scales:
        signal = compiled.scale.signal
        number = SIGNALS.index(signal)
        if not (answers.told[0, number] or answers.quiet[0, number]):
            continue
        total = weighed.points(0, number)
        by = " ".join(f"{clue} {weight:+.2f}" for clue, weight in balance.contributions(signal, rows)[:_MOST_WEIGHTS])
        doubted = bool(answers.found.clues.doubted[0, number])
        start = (compiled.scale.start - DOUBT * doubted) * growth(int(weighed.clues[0]))
        by = f"{by}  {start:+.2f} = {total:+.2f}"
        tips = total > 0 and signal in reading.spans
        yield Step(
            entry=compiled.scale.id,
            act="",
            signals=(signal,),
            fired=tips,
            code="weighed" if tips else "outweighed",
            span=reading.spans[signal][0] if tips else None,
            by=by.strip(),
            file=compiled.file,
            line=compiled.line,
        )


__all__ = ["steps_of"]
