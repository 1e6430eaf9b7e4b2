"""``collection-guard registry``: work on the partner registry."""

import json
from datetime import date
from typing import Annotated

import typer

from collection_guard.cli import options as o
from collection_guard.cli.exits import exits
from collection_guard.cli.loading import load_registry
from collection_guard.configuration import check_value
from collection_guard.facts.registry import RegistryIndex
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.texts import text

app = typer.Typer(help=o.help_of("registry_commands"), no_args_is_help=True, rich_markup_mode=None)


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
    lang: o.LangOption = None,
) -> None:
    """Say whether a name was listed on a date, and what looks like it without being it."""
    with exits(o.LANG):
        settings = o.configuration(config, registry=registry, lang=lang)
        day = _day(on)
        data = load_registry(settings)
        if data is None:
            raise ConfigurationError([Problem("no_registry")])
        index = RegistryIndex(data)
        categories = [check_category(category, index)] if category else list(index.categories())
    answers = [(one, index.listed(name, one, day), index.hints(name, one)) for one in categories]
    if as_json:
        keys = ("name", "category", "on", "listed", "similar_but_not_the_same")
        rows = [
            dict(zip(keys, (name, one, day.isoformat(), listed, hints), strict=True)) for one, listed, hints in answers
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for one, listed, hints in answers:
        code = "unknown" if listed is None else "yes" if listed else "no"
        typer.echo(text(f"lookup.{code}", settings.lang, name=name, category=one, on=day.isoformat()))
        similar = [hint for hint in hints if hint != name]
        if listed is not True and similar:
            typer.echo("  " + text("lookup.similar", settings.lang, names="、".join(similar)))


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
