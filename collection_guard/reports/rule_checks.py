"""What coverage and mutation found of rules, as lines of text."""

import json
from collections.abc import Iterator
from fractions import Fraction

from collection_guard.checks.coverage import Coverage
from collection_guard.checks.mutation import Mutation, Outcome
from collection_guard.model.texts import Lang, text
from collection_guard.reports.wording import percent


def share_in_words(share: Fraction) -> str:
    """Return a share as a percentage that says 100.0 % only of all."""
    return percent(share.numerator, share.denominator)


def coverage_lines(coverage: Coverage, lang: Lang) -> Iterator[str]:
    """Yield what no example shows, by place."""
    for gap in sorted(coverage.gaps, key=lambda one: (one.file, one.line, one.column, one.lacks)):
        yield text(
            "coverage.gap",
            lang,
            place=f"{gap.file}:{gap.line}:{gap.column}",
            subject=gap.subject,
            lacks=text(f"coverage.{gap.kind}.{gap.lacks}", lang),
            text=gap.text,
        )


def coverage_summary(coverage: Coverage, lang: Lang) -> str:
    """Return how much is shown, in one line."""
    return text(
        "coverage.done",
        lang,
        share=share_in_words(coverage.share),
        leaves_seen=coverage.leaves_seen,
        leaves=coverage.leaves,
        bounds_seen=coverage.bounds_seen,
        bounds=coverage.bounds,
    )


def mutation_lines(mutation: Mutation, lang: Lang, *, everything: bool) -> Iterator[str]:
    """Yield the mutants that survived, or all of them, by place."""
    for outcome in _by_place(mutation):
        if outcome.fate == "survived" or everything:
            mutant = outcome.mutant
            yield text(
                f"mutation.{outcome.fate}",
                lang,
                place=f"{mutant.file}:{mutant.line}:{mutant.column}",
                subject=mutant.subject,
                kind=text(f"mutant.{mutant.kind}", lang),
                before=mutant.before,
                after=mutant.after or text("mutant.nothing", lang),
                by=outcome.by or "",
            )


def mutation_summary(mutation: Mutation, lang: Lang) -> str:
    """Return the score, and how many mutants came to which end, in one line."""
    return text(
        "mutation.done",
        lang,
        score=share_in_words(mutation.score),
        count=len(mutation.outcomes),
        caught=mutation.count("caught"),
        survived=mutation.count("survived"),
        equivalent=mutation.count("equivalent"),
    )


def mutation_json(mutation: Mutation) -> str:
    """Return all mutants and the score as JSON; the score is a fraction, so that nothing is rounded."""
    found = {
        "format": "collection-guard-mutation/1",
        "mutants": len(mutation.outcomes),
        "caught": mutation.count("caught"),
        "survived": mutation.count("survived"),
        "equivalent": mutation.count("equivalent"),
        "score": str(mutation.score),
        "failing_examples": mutation.failing,
        "outcomes": [
            {
                "fate": outcome.fate,
                "kind": outcome.mutant.kind,
                "subject": outcome.mutant.subject,
                "file": outcome.mutant.file,
                "line": outcome.mutant.line,
                "column": outcome.mutant.column,
                "before": outcome.mutant.before,
                "after": outcome.mutant.after,
                "caught_by": outcome.by,
            }
            for outcome in _by_place(mutation)
        ],
    }
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _by_place(mutation: Mutation) -> list[Outcome]:
    return sorted(
        mutation.outcomes,
        key=lambda one: (one.mutant.file, one.mutant.line, one.mutant.column, one.mutant.kind, one.mutant.after),
    )
