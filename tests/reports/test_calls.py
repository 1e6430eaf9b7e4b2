"""Calls made and effective calls: counted beside each other, what nobody recorded is unknown."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.audit.calls import Calls, is_effective
from collection_guard.engines.judge import Judge
from collection_guard.facts.world import Settings, World
from collection_guard.language.compiling import compile_packs
from collection_guard.language.packs import load_packs
from collection_guard.reports.calls import calls_by_agency, of_all
from reports import november as small

PACKS = compile_packs(load_packs(["core"]), {})
NETWORKS = (None, "connected", "no_answer", "busy", "rejected", "powered_off", "unknown")
ANSWERED = (None, "human", "machine", "nobody")
PARTIES = (None, "borrower", "authorised_party", "third_party", "wrong_party", "nobody")


def call(**fields: Any) -> Any:
    """Return a call to the borrower, of whom the log says so."""
    return small.event("E-1", "2025-11-04T10:00:00+08:00", **{"recipient": {"relationship": "self"}, **fields})


@given(
    st.sampled_from(NETWORKS),
    st.sampled_from(ANSWERED),
    st.sampled_from(PARTIES),
    st.sampled_from(["self", "parent"]),
    st.sampled_from(["call", "video", "voice_notice"]),
    st.booleans(),
)
def test_what_is_effective_agrees_with_the_facts(
    network: str | None, answered: str | None, party: str | None, relationship: str, channel: str, assume: bool
) -> None:
    """Whoever was reached according to the rules was reached according to the scorecard."""
    outcome = {"network": network, "answered_by": answered, "party": party}
    event = call(channel=channel, outcome=outcome, recipient={"relationship": relationship})
    judge = Judge(PACKS, World(Settings("Asia/Shanghai", assume_party=assume)), "reference")
    judge_of = {item.rule.id: item for item in judge.judge(event)}
    assert judge_of
    (sheet,) = judge.sheets()
    reached = sheet.value("contact.party")
    assert is_effective(event, assume_party=assume) == (None if reached is None else reached == "borrower")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"outcome": {"network": "connected", "party": "borrower"}}, Calls(1, 1, 0)),
        ({"outcome": {"network": "connected"}}, Calls(1, 0, 1)),
        ({"outcome": {"network": "no_answer"}}, Calls(1, 0, 0)),
        ({"outcome": {"party": "borrower"}, "direction": None}, Calls(1, 0, 1)),
        ({"outcome": {"party": "borrower"}, "direction": "inbound"}, Calls()),
        ({"outcome": {"party": "borrower"}, "channel": "sms"}, Calls()),
        ({"outcome": {"party": "borrower"}, "channel": "visit"}, Calls()),
    ],
)
def test_calls_are_counted(fields: dict[str, Any], expected: Calls) -> None:
    """Only what went out by voice is a call made; which of them are effective, and of which nobody knows."""
    report = small.audit(small.intake([call(**fields)]))
    found = calls_by_agency(report)
    assert found is not None
    assert [*found.values()] == [expected]
    assert of_all(found.values()) == expected


def test_without_contacts_at_hand_nothing_is_said_of_calls() -> None:
    """A log that was judged in parts leaves its counts alone; an empty one has no call."""
    report = small.audit(small.intake([call()]))
    report.contacts_judged, report.intake = 1, replace(report.intake, contacts=())
    assert calls_by_agency(report) is None
    assert calls_by_agency(small.audit(small.intake([]))) == {}
