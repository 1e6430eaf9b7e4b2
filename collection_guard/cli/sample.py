"""``collection-guard sample``: draw for review, and read the reviews back."""

import shlex
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import yaml

from collection_guard.audit.run import run_audit
from collection_guard.cli import options as o
from collection_guard.cli.audit import writing
from collection_guard.cli.exits import Gathering, exits
from collection_guard.cli.given import given_again
from collection_guard.cli.loading import beginning_of, load_basis, load_logs
from collection_guard.cli.output import emit, refuse_shared
from collection_guard.cli.progress import progress_to
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.texts import Lang, text
from collection_guard.reports.files import WORKBOOK, missing_writer, write_review_file
from collection_guard.reports.page import Page
from collection_guard.reports.sample_text import render_draw, render_results
from collection_guard.reports.wording import Wording
from collection_guard.sampling.appeals import read_appeals
from collection_guard.sampling.draw import draw
from collection_guard.sampling.labels import Labelled, labelled, rules_of
from collection_guard.sampling.plan import OFS, read_plan
from collection_guard.sampling.results import results_of
from collection_guard.sampling.review import read_review

_LISTS: Final = (WORKBOOK, ".csv")


def _option(code: str, **more: Any) -> Any:
    return typer.Option(help=o.help_of(f"sample_{code}"), show_default=False, **more)


