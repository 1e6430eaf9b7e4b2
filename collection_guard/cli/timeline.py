"""``collection-guard timeline``: from a complaint to all contacts of every agency, with their verdicts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from collection_guard.audit.run import Basis
from collection_guard.audit.taken import Intake
from collection_guard.cli import options as o
from collection_guard.cli.exits import Gathering, exits
from collection_guard.cli.given import given_again
from collection_guard.cli.loading import beginning_of, load_basis, load_logs
from collection_guard.cli.output import emit, refuse_shared, terminal
from collection_guard.cli.progress import progress_to
from collection_guard.complaints.selection import DAYS, Complaint
from collection_guard.complaints.timeline import trace
from collection_guard.configuration import Configuration
from collection_guard.facts.numbers import number_key
from collection_guard.model.masking import mask_number, mask_text
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.texts import nearest
from collection_guard.reports.timeline_html import render_timeline_html
from collection_guard.reports.timeline_text import render_timeline_text
from collection_guard.reports.wording import Speech

_PAGE: Final = ".html"


def timeline(
    context: typer.Context,
    logs: Annotated[list[Path] | None, typer.Argument(help=o.help_of("logs"), metavar="LOG...")] = None,
    number: Annotated[
        list[str] | None, typer.Option(help=o.help_of("timeline_number"), metavar="NUMBER", show_default=False)
    ] = None,
    case: Annotated[
        list[str] | None, typer.Option(help=o.help_of("timeline_case"), metavar="CASE", show_default=False)
    ] = None,
    around: Annotated[
        str | None, typer.Option(help=o.help_of("timeline_around"), metavar="DATE", show_default=False)
    ] = None,
    days: Annotated[int, typer.Option(help=o.help_of("timeline_days"), metavar="N", min=0, show_default=False)] = DAYS,
    about: Annotated[
        list[str] | None, typer.Option(help=o.help_of("timeline_about"), metavar="RULE", show_default=False)
    ] = None,
    reference: Annotated[
        str | None, typer.Option(help=o.help_of("timeline_reference"), metavar="TEXT", show_default=False)
    ] = None,
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
    since: o.SinceOption = None,
    assume_party: o.AssumeOption = None,
    engine: o.EngineOption = None,
    detector: o.DetectorOption = None,
    report: Annotated[
        Path | None, typer.Option(help=o.help_of("timeline_report"), metavar="FILE.html", show_default=False)
    ] = None,
    out: Annotated[Path | None, typer.Option(help=o.help_of("out"), metavar="FILE")] = None,
    unmasked: o.UnmaskedOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", help=o.help_of("quiet"))] = False,
    lang: o.LangOption = None,
) -> None:
    """Run the command."""
    with exits(o.LANG):
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
            unmasked=unmasked,
            lang=lang,
        )
    with exits(settings.lang):
        complaint = Complaint(
            tuple(number or ()),
            tuple(case or ()),
            o.day_of(around, "--around"),
            days,
            tuple(dict.fromkeys(about or ())),
            reference,
        )
        _refuse(logs or (), complaint, settings, report)
        files = {"--out": out, "--report": report}
        begin = beginning_of(since, settings["timezone"])
        read = [*(logs or ()), *(past or ())]
        read += [Path(settings[name]) for name in ("registry", "cases") if settings[name] is not None]
        refuse_shared([(name, path) for name, path in files.items() if path is not None], read)
    gathering = Gathering()
    basis = load_basis(settings, gathering)
    profiles = dict(basis.profiles) if basis is not None else {}
    intake = gathering.attempt(lambda: load_logs(logs or (), settings, profiles, past or (), begin))
    gathering.settle(settings.lang)
    assert basis is not None  # noqa: S101  # the gathering has settled
    assert intake is not None  # noqa: S101  # as above
    with exits(settings.lang):
        _refuse_unknown(complaint, intake, basis, Speech(settings.lang, masked=not settings["unmasked"]))
        with progress_to(len(intake.contacts) + len(intake.past), settings.lang, quiet=quiet) as progress:
            found = trace(intake, basis, complaint, progress)
        masked = not settings["unmasked"]
        if report is not None:
            emit(render_timeline_html(found, settings.lang, masked=masked), report)
        again = given_again(context, "explain")
        color = terminal(out)
        emit(render_timeline_text(found, settings.lang, masked=masked, color=color, explain_with=again), out)


def _refuse(logs: Sequence[Path], complaint: Complaint, settings: Configuration, report: Path | None) -> None:
    """Raise ConfigurationError for what can be seen to be wrong before anything is read."""
    problems = [] if logs else [Problem("no_log")]
    if not complaint.numbers and not complaint.cases:
        problems.append(Problem("timeline_of_nobody"))
    problems += [
        Problem("timeline_number", values={"number": mask_text(mask_number(number))})
        for number in complaint.numbers
        if number_key(number, settings["country"]) is None
    ]
    if report is not None and report.suffix.lower() != _PAGE:
        problems.append(Problem("report_suffix", values={"path": str(report), "known": _PAGE}))
    if problems:
        raise ConfigurationError(problems)


def _refuse_unknown(complaint: Complaint, intake: Intake, basis: Basis, say: Speech) -> None:
    """Raise ConfigurationError for cases and rules that are not there: a misspelt one would find nothing."""
    every = (*intake.contacts, *intake.past)
    cases = {contact.event.case_id for contact in every if intake.has_case(contact.event.case_id)}
    cases |= set(basis.profiles)
    problems = []
    for case in complaint.cases:
        if case not in cases:
            near = nearest(case, cases)
            values: dict[str, object] = {"case": say.key(case), "nearest": None if near is None else say.key(near)}
            problems.append(Problem("timeline_case", values=values))
    rules = {rule.id for pack in basis.packs for rule, _, _ in pack.rules}
    problems += [
        Problem("no_such_rule", values={"id": rule, "nearest": nearest(rule, rules)})
        for rule in complaint.about
        if rule not in rules
    ]
    if problems:
        raise ConfigurationError(problems)
