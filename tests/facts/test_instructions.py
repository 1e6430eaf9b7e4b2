"""Instructions: whom they bind, on which channel, from when and until when."""

from typing import Any

import pytest

from collection_guard.model.event import Event

from .making import MUM, OTHER, OWN, event, profile, sheet_of, to_self

CEASE, WRONG = "recipient.has_asked_to_cease", "recipient.number_reported_wrong"
MOTHER = {"number": MUM, "relationship": "parent", "name": "王芳"}
BEFORE = "2025-11-19T10:00:00+08:00"


def told(name: str, given: Event, *instructions: dict[str, Any]) -> Any:
    return sheet_of(given, profile(instructions=list(instructions))).value(name)


def logged(name: str, given: Event, *past: Event, **fields: Any) -> Any:
    return sheet_of(given, profile(**fields), past=past).value(name)


@pytest.mark.parametrize(("name", "kind"), [(CEASE, "cease"), (WRONG, "wrong_number"), (WRONG, "recycled_number")])
def test_s23_instruction_is_known_from_its_instant_until_it_expires(name: str, kind: str) -> None:
    """It counts from the very instant at which it was known, and no longer at the one at which it expires."""
    instruction = {
        "kind": kind,
        "number": OWN,
        "at": "2025-11-20T10:00:00+08:00",
        "expires": "2025-11-20T11:00:00+08:00",
    }
    clocks = ("09:59:59.999999", "10:00:00", "10:59:59.999999", "11:00:00")
    said = [told(name, to_self(started_at=f"2025-11-20T{clock}+08:00"), instruction) for clock in clocks]
    assert said == [False, True, True, False]


def test_s23_kinds_are_kept_apart() -> None:
    """A request to cease says nothing of a wrong number, and a consent says neither."""
    assert told(WRONG, to_self(), {"kind": "cease", "number": OWN}) is False
    assert told(CEASE, to_self(), {"kind": "wrong_number", "number": OWN}) is False
    assert told(CEASE, to_self(), {"kind": "consent"}) is False


def test_s23_channel_narrows_a_request() -> None:
    """A request about one channel binds no other."""
    by_text = {"kind": "cease", "channel": "sms"}
    assert told(CEASE, to_self(channel="sms"), by_text) is True
    assert told(CEASE, to_self(channel="call"), by_text) is False


def test_s23_request_binds_the_number_named_else_the_borrower() -> None:
    """With a number it binds whoever is called there; without one the borrower and nobody else."""
    mother, unknown = event(recipient=MOTHER), event(recipient={"name": "某人"})
    to_mother, to_borrower = {"kind": "cease", "number": f"+86{MUM}"}, {"kind": "cease"}
    assert [told(CEASE, given, to_mother) for given in (mother, to_self(), unknown)] == [True, False, None]
    assert [told(CEASE, given, to_borrower) for given in (mother, to_self(), unknown)] == [False, True, None]


@pytest.mark.parametrize("name", [CEASE, WRONG])
def test_s07_unknown_instructions_leave_it_open(name: str) -> None:
    """Without a profile, or without its list, nothing is known, but what the log itself says always counts."""
    word = "cease" if name == CEASE else "wrong_number"
    said = to_self("1", BEFORE, outcome={"state_change": word})
    for case in (None, profile(instructions=None)):
        assert sheet_of(to_self(), case).value(name) is None
        assert sheet_of(to_self(), case, past=[said]).value(name) is True
    assert sheet_of(to_self(), profile()).value(name) is False


def test_s23_own_report_counts_only_afterwards() -> None:
    """A contact does not bind itself, and one that was recorded late binds from then on."""
    asking = to_self(outcome={"state_change": "cease"})
    assert logged(CEASE, asking) is False
    late = to_self("1", BEFORE, outcome={"state_change": "cease"}, recorded_at="2025-11-20T10:00:00.000001+08:00")
    assert logged(CEASE, to_self(), late) is False
    assert logged(CEASE, to_self(started_at="2025-11-20T10:00:00.000001+08:00"), late) is True


def test_s23_report_of_a_word_that_no_table_knows() -> None:
    """A change of state that no table knows may have been the request; no change reported was none."""
    unknown, other = (to_self(name, BEFORE, outcome={"state_change": name}) for name in ("unknown", "deceased"))
    assert logged(CEASE, to_self(), unknown) is None
    assert logged(CEASE, to_self(), other, to_self("0", BEFORE)) is False
    assert logged(CEASE, event(recipient=MOTHER), unknown) is False  # whatever it was, the borrower said it


