"""``collection-guard audit``: judge contact logs."""

from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, cast

import typer

from collection_guard.audit.detection import detector_in_use
from collection_guard.audit.places import REJECTED
from collection_guard.audit.rejected_file import write_rejected
from collection_guard.audit.report import Report
from collection_guard.audit.run import run_audit
from collection_guard.audit.verdict_lines import WHICH, VerdictWriter, Which
from collection_guard.cli import options as o
from collection_guard.cli.exits import (
    INPUT,
    UNASSESSABLE,
    VIOLATIONS,
    Gathering,
    exits,
    first_of,
    say,
)
from collection_guard.cli.given import given_again
from collection_guard.cli.large import LargeAudit, large_audit
from collection_guard.cli.loading import beginning_of, load_basis, load_logs, odd_hours
from collection_guard.cli.output import emit, refuse_shared, show_configuration, terminal
from collection_guard.cli.progress import growing_progress, progress_to
from collection_guard.configuration import Configuration
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.texts import text
from collection_guard.model.whole_files import whole_file
from collection_guard.reports import FORMATS, Format, render, render_quality_csv
from collection_guard.reports.comparison import Earlier, compare, read_previous
from collection_guard.reports.files import Told, check_report_files, write_report_file
from collection_guard.reports.presets import preset_list
from collection_guard.reports.wording import Wording

LIST: Final = "list"
"""In place of the name of a preset: print them all."""

if TYPE_CHECKING:
    from collection_guard.audit.verdict_table import VerdictTable

MARKING: Final = "lexicon"
"""Marks in texts the words on which findings rest, where no detector was asked to decide anything."""

PARQUET: Final = ".parquet"
"""Verdicts whose file is named so are written as a table."""


def audit(
    context: typer.Context,
    logs: Annotated[list[Path] | None, typer.Argument(help=o.help_of("logs"), metavar="LOG...")] = None,
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
    past: o.PastOption = None,
    since: o.SinceOption = None,
    assume_party: o.AssumeOption = None,
    engine: o.EngineOption = None,
    memory: Annotated[str | None, typer.Option(help=o.help_of("memory"), metavar="SIZE", show_default=False)] = None,
    master: Annotated[str | None, typer.Option(help=o.help_of("master"), metavar="URL", show_default=False)] = None,
    detector: o.DetectorOption = None,
    verdicts: Annotated[Path | None, typer.Option(help=o.help_of("verdicts"), metavar="FILE")] = None,
    verdicts_of: Annotated[
        str, typer.Option(help=o.help_of("verdicts_of"), metavar="all|assessed|findings")
    ] = "findings",
    rejected: Annotated[Path | None, typer.Option(help=o.help_of("rejected"), metavar="FILE")] = None,
    quality: Annotated[Path | None, typer.Option(help=o.help_of("quality"), metavar="FILE")] = None,
    report: Annotated[
        list[Path] | None,
        typer.Option(help=o.help_of("report"), metavar="FILE.html|.xlsx", show_default=False),
    ] = None,
    previous: Annotated[
        Path | None, typer.Option(help=o.help_of("previous"), metavar="REPORT.json", show_default=False)
    ] = None,
    output_format: Annotated[str, typer.Option("--format", help=o.help_of("format"), metavar="text|json|csv")] = "text",
    out: Annotated[Path | None, typer.Option(help=o.help_of("out"), metavar="FILE")] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(help=o.help_of("fail_on"), metavar="critical|major|minor|advisory|never", show_default=False),
    ] = None,
    strict: o.StrictOption = None,
    max_rejected: Annotated[
        int | None, typer.Option(help=o.help_of("max_rejected"), metavar="N", min=0, show_default=False)
    ] = None,
    unmasked: o.UnmaskedOption = None,
    show_config: Annotated[bool, typer.Option("--show-config", help=o.help_of("show_config"))] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help=o.help_of("quiet"))] = False,
    lang: o.LangOption = None,
) -> None:
    """Run the command."""
    if preset == LIST:
        emit(preset_list(o.LANG), None)
        return
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
            engine=engine,
            detector=detector,
            fail_on=fail_on,
            strict=strict,
            max_rejected=max_rejected,
            unmasked=unmasked,
            lang=lang,
        )
        for value, known, option in (
            (verdicts_of, tuple(WHICH), "--verdicts-of"),
            (output_format, FORMATS, "--format"),
        ):
            if value not in known:
                values: dict[str, object] = {"option": option, "value": value, "reason": " | ".join(known)}
                raise ConfigurationError([Problem("bad_option", values=values)])
        if show_config:
            show_configuration(settings)
            return
        if not logs:
            raise ConfigurationError([Problem("no_log")])
        files = {"--out": out, "--verdicts": verdicts, "--rejected": rejected, "--quality": quality}
        begin = beginning_of(since, settings["timezone"])
        large = large_audit(
            settings,
            memory,
            master,
            output_format=output_format,
            others={"--quality": quality, "--rejected": rejected, "--report": report, "--previous": previous},
            verdicts=verdicts,
            which=cast("Which", verdicts_of),
        )
        read = [
            *logs,
            *(past or ()),
            *([previous] if previous is not None else []),
            *(Path(settings[name]) for name in ("registry", "cases") if settings[name] is not None),
        ]
        shared = [(name, path) for name, path in files.items() if path is not None]
        refuse_shared([*shared, *(("--report", path) for path in report or ())], read)
        check_report_files(report or [])
        earlier = None if previous is None else read_previous(previous)
    if large is not None:
        _run_large(large, logs, past or [], begin, settings, cast("Format", output_format), out, quiet=quiet)
    _run(
        context,
        logs,
        past or [],
        begin,
        settings,
        verdicts,
        cast("Which", verdicts_of),
        rejected,
        quality,
        report or [],
        earlier,
        cast("Format", output_format),
        out,
        quiet=quiet,
    )


