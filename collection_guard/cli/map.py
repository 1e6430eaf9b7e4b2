"""``collection-guard map``: work on mapping files."""

from pathlib import Path
from typing import Annotated

import typer

from collection_guard.audit.suggestion import suggest as suggestion
from collection_guard.cli import options as o
from collection_guard.cli.exits import exits
from collection_guard.cli.output import emit, terminal_width
from collection_guard.reports.suggested_map import render_map

app = typer.Typer(help=o.help_of("map_commands"), no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def map_commands() -> None:
    """Keep ``suggest`` a command of its own, though it is the only one."""


@app.command("suggest", help=o.help_of("map_suggest"))
def suggest(
    log: Annotated[Path, typer.Argument(help=o.help_of("one_log"), metavar="LOG")],
    sheet: Annotated[str | None, typer.Option(help=o.help_of("sheet"), metavar="NAME", show_default=False)] = None,
    out: Annotated[Path | None, typer.Option(help=o.help_of("out"), metavar="FILE")] = None,
    encoding: o.EncodingOption = None,
    config: o.ConfigOption = None,
    unmasked: o.UnmaskedOption = None,
    lang: o.LangOption = None,
) -> None:
    """Run the command."""
    with exits(o.LANG):
        settings = o.configuration(config, encoding=encoding, unmasked=unmasked, lang=lang)
    with exits(settings.lang):
        found = suggestion(log, encoding=settings["encoding"], sheet=sheet)
        width = None if out is not None else terminal_width()
        emit(render_map(found, settings.lang, masked=not settings["unmasked"], width=width), out)