def test_s23_request_in_the_log_binds_its_recipient() -> None:
    """The mother's request binds contacts to the mother, under any of her numbers or names, and not to the borrower."""
    asked = event("1", BEFORE, recipient=MOTHER, outcome={"state_change": "cease"})
    assert logged(CEASE, event(recipient={"number": f"0086 {MUM}"}), asked) is True
    assert logged(CEASE, event(recipient={"name": " 王 芳"}), asked) is True
    assert logged(CEASE, event(recipient={"number": OTHER, "relationship": "friend"}), asked) is False
    assert logged(CEASE, to_self(), asked) is False
    assert logged(CEASE, event(recipient={"relationship": "parent"}), asked) is None


def test_s23_borrower_is_bound_under_every_number() -> None:
    """The borrower's request on one number binds contacts to him on another."""
    asked = to_self("1", BEFORE, outcome={"state_change": "cease"})
    assert logged(CEASE, event(recipient={"relationship": "self", "name": "李四"}), asked) is True


def test_s23_number_that_changed_hands_is_another_person() -> None:
    """Who was the borrower then and is not now is somebody else, though the number is the same."""
    numbers = [{"number": OWN, "valid_to": "2025-11-19"}]
    asked = to_self("1", BEFORE, outcome={"state_change": "cease"})
    assert logged(CEASE, event(recipient={"number": OWN, "relationship": "self"}), asked, numbers=numbers) is False


def test_s23_request_of_a_group_binds_each_member() -> None:
    """Every member of a group counts, in the request and in the contact that it binds."""
    group = {"audience": "group", "members": [MOTHER, {"relationship": "self"}]}
    asked = event("1", BEFORE, channel="wechat", recipient=group, outcome={"state_change": "cease"})
    friend = {"name": "李四", "number": OTHER, "relationship": "friend"}
    assert logged(CEASE, event(recipient=MOTHER), asked) is True
    assert logged(CEASE, to_self(), asked) is True
    assert logged(CEASE, event(recipient=friend), asked) is False
    again = event(channel="wechat", recipient={"audience": "group", "members": [friend, MOTHER]})
    assert logged(CEASE, again, event("1", BEFORE, recipient=MOTHER, outcome={"state_change": "cease"})) is True
    assert logged(CEASE, again, to_self("1", BEFORE, outcome={"state_change": "cease"})) is False


def test_s23_wrong_number_is_that_very_number_of_that_case() -> None:
    """Another number, or the same number in another case, was not reported."""
    report = {"outcome": {"state_change": "recycled_number"}, "recipient": {"number": OTHER}}
    assert logged(WRONG, event(recipient={"number": f"+86 {OTHER}"}), event("1", BEFORE, **report)) is True
    assert logged(WRONG, to_self(), event("1", BEFORE, **report)) is False
    assert logged(WRONG, event(recipient={"number": OTHER}), event("1", BEFORE, case_id="C2", **report)) is False


def test_s23_masked_number_may_be_the_one_reported() -> None:
    """Where either number is masked or missing, whether it is that number is unknown."""
    report = {"kind": "wrong_number", "number": OTHER}
    assert told(WRONG, event(recipient={"number": "137****0003"}), report) is None
    assert told(WRONG, event(recipient={"number": OTHER}), {"kind": "wrong_number"}) is None


@pytest.mark.parametrize("channel", ["visit", "letter", "social_post"])
def test_s23_contact_without_a_number_went_to_none(channel: str) -> None:
    """A visit, a letter or a post without a number went to no number; a call without one may have."""
    report = {"kind": "wrong_number", "number": OTHER}
    assert told(WRONG, event(channel=channel, recipient={"number": " "}), report) is False
    assert told(WRONG, event(channel=channel, recipient={"number": OTHER}), report) is True
    assert told(WRONG, event(), report) is None


def test_s23_number_of_a_member() -> None:
    """A contact to a group went to the numbers of its members."""
    report = {"kind": "wrong_number", "number": OTHER}
    group = {"audience": "group", "members": [MOTHER, {"number": OTHER}]}
    assert told(WRONG, event(channel="visit", recipient=group), report) is True
    assert told(WRONG, event(recipient={**group, "members": [MOTHER]}), report) is False


def test_a_report_of_an_unknown_case_binds_no_other_contact_for_sure() -> None:
    """Of two contacts without a case it is unknown whether they are of one, though they went to one number."""
    fields: dict[str, Any] = {"case_id": "number:0123456789abcdef", "recipient": {"number": OWN}}
    reported = event("1", BEFORE, **fields, outcome={"state_change": "wrong_number"})
    asked = event("2", **fields)
    assert sheet_of(asked, past=[reported]).value(WRONG) is None
    of_case = {"case_id": "C1"}
    past = [reported.model_copy(update=of_case)]
    assert sheet_of(asked.model_copy(update=of_case), past=past).value(WRONG) is True