def _run_large(
    large: LargeAudit,
    logs: list[Path],
    past: list[Path],
    since: datetime | None,
    settings: Configuration,
    output_format: Format,
    out: Path | None,
    *,
    quiet: bool,
) -> None:
    lang, masked = settings.lang, not settings["unmasked"]
    gathering = Gathering()
    basis = load_basis(settings, gathering, keep_profiles=large.memory is not None)
    gathering.settle(lang)
    assert basis is not None  # noqa: S101  # the gathering has settled
    with (
        exits(lang),
        growing_progress(lang, quiet=quiet) as progress,
        writing(large.verdicts[0] if large.verdicts else None),
    ):
        report = large.report(logs, past, since, basis, progress)
    _say_unheard(report, settings, output_format, out, quiet=quiet)
    with exits(lang):
        emit(render(report, output_format, lang, masked=masked, color=terminal(out)), out)
    raise typer.Exit(exit_code(report, settings))


def _say_unheard(
    report: Report, settings: Configuration, output_format: Format, out: Path | None, *, quiet: bool
) -> None:
    """Say on stderr that a detector found no text, where the report on the terminal does not."""
    unheard = Wording(report, settings.lang, masked=not settings["unmasked"]).nothing_to_hear()
    if unheard is not None and (output_format != "text" or out is not None) and not quiet:
        typer.echo(unheard, err=True)


