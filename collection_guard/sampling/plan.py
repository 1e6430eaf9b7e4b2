"""A plan of a sample: what is drawn, by which strata, how many, and the seed that makes the draw repeatable."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from collection_guard.language.packs import validated
from collection_guard.language.schema import Part, RuleId, Words
from collection_guard.language.yaml_positions import read_yaml
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.texts import nearest

Of = Literal["verdicts", "contacts"]
OFS: Final = ("verdicts", "contacts")
STRATA: Final = ("agency", "channel", "collector", "direction", "month", "rule", "severity", "verdict")
"""What strata may be made of, beside any column that a log keeps as ``extra.<name>``."""
_EXTRA: Final = re.compile(r"extra\..+")


class Plan(Part):
    """What to draw. ``of: verdicts`` asks about a rule and a contact, ``of: contacts`` about a contact as a whole."""

    seed: Words | int | None = None
    size: Annotated[int, Field(ge=1)] = 300
    of: Of = "verdicts"
    strata: list[Words] = Field(default_factory=lambda: ["rule", "verdict"])
    minimum: Annotated[int, Field(ge=0)] = 5
    rules: list[RuleId] | None = None
    second_review: Annotated[float, Field(ge=0, le=1)] = 0.2
    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.95
    blind: bool = True


def read_plan(path: Path | None, given: dict[str, Any], rules: Collection[str]) -> Plan:
    """Return the plan of a file with what is given beside it; raise ConfigurationError with all problems."""
    problems: list[Problem] = []
    plan: Plan | None = Plan()
    if path is not None:
        document = read_yaml(path)
        problems += document.problems
        plan = None if problems else validated(Plan, document, problems)
    if plan is None:
        raise ConfigurationError(problems)
    plan = plan.model_copy(update=given)
    if plan.seed is None:
        problems.append(Problem("sample_no_seed"))
    for name in plan.strata:
        if name not in STRATA and not _EXTRA.fullmatch(name):
            problems.append(Problem("sample_stratum", values={"name": name, "known": ", ".join(STRATA)}))
        if name == "rule" and plan.of == "contacts":
            problems.append(Problem("sample_rule_of_contacts"))
    for rule in plan.rules or ():
        if rule not in rules:
            problems.append(Problem("no_such_rule", values={"id": rule, "nearest": nearest(rule, rules)}))
    if problems:
        raise ConfigurationError(problems)
    return plan
