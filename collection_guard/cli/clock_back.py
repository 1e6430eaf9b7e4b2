"""``collection-guard clock-back``: let a guard act again whose clock had jumped ahead and was put right."""

from typing import Annotated

import typer

from collection_guard.cli import options as o
from collection_guard.cli.exits import exits
from collection_guard.cli.output import emit
from collection_guard.configuration import Configuration
from collection_guard.model.texts import text
from collection_guard.online import Guard


def clock_back(
    reason: Annotated[str, typer.Option(help=o.help_of("clock_reason"), metavar="TEXT", show_default=False)],
    by: Annotated[str, typer.Option(help=o.help_of("clock_by"), metavar="NAME", show_default=False)],
    confirmed_by: Annotated[
        str, typer.Option(help=o.help_of("clock_confirmed_by"), metavar="NAME", show_default=False)
    ],
    store: Annotated[str | None, typer.Option(help=o.help_of("serve_store"), metavar="FILE|URL")] = None,
    config: o.ConfigOption = None,
    lang: o.LangOption = None,
) -> None:
    """Set the store of a guard back to now; reason and both names are logged."""

    def configuration() -> Configuration:
        return o.configuration(config, store=store, lang=lang)

    with exits(o.LANG):
        settings = configuration()
    with exits(settings.lang), Guard.open(configuration) as guard:
        done = guard.set_clock_back(reason=reason, by=by, confirmed_by=confirmed_by)
    last = "—" if done.last is None else done.last.isoformat()
    emit(text("clock.set_back", settings.lang, last=last, moved=done.moved) + "\n", None)
