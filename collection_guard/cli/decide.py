"""``collection-guard decide``: one attempt as JSON in, one decision as JSON out."""

import json
import sys
from typing import Annotated, Any

import typer

from collection_guard.cli import options as o
from collection_guard.cli.exits import VIOLATIONS, exits
from collection_guard.cli.output import emit
from collection_guard.configuration import Configuration
from collection_guard.model.problems import EventError, Problem
from collection_guard.online import Guard


def decide(
    store: Annotated[str | None, typer.Option(help=o.help_of("serve_store"), metavar="memory|FILE|URL")] = None,
    mode: Annotated[str | None, typer.Option(help=o.help_of("serve_mode"), metavar="enforce|shadow")] = None,
    rules: o.RulesOption = None,
    param: o.ParamOption = None,
    registry: o.RegistryOption = None,
    cases: o.CasesOption = None,
    timezone: o.TimezoneOption = None,
    country: o.CountryOption = None,
    detector: o.DetectorOption = None,
    config: o.ConfigOption = None,
    lang: o.LangOption = None,
) -> None:
    """Decide on the attempt on stdin; exit 0 for allow, 1 for deny or review."""

    def configuration() -> Configuration:
        return o.configuration(
            config,
            store=store,
            mode=mode,
            rules=rules,
            param=param,
            registry=registry,
            cases=cases,
            timezone=timezone,
            country=country,
            detector=detector,
            lang=lang,
        )

    with exits(o.LANG):
        settings = configuration()
    with exits(settings.lang), Guard.open(configuration) as guard:
        decision = guard.check(_attempt(sys.stdin.buffer.read()))
        emit(decision.model_dump_json(indent=2) + "\n", None)
    if decision.decision != "allow":
        raise typer.Exit(VIOLATIONS)


def _attempt(given: bytes) -> dict[str, Any]:
    try:
        said = json.loads(given)
    except (ValueError, RecursionError) as error:
        raise EventError([Problem("attempt_json", "-", values={"cause": str(error)})]) from None
    if not isinstance(said, dict):
        raise EventError([Problem("attempt_json", "-", values={"cause": type(said).__name__})])
    return said
