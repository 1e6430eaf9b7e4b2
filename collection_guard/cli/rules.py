"""``collection-guard rules``: list, show, check and document rules."""

import json
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel

from collection_guard.checks.lint import lint as find_issues
from collection_guard.checks.samples import SampleFile
from collection_guard.checks.waivers import WaiverFile
from collection_guard.cli import options as o
from collection_guard.cli.exits import RULES, Gathering, exits, say
from collection_guard.cli.loading import checked_packs
from collection_guard.cli.output import emit
from collection_guard.cli.output import show as show_lines
from collection_guard.cli.rule_checks import (
    Samples,
    difference_of,
    falls_short,
    known_format,
    mutations_of,
    refuse_unknown_rule,
    share_of,
    show_coverage,
)
from collection_guard.configuration import Configuration, ConfigurationFile
from collection_guard.engines.examples import failures, run_examples
from collection_guard.engines.judge import engine_maker
from collection_guard.engines.messages import word
from collection_guard.facts.content.choice import CHARACTERS_FILE
from collection_guard.language.compiled import CompiledPack, CompiledRule, RuleSet
from collection_guard.language.compiling import compile_packs
from collection_guard.language.packs import shipped_packs
from collection_guard.language.schema import PackFile, RuleFile
from collection_guard.model.event import Event
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.profile import CaseProfile
from collection_guard.model.registry import RegistryEntry
from collection_guard.model.texts import LANGS, Lang, nearest, text
from collection_guard.reports.records import documented_schema
from collection_guard.reports.regimes import regime_lines
from collection_guard.reports.rule_checks import mutation_json, mutation_lines, mutation_summary
from collection_guard.reports.rule_difference import DIFFERENCE_FORMATS, render_difference
from collection_guard.reports.rule_pages import page, pages

app = typer.Typer(help=o.help_of("rules_commands"), no_args_is_help=True, rich_markup_mode=None)
PacksArgument = Annotated[list[str] | None, typer.Argument(help=o.help_of("packs"), metavar="[PACK]...")]
RuleOption = Annotated[str | None, typer.Option(help=o.help_of("one_rule"), metavar="RULE")]
FailUnderOption = Annotated[str | None, typer.Option(help=o.help_of("fail_under"), metavar="SHARE")]
SamplesOption = Annotated[list[Path] | None, typer.Option(help=o.help_of("samples"), metavar="PATH")]
SCHEMAS: dict[str, type[BaseModel]] = {
    "pack": PackFile,
    "rules": RuleFile,
    "event": Event,
    "profile": CaseProfile,
    "registry": RegistryEntry,
    "config": ConfigurationFile,
    "samples": SampleFile,
    "waivers": WaiverFile,
}


def _settings(packs: list[str] | None, config: Path | None, lang: str | None, **more: Any) -> Configuration:
    rules = ",".join(packs) if packs else None
    return o.configuration(config, rules=rules, lang=lang, **more)


def _compiled(settings: Configuration) -> list[CompiledPack]:
    return compile_packs(checked_packs(settings), settings["parameters"])


def _title(rule: CompiledRule, lang: Lang) -> str:
    return rule.rule.title.zh if lang == "zh" else rule.rule.title.en


@app.command("list", help=o.help_of("rules_list"))
def list_rules(
    packs: PacksArgument = None,
    config: o.ConfigOption = None,
    param: o.ParamOption = None,
    regimes: Annotated[bool, typer.Option("--regimes", help=o.help_of("regimes"))] = False,
    lang: o.LangOption = None,
) -> None:
    """List the rules, and say which are not in force; or list the packs by regime."""
    if regimes:
        with exits(o.LANG):
            settings = _settings(packs, config, lang, param=param)
            lines = list(regime_lines(settings["rules"] if packs else shipped_packs(), settings.lang))
        show_lines(lines)
        return
    with exits(o.LANG):
        settings = _settings(packs, config, lang, param=param)
        compiled = _compiled(settings)
    for pack in compiled:
        show_lines([f"{pack.name} {pack.version} ({word(pack.status, settings.lang)}) sha256:{pack.digest[:12]}"])
        for rule in pack.rule_sets[-1].rules:
            note = ""
            if rule.unset:
                note = " — " + text("page.unset", settings.lang, parameters=", ".join(rule.unset))
            severity = word(rule.rule.severity, settings.lang)
            show_lines([f"  {rule.id} [{severity}] {_title(rule, settings.lang)}{note}"])