def sample(
    context: typer.Context,
    logs: Annotated[list[Path] | None, typer.Argument(help=o.help_of("logs"), metavar="LOG...")] = None,
    plan: Annotated[Path | None, _option("plan", metavar="FILE")] = None,
    seed: Annotated[str | None, _option("seed", metavar="TEXT")] = None,
    size: Annotated[int | None, _option("size", metavar="N", min=1)] = None,
    of: Annotated[str | None, _option("of", metavar="verdicts|contacts")] = None,
    strata: Annotated[str | None, _option("strata", metavar="NAME[,NAME]")] = None,
    minimum: Annotated[int | None, _option("minimum", metavar="N", min=0)] = None,
    rule: Annotated[list[str] | None, _option("rule", metavar="RULE")] = None,
    second_review: Annotated[float | None, _option("second", metavar="SHARE", min=0, max=1)] = None,
    show_verdicts: Annotated[bool, typer.Option("--show-verdicts", help=o.help_of("sample_show"))] = False,
    write: Annotated[Path | None, _option("write", metavar="FILE.xlsx|.csv")] = None,
    reviewed: Annotated[Path | None, _option("reviewed", metavar="FILE")] = None,
    appeals: Annotated[Path | None, _option("appeals", metavar="FILE")] = None,
    labels: Annotated[Path | None, _option("labels", metavar="FILE.yaml")] = None,
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
    out: Annotated[Path | None, typer.Option(help=o.help_of("out"), metavar="FILE")] = None,
    unmasked: o.UnmaskedOption = False,
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
    given = {
        "seed": seed,
        "size": size,
        "of": of,
        "strata": None if strata is None else [name.strip() for name in strata.split(",") if name.strip()],
        "minimum": minimum,
        "rules": rule,
        "second_review": second_review,
        "blind": False if show_verdicts else None,
    }
    with exits(settings.lang):
        _refuse(logs, of, write, reviewed, appeals, labels)
        written = (("--out", out), ("--write", write), ("--labels", labels))
        files = [(name, path) for name, path in written if path is not None]
        begin = beginning_of(since, settings["timezone"])
        given_files = (plan, reviewed, appeals, *(settings[name] for name in ("registry", "cases")))
        read = [*(logs or ()), *(past or ()), *(Path(path) for path in given_files if path is not None)]
        refuse_shared(files, read)
    gathering = Gathering()
    basis = load_basis(settings, gathering)
    known = {one.id for pack in basis.packs for one, _, _ in pack.rules} if basis is not None else set()
    wanted, planned = {name: value for name, value in given.items() if value is not None}, None
    if basis is not None and appeals is None:
        planned = gathering.attempt(lambda: read_plan(plan, wanted, known))
    profiles = {} if basis is None else {**basis.profiles}
    intake = gathering.attempt(lambda: load_logs(logs or (), settings, profiles, past or (), begin))
    gathering.settle(settings.lang)
    assert basis is not None  # noqa: S101  # the gathering has settled
    assert intake is not None  # noqa: S101  # as above
    lang_, masked = settings.lang, not settings["unmasked"]
    with exits(lang_):
        if appeals is not None and labels is not None:
            with progress_to(len(intake.contacts) + len(intake.past), settings.lang, quiet=quiet) as progress:
                report = run_audit(intake, basis, None, progress)
            shown = Wording(report, lang_, masked=masked).key
            upheld = read_appeals(appeals, report, shown, encoding=settings["encoding"])
            pairs = [(item.contact, item.rule) for item in upheld]
            emit(_label(labelled(report, basis, pairs, masked=masked), labels, lang_), out)
            return
        assert planned is not None  # noqa: S101  # the gathering has settled
        with progress_to(len(intake.contacts) + len(intake.past), settings.lang, quiet=quiet) as progress:
            found = draw(intake, basis, planned, progress)
        if not found.items:
            raise ConfigurationError([Problem("sample_nothing")])
        if reviewed is not None:
            results = results_of(found, read_review(reviewed, found, encoding=settings["encoding"]))
            words = render_results(results, lang_, masked=masked)
            if labels is not None:
                pairs = [(item.contact, rule) for item in results.upheld for rule in rules_of(item, found)]
                words += "\n" + _label(labelled(found.report, basis, pairs, masked=masked), labels, lang_)
            emit(words, out)
            return
        if write is not None:
            with writing(write):
                write_review_file(found, write, lang_, masked=masked)
        again = given_again(context, "sample", leave_out={"write", "out", "quiet", "labels", "appeals", "reviewed"})
        name = None if write is None else str(write)
        emit(render_draw(found, lang_, masked=masked, review_file=name, read_with=again), out)


def _label(found: list[Labelled], path: Path, lang: Lang) -> str:
    """Write labelled samples, if there are any, and return what is to be said of them."""
    if not found:
        return text("labels.none", lang) + "\n"
    data = {"samples": [one.sample for one in found]}
    emit(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=110), path)
    kept = sum(one.reproduced for one in found)
    lines = [text("labels.written", lang, count=len(found), path=str(path))]
    lines += [text("labels.reproduced", lang, count=kept)] if kept else []
    lines += [text("labels.not_reproduced", lang, count=len(found) - kept)] if kept < len(found) else []
    lines += [text("labels.read_first", lang), text("labels.next", lang)]
    page = Page(80, color=False)
    for line in lines:
        page.item(line)
    page.command(f"collection-guard check {shlex.quote(str(path))}")
    return page.text()


def _refuse(
    logs: list[Path] | None,
    of: str | None,
    write: Path | None,
    reviewed: Path | None,
    appeals: Path | None,
    labels: Path | None,
) -> None:
    """Raise ConfigurationError for what can be seen to be wrong before anything is read."""
    problems = [] if logs else [Problem("no_log")]
    if appeals is not None and (labels is None or write is not None or reviewed is not None):
        problems.append(Problem("appeals_alone"))
    elif labels is not None and reviewed is None and appeals is None:
        problems.append(Problem("labels_of_nothing"))
    if of is not None and of not in OFS:
        values: dict[str, object] = {"option": "--of", "value": of, "reason": " | ".join(OFS)}
        problems.append(Problem("bad_option", values=values))
    if write is not None and reviewed is not None:
        problems.append(Problem("sample_write_and_read"))
    if write is not None and write.suffix.lower() not in _LISTS:
        known = " ".join(_LISTS)
        problems.append(Problem("report_suffix", values={"path": str(write), "known": known}))
    if write is not None and write.suffix.lower() == WORKBOOK:
        problems += missing_writer()
    if problems:
        raise ConfigurationError(problems)
