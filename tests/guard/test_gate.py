"""The gate: what it answers before a contact, and what it says after one."""

import asyncio
import gc
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from pydantic import ValidationError

import collection_guard as cg
from collection_guard.guard.stores.base import Locks, Transaction
from collection_guard.guard.stores.memory import MemoryStore
from collection_guard.model.problems import Problem, StoreError
from guard.making import MORNING, MUM, OWN, Clock, answered, attempt, open_guard, profile

RULES = Path(__file__).parents[2] / "rules"


def test_a_lawful_call_is_allowed_and_an_unlawful_one_denied_with_its_rule() -> None:
    """In the permitted hours a call is allowed; at night it is denied, with the rule, its message and its evidence."""
    clock = Clock()
    guard = open_guard(clock)
    assert guard.check(attempt()).decision == "allow"
    clock.move(hours=12)
    denied = guard.check(attempt())
    assert denied.decision == "deny"
    assert denied.disposition == "CGDENY"
    assert denied.reason.code == "violation"
    (violation,) = denied.violations
    assert violation.rule == "contact-outside-permitted-hours"
    assert violation.evidence["contact.local_time"] == {"Asia/Shanghai": "22:00:00"}
    assert violation.message.zh != violation.message.en


def test_an_allow_keeps_its_place_until_it_is_recorded_cancelled_or_expires() -> None:
    """Of three places a day the fourth attempt gets none, until one is given back or has expired."""
    clock = Clock()
    guard = open_guard(clock)
    tokens = [guard.check(attempt()).token for _ in range(3)]
    refused = guard.check(attempt())
    assert (refused.decision, refused.reason.code, refused.violations) == ("deny", "reserved", ())
    assert guard.cancel(tokens[0]) is True
    assert guard.cancel(tokens[0]) is False
    assert guard.check(attempt()).decision == "allow"
    assert guard.check(attempt()).decision == "deny"
    clock.move(seconds=119)
    assert guard.check(attempt()).decision == "deny"
    clock.move(seconds=2)
    assert guard.check(attempt()).decision == "allow"


def test_a_recorded_contact_frees_its_place_and_counts() -> None:
    """What is recorded takes the place of its reservation: three contacts fill three places, and no more."""
    clock = Clock()
    guard = open_guard(clock)
    for number in range(3):
        decision = guard.check(attempt())
        assert decision.decision == "allow"
        found = guard.record(answered(f"E-{number}", clock.at), token=decision.token)
        assert [one.kind for one in found if one.kind != "unassessable"] == []
        clock.move(seconds=1)
    refused = guard.check(attempt())
    assert [one.rule for one in refused.violations] == ["repeated-contact"]
    clock.move(days=1)
    assert guard.check(attempt()).decision == "allow"


def test_what_is_recorded_on_an_expired_token_counts_and_is_an_overrun() -> None:
    """The place is gone, the contact was made: it counts, and the finding says when the place was lost."""
    clock = Clock()
    guard = open_guard(clock, parameters={"contacts_per_day": 1})
    token = guard.check(attempt()).token
    began = clock.at
    clock.move(seconds=121)
    found = guard.record(answered("E-1", began), token=token)
    assert [one.kind for one in found if one.kind != "unassessable"] == ["overrun"]
    assert guard.check(attempt()).decision == "deny"
    assert guard.record(answered("E-2", clock.at), token="none")[0].kind == "unknown_token"  # noqa: S106  # no secret


def test_a_contact_recorded_twice_counts_once() -> None:
    """A redelivered event is said to be one; with another content the first stands."""
    clock = Clock()
    guard = open_guard(clock, parameters={"contacts_per_day": 2})
    first = guard.record(answered("E-1", clock.at))
    again = guard.record(answered("E-1", clock.at))
    assert again[0].kind == "redelivered"
    assert again[1:] == first
    assert guard.record(answered("E-1", clock.at, agency="别家"))[0].kind == "contradicted"
    clock.move(seconds=1)
    assert guard.check(attempt()).decision == "allow"


def test_late_records_stand_where_they_belong() -> None:
    """Contacts of yesterday that are recorded today count yesterday, in whichever order they come."""
    clock = Clock()
    guard = open_guard(clock, parameters={"contacts_per_day": 1})
    guard.record(answered("E-2", clock.at - timedelta(days=1)))
    guard.record(answered("E-1", clock.at - timedelta(days=1, hours=1)))
    assert guard.check(attempt()).decision == "allow"