@app.command("show", help=o.help_of("rules_show"))
def show(
    rule_id: Annotated[str, typer.Argument(help=o.help_of("rule_id"), metavar="RULE")],
    packs: PacksArgument = None,
    config: o.ConfigOption = None,
    param: o.ParamOption = None,
    lang: o.LangOption = None,
) -> None:
    """Show one rule in words."""
    with exits(o.LANG):
        settings = _settings(packs, config, lang, param=param)
        found: list[tuple[CompiledRule, RuleSet, CompiledPack]] = []
        ids: list[str] = []
        for pack in _compiled(settings):
            rule_set = pack.rule_sets[-1]
            ids += [rule.id for rule in rule_set.rules]
            found += [(rule, rule_set, pack) for rule in rule_set.rules if rule.id == rule_id]
        if not found:
            near = nearest(rule_id, ids)
            raise ConfigurationError([Problem("no_such_rule", values={"id": rule_id, "nearest": near})])
    typer.echo("\n".join(page(*found[0], settings.lang)))


@app.command("facts", help=o.help_of("rules_facts"))
def facts(packs: PacksArgument = None, config: o.ConfigOption = None, lang: o.LangOption = None) -> None:
    """List the vocabulary: every fact that a rule may name."""
    with exits(o.LANG):
        settings = _settings(packs, config, lang)
        compiled = _compiled(settings)
    shown: set[str] = set()
    for pack in compiled:
        for fact in pack.rule_sets[-1].vocabulary.values():
            if fact.name in shown:
                continue
            shown.add(fact.name)
            kind = fact.type + (f": {' | '.join(fact.words)}" if fact.words else "")
            show_lines([f"{fact.name} ({kind}; {text(f'stage.{fact.stage}', settings.lang)})"])
            show_lines([f"    {fact.doc[settings.lang]}"])
            if fact.fields:
                show_lines([f"    {text('page.read_from', settings.lang)} {', '.join(fact.fields)}"])


@app.command("lint", help=o.help_of("rules_lint"))
def lint(packs: PacksArgument = None, config: o.ConfigOption = None, lang: o.LangOption = None) -> None:
    """Check packs and lexicons beyond what loading them checks; exit 3 if a verdict would be wrong or empty."""
    named = packs or []
    lexicons = [name for name in named if (Path(name) / CHARACTERS_FILE).is_file()]
    with exits(o.LANG):
        settings = _settings([name for name in named if name not in lexicons] or None, config, lang)
    gathering = Gathering()
    packs_asked = len(lexicons) < len(named) or not named
    loaded = (gathering.attempt(lambda: checked_packs(settings)) or []) if packs_asked else []
    # Loaded when there is a lexicon to check: hearing brings numpy.
    linting: Any = import_module("collection_guard.facts.content.lint") if lexicons else None
    detectors = [gathering.attempt(partial(linting.LexiconDetector.from_folder, Path(name))) for name in lexicons]
    gathering.settle(settings.lang)
    compiled = compile_packs(loaded, settings["parameters"])
    found = [problem for detector in detectors if detector is not None for problem in linting.lint(detector)]
    errors = len(found)
    for problem in found:
        typer.echo(f"{text('lint.error', settings.lang)}: {problem.render(settings.lang)}")
    for pack, one in zip(loaded, compiled, strict=True):
        for issue in find_issues(pack, one):
            errors += issue.consequence == "error"
            typer.echo(f"{text(f'lint.{issue.consequence}', settings.lang)}: {issue.problem.render(settings.lang)}")
    typer.echo(text("lint.done", settings.lang, packs=len(loaded) + len(lexicons), errors=errors), err=True)
    if errors:
        raise typer.Exit(RULES)


