"""``collection-guard signals``: what a text says."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from collection_guard.audit.detection import NO_DETECTOR, detector_named
from collection_guard.audit.texts import GivenText, GivenTexts, kind_named, read_texts, unknown_kind
from collection_guard.cli import options as o
from collection_guard.cli.exits import INPUT, exits, missing_file, say
from collection_guard.configuration import Configuration
from collection_guard.facts.content.reading import Detector, ExplainingDetector, Reading, readings
from collection_guard.model.problems import ConfigurationError, LogError, Problem
from collection_guard.model.tables import bytes_of
from collection_guard.model.texts import text
from collection_guard.reports.signals_text import explained

_STANDARD_INPUT: Final = "-"


def signals(
    file: Annotated[str, typer.Argument(help=o.help_of("signals_file"), metavar="FILE|-")] = _STANDARD_INPUT,
    explain: Annotated[bool, typer.Option("--explain", help=o.help_of("signals_explain"))] = False,
    channel: Annotated[str | None, typer.Option(help=o.help_of("signals_channel"), metavar="KIND")] = None,
    detector: Annotated[
        str | None, typer.Option(help=o.help_of("signals_detector"), metavar="NAME|lexicon:FOLDER")
    ] = None,
    encoding: o.EncodingOption = None,
    config: o.ConfigOption = None,
    lang: o.LangOption = None,
) -> None:
    """Read texts, or JSON with {id, text, channel}, and say what each says; exit 4 if something cannot be read."""
    with exits(o.LANG):
        settings = o.configuration(config, detector=detector, encoding=encoding, lang=lang)
        kind = _kind(channel)
        found = _detector(settings)
        given = read_texts(_bytes(file), file, encoding=settings["encoding"], kind=kind)
    if not given.confirmed:
        typer.echo(text("signals.unconfirmed", settings.lang, encoding=given.encoding), err=True)
    with exits(settings.lang):
        if explain:
            _explain(given, found, settings)
        else:
            every = readings(found, ((item.text, item.kind) for item in given.texts))
            for item, reading in zip(given.texts, every, strict=True):
                typer.echo(json.dumps(_answer(item, reading), ensure_ascii=False))
    for problem in given.problems:
        say(problem, settings.lang)
    if given.problems:
        raise typer.Exit(INPUT)


def _kind(word: str | None) -> str | None:
    kind = None if word is None else kind_named(word)
    if word is not None and kind is None:
        raise ConfigurationError([Problem("signals_kind", subject="--channel", values=unknown_kind(word))])
    return kind


def _detector(settings: Configuration) -> Detector:
    """Return the detector that is named: this command is of no use without one, so that ours is read by without."""
    name = settings["detector"]
    if name == NO_DETECTOR:
        if settings.origins["detector"] == "command line":
            raise ConfigurationError([Problem("signals_need_detector")])
        name = None
    return detector_named(name)


def _bytes(file: str) -> bytes:
    if file == _STANDARD_INPUT:
        return sys.stdin.buffer.read()
    found = bytes_of(Path(file))
    if isinstance(found, Problem):
        raise missing_file(file) if found.code == "file_missing" else LogError([found])
    return found


def _answer(item: GivenText, reading: Reading) -> dict[str, Any]:
    return {
        "id": item.id,
        "signals": dict(reading.signals),
        "law_firm": reading.law_firm,
        "spans": {name: [span.text for span in spans] for name, spans in reading.spans.items() if spans},
        "detector": f"{reading.detector} {reading.version}",
    }


def _explain(given: GivenTexts, detector: Detector, settings: Configuration) -> None:
    if not isinstance(detector, ExplainingDetector):
        raise ConfigurationError([Problem("signals_no_reasons", values={"name": detector.name})])
    for item in given.texts:
        for line in explained(item, detector.explain(item.text, item.kind), detector, settings.lang):
            typer.echo(line)