def test_contacts_of_the_very_instant_or_of_a_fast_clock_take_their_place() -> None:
    """A limit holds although contacts are recorded with the instant of the attempt, or with one that is to come."""
    clock = Clock()
    guard = open_guard(clock, parameters={"contacts_per_day": 2})
    guard.record(answered("z", clock.at))
    assert guard.check(attempt(started_at=clock.at)).decision == "allow"
    guard.record(answered("zz", clock.at + timedelta(seconds=2)))
    refused = guard.check(attempt(started_at=clock.at))
    assert (refused.decision, refused.reason.code) == ("deny", "reserved")


def test_a_call_under_way_takes_places_and_proves_nothing() -> None:
    """Three failed attempts allow a call to the mother; another attempt under way takes nothing from them."""
    clock = Clock()
    guard = open_guard(clock, parameters={})
    for days, event_id in ((3, "E-1"), (2, "E-2"), (1, "E-3")):
        failed = attempt(event_id=event_id, started_at=clock.at - timedelta(days=days), outcome={"network": "busy"})
        guard.record(failed)
    mother = attempt(recipient={"number": MUM, "relationship": "parent"})
    assert guard.check(mother).decision == "allow"
    assert guard.check(attempt()).decision == "allow"
    assert guard.check(mother).decision == "allow"
    guard.record(answered("E-4", clock.at))
    assert [one.rule for one in guard.check(mother).violations] == ["third-party-while-borrower-reachable"]


def test_unknown_facts_decide_as_the_rule_says_and_those_of_after_decide_nothing() -> None:
    """Without a profile nobody knows of requests to cease: deny, or review; what will be said decides nothing."""
    stranger = attempt(case_id="C-9")
    denied = open_guard(Clock()).check(stranger)
    assert (denied.decision, denied.reason.code) == ("deny", "unknown_facts")
    assert {one.rule for one in denied.unassessable} >= {"contact-after-cease-request"}
    softened = open_guard(Clock(), options={"on_failure": {"unknown_facts": "review"}}).check(stranger)
    assert softened.decision == "review"
    known = open_guard(Clock()).check(attempt())
    assert known.unassessable == ()


def test_what_a_caller_does_to_an_answer_stays_with_him() -> None:
    """Evidence that a caller adds to or takes away shows in no later decision, and in no later finding."""
    clock = Clock()
    guard = open_guard(clock)
    stranger, made = attempt(case_id="C-9"), attempt(case_id="C-9", content="您好")
    before = guard.check(stranger)
    assert before.unassessable
    for finding in before.unassessable:
        finding.evidence["mine"] = True
    clock.move(seconds=1)
    assert not any(finding.evidence for finding in guard.check(stranger).unassessable)
    for number in range(2):
        found = guard.record({**made, "event_id": f"E-{number}", "started_at": clock.at})
        assert not any("mine" in finding.evidence for finding in found)
        for finding in found:
            finding.evidence["mine"] = True


def test_a_wrong_is_the_reason_before_what_nobody_knows() -> None:
    """Where one rule is broken and another cannot be decided, and both deny, the reason names the broken one."""
    clock = Clock()
    guard = open_guard(clock)
    clock.move(hours=12)
    denied = guard.check(attempt(case_id="C-9"))
    assert {one.rule for one in denied.unassessable} >= {"contact-after-cease-request"}
    assert denied.reason.code == "violation"
    assert "contact-outside-permitted-hours" in denied.reason.en
    assert "contact-after-cease-request" not in denied.reason.en


def test_a_message_is_judged_by_its_words_before_it_is_sent() -> None:
    """The text of a message is known before: a threat is denied, and the same text without it allowed."""
    guard = open_guard(Clock())
    text = attempt(channel="sms", content="请回电", signals={"threat": True})
    assert [one.rule for one in guard.check(text).violations] == ["threat-made"]
    assert guard.check(attempt(channel="sms", content="请回电", signals={"threat": False})).decision == "allow"


def test_what_an_attempt_says_of_its_outcome_is_not_taken() -> None:
    """Before the contact nobody knows what came of it, whatever the dialer's template says."""
    guard = open_guard(Clock())
    late = guard.check(attempt(channel="sms", outcome={"network": "undelivered"}, signals={"threat": True}))
    assert [one.rule for one in late.violations] == ["threat-made"]


