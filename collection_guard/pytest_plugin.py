"""The pytest plugin: files named ``*.conduct.yaml`` are tests, and a fixture judges events.

Packs, registry, profiles and settings are those of the nearest ``collection-guard.yaml`` upward from the test, or of
the file that the ini option ``conduct_config`` names.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from collection_guard.checks.bench import Bench, LabelResult
from collection_guard.checks.examine import expectation_finding, samples_of, unexpected_finding
from collection_guard.checks.findings import Finding
from collection_guard.checks.samples import Sample, SampleSettings
from collection_guard.checks.targets import Search
from collection_guard.cli.exits import Gathering
from collection_guard.cli.loading import load_basis, load_logs
from collection_guard.configuration import FILE_NAME, Configuration, ConfigurationFile, configure, find_upward
from collection_guard.model.event import Event
from collection_guard.model.masking import mask_text
from collection_guard.model.problems import InputError, Problem
from collection_guard.model.profile import CaseProfile
from collection_guard.model.registry import RegistryEntry
from collection_guard.model.texts import text
from collection_guard.model.verdict import Verdict
from collection_guard.reports.check_wording import FindingWording

SUFFIXES: Final = (".conduct.yaml", ".conduct.yml", ".conduct.jsonl")
_INI: Final = "conduct_config"


class ConductFailedError(Exception):
    """Something that a sample says does not hold."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(*(finding.code for finding in self.findings))


class Conduct:
    """Judges events by the packs that are configured: what the fixture ``guard`` gives."""

    def __init__(self, bench: Bench, configuration: Configuration) -> None:
        self.bench = bench
        self.configuration = configuration

    def verdicts(
        self,
        *events: Event | Mapping[str, Any],
        profile: CaseProfile | Mapping[str, Any] | None = None,
        registry: Iterable[RegistryEntry | Mapping[str, Any]] | None = None,
        settings: Mapping[str, Any] | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> dict[tuple[str, str], Verdict]:
        """Return the verdicts on events that share a history, by event id and rule.

        Mappings are read as the JSON of events, profiles and registry entries is; what is not given is as configured.
        """
        own = Sample("", "", 1, 1, (), (), settings=None if settings is None else SampleSettings(**settings))
        return self.bench.verdicts(
            [event if isinstance(event, Event) else Event.model_validate(event) for event in events],
            profile=CaseProfile.model_validate(profile) if isinstance(profile, Mapping) else profile,
            registry=None if registry is None else [RegistryEntry.model_validate(entry) for entry in registry],
            settings=own.settings_over(self.bench.basis.settings),
            parameters=parameters,
        )

    def verdict(self, rule: str, *events: Event | Mapping[str, Any], **surroundings: Any) -> Verdict:
        """Return the verdict of one rule on the last of the events given, with the others as its history."""
        if rule not in self.bench.rules:
            raise KeyError(rule)
        last = events[-1]
        event_id = last.event_id if isinstance(last, Event) else last["event_id"]
        return self.verdicts(*events, **surroundings)[event_id, rule]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the ini option that names a configuration."""
    parser.addini(_INI, text("help.conduct_config", "en"), default="")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "ConductFile | None":
    """Collect files of labelled samples."""
    return ConductFile.from_parent(parent, path=file_path) if file_path.name.endswith(SUFFIXES) else None


@pytest.fixture
def guard(request: pytest.FixtureRequest) -> Conduct:
    """Judge events by the packs, registry, profiles and settings that are configured."""
    return conduct_for(request.config, request.path)


def conduct_for(config: pytest.Config, path: Path) -> Conduct:
    """Return what judges the samples of a file."""
    named = str(config.getini(_INI))
    return _conduct(config.rootpath / named if named else find_upward(path.parent.resolve()))


@cache
def _conduct(configuration: Path | None) -> Conduct:
    settings = configure({}, configuration)
    gathering = Gathering()
    basis = load_basis(settings, gathering)
    problems = gathering.problems()
    if basis is None or problems:
        raise InputError(problems)
    return Conduct(Bench(basis), settings)


class ConductFile(pytest.File):
    """A file of labelled samples: one test an expectation."""

    def collect(self) -> Iterator["ConductItem"]:
        """Yield the tests of the file; what is wrong with it is an error of collection."""
        try:
            yield from self._items()
        except InputError as error:
            lines = [problem.render("en") for problem in error.problems]
            raise self.CollectError("\n".join(lines)) from None

    def _items(self) -> list["ConductItem"]:
        judge = conduct_for(self.config, self.path)
        search = Search(
            read_log=lambda path: load_logs([path], judge.configuration, dict(judge.bench.basis.profiles)),
            configuration_keys=frozenset(ConfigurationFile.model_fields),
            configuration_name=FILE_NAME,
        )
        search.look([self.path])
        problems = list(search.problems)
        items: list[ConductItem] = []
        for target in search.targets:
            if target.kind != "samples":
                problems.append(Problem("samples_expect_nothing", target.path, 1, 1))
                continue
            samples, found = samples_of(target)
            problems += [*target.problems, *found]
            for sample in samples:
                problems += judge.bench.problems(sample)
                items += self._of(SampleRun(judge.bench, sample))
        if problems:
            raise InputError(problems)
        return items

    def _of(self, run: "SampleRun") -> Iterator["ConductItem"]:
        for index, label in enumerate(run.sample.labels):
            expected = label.expectation
            parts = (mask_text(run.sample.name or ""), label.event.event_id, expected.rule, expected.verdict)
            name = " / ".join(part for part in parts if part)
            yield ConductItem.from_parent(self, name=name, run=run, index=index, line=label.line)
        if run.sample.exhaustive:
            name = " / ".join(part for part in (mask_text(run.sample.name or ""), "exhaustive") if part)
            yield ConductItem.from_parent(self, name=name, run=run, index=None, line=run.sample.line)


class SampleRun:
    """A sample, judged once for all its tests."""

    def __init__(self, bench: Bench, sample: Sample) -> None:
        self.bench = bench
        self.sample = sample
        self._found: tuple[list[LabelResult], list[Verdict]] | None = None

    def found(self) -> tuple[list[LabelResult], list[Verdict]]:
        """Return what came out."""
        if self._found is None:
            self._found = self.bench.run(self.sample)
        return self._found


class ConductItem(pytest.Item):
    """One expectation as a test; without an index, that nothing else is violated."""

    def __init__(self, *, run: SampleRun, index: int | None, line: int, **more: Any) -> None:
        super().__init__(**more)
        self._run = run
        self._index = index
        self._line = line

    def runtest(self) -> None:
        """Fail if the expectation is not met."""
        results, unexpected = self._run.found()
        if self._index is None:
            findings = [unexpected_finding(self._run.sample, verdict) for verdict in unexpected]
        else:
            result = results[self._index]
            findings = [] if result.differs is None else [expectation_finding(result)]
        if findings:
            raise ConductFailedError(findings)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *_: Any, **__: Any) -> Any:
        """Return what is wrong in words, with its place."""
        if not isinstance(excinfo.value, ConductFailedError):
            return super().repr_failure(excinfo)
        configuration = conduct_for(self.config, self.path).configuration
        say = FindingWording(self._run.bench.rules, configuration.lang, masked=not configuration["unmasked"])
        return "\n".join(f"{say.place(finding.place)}: {say.message(finding)}" for finding in excinfo.value.findings)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the expectation stands."""
        return self.path, self._line - 1, self.name
