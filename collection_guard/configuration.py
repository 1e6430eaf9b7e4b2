"""The configuration: what is in force for a run, and from where each setting comes.

Command line over environment (``COLLECTION_GUARD_…``) over ``collection-guard.yaml`` over what a pack says.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import phonenumbers
import pytz
import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from collection_guard.audit.presets import NO_PRESET, presets
from collection_guard.facts.content.choice import OF_FOLDER, folder_named
from collection_guard.facts.world import HistoryReading, Settings
from collection_guard.guard.settings import IN_MEMORY, GuardOptions, Mode
from collection_guard.language.packs import validated
from collection_guard.language.shapes import note_places, shape_problems
from collection_guard.language.yaml_positions import Document, KeyPath, read_yaml
from collection_guard.model.event import Day
from collection_guard.model.masking import mask_text
from collection_guard.model.mismatches import mismatch
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.texts import Lang, language_of_environment, nearest

FILE_NAME: Final = "collection-guard.yaml"
PREFIX: Final = "COLLECTION_GUARD_"
PATHS: Final = ("registry", "cases")
SEVERITY_WORDS: Final = ("critical", "major", "minor", "advisory", "never")


def _zone(name: str) -> str:
    if name not in pytz.all_timezones_set:
        near = nearest(name, pytz.all_timezones)
        raise PydanticCustomError("unknown_zone", "not a zone of the IANA database", {"nearest": near})
    return name


def _country(name: str) -> str:
    if name not in phonenumbers.SUPPORTED_REGIONS:
        raise PydanticCustomError("unknown_country", "CN | US | GB | … (ISO 3166-1)")
    return name


def _preset(name: str) -> str:
    if name != NO_PRESET and name not in presets():
        values = {"known": ", ".join(presets()), "nearest": nearest(name, presets())}
        raise PydanticCustomError("unknown_preset", "no preset; there are {known}", values)
    return name


class ConfigurationFile(BaseModel):
    """``collection-guard.yaml``. Paths are relative to the folder that it stands in."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    rules: list[str] | None = None
    parameters: dict[str, Any] | None = None
    timezone: Annotated[str, AfterValidator(_zone)] | None = None
    country: Annotated[str, AfterValidator(_country)] | None = None
    registry: str | None = None
    cases: str | None = None
    map: str | list[str] | dict[str, str] | None = None
    encoding: str | None = None
    preset: Annotated[str, AfterValidator(_preset)] | None = None
    fold: Literal["first", "second"] | None = None
    engine: Literal["auto", "reference", "durable", "columnar", "spark"] | None = None
    history: HistoryReading | None = None
    history_complete_from: Day | None = None
    assume_party: Literal["addressee", "off"] | None = None
    fail_on: Literal["critical", "major", "minor", "advisory", "never"] | None = None
    max_rejected: Annotated[int, Field(ge=0)] | None = None
    max_log_mb: Annotated[int, Field(ge=1)] | None = None
    strict: bool | None = None
    unmasked: bool | None = None
    detector: str | None = None
    lang: Literal["zh", "en"] | None = None
    store: str | None = None
    mode: Mode | None = None
    guard: GuardOptions | None = None