def test_shadow_mode_always_allows_and_says_what_it_would_do() -> None:
    """A shadow decides, keeps places and answers allow."""
    clock = Clock()
    guard = open_guard(clock, mode="shadow", parameters={"contacts_per_day": 1})
    first, second = guard.check(attempt()), guard.check(attempt())
    assert (first.decision, first.would_deny) == ("allow", False)
    assert (second.decision, second.would_deny, second.reason.code) == ("allow", True, "reserved")
    assert open_guard(clock).check(attempt()).would_deny is None


def test_a_clock_that_was_put_back_denies_and_says_so() -> None:
    """A few seconds are borne; more is refused, but a contact that was made is recorded all the same."""
    clock = Clock()
    guard = open_guard(clock)
    guard.record(answered("E-1", clock.at))
    clock.move(seconds=-4)
    assert guard.check(attempt()).decision == "allow"
    clock.move(minutes=-10)
    refused = guard.check(attempt())
    assert (refused.decision, refused.disposition, refused.reason.code) == ("deny", "CGFAIL", "clock")
    guard.record(answered("E-2", clock.at))
    clock.move(minutes=11)
    guard.record(answered("E-3", clock.at))
    clock.move(seconds=1)
    assert [one.rule for one in guard.check(attempt()).violations] == ["repeated-contact"]


def test_a_reload_with_another_country_is_refused(tmp_path: Path) -> None:
    """Numbers are kept as one country dials them: another one is refused, by name, and what was in force stays."""
    path = tmp_path / "collection-guard.yaml"
    path.write_text("{timezone: Asia/Shanghai, country: CN}", "utf-8")
    guard = cg.Guard.open(path)
    path.write_text("{timezone: Asia/Shanghai, country: US}", "utf-8")
    taken = guard.reload()
    assert (taken.taken, [problem.code for problem in taken.problems]) == (False, ["reload_country"])
    assert guard.status().reload_problems == taken.problems
    path.write_text("{timezone: Asia/Shanghai, country: CN}", "utf-8")
    assert guard.reload().taken


def test_a_bad_reload_keeps_what_was_in_force(tmp_path: Path) -> None:
    """A reload takes everything or nothing, and a bad file is named until a good one is taken."""
    clock = Clock()
    cases = tmp_path / "cases.jsonl"
    cases.write_text(profile().model_dump_json() + "\n", "utf-8")
    guard = open_guard(clock, cases=cases)
    before = guard.status()
    cases.write_text("{broken\n", "utf-8")
    kept = guard.reload()
    assert (kept.taken, kept.rules_digest) == (False, before.rules_digest)
    assert kept.problems == guard.status().reload_problems != ()
    assert guard.check(attempt()).decision == "allow"
    cases.write_text(
        profile(instructions=[{"kind": "cease", "number": OWN}]).model_dump_json(by_alias=True) + "\n", "utf-8"
    )
    assert guard.reload().taken is True
    assert guard.status().reload_problems == ()
    assert [one.rule for one in guard.check(attempt()).violations] == ["contact-after-cease-request"]


@pytest.mark.parametrize("before", [None, "B-0"])
def test_contacts_count_for_the_borrower_whom_their_profile_names_by_now(before: str | None) -> None:
    """Once a profile names the borrower, contacts of his cases from before count, and so do places."""
    pack = Path(__file__).parent / "pack"
    rules = {"rules": [pack], "parameters": {"most": 2, "rest": "0s"}}
    other = profile(case_id="C-2", borrower_id=before)
    clock, store = Clock(), MemoryStore()
    guard = open_guard(clock, **rules, cases=[profile(), other], store=store)
    guard.record(answered("E-1", clock.at) | {"case_id": "C-2"})
    clock.move(seconds=1)
    assert guard.check(attempt(case_id="C-2")).decision == "allow"
    assert guard.check(attempt()).decision == "allow"
    known = open_guard(clock, **rules, cases=[profile(), profile(case_id="C-2")], store=store)
    used = {one.rule: (one.used, one.reserved) for one in known.check(attempt()).limits}
    assert used["too-many-of-the-day"] == (1, 2)


