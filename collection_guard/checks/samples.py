"""Labelled samples: events or whole case histories with the verdicts that must come out, as YAML or JSON lines."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from collection_guard.facts.world import HistoryReading, Settings
from collection_guard.language.packs import validated
from collection_guard.language.schema import Part, RuleId, VerdictWord, Words
from collection_guard.language.yaml_positions import Document, KeyPath, Place
from collection_guard.model.event import Day, Event, Zone
from collection_guard.model.problems import Problem
from collection_guard.model.profile import CaseProfile
from collection_guard.model.registry import RegistryEntry
from collection_guard.model.tables import JsonRow


class Expectation(Part):
    """What one rule must say of one event; the evidence is a part of the whole, the missing facts are all of them."""

    event: Words | None = None
    rule: RuleId
    verdict: VerdictWord
    evidence: dict[str, Any] | None = None
    missing: list[str] | None = None


class SampleSettings(Part):
    """How the events of a sample are read, where it differs from the configuration."""

    timezone: Zone | None = None
    country: Words | None = None
    assume_party: bool | None = None
    history: HistoryReading | None = None
    history_complete_from: Day | None = None


class CaseSample(Part):
    """A whole case history. What it does not say (profile, registry, settings, parameters) is as configured.

    ``exhaustive``: a violation that no entry expects is a finding.
    """

    name: Words | None = None
    profile: CaseProfile | None = None
    registry: list[RegistryEntry] | None = None
    settings: SampleSettings | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    events: Annotated[list[Event], Field(min_length=1)]
    expect: Annotated[list[Expectation], Field(min_length=1)]
    exhaustive: bool = False


class LabelledEvent(Event):
    """An event with its expectations beside its fields; all such events of a file are one log."""

    expect: list[Expectation] = Field(default_factory=list)
    exhaustive: bool = False


class SampleFile(Part):
    """A file of samples. A single sample, or a list of them, may also stand by itself."""

    samples: list[CaseSample | LabelledEvent]

    @classmethod
    def model_json_schema(cls, *arguments: Any, **options: Any) -> dict[str, Any]:
        """Return the JSON Schema of all forms of a file; ids that are supplied where they lack are optional."""
        schema = super().model_json_schema(*arguments, **options)
        for name, supplied in (("Event", {"event_id", "case_id"}), ("LabelledEvent", {"event_id", "case_id"})):
            schema["$defs"][name]["required"] = sorted(set(schema["$defs"][name]["required"]) - supplied)
        profile = schema["$defs"]["CaseProfile"]
        profile["required"] = [key for key in profile.get("required", []) if key != "case_id"]
        item = schema["properties"]["samples"]["items"]
        whole = {key: schema.pop(key) for key in ("type", "properties", "required", "additionalProperties")}
        return schema | {"anyOf": [whole, {"type": "array", "items": item}, *item["anyOf"]]}


@dataclass(frozen=True, slots=True)
class Label:
    """One expectation, the event that it is about, and where it stands."""

    event: Event
    expectation: Expectation
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Sample:
    """Events that share a history, what surrounds them, and what must be said of them."""

    name: str
    file: str
    line: int
    column: int
    events: tuple[Event, ...]
    labels: tuple[Label, ...]
    profile: CaseProfile | None = None
    registry: tuple[RegistryEntry, ...] | None = None
    settings: SampleSettings | None = None
    parameters: Mapping[str, Any] | None = None
    exhaustive: frozenset[str] = frozenset()
    """The events of which every violation must be expected."""

    def settings_over(self, configured: Settings) -> Settings:
        """Return the settings in force: its own over those that are configured."""
        if self.settings is None:
            return configured
        own = {name: getattr(self.settings, name) for name in self.settings.model_fields_set}
        return replace(configured, **{name: value for name, value in own.items() if value is not None})


def items_of(data: Any) -> list[tuple[KeyPath, Any]] | None:
    """Return the samples of a YAML file, each with its path; None if it holds none."""
    if isinstance(data, dict) and isinstance(data.get("samples"), list):
        return [(("samples", index), item) for index, item in enumerate(data["samples"])]
    if isinstance(data, dict) and is_sample(data):
        return [((), data)]
    if isinstance(data, list) and data and any(is_sample(item) for item in data):
        return [((index,), item) for index, item in enumerate(data)]
    return None


def is_sample(item: Any) -> bool:
    """Say whether an object is a labelled sample: it says what is expected, or holds a list of events."""
    return isinstance(item, dict) and ("expect" in item or isinstance(item.get("events"), list))


def read_yaml_samples(document: Document) -> tuple[list[Sample], list[Problem]]:
    """Return the samples of a YAML file, and everything that is wrong with it."""
    problems = list(document.problems)
    if isinstance(document.data, dict) and "samples" in document.data:
        problems += [
            document.problem("unknown_key", (key,), at_key=True, name=key, nearest="samples")
            for key in document.data
            if key != "samples"
        ]
    items = items_of(document.data)
    if items is None:
        problems.append(document.problem("samples_no_list", ("samples",)))
        return [], problems
    return _samples(document.file, [_part(document, path, item) for path, item in items], problems), problems


def read_json_samples(path: Path, rows: Iterable[JsonRow], *, in_lines: bool) -> tuple[list[Sample], list[Problem]]:
    """Return the samples of JSON lines (or of a JSON array), and everything that is wrong with them."""
    problems: list[Problem] = []
    documents = [Document(str(path), row.data, {(): (row.row if in_lines else 1, 1)}) for row in rows]
    return _samples(str(path), documents, problems), problems


def _part(document: Document, path: KeyPath, item: Any) -> Document:
    """Return one sample of a file as a document of its own, with the places that it has in the file."""
    depth = len(path)

    def within(places: dict[KeyPath, Place]) -> dict[KeyPath, Place]:
        return {key[depth:]: place for key, place in places.items() if key[:depth] == path}

    return Document(document.file, item, within(document.places), within(document.key_places))


def _samples(file: str, documents: list[Document], problems: list[Problem]) -> list[Sample]:
    samples: list[Sample] = []
    single: list[tuple[LabelledEvent, Document]] = []
    before = len(problems)
    for number, document in enumerate(documents, 1):
        if not isinstance(document.data, dict):
            problems.append(document.problem("sample_no_object"))
        elif "events" in document.data:
            sample = _case(document, number, problems)
            if sample is not None:
                samples.append(sample)
        else:
            fill = {"event_id": f"event-{number}", "case_id": f"case-{number}"}
            own = replace(document, data=fill | document.data)
            event = validated(LabelledEvent, own, problems)
            if event is not None:
                single.append((event, own))
    log = _log(file, single, problems) if single else None
    if log is not None:
        samples.append(log)
    if len(problems) == before and not any(sample.labels for sample in samples):
        problems.append(Problem("samples_expect_nothing", file, 1, 1))
    return samples


def _case(document: Document, number: int, problems: list[Problem]) -> Sample | None:
    data = dict(document.data)
    profile = data.get("profile")
    case = "case"
    if isinstance(profile, dict):
        data["profile"] = {"case_id": case} | profile
        case = data["profile"]["case_id"]
    if isinstance(data["events"], list):
        data["events"] = [
            {"event_id": f"event-{index}", "case_id": case} | event if isinstance(event, dict) else event
            for index, event in enumerate(data["events"], 1)
        ]
    model = validated(CaseSample, replace(document, data=data), problems)
    if model is None:
        return None
    before = len(problems)
    by_id: dict[str, Event] = {}
    for index, event in enumerate(model.events):
        if event.event_id in by_id:
            problems.append(document.problem("sample_event_twice", ("events", index), id=event.event_id))
        by_id[event.event_id] = event
    labels: list[Label] = []
    for index, expectation in enumerate(model.expect):
        line, column = document.place(("expect", index))
        wanted = expectation.event
        if wanted is None and len(by_id) > 1:
            problems.append(document.problem("sample_which_event", ("expect", index), rule=expectation.rule))
        elif wanted is not None and wanted not in by_id:
            place: KeyPath = ("expect", index, "event")
            problems.append(document.problem("sample_unknown_event", place, id=wanted, known=", ".join(by_id)))
        else:
            event = by_id[wanted] if wanted is not None else model.events[0]
            labels.append(Label(event, expectation, line, column))
    if len(problems) > before:
        return None
    line, column = document.place(())
    return Sample(
        model.name or f"#{number}",
        document.file,
        line,
        column,
        tuple(model.events),
        tuple(labels),
        model.profile,
        None if model.registry is None else tuple(model.registry),
        model.settings,
        model.parameters,
        frozenset(by_id) if model.exhaustive else frozenset(),
    )


def _log(file: str, single: list[tuple[LabelledEvent, Document]], problems: list[Problem]) -> Sample | None:
    """Return labelled events as one log, None if they cannot be one."""
    before = len(problems)
    seen: set[str] = set()
    for event, document in single:
        if event.event_id in seen:
            problems.append(document.problem("sample_event_twice", ("event_id",), id=event.event_id))
        seen.add(event.event_id)
    labels = list(_labels_of(single, problems))
    if len(problems) > before:
        return None
    exhaustive = frozenset(event.event_id for event, _ in single if event.exhaustive)
    line, column = single[0][1].place(())
    return Sample("", file, line, column, tuple(event for event, _ in single), tuple(labels), exhaustive=exhaustive)


def _labels_of(single: list[tuple[LabelledEvent, Document]], problems: list[Problem]) -> Iterator[Label]:
    for event, document in single:
        for index, expectation in enumerate(event.expect):
            if expectation.event not in {None, event.event_id}:
                problems.append(
                    document.problem(
                        "sample_unknown_event", ("expect", index, "event"), id=expectation.event, known=event.event_id
                    )
                )
            yield Label(event, expectation, *document.place(("expect", index)))
