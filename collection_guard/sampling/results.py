"""What the reviews say: how often a rule is right, what it misses, the rate that follows, and how reviewers agree."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from collection_guard.engines.base import VIOLATION
from collection_guard.sampling.draw import Item, Sample
from collection_guard.sampling.estimates import Estimate, Reviewed, kappa, share
from collection_guard.sampling.review import Answer, Review


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule, or contacts as a whole."""

    rule: str
    flagged: int
    """How many of the population the program flags as violations."""
    others: int
    reviewed: int
    confirmed: int
    """Of the flagged ones that were reviewed, how many are violations."""
    reviewed_others: int
    missed: int
    """Of the others that were reviewed, how many are violations all the same."""
    precision: Estimate | None
    omission: Estimate | None
    """The share of the others that are violations."""

    @property
    def apparent(self) -> float | None:
        """Return the rate that the program gives."""
        whole = self.flagged + self.others
        return self.flagged / whole if whole else None

    @property
    def corrected(self) -> Estimate | None:
        """Return the rate that follows from what reviews found among the flagged and among the others.

        It is the correction of Rogan and Gladen, with sensitivity and specificity as the same reviews give them.
        """
        whole = self.flagged + self.others
        parts = [(self.flagged, self.precision), (self.others, self.omission)]
        if not whole or any(count and part is None for count, part in parts):
            return None
        value = below = above = 0.0
        for count, part in parts:
            if part is not None:
                weight = count / whole
                value += weight * part.value
                below += (weight * (part.value - part.low)) ** 2
                above += (weight * (part.high - part.value)) ** 2
        return Estimate(value, max(0.0, value - below**0.5), min(1.0, value + above**0.5))

    @property
    def recall(self) -> Estimate | None:
        """Return the share of all violations that is flagged; the interval sets the ends of both against each other."""
        if self.precision is None or self.omission is None:
            return None
        ends = (
            (self.precision.value, self.omission.value),
            (self.precision.low, self.omission.high),
            (self.precision.high, self.omission.low),
        )
        found = []
        for right, missed in ends:
            hits, misses = self.flagged * right, self.others * missed
            found.append(hits / (hits + misses) if hits + misses else None)
        value, low, high = found
        return None if value is None or low is None or high is None else Estimate(value, low, high)


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that a reviewed sample says."""

    sample: Sample
    reviews: Mapping[str, Review]
    rules: tuple[RuleResult, ...]
    pairs: Mapping[tuple[str, str], int]
    """Of the items that two people answered, how often which two answers were given."""
    not_reviewed: int
    unclear: int
    disputed: int
    """Items of which two people say different things, and nobody has settled which holds."""
    upheld: tuple[Item, ...]

    @property
    def kappa(self) -> Estimate | None:
        """Return how far the reviewers agree beyond chance."""
        return kappa(self.pairs)

    @property
    def agreed(self) -> int:
        """Return how many items both reviewers answered alike."""
        return sum(count for (first, second), count in self.pairs.items() if first == second)


def results_of(sample: Sample, reviews: Mapping[str, Review]) -> Results:
    """Return what the reviews of a sample say."""
    settled = {item.id: reviews[item.id].settled if item.id in reviews else None for item in sample.items}
    pairs: Counter[tuple[str, str]] = Counter()
    for review in reviews.values():
        if review.first is not None and review.second is not None:
            pairs[review.first, review.second] += 1
    rules = sorted({item.rule for item in sample.items})
    return Results(
        sample,
        reviews,
        tuple(_of_rule(rule, sample, settled) for rule in rules),
        pairs,
        not_reviewed=sum(item.id not in reviews or _is_empty(reviews[item.id]) for item in sample.items),
        unclear=sum(answer == "unclear" for answer in settled.values()),
        disputed=sum(review.disputed and review.settled is None for review in reviews.values()),
        upheld=tuple(item for item in sample.items if item.id in reviews and reviews[item.id].appeal == "upheld"),
    )


def _is_empty(review: Review) -> bool:
    return review == Review()


def _of_rule(rule: str, sample: Sample, settled: Mapping[str, Answer | None]) -> RuleResult:
    items = [item for item in sample.items if item.rule == rule]
    flagged = [item for item in items if item.verdict == VIOLATION]
    others = [item for item in items if item.verdict != VIOLATION]
    counts = sample.verdicts[rule]
    answered = [
        [settled[item.id] for item in group if settled[item.id] in {"violation", "clear"}]
        for group in (flagged, others)
    ]
    return RuleResult(
        rule,
        counts[VIOLATION],
        sum(counts.values()) - counts[VIOLATION],
        len(answered[0]),
        answered[0].count("violation"),
        len(answered[1]),
        answered[1].count("violation"),
        share(_strata(rule, flagged, sample, settled, is_flagged=True)),
        share(_strata(rule, others, sample, settled, is_flagged=False)),
    )


def _strata(
    rule: str, items: Iterable[Item], sample: Sample, settled: Mapping[str, Answer | None], *, is_flagged: bool
) -> list[Reviewed]:
    """Return the strata of the flagged items of a rule, or of the others, each with what was found in it.

    Strata need not tell rules or verdicts apart: their parts are counted as if they did.
    """
    answers: dict[tuple[str, ...], list[Answer]] = defaultdict(list)
    for item in items:
        answer = settled[item.id]
        if answer in {"violation", "clear"}:
            answers[item.stratum].append(answer)
    populations = sample.parts[rule, is_flagged]
    return [
        Reviewed(count, len(answers[stratum]), answers[stratum].count("violation"))
        for stratum, count in sorted(populations.items())
    ]
