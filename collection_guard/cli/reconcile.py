"""``collection-guard reconcile``: hold notes against telephone records and recordings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, cast

import typer

from collection_guard.audit.presets.choice import check_preset
from collection_guard.audit.reading import read_logs
from collection_guard.audit.rejected_file import write_rejected
from collection_guard.audit.taken import Intake, Rejected
from collection_guard.cli import options as o
from collection_guard.cli.audit import writing
from collection_guard.cli.exits import INPUT, VIOLATIONS, Gathering, exits, first_of, missing_file, say
from collection_guard.cli.loading import load_profiles
from collection_guard.cli.output import emit, terminal
from collection_guard.configuration import SEVERITY_WORDS, Configuration
from collection_guard.language.schema import Severity
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.profile import CaseProfile
from collection_guard.model.texts import text
from collection_guard.reconciliation.allowed import AllowList, read_collectors, read_own_numbers
from collection_guard.reconciliation.findings import parse_severities
from collection_guard.reconciliation.matching import Tolerances
from collection_guard.reconciliation.recordings import RecordingIntake, read_recordings
from collection_guard.reconciliation.run import Reconciliation, Terms, reconcile
from collection_guard.reports import FORMATS, Format
from collection_guard.reports.reconciliations import render_reconciliation

FAIL_ON: Final = "major"
_REJECTED: Final = Path("reconcile.rejected.csv")
_USUAL: Final = Tolerances()


def reconcile_command(
    notes: Annotated[list[Path] | None, typer.Option(help=o.help_of("notes"), metavar="FILE")] = None,
    calls: Annotated[list[Path] | None, typer.Option(help=o.help_of("calls"), metavar="FILE")] = None,
    recordings: Annotated[list[Path] | None, typer.Option(help=o.help_of("recordings"), metavar="FILE|FOLDER")] = None,
    own_numbers: Annotated[Path | None, typer.Option(help=o.help_of("own_numbers"), metavar="FILE")] = None,
    collectors: Annotated[Path | None, typer.Option(help=o.help_of("collectors"), metavar="FILE")] = None,
    cases: o.CasesOption = None,
    notes_map: Annotated[list[str] | None, typer.Option(help=o.help_of("notes_map"), metavar="[PATTERN=]FILE")] = None,
    calls_map: Annotated[list[str] | None, typer.Option(help=o.help_of("calls_map"), metavar="[PATTERN=]FILE")] = None,
    notes_preset: Annotated[
        str | None, typer.Option(help=o.help_of("notes_preset"), metavar="NAME", show_default=False)
    ] = None,
    calls_preset: Annotated[
        str | None, typer.Option(help=o.help_of("calls_preset"), metavar="NAME", show_default=False)
    ] = None,
    config: o.ConfigOption = None,
    timezone: o.TimezoneOption = None,
    country: o.CountryOption = None,
    fold: o.FoldOption = None,
    encoding: o.EncodingOption = None,
    tolerance: Annotated[
        float, typer.Option(help=o.help_of("tolerance"), metavar="SECONDS", min=1, show_default=False)
    ] = _USUAL.time,
    duration_tolerance: Annotated[
        float, typer.Option(help=o.help_of("duration_tolerance"), metavar="SECONDS", min=0, show_default=False)
    ] = _USUAL.duration,
    leg_seconds: Annotated[
        float, typer.Option(help=o.help_of("leg_seconds"), metavar="SECONDS", min=0, show_default=False)
    ] = _USUAL.legs,
    skew_limit: Annotated[
        float, typer.Option(help=o.help_of("skew_limit"), metavar="SECONDS", min=0, show_default=False)
    ] = _USUAL.skew,
    first: Annotated[
        str | None, typer.Option("--from", help=o.help_of("reconcile_from"), metavar="DATE", show_default=False)
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", help=o.help_of("reconcile_to"), metavar="DATE", show_default=False)
    ] = None,
    severity: Annotated[
        list[str] | None, typer.Option(help=o.help_of("severity"), metavar="KIND=SEVERITY|off", show_default=False)
    ] = None,
    rejected: Annotated[Path | None, typer.Option(help=o.help_of("reconcile_rejected"), metavar="FILE")] = None,
    output_format: Annotated[str, typer.Option("--format", help=o.help_of("format"), metavar="text|json|csv")] = "text",
    out: Annotated[Path | None, typer.Option(help=o.help_of("out"), metavar="FILE")] = None,
    fail_on: Annotated[
        str,
        typer.Option(
            help=o.help_of("reconcile_fail_on"), metavar="critical|major|minor|advisory|never", show_default=False
        ),
    ] = FAIL_ON,
    max_rejected: Annotated[
        int | None, typer.Option(help=o.help_of("max_rejected"), metavar="N", min=0, show_default=False)
    ] = None,
    unmasked: o.UnmaskedOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", help=o.help_of("quiet"))] = False,
    lang: o.LangOption = None,
) -> None:
    """Run the command."""
    with exits(o.LANG):
        settings = o.configuration(
            config,
            cases=cases,
            timezone=timezone,
            country=country,
            fold=fold,
            encoding=encoding,
            max_rejected=max_rejected,
            unmasked=unmasked,
            lang=lang,
        )
        for value, known, option in ((output_format, FORMATS, "--format"), (fail_on, SEVERITY_WORDS, "--fail-on")):
            if value not in known:
                values: dict[str, object] = {"option": option, "value": value, "reason": " | ".join(known)}
                raise ConfigurationError([Problem("bad_option", values=values)])
        for preset in (notes_preset, calls_preset):
            check_preset(preset)
        terms = Terms(
            Tolerances(tolerance, duration_tolerance, leg_seconds, skew_limit),
            parse_severities(severity or []),
            settings["country"],
            settings["timezone"],
            o.day_of(first, "--from"),
            o.day_of(last, "--to"),
        )
    with exits(settings.lang):
        missing = [side for side, given in (("notes", notes), ("calls", calls)) if not given]
        if missing:
            names = {side: text(f"reconcile.{side}", settings.lang).lower() for side in missing}
            raise ConfigurationError(
                Problem("reconcile_missing_side", values={"side": names[side]}) for side in missing
            )
    sides = _Side(notes or [], notes_map, notes_preset), _Side(calls or [], calls_map, calls_preset)
    result = _reconciled(sides, recordings or [], own_numbers, collectors, settings, terms)
    _report(result, settings, rejected, cast("Format", output_format), out, fail_on, quiet=quiet)


@dataclass(frozen=True, slots=True)
class _Side:
    """The files of one side, and how they are to be read."""

    paths: Sequence[Path]
    maps: Sequence[str] | None
    preset: str | None

    def read(self, settings: Configuration, profiles: Mapping[str, CaseProfile], no_logs: Iterable[Path]) -> Intake:
        """Read the files; of a folder, what is no file of the other side."""
        return read_logs(
            self.paths,
            timezone=settings["timezone"],
            fold=settings["fold"],
            map_file=self.maps,
            encoding=settings["encoding"],
            country=settings["country"],
            profiles=profiles,
            preset=self.preset,
            no_logs=no_logs,
        )


def _reconciled(
    sides: tuple[_Side, _Side],
    recordings: Sequence[Path],
    own_numbers: Path | None,
    collectors: Path | None,
    settings: Configuration,
    terms: Terms,
) -> Reconciliation:
    """Read all sides, so that everything that is wrong with any of them is said at once, and compare them."""
    gathering = Gathering()
    profiles = gathering.attempt(lambda: load_profiles(settings)) or {}
    notes, calls = sides
    cases = Path(settings["cases"]) if settings["cases"] else None
    beside = [*recordings, *(path for path in (own_numbers, collectors, cases) if path is not None)]
    noted = gathering.attempt(lambda: notes.read(settings, profiles, [*beside, *calls.paths]))
    called = gathering.attempt(lambda: calls.read(settings, profiles, [*beside, *notes.paths]))
    recorded = gathering.attempt(lambda: _recordings(recordings, settings))
    numbers = gathering.attempt(lambda: _list(own_numbers, settings, numbers=True))
    people = gathering.attempt(lambda: _list(collectors, settings, numbers=False))
    gathering.settle(settings.lang)
    assert noted is not None  # noqa: S101  # the gathering has settled
    assert called is not None  # noqa: S101  # as above
    return reconcile(noted, called, recorded, terms, own_numbers=numbers, collectors=people)


def _recordings(paths: Sequence[Path], settings: Configuration) -> RecordingIntake | None:
    if not paths:
        return None
    return read_recordings(paths, timezone=settings["timezone"], fold=settings["fold"], encoding=settings["encoding"])


def _list(path: Path | None, settings: Configuration, *, numbers: bool) -> AllowList | None:
    if path is None:
        return None
    if not path.exists():
        raise missing_file(path)
    if numbers:
        return read_own_numbers(path, settings["country"], encoding=settings["encoding"])
    return read_collectors(path, encoding=settings["encoding"])


def _report(
    result: Reconciliation,
    settings: Configuration,
    rejected: Path | None,
    output_format: Format,
    out: Path | None,
    fail_on: str,
    *,
    quiet: bool,
) -> None:
    lang, masked = settings.lang, not settings["unmasked"]
    recordings = result.recordings.rejected if result.recordings is not None else ()
    refused: list[Rejected] = [*result.notes.rejected, *result.calls.rejected, *recordings]
    if refused:
        path = rejected or _REJECTED
        with exits(lang), writing(path):
            write_rejected(path, refused, lang, masked=masked)
        if not quiet:
            typer.echo(text("note.rejected", lang, count=len(refused), path=str(path)), err=True)
    with exits(lang):
        emit(render_reconciliation(result, output_format, lang, masked=masked, color=terminal(out)), out)
    code = _exit_code(result, settings, len(refused), fail_on)
    if code == INPUT:
        rows = result.notes.rows_read + result.calls.rows_read
        rows += result.recordings.rows_read if result.recordings is not None else 0
        say(Problem("too_many_rejected", values={"count": len(refused), "rows": rows}), lang)
    raise typer.Exit(code)


def _exit_code(result: Reconciliation, settings: Configuration, refused: int, fail_on: str) -> int:
    codes: set[int] = set()
    if fail_on != "never" and result.at_or_above(cast("Severity", fail_on)):
        codes.add(VIOLATIONS)
    limit = settings["max_rejected"]
    # A side of which nothing could be read is unreadable, whatever share may be rejected.
    unread = any(intake.rejected and not intake.contacts for intake in (result.notes, result.calls))
    if (limit is not None and refused > limit) or unread:
        codes.add(INPUT)
    return first_of(codes)