DEFAULTS: Final[dict[str, Any]] = {
    "rules": ["core"],
    "parameters": {},
    "timezone": None,
    "country": "CN",
    "registry": None,
    "cases": None,
    "map": None,
    "encoding": None,
    "preset": None,
    "fold": None,
    "engine": "auto",
    "history": "complete",
    "history_complete_from": None,
    "assume_party": "off",
    "fail_on": "critical",
    "max_rejected": None,
    "max_log_mb": 100,
    "strict": False,
    "unmasked": False,
    "detector": "none",
    "lang": None,
    "store": IN_MEMORY,
    "mode": "enforce",
    "guard": GuardOptions(),
}
_OF_ENVIRONMENT: Final = frozenset(DEFAULTS) - {"parameters", "guard"}
"""The settings that a variable of the environment can hold: the others have names of their own inside."""
_OF_SECRETS: Final = frozenset({"tokens", "token"})
"""What the environment holds beside settings: the sidecar, or who asks it, reads it, and no file does."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """Every setting of a run, and from where it comes."""

    values: Mapping[str, Any]
    origins: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        """Return a setting by name."""
        return self.values[name]

    @property
    def lang(self) -> Lang:
        """Return the language: as set, else that of the environment."""
        lang: Lang = self.values["lang"] or language_of_environment()
        return lang

    @property
    def settings(self) -> Settings:
        """Return how a log is to be read."""
        return Settings(
            timezone=self.values["timezone"],
            country=self.values["country"],
            assume_party=self.values["assume_party"] == "addressee",
            history=self.values["history"],
            history_complete_from=self.values["history_complete_from"],
        )


def configure(
    given: Mapping[str, Any], config: Path | None = None, environment: Mapping[str, str] | None = None
) -> Configuration:
    """Return the configuration from what was given, the environment, and the configuration file.

    The file is ``config``, else the nearest ``collection-guard.yaml`` upward from the working directory. Raises
    ConfigurationError with every problem of the file and the environment.
    """
    values, origins = dict(DEFAULTS), dict.fromkeys(DEFAULTS, "default")
    problems: list[Problem] = []
    path = config or find_upward(Path.cwd())
    if path is not None:
        for name, value in _from_file(path, problems).items():
            values[name], origins[name] = value, str(path)
    of_environment = _from_environment(os.environ if environment is None else environment, problems)
    _forget_date(values, of_environment)
    for name, value in of_environment.items():
        values[name], origins[name] = value, PREFIX + name.upper()
    _forget_date(values, given)
    for name, value in given.items():
        if value is None or (isinstance(value, list | dict) and not value):
            continue
        # One parameter on the command line keeps the others as they are configured.
        values[name] = {**values[name], **value} if name == "parameters" else value
        origins[name] = "command line"
    if problems:
        raise ConfigurationError(problems)
    return Configuration(values, origins)


def configured(given: Mapping[str, Any]) -> Configuration:
    """Return the configuration that a mapping gives, as a file would; its paths are as they stand.

    Raises ConfigurationError with everything that is wrong with it.
    """
    objects = [name for name in PATHS if not isinstance(given.get(name), str | None)]
    problems = [Problem("config_objects", "configuration", values={"name": name}) for name in objects]
    document = _Given("configuration", data={name: given[name] for name in given if name not in objects})
    document.whole = document.file
    try:
        model = ConfigurationFile.model_validate(document.data)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            note_places(document, details["loc"])
        problems += shape_problems(ConfigurationFile, document, error)
    if problems:
        raise ConfigurationError(problems)
    found = {name: getattr(model, name) for name in model.model_fields_set if getattr(model, name) is not None}
    return Configuration(DEFAULTS | found, dict.fromkeys(DEFAULTS, "default") | dict.fromkeys(found, "given"))


class _Given(Document):
    """Settings that no file holds: what is wrong with them has no line, and values are shown masked."""

    def problem(self, code: str, path: KeyPath = (), *, at_key: bool = False, **values: object) -> Problem:
        """Return a problem of a setting."""
        made = Document.problem(self, code, path, at_key=at_key, **values)
        shown = {name: _masked(value) if name == "value" else value for name, value in made.values.items()}
        return Problem(code, self.file, values=shown)


def _masked(value: object) -> object:
    # What a caller put in the wrong place may be anything, such as profiles of persons.
    if isinstance(value, str):
        return "…" if value[:1] in {"{", "["} else mask_text(value)
    masked = mask_text(str(value))
    return value if masked == str(value) else masked


def _forget_date(values: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Let a source that says how far the history goes outrank a date of an earlier one: both say the same thing."""
    if given.get("history") is not None:
        values["history_complete_from"] = None


def find_upward(folder: Path) -> Path | None:
    """Return the nearest configuration file in a folder or above it."""
    for candidate in (folder, *folder.parents):
        if (candidate / FILE_NAME).is_file():
            return candidate / FILE_NAME
    return None


