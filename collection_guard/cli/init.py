"""``collection-guard init``: a configured starting folder, asked for or named by options."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import pytz
import typer

from collection_guard.audit.suggestion import suggest
from collection_guard.audit.taken import Intake
from collection_guard.cli import options as o
from collection_guard.cli.exits import INPUT, USAGE, exits, missing_file, say
from collection_guard.cli.loading import load_logs, odd_hours
from collection_guard.configuration import DEFAULTS, Configuration, check_value
from collection_guard.facts.partner_lists import read_registry
from collection_guard.model.problems import ConfigurationError, InputError, Problem
from collection_guard.model.texts import Lang, language_of_environment, nearest, text
from collection_guard.reports.suggested_map import proposed_map
from collection_guard.starting import MAPPING, Start, commands, lay_out, seen_in

HOME: Final = "CN"
_SHOWN: Final = 12
"""Zones of a country that are named; more would hide the message."""
_T = TypeVar("_T")
FolderArgument = Annotated[Path, typer.Argument(help=o.help_of("init_folder"), metavar="[FOLDER]", show_default=False)]


def init(
    folder: Annotated[
        Path, typer.Argument(help=o.help_of("init_folder"), metavar="[FOLDER]", show_default=False)
    ] = Path(),
    ci: Annotated[bool, typer.Option("--ci", help=o.help_of("init_ci"))] = False,
    country: o.CountryOption = None,
    timezone: o.TimezoneOption = None,
    registry: o.RegistryOption = None,
    log: Annotated[Path | None, typer.Option(help=o.help_of("init_log"), metavar="FILE", show_default=False)] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help=o.help_of("init_overwrite"))] = False,
    lang: o.LangOption = None,
) -> None:
    """Run the command."""
    with exits(o.LANG):
        language: Lang = check_value("lang", lang, "--lang") or language_of_environment()
    asking = _Asking(language)
    with exits(language):
        start = asking.start(folder, country, timezone, registry, log, ci=ci)
    intake, refused = _read(start)
    if intake is not None:
        start = replace(start, seen=seen_in(intake, language))
    start = replace(start, mapping=_proposed(start, intake))
    with exits(language):
        fates = lay_out(start, overwrite=overwrite)
    typer.echo(text("init.folder", language, folder=str(folder)))
    for name, fate in fates:
        typer.echo(text(f"init.fate.{fate}", language, name=name))
    if intake is not None:
        _tell(start, intake)
    if refused:
        typer.echo(text("init.log_refused", language), err=True)
    if start.mapping is not None and dict(fates)[MAPPING] in {"written", "replaced"}:
        typer.echo(text("init.proposed", language, path=str(folder / MAPPING)), err=True)
    typer.echo()
    typer.echo(text("init.next", language))
    for command in commands(start, log_is_read=not refused):
        typer.echo(f"  {command}")
    if refused:
        raise typer.Exit(INPUT)


def _read(start: Start) -> tuple[Intake | None, bool]:
    """Return what the log holds, and whether it cannot be read: the folder is made all the same, to mend it in."""
    if start.log is None:
        return None, False
    values: dict[str, Any] = DEFAULTS | {"timezone": start.timezone, "country": start.country}
    try:
        return load_logs([start.log], Configuration(values, dict.fromkeys(values, "default")), {}), False
    except InputError as error:
        for problem in error.problems:
            say(problem, start.lang)
        return None, True


def _proposed(start: Start, intake: Intake | None) -> str | None:
    """Return a mapping proposed for a log of which something is not known; None where there is nothing to propose."""
    if start.log is None or (intake is not None and not _leaves_open(intake)):
        return None
    try:
        return proposed_map(suggest(start.log), start.lang)
    except InputError:
        return None  # what keeps the log from being read was said already


def _leaves_open(intake: Intake) -> bool:
    sheets = [sheet for file in intake.files for sheet in file.sheets]
    return bool(intake.unmapped) or any(sheet.unmapped or sheet.ambiguous for sheet in sheets)


def _tell(start: Start, intake: Intake) -> None:
    counts = {"rejected": len(intake.rejected), "aside": len(intake.set_aside), "contacts": len(intake.contacts)}
    typer.echo(text("init.log_read", start.lang, log=str(start.log), rows=intake.rows_read, **counts), err=True)
    for rejected in intake.rejected[:1]:
        # The first one tells what most of them are; the audit lists all of them.
        line = rejected.cause(start.lang)
        hint = rejected.help(start.lang)
        typer.echo(f"{start.log}:{rejected.position.row}: {line}" + (f"; {hint}" if hint else ""), err=True)
    odd = odd_hours(intake, start.timezone, start.lang)
    if odd is not None:
        typer.echo(odd, err=True)


class _Asking:
    """Takes settings from options, asks for the others on a terminal, and elsewhere takes what is usual."""

    def __init__(self, lang: Lang) -> None:
        self._lang = lang
        self._on_terminal = sys.stdin.isatty() and sys.stderr.isatty()

    def start(
        self,
        folder: Path,
        country: str | None,
        timezone: str | None,
        registry: Path | None,
        log: Path | None,
        *,
        ci: bool,
    ) -> Start:
        """Return what the folder is made for; raise ConfigurationError or LogError for what cannot be."""
        if not self._on_terminal:
            return self._told(folder, country, timezone, registry, log, ci=ci)
        try:
            home = self._ask("country", _country(country), _country, HOME)
            zones = _zones_of(home)
            if timezone is None and len(zones) > 1:
                typer.echo(text("init.zones", self._lang, country=home, zones=_named(zones)), err=True)
            zone = self._ask("timezone", _zone(timezone), _zone, zones[0] if len(zones) == 1 or home == HOME else None)
            partners = self._ask("registry", _registry(registry), _registry, "")
            own = self._ask("log", _log(log), _log, "")
        except (typer.Abort, EOFError):
            raise typer.Exit(USAGE) from None
        return Start(folder, self._lang, home, zone, partners, own, ci)

    def _told(
        self,
        folder: Path,
        country: str | None,
        timezone: str | None,
        registry: Path | None,
        log: Path | None,
        *,
        ci: bool,
    ) -> Start:
        problems: list[Problem] = []

        def attempt(step: Callable[[], _T | None]) -> _T | None:
            try:
                return step()
            except InputError as error:
                problems.extend(error.problems)
                return None

        home = attempt(lambda: _country(country or HOME)) or HOME
        zone = attempt(lambda: _zone(timezone) or _only_zone_of(home))
        partners, own = attempt(lambda: _registry(registry)), attempt(lambda: _log(log))
        if problems or zone is None:
            raise ConfigurationError(problems)
        return Start(folder, self._lang, home, zone, partners, own, ci)

    def _ask(self, code: str, given: _T | None, check: Callable[[str], _T | None], default: str | None) -> Any:
        """Return what was given, else ask until the answer can be used."""
        while given is None:
            answer = typer.prompt(
                text(f"init.ask.{code}", self._lang), default=default, err=True, show_default=bool(default)
            ).strip()
            if not answer and default == "":
                return None
            try:
                given = check(answer)
            except InputError as error:
                for problem in error.problems:
                    say(problem, self._lang)
        return given


def _country(written: str | None) -> str | None:
    if written is None:
        return None
    code = written.strip().upper()
    if code not in pytz.country_names:
        near = nearest(written, pytz.country_names.values())
        codes = {name: one for one, name in pytz.country_names.items()}
        values: dict[str, object] = {"option": "--country", "value": written, "nearest": codes.get(near or "")}
        raise ConfigurationError([Problem("bad_country", values=values)])
    return code


def _zone(written: str | None) -> str | None:
    zone: str | None = None if written is None else check_value("timezone", written.strip(), "--timezone")
    return zone


def _zones_of(country: str) -> list[str]:
    zones: list[str] = list(pytz.country_timezones.get(country, []))
    return zones


def _named(zones: list[str]) -> str:
    return ", ".join(zones[:_SHOWN]) + (" …" if len(zones) > _SHOWN else "")


def _only_zone_of(country: str) -> str:
    """Return the zone of a country; where there are several, only that of China is known by law."""
    zones = _zones_of(country)
    if len(zones) == 1 or country == HOME:
        return zones[0]
    raise ConfigurationError([Problem("init_zone", values={"country": country, "zones": _named(zones)})])


def _registry(given: str | Path | None) -> Path | None:
    if given is None:
        return None
    path = Path(given)
    if not path.exists():
        raise missing_file(path)
    read_registry(path)
    return path


def _log(given: str | Path | None) -> Path | None:
    if given is None:
        return None
    path = Path(given)
    if not path.is_file():
        raise missing_file(path)
    return path
