"""``collection-guard log``: work on decision logs."""

import json
from pathlib import Path
from typing import Annotated, Final

import typer

from collection_guard.cli import options as o
from collection_guard.cli.exits import INPUT, VIOLATIONS, exits, say
from collection_guard.cli.output import emit
from collection_guard.guard.log.replay import replay as replayed
from collection_guard.model.chain import read_heads
from collection_guard.model.texts import Lang, text
from collection_guard.model.verification import Verification
from collection_guard.model.verification import verify as verified
from collection_guard.online import surroundings_of

app = typer.Typer(help=o.help_of("log_commands"), no_args_is_help=True, rich_markup_mode=None)
_UNREADABLE: Final = frozenset({"log_line_unreadable", "log_absent"})
"""Problems of a log of which nothing can be judged again."""


def _say(found: Verification, lang: Lang) -> None:
    """Print to stderr what a crash cut off, and what shows that the log is not as it was written."""
    for problem in (*found.cut_off, *found.problems):
        say(problem, lang)


FolderArgument = Annotated[Path, typer.Argument(help=o.help_of("log_folder"), metavar="FOLDER|FILE")]


@app.command("verify", help=o.help_of("log_verify"))
def verify(
    folder: FolderArgument,
    heads: Annotated[Path | None, typer.Option(help=o.help_of("log_heads_kept"), metavar="FILE")] = None,
    lang: o.LangOption = None,
) -> None:
    """Say whether a log is as it was written; exit 4 if it is not."""
    with exits(o.LANG):
        settings = o.configuration(None, lang=lang)
    with exits(settings.lang):
        found = verified(folder, None if heads is None else read_heads(heads))
    _say(found, settings.lang)
    if found.problems:
        raise typer.Exit(INPUT)
    whole = found.heads().values()
    lines = sum(head.seq for head in whole)
    emit(text("log.whole", settings.lang, writers=len(whole), lines=lines) + "\n", None)


@app.command("heads", help=o.help_of("log_heads"))
def heads(folder: FolderArgument, lang: o.LangOption = None) -> None:
    """Print the head of every writer as JSON, to be kept elsewhere."""
    with exits(o.LANG):
        settings = o.configuration(None, lang=lang)
    with exits(settings.lang):
        found = verified(folder)
    _say(found, settings.lang)
    if found.problems:
        raise typer.Exit(INPUT)
    shown = {writer: {"seq": head.seq, "hash": head.hash} for writer, head in sorted(found.heads().items())}
    emit(json.dumps(shown, indent=2) + "\n", None)


@app.command("replay", help=o.help_of("log_replay"))
def replay(
    folder: FolderArgument,
    rules: o.RulesOption = None,
    param: o.ParamOption = None,
    timezone: o.TimezoneOption = None,
    country: o.CountryOption = None,
    config: o.ConfigOption = None,
    lang: o.LangOption = None,
) -> None:
    """Judge a log again; exit 4 if it is not as it was written, 1 if a rule says something else than it."""
    with exits(o.LANG):
        settings = o.configuration(config, rules=rules, param=param, timezone=timezone, country=country, lang=lang)
    with exits(settings.lang):
        checked = verified(folder)
        broken = checked.problems
        _say(checked, settings.lang)
        if any(problem.code in _UNREADABLE for problem in broken):
            raise typer.Exit(INPUT)
        found = replayed(folder, surroundings_of(settings))
    lines = [text("log.broken", settings.lang)] if broken else []
    lines += [
        text(
            "log.difference",
            settings.lang,
            kind=one.kind,
            id=one.event_id,
            rule=one.rule,
            logged=" ".join((one.logged[0], *one.logged[1])),
            replayed=" ".join((one.replayed[0], *one.replayed[1])),
        )
        for one in found.differences
    ]
    counted = {"checks": found.checks, "records": found.records, "other": found.other_rules}
    if found.ahead:
        lines.append(text("log.ahead", settings.lang, checks=found.ahead))
    lines.append(text("log.replayed", settings.lang, differences=len(found.differences), **counted))
    emit("\n".join(lines) + "\n", None)
    # What a log that is not as it was written agrees with says nothing of what was done.
    if broken:
        raise typer.Exit(INPUT)
    if found.differences:
        raise typer.Exit(VIOLATIONS)