def _from_file(path: Path, problems: list[Problem]) -> dict[str, Any]:
    if not path.is_file():
        problems.append(Problem("no_config_file", values={"path": str(path)}))
        return {}
    document = read_yaml(path)
    problems.extend(document.problems)
    # What else is wrong is told in the same run, as far as the file could be read at all.
    model = validated(ConfigurationFile, document, problems)
    if model is None or document.problems:
        return {}
    found = {name: getattr(model, name) for name in model.model_fields_set if getattr(model, name) is not None}
    for name in PATHS:
        if name in found:
            found[name] = str(path.parent / found[name])
    if (guard := found.get("guard")) is not None:
        paths = {name: getattr(guard, name) for name in ("decision_log", "log_key")}
        beside = {name: str(path.parent / given) for name, given in paths.items() if given is not None}
        found["guard"] = guard.model_copy(update=beside)
    if (store := found.get("store")) is not None and store != IN_MEMORY and "://" not in store:
        found["store"] = str(path.parent / store)
    if (folder := folder_named(found.get("detector", ""))) is not None:
        found["detector"] = OF_FOLDER + str(path.parent / folder)
    if "map" in found:
        found["map"] = [_map_beside(item, path.parent) for item in as_maps(found["map"])]
    if "rules" in found:
        found["rules"] = [_beside(rule, path.parent) for rule in found["rules"]]
    return found


def as_maps(value: str | list[str] | dict[str, str]) -> list[str]:
    """Return mapping files in their one form: a list of paths, each with its pattern and ``=`` before it if any."""
    if isinstance(value, dict):
        return [f"{pattern}={path}" for pattern, path in value.items()]
    return [value] if isinstance(value, str) else value


def _map_beside(item: str, folder: Path) -> str:
    """Return a mapping file beside the configuration file, with its pattern."""
    if "=" not in item or (folder / item).is_file():
        return str(folder / item)
    pattern, _, path = item.partition("=")
    return f"{pattern}={folder / path}"


def _beside(rule: str, folder: Path) -> str:
    """Return the path of a pack beside the configuration file, or its name if it comes along."""
    return str(folder / rule) if (folder / rule).exists() else rule


def _from_environment(environment: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for variable, text in environment.items():
        name = variable.removeprefix(PREFIX).lower()
        if not variable.startswith(PREFIX) or name in _OF_SECRETS or not text:
            continue
        if name not in _OF_ENVIRONMENT:
            near = nearest(name, _OF_ENVIRONMENT)
            shown: dict[str, object] = {"name": variable, "nearest": near and PREFIX + near.upper()}
            problems.append(Problem("environment_unknown", values=shown))
            continue
        value: Any = _plain(name, text)
        document = Document(variable, data={name: value})
        model = validated(ConfigurationFile, document, problems)
        if model is not None:
            found[name] = getattr(model, name)
    if "map" in found:
        found["map"] = as_maps(found["map"])
    return found


def _plain(name: str, text: str) -> Any:
    if name in {"rules", "map"}:
        return text.split(",")
    if name in {"strict", "unmasked"}:
        return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}.get(text.lower(), text)
    if name in {"max_rejected", "max_log_mb"}:
        return int(text) if text.isdecimal() else text
    return text


def check_value(name: str, value: Any, shown_as: str) -> Any:
    """Return a setting of the command line as the configuration keeps it; raise ConfigurationError if it is none."""
    try:
        return getattr(ConfigurationFile.model_validate({name: value}), name)
    except ValidationError as error:
        if name == "timezone":
            zones: dict[str, object] = {"option": shown_as, "value": value, "nearest": likely_zone(str(value))}
            raise ConfigurationError([Problem("bad_zone", values=zones)]) from None
        reason = mismatch(error.errors()[0])
        raise ConfigurationError(
            [Problem("bad_option", values={"option": shown_as, "value": value, "reason": reason})]
        ) from None


def likely_zone(written: str) -> str | None:
    """Return the zone that a person most likely means by a word that is none: a hint, never applied."""
    listed: dict[str, list[str]] = yaml.safe_load(
        (resources.files("collection_guard") / "templates" / "zones.yaml").read_text("utf-8")
    )
    word = written.strip().casefold()
    for zone, words in listed.items():
        if {word, word.rpartition("/")[2]} & set(words):
            return zone
    last = {zone.rpartition("/")[2].replace("_", " ").casefold(): zone for zone in pytz.common_timezones}
    return last.get(word.replace("_", " ")) or nearest(written, pytz.common_timezones)


def parse_history(text: str) -> dict[str, Any]:
    """Return the settings that ``--history-complete-from`` means: a date, or ``earliest``."""
    if text == "earliest":
        return {"history": "from-earliest"}
    try:
        return {"history_complete_from": date.fromisoformat(text)}
    except ValueError:
        values: dict[str, object] = {
            "option": "--history-complete-from",
            "value": text,
            "reason": "YYYY-MM-DD | earliest",
        }
        raise ConfigurationError([Problem("bad_option", values=values)]) from None