@app.command("test", help=o.help_of("rules_test"))
def run_tests(
    packs: PacksArgument = None,
    rule: RuleOption = None,
    coverage: Annotated[bool, typer.Option("--coverage", help=o.help_of("coverage"))] = False,
    fail_under: FailUnderOption = None,
    samples: SamplesOption = None,
    config: o.ConfigOption = None,
    engine: o.EngineOption = None,
    lang: o.LangOption = None,
) -> None:
    """Run the examples of the rules; exit 3 if one does not come out as written, or too little is covered."""
    with exits(o.LANG):
        settings = _settings(packs, config, lang, engine=engine)
        wanted = share_of(fail_under, "--fail-under") if fail_under is not None else None
        given = {"--fail-under": fail_under, "--samples": samples}
        idle = [Problem("needs_coverage", values={"option": name}) for name, value in given.items() if value]
        if idle and not coverage:
            raise ConfigurationError(idle)
        loaded = checked_packs(settings)
        refuse_unknown_rule(loaded, rule)
        labelled = Samples(samples or [], settings)
        make = engine_maker(settings["engine"])
        results, problems = run_examples(loaded, make, settings["engine"], rule)
    for problem in problems:
        say(problem, settings.lang)
    for result in failures(results):
        typer.echo(
            text(
                "test.failed",
                settings.lang,
                place=result.place,
                rule=result.rule,
                name=result.name,
                expected=_outcome(result.expected, result.expected_missing or (), settings.lang),
                found=_outcome(result.found, result.found_missing, settings.lang),
            )
        )
    failed = sum(1 for _ in failures(results))
    typer.echo(text("test.done", settings.lang, passed=len(results) - failed, failed=failed), err=True)
    short = False
    if coverage:
        with exits(settings.lang):
            shown = show_coverage(loaded, labelled, rule, settings)
        short = falls_short(shown.share, wanted, settings)
    if failed or problems or short:
        raise typer.Exit(RULES)


def _outcome(verdict: str, missing: tuple[str, ...], lang: Lang) -> str:
    return word(verdict, lang) + (f" [{', '.join(missing)}]" if missing else "")


@app.command("mutate", help=o.help_of("rules_mutate"))
def mutate(
    packs: PacksArgument = None,
    rule: RuleOption = None,
    samples: SamplesOption = None,
    everything: Annotated[bool, typer.Option("--all", help=o.help_of("mutate_all"))] = False,
    fail_under: FailUnderOption = None,
    output_format: Annotated[str, typer.Option("--format", help=o.help_of("format"), metavar="text|json")] = "text",
    out: Annotated[Path | None, typer.Option(help=o.help_of("out"), metavar="FILE")] = None,
    config: o.ConfigOption = None,
    lang: o.LangOption = None,
) -> None:
    """Change rules bit by bit and say what is not caught; exit 3 if the score falls short or examples fail."""
    with exits(o.LANG):
        settings = _settings(packs, config, lang)
        wanted = share_of(fail_under, "--fail-under") if fail_under is not None else None
        known_format(output_format, ("text", "json"))
        loaded = checked_packs(settings)
        refuse_unknown_rule(loaded, rule)
        labelled = Samples(samples or [], settings)
        found = mutations_of(loaded, labelled, rule, settings)
        if output_format == "json":
            emit(mutation_json(found), out)
        else:
            lines = mutation_lines(found, settings.lang, everything=everything)
            emit("".join(f"{line}\n" for line in lines), out)
    typer.echo(mutation_summary(found, settings.lang), err=True)
    short = falls_short(found.score, wanted, settings)
    if found.failing or found.problems or short:
        raise typer.Exit(RULES)


