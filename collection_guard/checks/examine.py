"""Each kind of thing, examined: what passes, and what is found, before waivers and thresholds are applied."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Final

from collection_guard.audit.mapping import read_mapping
from collection_guard.audit.profiles import read_profiles
from collection_guard.audit.report import Report, Violation
from collection_guard.audit.run import run_audit
from collection_guard.audit.taken import Position
from collection_guard.checks.baseline import read_baseline
from collection_guard.checks.bench import Bench, LabelResult
from collection_guard.checks.findings import LEVEL_OF, Consequence, Finding, Passed, Place
from collection_guard.checks.rates import Limit, Rate
from collection_guard.checks.registry_doubts import examine
from collection_guard.checks.report import Item
from collection_guard.checks.samples import Sample, read_json_samples, read_yaml_samples
from collection_guard.checks.targets import Target
from collection_guard.checks.waivers import read_waivers
from collection_guard.engines.examples import ExampleResult, run_examples
from collection_guard.engines.judge import engine_maker
from collection_guard.language.compiling import compile_packs
from collection_guard.language.packs import load_packs
from collection_guard.model.problems import InputError, LogError, Problem, RulesError
from collection_guard.model.verdict import Verdict

_VALID: Final = "valid"


@dataclass(frozen=True, slots=True)
class Examiner:
    """Examines targets by packs, and by what the command line knows of configurations."""

    bench: Bench
    limits: Mapping[str, Limit]
    configuration_problems: Callable[[Path], list[Problem]]
    strict: bool
    max_rejected: int

    def examine(self, target: Target) -> Item:
        """Return what a target holds that passes, and what is found."""
        item = Item(target.path, target.kind)
        item.findings += [_problem(target.path, problem, "input") for problem in target.problems]
        if target.problems and target.kind != "samples":
            return item
        match target.kind:
            case "samples":
                self._samples(target, item)
            case "pack":
                self._pack(target, item)
            case "batch":
                self._batch(target, item)
            case _:
                self._valid(target, item)
        return item

    # --- labelled samples -------------------------------------------------------------------------------------

    def _samples(self, target: Target, item: Item) -> None:
        samples, problems = samples_of(target)
        item.findings += [_problem(target.path, problem, "input") for problem in problems]
        for sample in samples:
            try:
                results, unexpected = self.bench.run(sample)
            except InputError as error:
                item.findings += [_problem(target.path, problem, "input") for problem in error.problems]
                continue
            for result in results:
                if result.differs is None:
                    place = Place(sample.file, result.label.line, result.label.column)
                    item.passed.append(Passed(result.name, place, result.label.expectation.rule))
                else:
                    item.findings.append(expectation_finding(result))
            item.findings += [unexpected_finding(sample, verdict) for verdict in unexpected]

    # --- rule packs -------------------------------------------------------------------------------------------

    def _pack(self, target: Target, item: Item) -> None:
        name = self.bench.basis.engine
        try:
            packs = load_packs([Path(target.path)])
            compile_packs(packs)
            results, problems = run_examples(packs, engine_maker(name), name)
        except RulesError as error:
            item.findings += [_problem(target.path, problem, "rules") for problem in error.problems]
            return
        item.findings += [_problem(target.path, problem, "rules") for problem in problems]
        for result in results:
            if result.passed:
                item.passed.append(Passed(_example_name(result), _spot(result.place), result.rule))
            else:
                item.findings.append(_example(result))

    # --- batches ----------------------------------------------------------------------------------------------

    def _batch(self, target: Target, item: Item) -> None:
        intake = target.intake
        if intake is None:
            return
        report = item.batch = run_audit(intake, self.bench.basis)
        too_many = len(intake.rejected) > self.max_rejected
        for row in intake.rejected:
            place = _row(row.position, target)
            name = ":".join(str(part) for part in (row.reason, place.line or place.row) if part is not None)
            item.findings.append(
                Finding(
                    "rejected",
                    "rejected",
                    name,
                    place,
                    "error" if too_many else "warning",
                    "input",
                    "fails" if too_many else "noted",
                    report=report,
                    problem=row,
                )
            )
        item.findings += [
            Finding("data", "data", fault.code, _row(fault.position, target), "note", "input", "noted", problem=fault)
            for fault in intake.findings
        ]
        item.findings += [self._violation(violation, report, target) for violation in report.violations]
        for rule, tally in sorted(report.by_rule.items()):
            if self.strict and tally.unassessable:
                item.findings.append(_unassessable(rule, report, target))
            # INVARIANT (missing-is-never-clear): a rule of which nothing could be assessed did not pass.
            elif tally.clear and not tally.violation and rule not in self.limits:
                item.passed.append(Passed(rule, Place(target.path), rule))

    def _violation(self, violation: Violation, report: Report, target: Target) -> Finding:
        event, severity = violation.contact.event, report.rules[violation.rule].rule.severity
        return Finding(
            "violation",
            "violation",
            f"{violation.rule} / {event.event_id}",
            _row(violation.contact.position, target),
            LEVEL_OF[severity],
            standing="noted" if violation.rule in self.limits else "fails",
            rule=violation.rule,
            severity=severity,
            event=event.event_id,
            case=event.case_id,
            identity=(violation.rule, event.case_id, event.event_id),
            violation=violation,
            report=report,
        )

    # --- everything else is valid or not ----------------------------------------------------------------------

    def _valid(self, target: Target, item: Item) -> None:
        path = Path(target.path)
        checks: dict[str, Callable[[], object]] = {
            "registry": lambda: self._registry(path, item),
            "profiles": lambda: read_profiles(path),
            # Loaded when there is a lexicon to check: hearing brings numpy.
            "lexicon": lambda: import_module("collection_guard.facts.content.lexicon").load_lexicon(path),
            "waivers": lambda: read_waivers(path, self.bench.rules),
            "baseline": lambda: read_baseline(path),
            "mapping": lambda: read_mapping(path),
            "configuration": lambda: self.configuration_problems(path),
        }
        problems: Iterable[Problem] = ()
        consequence: Consequence = "rules" if target.kind == "lexicon" else "input"
        try:
            found = checks[target.kind]()
            problems = found if target.kind == "configuration" and isinstance(found, list) else ()
        except InputError as error:
            problems = error.problems
        item.findings += [_problem(target.path, problem, consequence) for problem in problems]
        if all(finding.standing == "noted" for finding in item.findings):
            item.passed.append(Passed(_VALID, Place(target.path)))

    def _registry(self, path: Path, item: Item) -> None:
        found = examine(path)
        for doubt in found.doubts:
            noted = _problem(str(path), doubt, "input")
            item.findings.append(replace(noted, kind="data", level="warning", standing="noted"))
        if found.problems:
            raise LogError(found.problems)


def samples_of(target: Target) -> tuple[list[Sample], list[Problem]]:
    """Return the samples of a file, and everything that is wrong with them."""
    if target.document is not None:
        return read_yaml_samples(target.document)
    return read_json_samples(Path(target.path), target.rows, in_lines=target.in_lines)


def rates_of(item: Item, limits: Mapping[str, Limit]) -> None:
    """Hold the rates of a batch against their limits, once it is known what is waived."""
    if item.batch is None:
        return
    for rule, limit in sorted(limits.items()):
        tally = item.batch.by_rule[rule]
        waived = sum(
            1
            for finding in item.findings
            if finding.kind == "violation" and finding.rule == rule and finding.standing == "waived"
        )
        rate = Rate(rule, limit, tally.violation - waived, waived, tally.assessed, tally.unassessable)
        item.rates.append(rate)
        low, high = rate.interval()
        values: dict[str, object] = {
            "rule": rule,
            "violations": rate.violations,
            "assessed": rate.assessed,
            "waived": waived,
            "share": rate.share,
            "low": low,
            "high": high,
            "limit": limit.written,
        }
        place, name = Place(item.path), f"{rule} <= {limit.written}"
        if rate.exceeded:
            identity = (rule, item.path)
            item.findings.append(Finding("rate", "rate", name, place, rule=rule, values=values, identity=identity))
        elif rate.share is None and rate.unassessable:
            item.findings.append(
                Finding("rate", "rate_unknown", name, place, "warning", standing="noted", rule=rule, values=values)
            )
        else:
            item.passed.append(Passed(name, place, rule))


def _problem(path: str, problem: Problem, consequence: Consequence) -> Finding:
    line = problem.line if problem.line is not None else problem.row if problem.sheet is None else None
    row = problem.row if problem.sheet is not None else None
    place = Place(problem.file or path, line, problem.column, problem.sheet, row)
    number = line if line is not None else row
    name = problem.code if number is None else f"{problem.code}:{number}"
    return Finding("problem", problem.code, name, place, consequence=consequence, problem=problem)


def problem_finding(problem: Problem) -> Finding:
    """Return a problem that was met before it was known what a path is."""
    return _problem(problem.file or "", problem, "input")


def _row(position: Position, target: Target) -> Place:
    """Return the place of a row: a line of the file, unless it is one of a sheet or of a JSON array."""
    file = position.file or target.path
    if position.sheet is None and target.in_lines:
        return Place(file, position.row)
    return Place(file, sheet=position.sheet, row=position.row)


def expectation_finding(result: LabelResult) -> Finding:
    """Return an expectation that is not met as a finding."""
    expected, label = result.label.expectation, result.label
    values: dict[str, object] = {
        "rule": expected.rule,
        "event": label.event.event_id,
        "expected": expected.verdict,
        "found": result.verdict.verdict,
        "expected_missing": tuple(expected.missing or ()),
        "found_missing": result.verdict.missing,
        "expected_evidence": {name: (expected.evidence or {})[name] for name in result.differing},
        "found_evidence": result.differing,
    }
    code = f"expectation_{result.differs}"
    if result.differs == "verdict" and result.verdict.missing:
        code = "expectation_verdict_missing"
    return Finding(
        "expectation",
        code,
        result.name,
        Place(result.sample.file, label.line, label.column),
        rule=expected.rule,
        event=label.event.event_id,
        case=label.event.case_id,
        values=values,
        identity=(expected.rule, result.sample.name, label.event.case_id, label.event.event_id),
    )


def unexpected_finding(sample: Sample, verdict: Verdict) -> Finding:
    """Return a violation that an exhaustive sample does not expect as a finding."""
    parts = (sample.name, verdict.event_id, verdict.rule)
    return Finding(
        "unexpected",
        "unexpected",
        " / ".join(part for part in parts if part),
        Place(sample.file, sample.line, sample.column),
        rule=verdict.rule,
        event=verdict.event_id,
        case=verdict.case_id,
        values={"rule": verdict.rule, "event": verdict.event_id},
        identity=(verdict.rule, sample.name, verdict.case_id, verdict.event_id),
    )


def _example_name(result: ExampleResult) -> str:
    return f"{result.rule} / {result.name}"


def _spot(place: str) -> Place:
    file, line, column = place.rsplit(":", 2)
    return Place(file, int(line), int(column))


def _example(result: ExampleResult) -> Finding:
    same = result.expected == result.found
    values: dict[str, object] = {
        "rule": result.rule,
        "name": result.name,
        "expected": result.expected,
        "found": result.found,
        "expected_missing": result.expected_missing or (),
        "found_missing": result.found_missing,
    }
    return Finding(
        "example",
        "example_missing" if same else "example_verdict_missing" if result.found_missing else "example_verdict",
        _example_name(result),
        _spot(result.place),
        consequence="rules",
        rule=result.rule,
        values=values,
        identity=(result.rule, result.name),
    )


def _unassessable(rule: str, report: Report, target: Target) -> Finding:
    combinations = report.missing[rule]
    missing = sorted({name for names in combinations for name in names})
    values: dict[str, object] = {"rule": rule, "count": combinations.total(), "found_missing": tuple(missing)}
    return Finding(
        "unassessable",
        "unassessable",
        rule,
        Place(target.path),
        "warning",
        "unassessable",
        rule=rule,
        severity=report.rules[rule].rule.severity,
        values=values,
        report=report,
    )
