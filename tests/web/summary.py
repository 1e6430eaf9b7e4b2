"""What the first screen has to say, worked out from the verdict file, the log and the JSON report alone."""

import csv
import re
from collections import Counter
from math import sqrt

from web.conftest import NOVEMBER, Audited

_NUMBER = re.compile(r"(?<![\w-])[+-]?\d[\d,]*(?:\.\d+)?")
_Z = 1.959963984540054
SEVERITIES = ("critical", "major", "minor", "advisory")


def numbers_in(words: str) -> list[str]:
    """Return all numbers of a text, as they are written."""
    return _NUMBER.findall(words.replace("−", "-"))


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the Wilson 95 % interval, by the formula in its usual form."""
    share = hits / of
    middle = (share + _Z**2 / (2 * of)) / (1 + _Z**2 / of)
    half = _Z / (1 + _Z**2 / of) * sqrt(share * (1 - share) / of + _Z**2 / (4 * of**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def per_thousand(hits: int, of: int) -> list[str]:
    """Return a rate and the ends of its interval."""
    return [f"{1000 * value:,.1f}" for value in (hits / of, *wilson(hits, of))]


def percent(part: int, whole: int) -> str:
    """Return a share."""
    return f"{100 * part / whole:.1f}"


class Expected:
    """The numbers of each part of the first screen, in the order in which they stand there in English."""

    def __init__(self, found: Audited) -> None:
        verdicts, self.report = found.verdicts, found.report
        kinds = Counter(item["verdict"] for item in verdicts)
        self.bad = [item for item in verdicts if item["verdict"] == "violation"]
        self.assessed = kinds["violation"] + kinds["clear"]
        self.unassessable = kinds["unassessable"]
        self.applicable = self.assessed + self.unassessable
        self.contacts = len({item["event_id"] for item in verdicts})
        self.wrong = {item["event_id"] for item in self.bad}
        with (NOVEMBER / "source" / "contacts.csv").open(encoding="utf-8") as rows:
            agency_of = {row["话单编号"]: row["催收机构"] for row in csv.DictReader(rows)}
        self.by_agency = Counter(agency_of[event] for event in {item["event_id"] for item in verdicts})
        self.wrong_by_agency = Counter(agency_of[event] for event in self.wrong)
        self.kinds_by_rule = {rule: Counter[str]() for rule in {item["rule"] for item in verdicts}}
        for item in verdicts:
            self.kinds_by_rule[item["rule"]][item["verdict"]] += 1

    def verdict(self) -> list[str]:
        """Return the numbers of the sentence at the top."""
        rate = per_thousand(len(self.wrong), self.contacts)[0]
        return [
            str(len(self.wrong)),
            str(self.contacts),
            rate,
            "1,000",
            percent(self.unassessable, self.applicable),
        ]

    def cards(self) -> list[list[str]]:
        """Return those of the cards, but for the one of last time."""
        rate, low, high = per_thousand(len(self.wrong), self.contacts)
        severities = Counter(self.report["rules"][item["rule"]]["severity"] for item in self.bad)
        return [
            [str(self.contacts), str(len(self.by_agency))],
            [percent(self.assessed, self.applicable), f"{self.assessed:,}", f"{self.applicable:,}"],
            [str(len(self.wrong)), rate, "1,000", "95", low, high],
            [str(len(self.bad)), *(str(severities[name]) for name in SEVERITIES if severities[name])],
        ]

    def agencies(self) -> list[tuple[str, list[str]]]:
        """Return the three agencies of which the highest rate can be said for sure."""
        low = {name: wilson(hits, self.by_agency[name])[0] for name, hits in self.wrong_by_agency.items()}
        ranked = sorted(low, key=lambda name: (-low[name], -self.wrong_by_agency[name], name))
        found = []
        for name in ranked[:3]:
            hits, of = self.wrong_by_agency[name], self.by_agency[name]
            rate, low, high = per_thousand(hits, of)
            found.append((name, [rate, "1,000", low, high, str(hits), str(of)]))
        return found

    def rules(self) -> list[tuple[str, list[str]]]:
        """Return the three rules that are violated most."""
        order = sorted(
            self.kinds_by_rule,
            key=lambda rule: (
                -self.kinds_by_rule[rule]["violation"],
                SEVERITIES.index(self.report["rules"][rule]["severity"]),
                rule,
            ),
        )
        found = []
        for rule in order[:3]:
            kinds = self.kinds_by_rule[rule]
            reached = kinds["violation"] + kinds["clear"]
            found.append((rule, [str(kinds["violation"]), percent(reached, reached + kinds["unassessable"])]))
        return found

    def unknown(self) -> list[str]:
        """Return what could not be known, and how much hangs on the three columns that would help most."""
        columns = [str(item["verdicts"]) for item in self.report["missing"]["columns"][:3]]
        share = percent(self.unassessable, self.applicable)
        return [str(self.unassessable), share, f"{self.applicable:,}", *columns]


def newcombe(before: tuple[int, int], after: tuple[int, int]) -> tuple[float, float]:
    """Return the 95 % interval of the second share less the first."""
    (one, other), ((low_one, high_one), (low, high)) = (
        [hits / of for hits, of in (before, after)],
        [wilson(*pair) for pair in (before, after)],
    )
    middle = other - one
    return (
        middle - sqrt((other - low) ** 2 + (high_one - one) ** 2),
        middle + sqrt((high - other) ** 2 + (one - low_one) ** 2),
    )
