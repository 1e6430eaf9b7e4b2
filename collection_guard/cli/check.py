"""``collection-guard check``: labelled samples, batches, rule packs and lists, as CI checks them."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer

from collection_guard.checks.baseline import read_baseline
from collection_guard.checks.bench import Bench
from collection_guard.checks.examine import Examiner
from collection_guard.checks.findings import Consequence
from collection_guard.checks.rates import parse_limits
from collection_guard.checks.report import CheckReport
from collection_guard.checks.run import Judgement, Threshold, adopt_baseline, run_check
from collection_guard.checks.targets import Search
from collection_guard.checks.waivers import Waiver, read_waivers
from collection_guard.cli import options as o
from collection_guard.cli.conformance import run_conformance
from collection_guard.cli.exits import INPUT, RULES, UNASSESSABLE, VIOLATIONS, Gathering, exits, first_of
from collection_guard.cli.loading import load_basis, load_logs
from collection_guard.cli.output import emit
from collection_guard.configuration import FILE_NAME, Configuration, ConfigurationFile, configure
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.texts import Lang, text
from collection_guard.reports.check_wording import CheckWording
from collection_guard.reports.checks import CHECK_FORMATS, CheckFormat, render_check

CODES: Final[dict[Consequence, int]] = {
    "rules": RULES,
    "input": INPUT,
    "violations": VIOLATIONS,
    "unassessable": UNASSESSABLE,
}
FAIL_ON: Final[Threshold] = "minor"
MAX_REJECTED: Final = 0
WARN_DAYS: Final = 14
"""Where nothing else is configured, a check is stricter than an audit."""
_STDOUT: Final = "-"
_T = TypeVar("_T")

Outputs = list[tuple[CheckFormat, Path | None]]


def check(
    paths: Annotated[list[Path] | None, typer.Argument(help=o.help_of("check_paths"), metavar="PATH...")] = None,
    output_format: Annotated[
        list[str] | None,
        typer.Option("--format", help=o.help_of("check_format"), metavar="|".join(CHECK_FORMATS), show_default=False),
    ] = None,
    out: Annotated[
        list[str] | None, typer.Option("--out", help=o.help_of("check_out"), metavar="FILE|-", show_default=False)
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            help=o.help_of("check_fail_on"), metavar="critical|major|minor|advisory|never", show_default=False
        ),
    ] = None,
    max_rate: Annotated[
        list[str] | None, typer.Option(help=o.help_of("max_rate"), metavar="RULE=SHARE", show_default=False)
    ] = None,
    max_rejected: Annotated[
        int | None, typer.Option(help=o.help_of("check_max_rejected"), metavar="N", min=0, show_default=False)
    ] = None,
    strict: o.StrictOption = None,
    waivers: Annotated[Path | None, typer.Option(help=o.help_of("waivers"), metavar="FILE|FOLDER")] = None,
    warn_days: Annotated[int, typer.Option(help=o.help_of("warn_days"), metavar="N", min=0)] = WARN_DAYS,
    today: Annotated[str | None, typer.Option(help=o.help_of("today"), metavar="DATE", show_default=False)] = None,
    baseline: Annotated[Path | None, typer.Option(help=o.help_of("baseline"), metavar="FILE")] = None,
    write_baseline: Annotated[Path | None, typer.Option(help=o.help_of("write_baseline"), metavar="FILE")] = None,
    conformance: Annotated[Path | None, typer.Option(help=o.help_of("conformance"), metavar="FILE|FOLDER")] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(help=o.help_of("exclude"), metavar="GLOB", show_default=False)
    ] = None,
    registry: o.RegistryOption = None,
    cases: o.CasesOption = None,
    rules: o.RulesOption = None,
    param: o.ParamOption = None,
    config: o.ConfigOption = None,
    timezone: o.TimezoneOption = None,
    country: o.CountryOption = None,
    fold: o.FoldOption = None,
    map_file: o.MapOption = None,
    preset: o.PresetOption = None,
    encoding: o.EncodingOption = None,
    history: o.HistoryOption = None,
    assume_party: o.AssumeOption = None,
    detector: o.DetectorOption = None,
    engine: o.EngineOption = None,
    unmasked: o.UnmaskedOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", help=o.help_of("quiet"))] = False,
    lang: o.LangOption = None,
) -> None:
    """Run the command."""
    with exits(o.LANG):
        settings = o.configuration(
            config,
            registry=registry,
            cases=cases,
            rules=rules,
            param=param,
            timezone=timezone,
            country=country,
            fold=fold,
            map=map_file,
            preset=preset,
            encoding=encoding,
            history=history,
            assume_party=assume_party,
            detector=detector,
            engine=engine,
            fail_on=fail_on,
            strict=strict,
            max_rejected=max_rejected,
            unmasked=unmasked,
            lang=lang,
        )
        if conformance is not None:
            raise run_conformance(conformance, settings, paths or [], output_format or [], out or [])
        outputs = outputs_of(output_format or [], out or [])
        day = _day(today)
        if not paths:
            raise ConfigurationError([Problem("no_check_path")])
        if baseline is not None and write_baseline is not None:
            values: dict[str, object] = {"option": "--write-baseline", "value": write_baseline, "reason": "--baseline"}
            raise ConfigurationError([Problem("bad_option", values=values)])
    language, masked = settings.lang, not settings["unmasked"]
    gathering = Gathering()
    basis = load_basis(settings, gathering)
    gathering.settle(language)
    assert basis is not None  # noqa: S101  # the gathering has settled
    bench = Bench(basis)
    limits = gathering.attempt(lambda: parse_limits(max_rate or [], bench.rules))
    waived: list[Waiver] | None = gathering.attempt(lambda: read_waivers(waivers, bench.rules) if waivers else [])
    known: Counter[str] | None = gathering.attempt(lambda: read_baseline(baseline)) if baseline else None
    gathering.settle(language)
    search = Search(
        read_log=lambda path: load_logs([path], settings, dict(basis.profiles)),
        configuration_keys=frozenset(ConfigurationFile.model_fields),
        configuration_name=FILE_NAME,
        exclude=exclude or [],
    )
    most = _over_default(settings, "max_rejected", MAX_REJECTED)
    examiner = Examiner(bench, limits or {}, configuration_problems, settings["strict"], most)
    threshold = _over_default(settings, "fail_on", FAIL_ON)
    judgement = Judgement(day, threshold, waived or [], warn_days, known, str(baseline or ""))
    with exits(language):
        report = run_check([_relative(path) for path in paths], search, examiner, judgement)
        if write_baseline is not None:
            emit(adopt_baseline(report, str(write_baseline)), write_baseline)
        _write(report, outputs, language, masked=masked, quiet=quiet)
    raise typer.Exit(first_of({CODES[consequence] for consequence in report.consequences()}))


def outputs_of(formats: list[str], outs: list[str]) -> Outputs:
    """Return each format with the file that it goes to, None for stdout: the n-th file is the n-th format's."""
    chosen = formats or ["text"]
    problems: list[Problem] = []
    for one in chosen:
        if one not in CHECK_FORMATS:
            values: dict[str, object] = {"option": "--format", "value": one, "reason": " | ".join(CHECK_FORMATS)}
            problems.append(Problem("bad_option", values=values))
    if len(outs) > len(chosen):
        problems.append(Problem("more_outs_than_formats", values={"outs": len(outs), "formats": len(chosen)}))
    named = [one for one in outs if one != _STDOUT]
    problems += [Problem("out_twice", values={"path": one}) for one, count in Counter(named).items() if count > 1]
    files = [None if one == _STDOUT else Path(one) for one in outs] + [None] * (len(chosen) - len(outs))
    if sum(1 for file in files if file is None) > 1:
        problems.append(Problem("formats_share_stdout"))
    if problems:
        raise ConfigurationError(problems)
    return [(one, file) for one, file in zip(chosen, files, strict=True) if one in CHECK_FORMATS]


