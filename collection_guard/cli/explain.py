"""``collection-guard explain``: one event's verdicts, step by step, in words."""

from pathlib import Path
from typing import Annotated, Final

import typer

from collection_guard.cli import options as o
from collection_guard.cli.exits import Gathering, exits
from collection_guard.cli.loading import load_basis, load_logs
from collection_guard.cli.output import emit, show
from collection_guard.cli.rule_checks import known_format
from collection_guard.engines.judge import Judge, in_order
from collection_guard.facts.registry import RegistryIndex
from collection_guard.facts.world import World
from collection_guard.guard.foresight import foresee
from collection_guard.guard.surroundings import surroundings
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.texts import nearest
from collection_guard.reports.explanation import explain as explanation
from collection_guard.reports.explanation_json import render_explanation_json
from collection_guard.reports.foresight import next_lawful
from collection_guard.reports.wording import Speech

_INTERVALS: Final = 3


def explain(
    event_id: Annotated[str, typer.Argument(help=o.help_of("event_id"), metavar="EVENT_ID")],
    logs: Annotated[list[Path], typer.Argument(help=o.help_of("logs"), metavar="LOG...")],
    rule: Annotated[str | None, typer.Option(help=o.help_of("one_rule"), metavar="RULE")] = None,
    registry: o.RegistryOption = None,
    cases: o.CasesOption = None,
    rules: o.RulesOption = None,
    param: o.ParamOption = None,
    config: o.ConfigOption = None,
    timezone: o.TimezoneOption = None,
    country: o.CountryOption = None,
    fold: o.FoldOption = None,
    map_file: o.MapOption = None,
    preset: o.PresetOption = None,
    encoding: o.EncodingOption = None,
    history: o.HistoryOption = None,
    past: o.PastOption = None,
    assume_party: o.AssumeOption = None,
    engine: o.EngineOption = None,
    detector: o.DetectorOption = None,
    output_format: Annotated[str, typer.Option("--format", help=o.help_of("format"), metavar="text|json")] = "text",
    lang: o.LangOption = None,
) -> None:
    """Run the command."""
    with exits(o.LANG):
        known_format(output_format, ("text", "json"))
        settings = o.configuration(
            config,
            registry=registry,
            cases=cases,
            rules=rules,
            param=param,
            timezone=timezone,
            country=country,
            fold=fold,
            map=map_file,
            preset=preset,
            encoding=encoding,
            history=history,
            assume_party=assume_party,
            engine=engine,
            detector=detector,
            lang=lang,
        )
    gathering = Gathering()
    basis = load_basis(settings, gathering)
    intake = gathering.attempt(lambda: load_logs(logs, settings, dict(basis.profiles) if basis else {}, past or ()))
    gathering.settle(settings.lang)
    assert basis is not None  # noqa: S101  # the gathering has settled
    assert intake is not None  # noqa: S101  # as above
    events = in_order(contact.event for contact in (*intake.contacts, *intake.past))
    with exits(settings.lang):
        event = next((one for one in events if one.event_id == event_id), None)
        if event is None:
            near = nearest(event_id, (one.event_id for one in events))
            problems = [Problem("no_such_event", values={"id": event_id, "nearest": near})]
            if intake.rejected:
                problems.append(Problem("event_may_be_rejected", values={"count": len(intake.rejected)}))
            raise ConfigurationError(problems)
        registry_index = RegistryIndex(basis.registry) if basis.registry is not None else None
        world = World(
            basis.settings, basis.profiles, registry_index, basis.detector, events[0].started_at, intake.kept()
        )
        around = surroundings(basis.packs, basis.parameters, world, basis.engine)
        known = {one.id for pack in around.packs for one in pack.rule_sets[-1].rules}
        if rule is not None and rule not in known:
            raise ConfigurationError([Problem("no_such_rule", values={"id": rule, "nearest": nearest(rule, known)})])
        judge = Judge(around.packs, world, basis.engine)
        before = events[: events.index(event)]
        for one in before:
            judge.add(one)
        judged = list(judge.judge(event))
        foresight = foresee(around, event, before, settings["guard"].on_failure, _INTERVALS)
        if output_format == "json":
            emit(render_explanation_json(judged, judge.sheets(), foresight, rule=rule), None)
            return
        speech = Speech(settings.lang, zone=settings["timezone"])
        lines = [*explanation(judged, judge.sheets(), settings.lang, rule=rule), "", *next_lawful(foresight, speech)]
        show(lines)