@app.command("diff", help=o.help_of("rules_diff"))
def diff(
    old: Annotated[str, typer.Argument(help=o.help_of("diff_old"), metavar="OLD")],
    new: Annotated[str, typer.Argument(help=o.help_of("diff_new"), metavar="NEW")],
    logs: Annotated[list[Path] | None, typer.Argument(help=o.help_of("diff_logs"), metavar="[LOG]...")] = None,
    registry: o.RegistryOption = None,
    cases: o.CasesOption = None,
    param: o.ParamOption = None,
    config: o.ConfigOption = None,
    timezone: o.TimezoneOption = None,
    country: o.CountryOption = None,
    fold: o.FoldOption = None,
    map_file: o.MapOption = None,
    preset: o.PresetOption = None,
    encoding: o.EncodingOption = None,
    history: o.HistoryOption = None,
    assume_party: o.AssumeOption = None,
    engine: o.EngineOption = None,
    detector: o.DetectorOption = None,
    output_format: Annotated[
        str, typer.Option("--format", help=o.help_of("format"), metavar="|".join(DIFFERENCE_FORMATS))
    ] = "text",
    out: Annotated[Path | None, typer.Option(help=o.help_of("out"), metavar="FILE")] = None,
    unmasked: o.UnmaskedOption = None,
    lang: o.LangOption = None,
) -> None:
    """Compare two versions of a pack."""
    with exits(o.LANG):
        settings = o.configuration(
            config,
            registry=registry,
            cases=cases,
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
        known_format(output_format, DIFFERENCE_FORMATS)
    with exits(settings.lang):
        found = difference_of(old, new, logs or [], settings)
        emit(render_difference(found, output_format, settings.lang, masked=not settings["unmasked"]), out)


@app.command("schema", help=o.help_of("rules_schema"))
def schema(
    of: Annotated[str, typer.Argument(help=o.help_of("schema_of"), metavar="|".join(SCHEMAS))] = "pack",
    out: Annotated[Path | None, typer.Option(help=o.help_of("out"), metavar="FILE")] = None,
    lang: o.LangOption = None,
) -> None:
    """Print a JSON Schema."""
    with exits(o.LANG):
        # No configuration is read: this command is asked for help where one is broken.
        for option, value, known in (("schema", of, tuple(SCHEMAS)), ("--lang", lang or o.LANG, LANGS)):
            if value not in known:
                values: dict[str, object] = {"option": option, "value": value, "reason": " | ".join(known)}
                raise ConfigurationError([Problem("bad_option", values=values)])
        published = documented_schema(SCHEMAS[of], "zh" if (lang or o.LANG) == "zh" else "en")
        emit(json.dumps(published, ensure_ascii=False, indent=2) + "\n", out)


@app.command("docs", help=o.help_of("rules_docs"))
def docs(
    packs: PacksArgument = None,
    out: Annotated[Path, typer.Option(help=o.help_of("docs_out"), metavar="FOLDER")] = Path("docs/rules"),
    check: Annotated[bool, typer.Option("--check", help=o.help_of("docs_check"))] = False,
    config: o.ConfigOption = None,
    lang: o.LangOption = None,
) -> None:
    """Write one page a rule, or check that the pages say what the rules say; exit 3 if they do not."""
    with exits(o.LANG):
        settings = _settings(packs, config, lang)
        written = pages(_compiled(settings))
        stale = [name for name, content in written.items() if _current(out / name) != content]
        # Pages of other packs may stand in the same folder.
        kept = [file for folder in {(out / name).parent for name in written} for file in sorted(folder.glob("*.md"))]
        stale += sorted(name for file in kept if (name := str(file.relative_to(out))) not in written)
        if not check:
            for name, content in written.items():
                emit(content, out / name)
            for name in stale:
                if name not in written:
                    (out / name).unlink()
    if check and stale:
        for name in stale:
            typer.echo(text("docs.stale", settings.lang, path=str(out / name)), err=True)
        raise typer.Exit(RULES)
    typer.echo(text("docs.done", settings.lang, count=len(written), folder=str(out)), err=True)


def _current(path: Path) -> str | None:
    return path.read_text("utf-8") if path.is_file() else None