def test_a_bad_attempt_is_refused_with_everything_that_is_wrong() -> None:
    """An unknown field, a wrong word and a missing one are named together."""
    with pytest.raises(cg.InputError) as caught:
        open_guard(Clock()).check({"channel": "cal", "recipient": {"numbre": "1"}, "direction": "outbound"})
    said = str(caught.value)
    assert "`case_id` is missing" in said
    assert "nearest: recipient.number" in said
    assert "the value of `channel`" in said


def test_threads_never_exceed_a_limit_together() -> None:
    """Sixteen threads ask at once for three places: exactly three are allowed."""
    guard = open_guard(Clock())
    allowed: list[str] = []

    def ask() -> None:
        decision = guard.check(attempt())
        if decision.decision == "allow":
            allowed.append(decision.token)

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(allowed)) == 3


def test_the_async_twins_do_the_same() -> None:
    """What is awaited decides, records and cancels as what is called does."""

    async def run() -> tuple[str, bool, list[str]]:
        with open_guard(Clock()) as guard:
            decision = await guard.acheck(attempt())
            recorded = await guard.arecord(answered("E-1", Clock().at), token=decision.token)
            other = await guard.acheck(attempt())
            return decision.decision, await guard.acancel(other.token), [one.kind for one in recorded]

    decided, cancelled, kinds = asyncio.run(run())
    assert (decided, cancelled) == ("allow", True)
    assert set(kinds) == {"unassessable"}


def test_a_guard_is_opened_by_a_file_or_a_mapping(tmp_path: Path) -> None:
    """A configuration file, and the same settings as a mapping, open the same guard; what is wrong is named."""
    (tmp_path / "cases.jsonl").write_text(profile().model_dump_json() + "\n", "utf-8")
    config = tmp_path / "collection-guard.yaml"
    config.write_text(
        "timezone: Asia/Shanghai\ncases: cases.jsonl\nmode: shadow\nguard: {reservation_seconds: 30}\n", "utf-8"
    )
    by_file = cg.Guard.open(config, now=Clock())
    given = {"timezone": "Asia/Shanghai", "cases": str(tmp_path / "cases.jsonl"), "mode": "shadow"}
    by_mapping = cg.Guard.open(given | {"guard": {"reservation_seconds": 30}}, now=Clock())
    assert by_file.status() == by_mapping.status()
    decision = by_file.check(attempt())
    assert decision.valid_until == Clock().at + timedelta(seconds=30)
    with pytest.raises(cg.ConfigurationError):
        cg.Guard.open({"guard": {"reservation_seconds": 0}, "moed": "shadow"})
    with pytest.raises(ValidationError):
        decision.decision = "deny"


@contextmanager
def broken() -> Iterator[NoReturn]:
    """Fail as a store does that cannot be reached."""
    raise StoreError([Problem("store_unknown", values={"store": "broken"})])
    yield  # type: ignore[unreachable]  # a context manager yields


class BrokenStore:
    """A store that cannot be reached."""

    name = "broken"

    def transaction(self, locks: Locks, *, durable: bool) -> AbstractContextManager[Transaction]:
        del locks, durable
        return broken()

    def check(self) -> None:
        with broken():
            pass

    def close(self) -> None:
        pass


def test_without_its_store_the_guard_denies_what_a_history_could_forbid() -> None:
    """Outbound contacts are refused as configured, with the reason; inbound ones are forbidden by no past."""
    guard = open_guard(Clock(), store=BrokenStore())
    refused = guard.check(attempt())
    assert (refused.decision, refused.disposition, refused.reason.code) == ("deny", "CGFAIL", "store")
    assert guard.check(attempt(direction="inbound")).decision == "allow"
    softened = open_guard(Clock(), store=BrokenStore(), options={"on_failure": {"store": "review"}})
    assert softened.check(attempt()).decision == "review"
    night = Clock(MORNING + timedelta(hours=12))
    hours = open_guard(night, store=BrokenStore(), options={"on_failure": {"store": "review"}}).check(attempt())
    assert (hours.decision, hours.reason.code) == ("deny", "violation")
    told = profile(instructions=[{"kind": "cease"}])
    assert open_guard(Clock(), store=BrokenStore(), cases=[told]).check(attempt()).decision == "deny"
    with pytest.raises(StoreError):
        guard.record(answered("E-1", MORNING))
    status = guard.status()
    assert status.store_reachable is False
    assert "broken" in (status.store_problem or "")


