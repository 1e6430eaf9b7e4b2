"""Options that several commands share, and their help in the language asked for."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from collection_guard.audit.presets.choice import check_preset
from collection_guard.configuration import Configuration, check_value, configure, parse_history
from collection_guard.language.yaml_positions import parse_yaml
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.texts import LANGS, Lang, language_of_environment, text


def language_of(arguments: Sequence[str]) -> Lang:
    """Return the language that a command line asks for, before it is parsed: help needs it."""
    for index, word in enumerate(arguments):
        value = word.partition("=")[2] if word.startswith("--lang=") else None
        if word == "--lang" and index + 1 < len(arguments):
            value = arguments[index + 1]
        if value in LANGS:
            return "zh" if value == "zh" else "en"
    return language_of_environment()


LANG: Final = language_of(sys.argv)


def help_of(code: str) -> str:
    """Return the help text of a command or an option."""
    return text(f"help.{code}", LANG)


def _option(code: str, *names: str, **more: Any) -> Any:
    return typer.Option(*names, help=help_of(code), show_default=False, **more)


LangOption = Annotated[str | None, _option("lang", "--lang", metavar="zh|en")]
ConfigOption = Annotated[Path | None, _option("config", "--config", metavar="FILE")]
RulesOption = Annotated[str | None, _option("rules", "--rules", metavar="PACK[,PACK]")]
ParamOption = Annotated[list[str] | None, _option("param", "--param", metavar="NAME=VALUE")]
RegistryOption = Annotated[Path | None, _option("registry", "--registry", metavar="FILE|FOLDER")]
CasesOption = Annotated[Path | None, _option("cases", "--cases", metavar="FILE")]
TimezoneOption = Annotated[str | None, _option("timezone", "--timezone", metavar="ZONE")]
CountryOption = Annotated[str | None, _option("country", "--country", metavar="CC")]
FoldOption = Annotated[str | None, _option("fold", "--fold", metavar="first|second")]
MapOption = Annotated[list[str] | None, _option("map", "--map", metavar="[PATTERN=]FILE")]
PresetOption = Annotated[str | None, _option("preset", "--preset", metavar="NAME")]
EncodingOption = Annotated[str | None, _option("encoding", "--encoding", metavar="NAME")]
EngineOption = Annotated[str | None, _option("engine", "--engine", metavar="auto|reference|durable|columnar|spark")]
HistoryOption = Annotated[str | None, _option("history", "--history-complete-from", metavar="DATE|earliest")]
PastOption = Annotated[list[Path] | None, _option("past", "--history", metavar="PAST")]
SinceOption = Annotated[str | None, _option("since", metavar="DATE")]
AssumeOption = Annotated[str | None, _option("assume_party", "--assume-party", metavar="addressee|off")]
DetectorOption = Annotated[str | None, _option("detector", "--detector", metavar="NAME|none")]
StrictOption = Annotated[bool | None, _option("strict", "--strict/--no-strict")]
UnmaskedOption = Annotated[bool | None, _option("unmasked", "--unmasked/--no-unmasked")]


def configuration(config: Path | None, **given: Any) -> Configuration:
    """Return the configuration of a command from its options; raise ConfigurationError with all problems."""
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        try:
            values.update(_as_setting(name, value))
        except ConfigurationError as error:
            problems.extend(error.problems)
    if problems:
        raise ConfigurationError(problems)
    return configure(values, config)


def _as_setting(name: str, value: Any) -> dict[str, Any]:
    match name:
        case "rules":
            return {"rules": [part.strip() for part in value.split(",") if part.strip()]}
        case "param":
            return {"parameters": _parameters(value)}
        case "history":
            return parse_history(value)
        case "preset":
            check_preset(value)
            return {"preset": value}
        case "registry" | "cases":
            return {name: str(value)}
        case "map":
            return {name: list(value)}
        case _:
            return {name: check_value(name, value, "--" + name.replace("_", "-"))}


def _parameters(pairs: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise ConfigurationError([Problem("bad_parameter_option", values={"value": pair})])
        found[name.strip()] = parse_yaml(value, "--param").data
    return found


def day_of(value: str | None, option: str) -> date | None:
    """Return the date that an option gives; raise ConfigurationError for what is none."""
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        values: dict[str, object] = {"option": option, "value": value, "reason": "YYYY-MM-DD"}
        raise ConfigurationError([Problem("bad_option", values=values)]) from None
