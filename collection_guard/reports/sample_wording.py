"""What a draw and its reviews say in words."""

from collections.abc import Iterator
from typing import Final

from collection_guard.model.texts import Lang
from collection_guard.reports.intervals import Share
from collection_guard.reports.review_rows import question
from collection_guard.reports.wording import Wording, number
from collection_guard.sampling.draw import Sample
from collection_guard.sampling.estimates import Estimate
from collection_guard.sampling.proof import discovery_size, most_unseen

_RATES: Final = (0.01, 0.005, 0.001)
_USUAL: Final = 30
_WORDS: Final = frozenset({"channel", "direction", "severity", "verdict"})


class SampleWording(Wording):
    """Says things of one draw in one language, masked or not."""

    def __init__(self, sample: Sample, lang: Lang, *, masked: bool = True) -> None:
        super().__init__(sample.report, lang, masked=masked)
        self.sample = sample

    def head(self) -> list[tuple[str, str]]:
        """Return what was drawn from what, and by which seed."""
        sample, plan = self.sample, self.sample.plan
        drawn = self.text("sample.drawn_of", drawn=number(len(sample.items)), population=number(sample.population))
        rows = [
            ("unit", self.text(f"sample.of_{plan.of}")),
            ("drawn", drawn),
            ("strata_by", self.listed([self.stratum_name(name) for name in plan.strata]) or self.word("none")),
            ("minimum", str(plan.minimum)),
            ("second_review", self.text("sample.second_of", count=sum(item.second for item in sample.items))),
            ("seed", self.shown(str(plan.seed))),
            ("population_digest", sample.population_digest),
            ("digest", sample.digest),
        ]
        return [(self.text(f"sample.{code}"), words) for code, words in rows]

    def stratum_name(self, name: str) -> str:
        """Return what strata are made of, in words."""
        return name if name.startswith("extra.") else self.text(f"sample.stratum.{name}")

    def stratum(self, values: tuple[str, ...]) -> str:
        """Return a stratum in words."""
        parts = []
        for name, value in zip(self.sample.plan.strata, values, strict=True):
            if name == "rule":
                parts.append(question(value, self))
            elif name in _WORDS:
                parts.append(self.word(value))
            else:
                parts.append(self.shown(value))
        return " / ".join(parts) or self.text("sheet.all")

    def strata(self) -> Iterator[tuple[str, str, str]]:
        """Yield each stratum with its population and how many of it were drawn."""
        for values, count in self.sample.strata.items():
            yield self.stratum(values), number(count.population), number(count.drawn)

    def proof(self) -> Iterator[str]:
        """Yield what a sample of this size can prove, and what the usual thirty cannot."""
        sample, level = self.sample, self.sample.plan.confidence
        size, population = len(sample.items), sample.population
        confidence = f"{100 * level:g}"
        if not population:
            return
        if size == population:
            yield self.text("proof.whole", size=number(size))
        else:
            most = most_unseen(population, size, level)
            yield self.text(
                "proof.none",
                size=number(size),
                population=number(population),
                most=number(most),
                share=_percent(most / population),
                confidence=confidence,
            )
            sizes = self.listed(
                [
                    self.text(
                        "proof.size",
                        rate=f"{100 * rate:g}",
                        size=number(discovery_size(population, rate, level)),
                    )
                    for rate in _RATES
                ]
            )
            yield self.text("proof.sizes", confidence=confidence, sizes=sizes)
        yield self.text("proof.usual", count=_USUAL, high=f"{100 * Share(0, _USUAL).high:.1f}")
        if len(sample.strata) > 1:
            yield self.text("proof.strata")

    def estimate(self, value: Estimate | None) -> str:
        """Return a share with its interval."""
        if value is None:
            return "—"
        return self.text(
            "sample.estimate", value=_percent(value.value), low=_percent(value.low), high=_percent(value.high)
        )

    def kappa(self, value: Estimate | None) -> str:
        """Return a kappa with its interval."""
        if value is None:
            return "—"
        return self.text(
            "sample.estimate", value=f"{value.value:.2f}", low=f"{value.low:.2f}", high=f"{value.high:.2f}"
        )


def _percent(share: float) -> str:
    """Return a share; what is more than nothing does not look like it."""
    words = f"{100 * share:.1f} %"
    return "<0.1 %" if share > 0 and words == "0.0 %" else words
