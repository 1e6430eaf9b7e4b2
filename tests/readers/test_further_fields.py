"""Further fields of events in tables: what packs of regimes read stands in columns named ``fields.NAME``."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from collection_guard.cli.main import app
from collection_guard.language.fields import column_paths

HEADERS = (
    "event_id",
    "case_id",
    "channel",
    "direction",
    "started_at",
    "recipient.number",
    "recipient.relationship",
    "outcome.network",
    "outcome.party",
    "fields.purpose",
    "fields.debts",
    "fields.hides_caller",
    "fields.visitors",
)
CALL = ("C", "call", "outbound")
TO = ("+12025550123", "self")
ROWS: list[tuple[Any, ...]] = [
    ("1", *CALL, "2026-11-10T09:00:00-05:00", *TO, "connected", "borrower", "demand", "a;b", "否", "2"),
    ("2", *CALL, "2026-11-12T09:00:00-05:00", *TO, "no_answer", "", "Legally_Required", "a", "yes", ""),
    ("3", *CALL, "2026-11-12T09:30:00-05:00", *TO, "no_answer", "", "", "c", "", ""),
]


def event(row: tuple[Any, ...]) -> dict[str, Any]:
    """Return a row as an event of JSON lines."""
    event_id, case, channel, direction, at, number, relation, network, party, purpose, debts, hides, visitors = row
    fields: dict[str, Any] = {"debts": debts.split(";")}
    fields |= {"purpose": purpose.lower()} if purpose else {}
    fields |= {"hides_caller": hides == "yes"} if hides else {}
    fields |= {"visitors": int(visitors)} if visitors else {}
    outcome = {"network": network} | ({"party": party} if party else {})
    recipient = {"number": number, "relationship": relation}
    return {
        "event_id": event_id,
        "case_id": case,
        "channel": channel,
        "direction": direction,
        "started_at": at,
        "recipient": recipient,
        "outcome": outcome,
        "fields": fields,
    }


def table(path: Path, *rows: tuple[Any, ...], headers: tuple[str, ...] = HEADERS) -> Path:
    """Write a table as its name says: CSV or Excel."""
    if path.suffix == ".xlsx":
        book = Workbook()
        for row in (headers, *rows):
            book.worksheets[0].append(row)
        book.save(path)
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([headers, *rows])
    return path


def audited(log: Path, *options: str) -> Any:
    """Return the result of an audit of a log under Regulation F."""
    command = ["audit", str(log), "--rules", "us-reg-f,cn-national", "--timezone", "America/New_York", "--lang", "en"]
    return CliRunner().invoke(app, [*command, *options])


def verdicts(log: Path) -> str:
    """Return the verdicts on a log, as the file of them has them."""
    out = log.with_suffix(".verdicts")
    result = audited(log, "--verdicts", str(out), "--fail-on", "critical")
    assert result.exit_code in (0, 1), result.stderr
    return out.read_text("utf-8")


@pytest.mark.parametrize("name", ["log.csv", "log.xlsx"])
def test_a_table_gives_the_verdicts_of_the_same_events_in_json(tmp_path: Path, name: str) -> None:
    """Words, truths, numbers and lists in columns say what the fields of JSON lines say."""
    lines = tmp_path / "log.jsonl"
    lines.write_text("".join(json.dumps(event(row)) + "\n" for row in ROWS), "utf-8")
    found = verdicts(table(tmp_path / name, *ROWS))
    assert found == verdicts(lines)
    assert any(json.loads(line)["rule"] == "caller-identity-not-disclosed" for line in found.splitlines())


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("fields.purpose", "dunning"),
        ("fields.hides_caller", "perhaps"),
        ("fields.visitors", "2.5"),
        ("fields.visitors", "x"),
    ],
)
def test_a_value_that_a_field_does_not_take_rejects_the_row(tmp_path: Path, column: str, value: str) -> None:
    """With its column, and what the field takes; the other rows are judged."""
    wrong = tuple(value if name == column else cell for name, cell in zip(HEADERS, ROWS[0], strict=True))
    report = json.loads(audited(table(tmp_path / "log.csv", wrong, *ROWS[1:]), "--format", "json").stdout)
    (rejected,) = report["rejected"]
    assert (rejected["reason"], rejected["column"]) == ("further_field", column)
    assert "1" not in {one["event_id"] for one in report["violations"]}
    assert report["violations"] != []


def test_a_field_that_is_none_is_refused_with_the_nearest(tmp_path: Path) -> None:
    """A typing error in a header would silently leave a rule without its fact; a mapping file can leave it out."""
    headers = tuple("fields.purpos" if name == "fields.purpose" else name for name in HEADERS)
    refused = audited(table(tmp_path / "log.csv", *ROWS, headers=headers))
    assert refused.exit_code == 4
    assert "fields.purpos" in refused.stderr
    assert "fields.purpose" in refused.stderr
    (tmp_path / "map.yaml").write_text("ignore: [fields.purpos]\n", "utf-8")
    assert audited(tmp_path / "log.csv", "--map", str(tmp_path / "map.yaml")).exit_code in (0, 1)


def test_a_mapping_file_names_the_fields_of_other_headers(tmp_path: Path) -> None:
    """A header of the vendor's own is one of the fields."""
    headers = tuple("目的" if name == "fields.purpose" else name for name in HEADERS)
    (tmp_path / "map.yaml").write_text("columns: {目的: fields.purpose}\n", "utf-8")
    log = table(tmp_path / "log.csv", *ROWS, headers=headers)
    out = tmp_path / "out"
    assert audited(log, "--map", str(tmp_path / "map.yaml"), "--verdicts", str(out)).exit_code in (0, 1)
    assert out.read_text("utf-8") == verdicts(table(tmp_path / "plain.csv", *ROWS))


def test_every_common_field_of_events_has_its_column() -> None:
    """None is for profiles, which are no rows of a log."""
    assert "fields.purpose" in column_paths()
    assert "fields.borrower_status" not in column_paths()
