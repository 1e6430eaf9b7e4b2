"""``collection-guard signals``: what a text says."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from collection_guard.cli import options as o
from collection_guard.cli.exits import INPUT, exits, missing_file, say
from collection_guard.facts.content.loading import load_detector
from collection_guard.facts.content.reading import ExplainingDetector, Explanation, Reading
from collection_guard.model.problems import Problem
from collection_guard.model.texts import Lang, text


def signals(
    file: Annotated[str, typer.Argument(help=o.help_of("signals_file"), metavar="FILE|-")] = "-",
    explain: Annotated[bool, typer.Option("--explain", help=o.help_of("signals_explain"))] = False,
    channel: Annotated[str | None, typer.Option(help=o.help_of("signals_channel"), metavar="KIND")] = None,
    detector: o.DetectorOption = None,
    config: o.ConfigOption = None,
    lang: o.LangOption = None,
) -> None:
    """Read texts, or JSON lines {id, text, channel}, and say what each says; exit 4 if a line is neither."""
    with exits(o.LANG):
        settings = o.configuration(config, detector=detector, lang=lang)
        found = load_detector(settings["detector"] if settings["detector"] != "none" else None)
        lines = _lines(file)
    bad = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        item = _item(line, file, number, channel)
        if isinstance(item, Problem):
            bad += 1
            say(item, settings.lang)
        elif explain and isinstance(found, ExplainingDetector):
            _print_explanation(item, found.explain(item["text"], item["channel"]), settings.lang)
        else:
            answer = _answer(item, found.read(item["text"], item["channel"]))
            typer.echo(json.dumps(answer, ensure_ascii=False))
    if bad:
        raise typer.Exit(INPUT)


def _lines(file: str) -> list[str]:
    if file == "-":
        content = sys.stdin.buffer.read()
    else:
        path = Path(file)
        if not path.is_file():
            raise missing_file(path)
        content = path.read_bytes()
    # Only these end a line: a text may hold any other separator that Python would split at.
    return content.decode("utf-8-sig", "replace").replace("\r\n", "\n").split("\n")


def _item(line: str, file: str, number: int, channel: str | None) -> dict[str, Any] | Problem:
    """Return one text with its id and kind: from a JSON object, else the line itself is the text."""
    if not line.lstrip().startswith("{"):
        return {"id": str(number), "text": line, "channel": channel}
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Problem("signals_json", file=file, line=number, values={"reason": str(error)})
    kind = data.get("channel", channel)
    if not isinstance(data.get("text"), str) or not (kind is None or isinstance(kind, str)):
        return Problem("signals_shape", file=file, line=number)
    return {"id": data.get("id", str(number)), "text": data["text"], "channel": kind}


def _answer(item: dict[str, Any], reading: Reading) -> dict[str, Any]:
    return {
        "id": item["id"],
        "signals": dict(reading.signals),
        "law_firm": reading.law_firm,
        "spans": {name: [span.text for span in spans] for name, spans in reading.spans.items() if spans},
        "detector": f"{reading.detector} {reading.version}",
    }


def _print_explanation(item: dict[str, Any], explanation: Explanation, lang: Lang) -> None:
    typer.echo(f"{item['id']}: {item['text']}")
    said = [name for name, holds in explanation.reading.signals.items() if holds]
    typer.echo("  " + text("signals.said", lang, names=", ".join(said) or text("signals.nothing", lang)))
    for firm in explanation.reading.law_firms:
        typer.echo("  " + text("signals.firm", lang, name=firm))
    for step in explanation.steps:
        mark = text("signals.fired" if step.fired else "signals.silent", lang)
        words = f"「{step.span.text}」" if step.span else ""
        plain = step.fired and not step.by
        why = "" if plain else " — " + text(f"signals.why.{step.code}", lang, by=step.by or "")
        typer.echo(f"  {mark} {step.entry} ({', '.join(step.signals) or step.act}) {words}{why}")
