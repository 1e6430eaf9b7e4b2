"""What the fields of events, case profiles and partner lists mean, in both languages."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from collection_guard.language.schema import PackFile
from collection_guard.model.event import Event, Record
from collection_guard.model.profile import CaseProfile
from collection_guard.model.registry import RegistryEntry
from collection_guard.model.texts import LANGS, Lang, catalogue
from collection_guard.reports.records import ROOTS, documented_schema, fields_of, records_in

RECORDS = [record for root in ROOTS for record in records_in(root)]


def schema_of(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Return what the command on schemas answers."""
    command = [sys.executable, "-m", "collection_guard", "rules", "schema", *words]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
@pytest.mark.parametrize("lang", LANGS)
def test_every_field_has_a_meaning(record: type[Record], lang: Lang) -> None:
    """Each record and each of its fields says what it is, and what it means that it is missing."""
    assert catalogue()[f"record.{record.__name__}"][lang]
    for field in fields_of(record):
        assert field.meaning(lang)
        assert field.absent(lang)


def test_no_meaning_is_left_of_a_field_that_is_gone() -> None:
    """Each text on a record belongs to a record or a field that is there; a required one is never missing."""
    known = {"record.absent", "record.required", *(f"record.{record.__name__}" for record in RECORDS)}
    for record in RECORDS:
        for field in fields_of(record):
            known |= {field.code} if field.required else {field.code, f"{field.code}.absent"}
    assert [code for code in catalogue() if code.startswith("record.") and code not in known] == []


def test_every_record_is_found() -> None:
    """All that events, profiles and lists hold is documented, and each field by its name in JSON."""
    names = {record.__name__ for record in RECORDS}
    assert {"Recipient", "Outcome", "Claims", "Collector", "QuietWindow", "Instruction", "OwnNumber"} <= names
    for model in (Event, CaseProfile, RegistryEntry):
        schema = model.model_json_schema(by_alias=True)
        for record in records_in(model):
            part = schema if record is model else schema["$defs"][record.__name__]
            assert [field.name for field in fields_of(record)] == list(part["properties"])
            assert {field.name for field in fields_of(record) if field.required} == set(part.get("required", ()))


def test_types_are_read_from_the_models() -> None:
    """A field says its kind, its closed list of words, the record that it holds, and whether it is a list."""
    by_name = {field.name: field for record in records_in(Event) for field in fields_of(record)}
    assert by_name["started_at"].kind.name == "instant"
    assert by_name["audience"].kind.words == ("private", "group", "public", "unknown")
    assert by_name["roles"].kind.listed
    assert by_name["roles"].kind.name == "word"
    assert by_name["members"].kind.record is by_name["recipient"].kind.record
    assert "threat" in by_name["signals"].kind.words


def described(schema: dict[str, Any]) -> list[str]:
    """Return every description in a schema."""
    parts = [schema, *schema.get("$defs", {}).values()]
    return [value["description"] for part in parts for value in part["properties"].values()]


@pytest.mark.parametrize("model", ROOTS, ids=lambda model: model.__name__)
def test_the_schema_describes_every_field_in_the_language_asked_for(model: type[Record]) -> None:
    """An editor that reads the JSON Schema shows the meaning of each field, in Chinese or in English."""
    english, chinese = (described(documented_schema(model, lang)) for lang in ("en", "zh"))
    assert len(english) == len(chinese) == sum(len(fields_of(record)) for record in records_in(model))
    assert not any(one == other for one, other in zip(english, chinese, strict=True))


def test_other_schemas_stay_as_they_are() -> None:
    """A model that has no texts is described as before."""
    assert documented_schema(PackFile, "zh") == PackFile.model_json_schema(by_alias=True)


def test_the_command_speaks_both_languages_and_reads_no_configuration(tmp_path: Path) -> None:
    """`rules schema` takes --lang, refuses another one, and answers beside a configuration that is broken."""
    (tmp_path / "collection-guard.yaml").write_text("nonsense: [", "utf-8")
    chinese = schema_of("event", "--lang", "zh", folder=tmp_path)
    assert json.loads(chinese.stdout)["properties"]["channel"]["description"].startswith("触达渠道。")
    refused = schema_of("event", "--lang", "fr", folder=tmp_path)
    assert refused.returncode == 2
    assert "--lang" in refused.stderr