def _day(today: str | None) -> date:
    """Return the day of the run: as given, else that of the clock, which is read here and nowhere else."""
    if today is None:
        return date.today()  # noqa: DTZ011  # the day that the machine's user lives in is meant
    try:
        return date.fromisoformat(today)
    except ValueError:
        values: dict[str, object] = {"option": "--today", "value": today, "reason": "YYYY-MM-DD"}
        raise ConfigurationError([Problem("bad_option", values=values)]) from None


def _over_default(settings: Configuration, name: str, default: _T) -> _T:
    """Return a setting, or what a check takes where it is not configured."""
    value: _T = default if settings.origins[name] == "default" else settings[name]
    return value


def configuration_problems(path: Path) -> list[Problem]:
    """Return what is wrong with a configuration file."""
    try:
        configure({}, path, {})
    except ConfigurationError as error:
        return list(error.problems)
    return []


def _relative(path: Path) -> Path:
    """Return a path as the reports name it: relative to the working directory, where it lies below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path


def _write(report: CheckReport, outputs: Outputs, lang: Lang, *, masked: bool, quiet: bool) -> None:
    for output_format, file in outputs:
        content, left_out = render_check(report, output_format, lang, masked=masked)
        emit(content, file)
        if left_out:
            words = text("note.check_left_out", lang, count=left_out, format=output_format)
            typer.echo(words, err=True)
    if not quiet and all(file is not None or output_format != "text" for output_format, file in outputs):
        typer.echo(CheckWording(report, lang, masked=masked).summary(), err=True)
