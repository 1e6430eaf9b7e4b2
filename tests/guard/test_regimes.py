"""Guards of regimes: limits over debts, consents, calendars; exact to the second, and as an audit says."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import collection_guard as cg
from collection_guard.engines.judge import Judge
from collection_guard.facts.world import Settings, World
from collection_guard.guard.attempts import before_contact, event_of
from collection_guard.guard.scene import widest_window
from collection_guard.guard.surroundings import Surroundings, surroundings
from collection_guard.language.packs import load_packs
from guard.making import MORNING, OWN, Clock, answered, attempt, open_guard, profile
from guard.probing import Probe, hold_exactly

ZONE_OF: Final = {
    "us-reg-f": "America/New_York",
    "cn-national": "Asia/Shanghai",
    "br-sp": "America/Sao_Paulo",
    "id-ojk": "Asia/Jakarta",
    "ca-qc": "America/Toronto",
}
SILENT: Final = dict.fromkeys(
    ("stop_calling", "asks_to_cease", "opts_out", "disputes_debt", "brings_new_information", "asks_to_stop"), False
)
"""What a borrower did not ask for in a contact that is over."""
PLAIN: Final[dict[str, Any]] = {"hides_collector": False, "profile_misnames_collector": False, "place": "home"}
"""Further fields that are known of every attempt, so that something is left to decide."""


def regime(pack: str, *cases: cg.CaseProfile) -> Surroundings:
    """Return the rules of a regime."""
    world = World(Settings(timezone=ZONE_OF[pack]), {case.case_id: case for case in cases})
    return surroundings(load_packs([pack]), {}, world, "reference")


def of_debts(event_id: str, at: datetime, *debts: str, **outcome: Any) -> dict[str, Any]:
    """Return a call about debts as it is recorded."""
    made = {"network": "connected", "answered_by": "human", "party": "borrower"} | outcome
    return attempt(event_id=event_id, started_at=at, outcome=made, fields=SILENT | {"debts": list(debts)})


def reg_f(clock: Clock) -> cg.Guard:
    """Return a guard under Regulation F in New York."""
    home = profile(timezone="America/New_York")
    return open_guard(
        clock, rules=["us-reg-f"], parameters={}, registry=None, cases=[home], timezone=ZONE_OF["us-reg-f"]
    )


def test_the_eighth_call_of_seven_days_is_denied_before_anybody_answers() -> None:
    """Whether it will connect is what only the call tells: the rule wants that heeded, and the eighth is not placed."""
    clock = Clock(datetime(2025, 11, 20, 15, tzinfo=UTC))
    guard = reg_f(clock)
    asked = attempt(fields=PLAIN | {"debts": ["D-1"]})
    for number in range(7):
        allowed = guard.check(asked)
        assert allowed.decision == "allow", allowed.reason
        busy = {"network": "no_answer", "answered_by": None, "party": None}
        guard.record(of_debts(f"E-{number}", clock.at, "D-1", **busy), token=allowed.token)
        clock.move(hours=1)
    denied = guard.check(asked)
    assert (denied.decision, denied.reason.code) == ("deny", "outcome")
    assert "calls-over-limit" in {one.rule for one in denied.unassessable}
    assert [(one.used, one.limit) for one in denied.limits if one.rule == "calls-over-limit"] == [(7, 7)]
    (first, *_) = denied.next_permitted or ()
    assert first.since == datetime(2025, 11, 27, 13, tzinfo=UTC)
    assert guard.check(attempt(fields=PLAIN | {"debts": ["D-2"]})).decision == "allow"


def test_a_call_under_way_may_become_a_conversation_and_asks_nothing() -> None:
    """While one call about a debt is under way the next is not placed; given back, it leaves no request behind."""
    guard = reg_f(Clock(datetime(2025, 11, 20, 15, tzinfo=UTC)))
    first = guard.check(attempt(fields=PLAIN))
    second = guard.check(attempt(fields=PLAIN))
    assert (first.decision, second.decision, second.reason.code) == ("allow", "deny", "reserved")
    assert "call-after-conversation" in second.reason.en
    assert "barred-medium-used" not in second.reason.en
    guard.cancel(first.token)
    assert guard.check(attempt(fields=PLAIN)).decision == "allow"


def test_a_conversation_keeps_the_next_seven_days_free() -> None:
    """After a conversation on Thursday the debt may be called about on the Thursday after it, at eight."""
    clock = Clock(datetime(2025, 11, 20, 15, tzinfo=UTC))
    guard = reg_f(clock)
    guard.record(of_debts("E-1", clock.at, "D-1"))
    clock.move(days=1)
    denied = guard.check(attempt(fields=PLAIN | {"debts": ["D-1"]}))
    assert denied.decision == "deny"
    assert [one.since for one in denied.next_permitted or ()][:1] == [datetime(2025, 11, 27, 13, tzinfo=UTC)]


def test_a_holiday_is_no_day_to_call() -> None:
    """In São Paulo nobody is called on Christmas: the search steps over it to the next working day."""
    eve = datetime(2025, 12, 24, 23, 30, tzinfo=UTC)
    home = profile(timezone="America/Sao_Paulo")
    asked = open_guard(Clock(eve), rules=["br-sp"], parameters={}, cases=[home], timezone="America/Sao_Paulo").check(
        attempt()
    )
    assert asked.decision == "deny"
    assert [one.since for one in asked.next_permitted or ()][:1] == [datetime(2025, 12, 26, 11, tzinfo=UTC)]


@pytest.mark.parametrize(("pack", "bounded"), [("br-sp", True), ("us-reg-f", False), ("kr-pdpa", False)])
def test_only_consents_and_answers_read_a_case_from_its_beginning(pack: str, bounded: bool) -> None:
    """What a pack with a calendar reads is bounded by its windows; consents and answers may be as old as the case."""
    assert (widest_window(surroundings(load_packs([pack]), {}, World())) is not None) == bounded


def test_whom_nobody_named_may_be_anyone_in_what_precedes_the_log(tmp_path: Any) -> None:
    """A count for an unknown person hangs on the past alone, not on whether the log names others later."""
    home = profile(timezone="America/New_York", history_from=(MORNING - timedelta(days=2)).date())
    around = regime("us-reg-f", home)
    unnamed = cg.Event.model_validate(answered("E-1", MORNING, recipient={}, fields={"purpose": "location"}))
    later = cg.Event.model_validate(answered("E-2", MORNING + timedelta(days=1)))

    def said(*others: cg.Event) -> list[tuple[str, str]]:
        judge = Judge(around.packs, around.world, "reference")
        for other in others:
            judge.add(other)
        return [(one.rule.id, one.verdict.verdict) for one in judge.judge(unnamed)]

    assert said() == said(later)


INSTANTS: Final = st.builds(
    lambda day, seconds: datetime(2025, 10, 1, tzinfo=UTC) + timedelta(days=day, seconds=seconds),
    st.integers(0, 120),
    st.integers(0, 86_399),
)


@st.composite
def regime_cases(draw: st.DrawFn) -> tuple[str, datetime, cg.CaseProfile, list[dict[str, Any]], dict[str, Any]]:
    """Return a regime, when somebody asks, the case, its past, and the attempt."""
    pack, at = draw(st.sampled_from(tuple(ZONE_OF))), draw(INSTANTS)
    consent = {
        "kind": "consent",
        "scope": draw(st.sampled_from((None, "call", "after_hours", "other_hours", "other_place"))),
        "at": at - timedelta(days=draw(st.integers(-2, 9)), seconds=draw(st.integers(0, 3_600))),
        "expires": draw(st.sampled_from((None, at + timedelta(days=3, seconds=11)))),
    }
    stop = {"kind": "cease", "expires": at + timedelta(days=1, seconds=7)}
    case = profile(
        timezone=draw(st.sampled_from((ZONE_OF[pack], ZONE_OF[pack], None))),
        numbers=[{"number": OWN}],
        instructions=draw(st.lists(st.sampled_from((consent, stop)), max_size=2, unique_by=lambda one: one["kind"])),
    )
    outcomes = ({"network": "no_answer"}, {"network": "busy"}, {"party": "nobody"}, {"party": "third_party"}, {})
    past = [
        of_debts(f"E-{number}", at - timedelta(hours=hours, seconds=seconds), *debts, **outcome)
        for number, (hours, seconds, debts, outcome) in enumerate(
            draw(
                st.lists(
                    st.tuples(
                        st.integers(0, 9 * 24),
                        st.integers(1, 3_599),
                        st.sampled_from((("D-1",), ("D-2",), ("D-1", "D-2"))),
                        st.sampled_from(outcomes),
                    ),
                    max_size=9,
                )
            )
        )
    ]
    for number, made in enumerate(past):
        if draw(st.integers(0, 5)) == 0:
            made |= {"direction": "inbound", "ended_at": made["started_at"] + timedelta(seconds=90)}
            made["fields"] = made["fields"] | {
                "gives_consent": draw(st.sampled_from(("call", "after_hours", "other_hours")))
            }
            if draw(st.booleans()):
                made["fields"] = made["fields"] | {"consent_date": (at + timedelta(days=number % 3)).date().isoformat()}
    fields = PLAIN | {"debts": draw(st.sampled_from((["D-1"], ["D-1", "D-2"])))}
    if past and draw(st.booleans()):
        fields |= {"in_reply_to": past[0]["event_id"]}
    asked = attempt(recipient={"number": OWN, "relationship": "self"}, fields=fields)
    return pack, at, case, past, asked


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(case=regime_cases(), data=st.data())
def test_counterfactual_exact_under_regimes(case: Any, data: st.DataObject) -> None:
    """Within the intervals the attempt is allowed, second by second, and not before or between them."""
    pack, at, known, past, asked = case
    probe = Probe(regime(pack, known), at, past, asked)
    decision = probe(at)
    if decision.decision == "allow":
        for share in data.draw(st.lists(st.floats(0, 0.999), max_size=3)):
            assert probe.allows(at + (decision.valid_until - at) * share)
    else:
        hold_exactly(probe, at, decision.next_permitted or (), data)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(case=regime_cases())
def test_a_decision_is_what_an_audit_says_of_the_past_and_the_attempt(case: Any) -> None:
    """An audit of the same past, with the attempt as its last contact, finds the violations that the guard names."""
    pack, at, known, past, asked = case
    around = regime(pack, known)
    decision = Probe(around, at, past, asked)(at)
    event = before_contact(event_of(asked, started_at=at, event_id="~"), at, around.after_fields)
    judge = Judge(around.packs, around.world, "durable")
    for one in sorted((event_of(one) for one in past), key=lambda one: (one.started_at, one.event_id)):
        judge.add(one)
    said = {one.rule.id: one.verdict.verdict for one in judge.judge(event)}
    assert {one.rule for one in decision.violations} == {rule for rule, word in said.items() if word == "violation"}
    assert {said[str(one.rule)] for one in decision.unassessable} <= {"unassessable"}
    blocked = any(
        one.rule.id in said and said[one.rule.id] == "violation" and one.rule.rule.effect == "block"
        for one in judge.judge(event)
    )
    assert not blocked or decision.decision == "deny"
