"""``collection-guard registry``: work on the partner registry."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from collection_guard.checks.near_names import near_names
from collection_guard.checks.registry_difference import compare_registries
from collection_guard.checks.registry_doubts import examine
from collection_guard.cli import options as o
from collection_guard.cli.exits import INPUT, Gathering, exits, missing_file
from collection_guard.cli.loading import load_registry
from collection_guard.cli.output import emit
from collection_guard.cli.rule_checks import known_format
from collection_guard.configuration import check_value
from collection_guard.facts.partner_lists import read_registry
from collection_guard.facts.registry import RegistryIndex
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.registry import RegistryData
from collection_guard.reports.registry import (
    REGISTRY_FORMATS,
    LookedUp,
    difference_json,
    difference_lines,
    examined_json,
    examined_lines,
    examined_summary,
    lookup_json,
    lookup_lines,
)

app = typer.Typer(help=o.help_of("registry_commands"), no_args_is_help=True, rich_markup_mode=None)
FormatOption = Annotated[str, typer.Option("--format", help=o.help_of("format"), metavar="|".join(REGISTRY_FORMATS))]
OutOption = Annotated[Path | None, typer.Option(help=o.help_of("out"), metavar="FILE")]


@app.callback()
def registry_commands() -> None:
    """Work on the partner registry."""


@app.command("lookup", help=o.help_of("registry_lookup"))
def lookup(
    name: Annotated[str, typer.Argument(help=o.help_of("lookup_name"), metavar="NAME")],
    on: Annotated[str, typer.Option(help=o.help_of("lookup_on"), metavar="DATE")],
    category: Annotated[str | None, typer.Option(help=o.help_of("lookup_category"), metavar="CATEGORY")] = None,
    registry: o.RegistryOption = None,
    config: o.ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help=o.help_of("as_json"))] = False,
    unmasked: o.UnmaskedOption = None,
    lang: o.LangOption = None,
) -> None:
    """Say whether a name was listed on a date, and why what looks like it is not the same."""
    with exits(o.LANG):
        settings = o.configuration(config, registry=registry, unmasked=unmasked, lang=lang)
        day = _day(on)
        data = load_registry(settings)
        if data is None:
            raise ConfigurationError([Problem("no_registry")])
        index = RegistryIndex(data)
        categories = [check_category(category, index)] if category else list(index.categories())
    answers = [_look_up(index, name, one, day) for one in categories]
    masked = not settings["unmasked"]
    if as_json:
        emit(lookup_json(answers, masked=masked), None)
    else:
        emit("".join(f"{line}\n" for line in lookup_lines(answers, settings.lang, masked=masked)), None)


def _look_up(index: RegistryIndex, name: str, category: str, day: date) -> LookedUp:
    listed = index.listed(name, category, day)
    return LookedUp(
        name,
        category,
        day,
        listed,
        index.periods(name, category),
        () if listed else near_names(index, name, category, day),
        tuple(hint for hint in index.hints(name, category) if hint != name),
        index.known_from if listed is None and index.known_from is not None and day < index.known_from else None,
    )


def check_category(category: str, index: RegistryIndex) -> str:
    """Return a category of the registry; raise ConfigurationError if it has none of that name."""
    known = index.categories()
    if category not in known:
        values: dict[str, object] = {"option": "--category", "value": category, "reason": " | ".join(known)}
        raise ConfigurationError([Problem("bad_option", values=values)])
    return category


def _day(on: str) -> date:
    day: date = check_value("history_complete_from", on, "--on")
    return day


@app.command("diff", help=o.help_of("registry_diff"))
def diff(
    old: Annotated[Path, typer.Argument(help=o.help_of("registry_old"), metavar="OLD")],
    new: Annotated[Path, typer.Argument(help=o.help_of("registry_new"), metavar="NEW")],
    output_format: FormatOption = "text",
    out: OutOption = None,
    config: o.ConfigOption = None,
    unmasked: o.UnmaskedOption = None,
    lang: o.LangOption = None,
) -> None:
    """Compare two registries."""
    with exits(o.LANG):
        settings = o.configuration(config, unmasked=unmasked, lang=lang)
        known_format(output_format, REGISTRY_FORMATS)
    gathering = Gathering()
    before = gathering.attempt(lambda: _read(old))
    after = gathering.attempt(lambda: _read(new))
    gathering.settle(settings.lang)
    assert before is not None  # noqa: S101  # the gathering has settled
    assert after is not None  # noqa: S101  # as above
    found, masked = compare_registries(before, after), not settings["unmasked"]
    with exits(settings.lang):
        if output_format == "json":
            emit(difference_json(found, masked=masked), out)
        else:
            emit("".join(f"{line}\n" for line in difference_lines(found, settings.lang, masked=masked)), out)


def _read(path: Path) -> RegistryData:
    if not path.exists():
        raise missing_file(path)
    return read_registry(path)


@app.command("validate", help=o.help_of("registry_validate"))
def validate(
    paths: Annotated[list[Path] | None, typer.Argument(help=o.help_of("registry_paths"), metavar="[PATH]...")] = None,
    strict: Annotated[bool, typer.Option("--strict", help=o.help_of("registry_strict"))] = False,
    output_format: FormatOption = "text",
    out: OutOption = None,
    config: o.ConfigOption = None,
    lang: o.LangOption = None,
) -> None:
    """Check registries; exit 4 if one of them cannot be used."""
    with exits(o.LANG):
        settings = o.configuration(config, lang=lang)
        known_format(output_format, REGISTRY_FORMATS)
        if not paths and settings["registry"] is None:
            raise ConfigurationError([Problem("no_registry")])
    examined = [examine(path) for path in paths or [Path(settings["registry"])]]
    with exits(settings.lang):
        if output_format == "json":
            emit(examined_json(examined), out)
        else:
            emit("".join(f"{line}\n" for line in examined_lines(examined, settings.lang)), out)
    for one in examined:
        typer.echo(examined_summary(one, settings.lang), err=True)
    if any(one.problems or (strict and one.doubts) for one in examined):
        raise typer.Exit(INPUT)