def test_old_contacts_are_deleted_as_configured_but_never_within_a_window() -> None:
    """Kept for two days, a contact of ten days ago goes, one of six stays: the rules look back for seven."""
    clock = Clock()
    store = MemoryStore()
    guard = open_guard(clock, store=store, options={"keep_days": 2})
    for days in (10, 6):
        guard.record(answered(f"E-{days}", clock.at - timedelta(days=days)))
        clock.move(hours=1)
    with store.transaction(Locks(), durable=False) as step:
        assert step.recorded("E-10") is None
        assert step.recorded("E-6") is not None
    kept = open_guard(clock, store=(everything := MemoryStore()))
    kept.record(answered("E-1", clock.at - timedelta(days=900)))
    with everything.transaction(Locks(), durable=False) as step:
        assert step.recorded("E-1") is not None


def test_a_place_counts_before_an_attempt_that_begins_earlier() -> None:
    """Places of calls planned for later today count against a call that begins now."""
    clock = Clock()
    guard = open_guard(clock)
    later = clock.at + timedelta(hours=1)
    for _ in range(3):
        assert guard.check(attempt(started_at=later)).decision == "allow"
    refused = guard.check(attempt())
    assert (refused.decision, refused.reason.code) == ("deny", "reserved")


@pytest.mark.parametrize(("seconds", "kinds"), [(119, set()), (120, {"overrun"})])
def test_a_place_is_held_until_the_second_of_its_end(seconds: int, kinds: set[str]) -> None:
    """A contact recorded at the instant at which its place expires is an overrun; one second before, it is none."""
    clock = Clock()
    guard = open_guard(clock)
    allowed = guard.check(attempt())
    begun = clock.at
    clock.move(seconds=seconds)
    found = guard.record(answered("E-1", begun), token=allowed.token)
    assert {finding.kind for finding in found} & {"overrun"} == kinds


@pytest.mark.parametrize("pack", sorted(path.parent.name for path in RULES.glob("*/pack.yaml")))
def test_an_attempt_is_answered_under_every_pack(pack: str) -> None:
    """Whatever a pack declares, its rules decide on an attempt, and say how long the decision holds."""
    guard = open_guard(Clock(), rules=[pack], parameters={}, options={"next_permitted": 1})
    for direction in ("outbound", "inbound"):
        decision = guard.check(attempt(direction=direction))
        assert decision.disposition != "CGFAIL"
        assert decision.valid_until >= MORNING
    assert decision.next_permitted is not None


def test_a_call_that_was_stopped_is_no_contact() -> None:
    """What a gate stopped gives its place back and counts nowhere; an unknown token is still said to be one."""
    clock = Clock()
    guard = open_guard(clock, parameters={"contacts_per_day": 1})
    token = guard.check(attempt()).token
    stopped = attempt(event_id="E-1", started_at=clock.at, outcome={"network": "blocked"})
    assert [one.kind for one in guard.record(stopped, token=token)] == ["not_made"]
    assert guard.check(attempt()).decision == "allow"
    assert [one.kind for one in guard.record(stopped, token="none")] == ["unknown_token", "not_made"]  # noqa: S106  # no secret
    assert guard.record(answered("E-1", clock.at))[0].kind != "redelivered"


def test_a_token_of_another_case_frees_nothing() -> None:
    """A contact recorded on somebody else's token counts, and the place of the attempt under way stays taken."""
    clock = Clock()
    guard = open_guard(clock, parameters={"contacts_per_day": 1})
    token = guard.check(attempt()).token
    found = guard.record(answered("E-1", clock.at, case_id="C-2"), token=token)
    assert found[0].kind == "other_token"
    assert guard.check(attempt()).reason.code == "reserved"
    assert guard.cancel(token) is True
    assert guard.check(attempt()).decision == "allow"


@pytest.mark.parametrize("past", [0, 2])
def test_nothing_is_left_to_the_search_for_garbage(past: int) -> None:
    """All that was made for a check and a record is gone with it: no call waits for Python to look for rings of it."""
    clock = Clock()
    guard = open_guard(clock)
    for number in range(past):
        guard.record(answered(f"P-{number}", clock.at - timedelta(hours=number + 1)))
    for step in ("to get warm", "to be looked at"):
        gc.collect()
        gc.disable()
        try:
            clock.move(minutes=1)
            decision = guard.check(attempt(content="请还款", channel="sms"))
            guard.record(answered(step, clock.at), token=decision.token)
            left = gc.collect()
        finally:
            gc.enable()
    assert left == 0