def _run(
    context: typer.Context,
    logs: list[Path],
    past: list[Path],
    since: datetime | None,
    settings: Configuration,
    verdicts: Path | None,
    verdicts_of: Which,
    rejected: Path | None,
    quality: Path | None,
    report_files: list[Path],
    earlier: Earlier | None,
    output_format: Format,
    out: Path | None,
    *,
    quiet: bool,
) -> None:
    lang, masked = settings.lang, not settings["unmasked"]
    gathering = Gathering()
    basis = load_basis(settings, gathering)
    intake = gathering.attempt(lambda: load_logs(logs, settings, dict(basis.profiles) if basis else {}, past, since))
    gathering.settle(lang)
    assert basis is not None  # noqa: S101  # the gathering has settled
    assert intake is not None  # noqa: S101  # as above
    with exits(lang), progress_to(len(intake.contacts) + len(intake.past), lang, quiet=quiet) as progress:
        if verdicts is None:
            report = run_audit(intake, basis, None, progress)
        elif verdicts.suffix == PARQUET:
            table = verdict_table(verdicts_of)
            report = run_audit(intake, basis, table, progress)
            with writing(verdicts):
                table.write(verdicts)
        else:
            with writing(verdicts), whole_file(verdicts) as file:
                report = run_audit(intake, basis, VerdictWriter(file, verdicts_of), progress)
    odd = odd_hours(intake, settings["timezone"], lang)
    if odd is not None and not quiet:
        typer.echo(odd, err=True)
    _say_unheard(report, settings, output_format, out, quiet=quiet)
    if report.engine_note and not quiet:
        typer.echo(text(f"note.{report.engine_note}", lang), err=True)
    with exits(lang):
        again = given_again(context, "explain")
        comparison = None if earlier is None else compare(report, earlier)
        shown = render(
            report, output_format, lang, masked=masked, color=terminal(out), read_with=again, comparison=comparison
        )
        emit(shown, out)
        if quality is not None:
            emit(render_quality_csv(report, lang, masked=masked), quality)
        if report_files:
            told = Told(report, lang, masked, basis.detector or detector_in_use(MARKING)[0], comparison)
            for target in report_files:
                with writing(target):
                    write_report_file(told, target)
    if intake.rejected:
        path = rejected or Path(Path(intake.files[0].path).stem + REJECTED)
        with exits(lang), writing(path):
            write_rejected(path, intake.rejected, lang, masked=masked)
        if not quiet:
            typer.echo(text("note.rejected", lang, count=len(intake.rejected), path=str(path)), err=True)
    code = exit_code(report, settings)
    if _too_many_rejected(report, settings):
        say(Problem("too_many_rejected", values={"count": len(intake.rejected), "rows": intake.rows_read}), lang)
    raise typer.Exit(code)


def verdict_table(which: Which) -> "VerdictTable":
    """Return a table that gathers verdicts for Parquet; raise ConfigurationError where polars is absent."""
    if find_spec("polars") is None:
        raise ConfigurationError([Problem("verdict_table_needs_extra")])
    table: VerdictTable = import_module("collection_guard.audit.verdict_table").VerdictTable(which)
    return table


class writing:  # noqa: N801  # reads as a phrase: with writing(path)
    """Turn a file that cannot be written into a problem that says so."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Raise ConfigurationError in place of an error of the operating system."""
        if isinstance(error, OSError):
            values: dict[str, object] = {
                "path": str(self._path or error.filename),
                "reason": error.strerror or str(error),
            }
            raise ConfigurationError([Problem("output_unwritable", values=values)]) from error


def _too_many_rejected(report: Report, settings: Configuration) -> bool:
    limit = settings["max_rejected"]
    refused = len(report.intake.rejected)
    # A log of which nothing could be read is unreadable, whatever share may be rejected.
    return (limit is not None and refused > limit) or bool(refused and not report.contacts and not report.intake.past)


def exit_code(report: Report, settings: Configuration) -> int:
    """Return the exit code of an audit."""
    codes: set[int] = set()
    if settings["fail_on"] != "never" and report.violations_at_or_above(settings["fail_on"]):
        codes.add(VIOLATIONS)
    # A decision log that is not as it was written is an input that cannot be read whole: whoever takes a line out of it
    # must not be told that all is well.
    if _too_many_rejected(report, settings) or report.intake.broken:
        codes.add(INPUT)
    if settings["strict"] and report.total.unassessable:
        codes.add(UNASSESSABLE)
    return first_of(codes)
