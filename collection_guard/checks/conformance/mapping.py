"""Which rules, measures and facts of a pack stand behind a label: data beside the pack, held against the pack."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import Field

from collection_guard.checks.conformance.vocabulary import vocabulary
from collection_guard.language.compiled import CompiledPack
from collection_guard.language.packs import HEADER, rules_root
from collection_guard.language.schema import FactName, Name, Part, RuleId
from collection_guard.language.shapes import validated
from collection_guard.language.yaml_positions import Document, read_yaml
from collection_guard.model.problems import Problem, RulesError
from collection_guard.model.texts import nearest

FILE: Final = "conformance.yaml"


class Counters(Part):
    """The measures by debts that ``counters`` names."""

    calls: Name
    conversations: Name


class LabelMapping(Part):
    """What stands behind one label."""

    rules: list[RuleId] = Field(default_factory=list)
    counted: Name | None = Field(default=None, description="the measure whose filter says which contacts count")
    count: Name | None = Field(default=None, description="the measure that counts them for the borrower")
    counters: Counters | None = None
    facts: dict[Name, FactName] = Field(default_factory=dict, description="facts by the outcome that asserts them")
    compliance_factors: list[RuleId] = Field(
        default_factory=list, description="advisory rules that speak against compliance"
    )
    retention: Name | None = None


class MappingFile(Part):
    """``conformance.yaml``: labels of the conformance format, and what stands behind them."""

    labels: dict[str, LabelMapping]


@dataclass(frozen=True, slots=True)
class Mapped:
    """The mapping of one pack."""

    labels: Mapping[str, LabelMapping]


def mapping_of(pack: CompiledPack, folder: Path | None = None) -> Mapped:
    """Return the mapping beside a pack; raise RulesError where it names what the pack does not have."""
    own = folder or rules_root() / pack.name
    labels: dict[str, LabelMapping] = {}
    # An overlay decides the labels of the pack that it extends as well.
    for path in (own.parent / pack.extends / FILE if pack.extends else None, own / FILE):
        if path is None or not path.is_file():
            continue
        document = read_yaml(path)
        problems = list(document.problems)
        found = validated(MappingFile, document, problems) if not problems else None
        if found is not None:
            _check(found, pack, document, problems)
        if problems or found is None:
            raise RulesError(problems)
        labels |= found.labels
    return Mapped(labels)


def _check(found: MappingFile, pack: CompiledPack, document: Document, problems: list[Problem]) -> None:
    last = pack.rule_sets[-1]
    rules = [rule.id for rule in last.rules]
    measures = [*last.measures, *last.extensions.open_debts]

    def check(code: str, name: str, known: list[str], *path: str | int) -> None:
        if name not in known:
            problems.append(document.problem(code, ("labels", *path), name=name, id=name, nearest=nearest(name, known)))

    for label, said in found.labels.items():
        if label not in vocabulary().labels:
            near = nearest(label, vocabulary().labels)
            problems.append(document.problem("unknown_key", ("labels", label), at_key=True, name=label, nearest=near))
        for key in ("rules", "compliance_factors"):
            for index, rule in enumerate(getattr(said, key)):
                check("no_such_rule", rule, rules, label, key, index)
        counters = () if said.counters is None else (said.counters.calls, said.counters.conversations)
        for name in (said.counted, said.count, *counters):
            if name is not None:
                check("unknown_measure", name, measures, label)
        for outcome, fact in said.facts.items():
            check("unknown_fact", fact, list(last.vocabulary), label, "facts", outcome)
        if said.retention is not None:
            check("unknown_set", said.retention, list(last.extensions.retentions), label, "retention")


def has_pack(regime: str) -> bool:
    """Say whether a pack of that name comes with collection_guard."""
    return (rules_root() / regime / HEADER).is_file()
