"""Which columns would help: fields that were empty where a verdict hangs on a fact that is read from them."""

from typing import Any

import pytest

from collection_guard.audit.report import MissingColumn
from collection_guard.audit.run import Basis, run_audit
from collection_guard.facts.world import Settings
from reports.november import SETTINGS, audit, event, intake, packs


def columns(
    *contacts: dict[str, Any], rule: str | None = None, pack: str = "core", **settings: Any
) -> list[MissingColumn]:
    """Return the columns that would help with some contacts."""
    items = [
        event(f"E-{place}", f"2025-11-0{place}T10:00:00+08:00", **fields) for place, fields in enumerate(contacts, 1)
    ]
    given = {"timezone": "Asia/Shanghai", **settings}
    return audit(intake(items), pack, Settings(**given)).missing_columns(rule)


def fields(found: list[MissingColumn]) -> list[str]:
    """Return the fields alone, the most helpful first."""
    return [column.field for column in found]


def test_the_column_that_says_most_comes_first() -> None:
    """A missing relationship is what keeps it open whether a third party was called."""
    found = columns({}, rule="third-party-while-borrower-reachable")
    assert fields(found)[0] == "recipient.relationship"
    assert found[0].verdicts == 1


def test_a_column_that_is_filled_is_not_asked_for() -> None:
    """What stands there cannot be supplied."""
    number = {"recipient": {"number": "13812345678"}}
    assert "recipient.number" in fields(columns({}))
    assert "recipient.number" not in fields(columns(number, rule="third-party-while-borrower-reachable"))


def test_each_verdict_counts_once_for_a_column() -> None:
    """Two contacts, two verdicts of the rule; three facts of one verdict that read one column are one."""
    found = columns({"recipient": {"roles": []}}, {"recipient": {"roles": []}}, rule="threat-made")
    by_field = {column.field: column.verdicts for column in found}
    assert by_field["content"] == 2


def test_no_partner_list_is_what_keeps_agencies_open() -> None:
    """The list is no column, but it is what to supply; where it is given, it is not asked for."""
    taken = intake([event("E-1", "2025-11-04T10:00:00+08:00")])
    report = run_audit(taken, Basis(packs("core"), settings=SETTINGS, engine="reference"))
    assert fields(report.missing_columns("agency-not-on-registry")) == ["registry"]
    assert columns({}, rule="agency-not-on-registry") == []


def test_a_signal_that_only_others_supply_is_asked_for_by_its_column() -> None:
    """Other signals that were given do not fill it."""
    visit = {"channel": "visit", "signals": {"threat": False}, "content": ""}
    assert fields(columns(visit, rule="doorstep-obstruction")) == ["signals"]


def test_one_field_that_names_a_firm_is_enough() -> None:
    """Where a firm is named and no official directory is given, the directory is what to supply."""
    claimed = {"claims": {"law_firm": "甲乙律师事务所"}, "signals": {"claims_lawyer": True}}
    assert fields(columns(claimed, rule="law-firm-not-in-official-directory")) == ["registry"]


def test_members_are_asked_for_of_groups_alone() -> None:
    """One person has no members; a group whose members are not known does."""
    rule = "third-party-not-emergency-contact"
    assert "recipient.members" not in fields(columns({}, rule=rule))
    assert "recipient.members" in fields(columns({"recipient": {"audience": "group"}}, rule=rule))


def test_a_zone_that_is_not_configured_is_asked_for() -> None:
    """Local time needs a zone: the recipient's, the profile's, a number's, or the configured one."""
    found = fields(columns({}, rule="contact-outside-permitted-hours", timezone=None))
    assert found[0] == "recipient.timezone"
    assert set(found) == {"recipient.timezone", "profile.timezone", "recipient.number", "settings.timezone"}


def test_a_past_that_is_uncertain_asks_for_what_its_contacts_lack() -> None:
    """A measure is read from earlier contacts: a column counts if one of them leaves it empty."""
    earlier = {"recipient": {"relationship": "self", "number": "13812345678"}}
    mother = {"recipient": {"relationship": "parent", "number": "13987654321"}}
    found = fields(columns(earlier, earlier, earlier, mother, rule="third-party-while-borrower-reachable"))
    assert {"outcome.network", "outcome.party", "profile.numbers"} <= set(found)
    assert not {"recipient.relationship", "recipient.number", "direction", "channel"} & set(found)


@pytest.mark.parametrize("rule", ["contact-after-cease-request", None])
def test_what_says_something_by_being_empty_is_not_asked_for(rule: str | None) -> None:
    """No change of state and no disposition mean that none was reported."""
    found = fields(columns({}, rule=rule))
    assert not {"outcome.state_change", "outcome.disposition"} & set(found)


def test_a_time_of_recording_that_nobody_can_read_is_asked_for() -> None:
    """It alone leaves open what was known; where each is readable, or none is given, the column would not help."""
    mother = {"recipient": {"relationship": "parent"}}
    rule = "contact-to-number-reported-wrong"
    assert "recorded_at" in fields(columns({**mother, "recorded_at": "unknown"}, mother, rule=rule))
    doubtful = [{**mother, "recorded_at": "unknown"}] * 3
    assert "recorded_at" in fields(columns(*doubtful, mother, rule="third-party-while-borrower-reachable"))
    assert "recorded_at" not in fields(columns({**mother, "recorded_at": "unknown"}, mother, rule="threat-made"))
    assert "recorded_at" not in fields(columns(mother, mother, rule=rule))
