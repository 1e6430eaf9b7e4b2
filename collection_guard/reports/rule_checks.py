"""What coverage and mutation found of rules, as lines of text."""

from collections.abc import Iterator
from fractions import Fraction

from collection_guard.checks.coverage import Coverage
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
