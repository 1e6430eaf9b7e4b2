"""What ``rules test --coverage``, ``rules mutate`` and ``rules diff`` do with packs, samples and logs."""

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import typer

from collection_guard.checks.bench import Bench
from collection_guard.checks.conformance.pack_cases import cases_of
from collection_guard.checks.coverage import Coverage, coverage_of
from collection_guard.checks.difference import Difference, compare, find_flips
from collection_guard.checks.mutation import Mutation, mutate
from collection_guard.checks.samples import Sample
from collection_guard.checks.targets import Search
from collection_guard.checks.trials import Trial, find_samples, sample_trials, trials_of
from collection_guard.cli.exits import Gathering, say
from collection_guard.cli.loading import load_basis, load_logs
from collection_guard.configuration import FILE_NAME, Configuration, ConfigurationFile
from collection_guard.language.compiling import compile_packs
from collection_guard.language.packs import Pack, load_packs, overrides_for
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.texts import nearest, text
from collection_guard.reports.rule_checks import coverage_lines, coverage_summary, share_in_words

_SHARE = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*%|(\d{1,9}(?:\.\d{1,9})?)|(\d{1,9})/(\d{1,9})")


def share_of(written: str, option: str) -> Fraction:
    """Return a share such as ``95%``, ``0.95`` or ``19/20``, exactly; raise ConfigurationError if it is none."""
    match = _SHARE.fullmatch(written.strip())
    share: Fraction | None = None
    if match is not None:
        hundredths, plain, part, whole = match.groups()
        if hundredths is not None:
            share = Fraction(hundredths) / 100
        elif plain is not None:
            share = Fraction(plain)
        elif int(whole):
            share = Fraction(int(part), int(whole))
    if share is None or share > 1:
        values: dict[str, object] = {"option": option, "value": written, "reason": "0%-100% | 0-1 | N/M"}
        raise ConfigurationError([Problem("bad_option", values=values)])
    return share


def refuse_unknown_rule(packs: Sequence[Pack], rule: str | None) -> None:
    """Raise ConfigurationError if no pack has a rule."""
    ids = [one.id for pack in packs for one, _, _ in pack.rules]
    if rule is not None and rule not in ids:
        raise ConfigurationError([Problem("no_such_rule", values={"id": rule, "nearest": nearest(rule, ids)})])


def known_format(output_format: str, known: Sequence[str]) -> None:
    """Raise ConfigurationError if a command has no such format."""
    if output_format not in known:
        values: dict[str, object] = {"option": "--format", "value": output_format, "reason": " | ".join(known)}
        raise ConfigurationError([Problem("bad_option", values=values)])


class Samples:
    """The labelled samples that a command is given, beside the examples of the rules."""

    def __init__(self, paths: list[Path], settings: Configuration) -> None:
        self._bench: Bench | None = None
        self._samples: list[Sample] = []
        if not paths:
            return
        gathering = Gathering()
        basis = load_basis(settings, gathering)
        gathering.settle(settings.lang)
        assert basis is not None  # noqa: S101  # the gathering has settled
        self._bench = Bench(basis)
        search = Search(
            read_log=lambda path: load_logs([path], settings, dict(basis.profiles)),
            configuration_keys=frozenset(ConfigurationFile.model_fields),
            configuration_name=FILE_NAME,
        )
        self._samples = find_samples(paths, search)

    def trials(self, pack: Pack, only: str | None = None) -> list[Trial]:
        """Return what a pack's rules are tried on: their examples, and the samples that speak of them."""
        trials = trials_of(pack, only)
        if self._bench is not None:
            trials += sample_trials(pack, self._samples, self._bench)
        return trials


def show_coverage(packs: Sequence[Pack], samples: Samples, rule: str | None, settings: Configuration) -> Coverage:
    """Print what examples and samples do not show of rules, and how much they do."""
    total = Coverage()
    for pack in packs:
        total.add(coverage_of(pack, samples.trials(pack, rule), rule))
    for problem in total.problems:
        say(problem, settings.lang)
    for line in coverage_lines(total, settings.lang):
        typer.echo(line)
    typer.echo(coverage_summary(total, settings.lang), err=True)
    return total


def mutations_of(packs: Sequence[Pack], samples: Samples, rule: str | None, settings: Configuration) -> Mutation:
    """Return what became of the mutants of packs; say what could not be used."""
    total = Mutation()
    for pack in packs:
        total.add(mutate(pack, samples.trials(pack, rule), rule, cases_of(pack)))
    for problem in total.problems:
        say(problem, settings.lang)
    if total.failing:
        typer.echo(text("mutation.failing", settings.lang, count=total.failing), err=True)
    return total


def falls_short(share: Fraction, wanted: Fraction | None, settings: Configuration) -> bool:
    """Say, also in words, whether a share is under the one that is wanted."""
    if wanted is None or share >= wanted:
        return False
    typer.echo(text("coverage.under", settings.lang, wanted=share_in_words(wanted)), err=True)
    return True


def difference_of(old: str, new: str, logs: list[Path], settings: Configuration) -> Difference:
    """Return how two versions of a pack differ, and what of the logs flips; exit if one of them cannot be used."""
    gathering = Gathering()
    before = gathering.attempt(lambda: _one_pack(old, settings))
    after = gathering.attempt(lambda: _one_pack(new, settings))
    basis = None
    if logs:
        # The packs of the configuration are not those that are compared: what else a log is judged by is wanted.
        basis = load_basis(replace(settings, values={**settings.values, "rules": [], "parameters": {}}), gathering)
    gathering.settle(settings.lang)
    assert before is not None  # noqa: S101  # the gathering has settled
    assert after is not None  # noqa: S101  # as above
    found = compare(before, after, settings["parameters"])
    if basis is not None:
        judged_by = replace(basis, parameters=settings["parameters"])
        intake = gathering.attempt(lambda: load_logs(logs, settings, dict(judged_by.profiles)))
        gathering.settle(settings.lang)
        assert intake is not None  # noqa: S101  # as above
        if intake.rejected:
            typer.echo(text("difference.rejected", settings.lang, count=len(intake.rejected)), err=True)
        find_flips(found, before, after, intake, judged_by)
    return found


def _one_pack(name: str, settings: Configuration) -> Pack:
    (pack,) = load_packs([name])
    compile_packs([pack], overrides_for(pack, settings["parameters"]))
    return pack
