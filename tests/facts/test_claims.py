"""Who the collector claimed to be: by field, by content, by what was left together."""

from collections.abc import Callable
from typing import Any

import pytest

from collection_guard.facts.content.reading import Reading
from collection_guard.facts.registry import RegistryIndex
from collection_guard.facts.world import Settings
from collection_guard.model.registry import RegistryData, RegistryEntry

from .making import event, sheet_of, sheets

CLAIMED, LISTED = "law_firm.is_claimed", "law_firm.all_listed"
DIRECTORY, DISAGREE = "law_firm.all_in_official_directory", "law_firm.names_disagree"
LAWYER = "law_firm.lawyer_is_claimed"
FIRM, SAME_FIRM, NEAR = "博源(北京)律师事务所", "博源 （北京）律師事務所", "北京博源律师事务所"
ROWS = tuple(
    RegistryEntry(name=name, category=category)
    for name, category in ((FIRM, "law_firm"), ("诚信公司", "collection_agency"), (NEAR, "official_directory"))
)
REGISTRY = RegistryIndex(RegistryData(rows=ROWS))
BEFORE, TEN = "2025-11-20T09:00:00+08:00", "2025-11-20T10:00:00+08:00"


def hearing(*firms: str) -> Callable[[str, str | None], Reading]:
    """Return a detector that hears these firms in any text."""
    return lambda *_: Reading({"claims_lawyer": bool(firms)}, {}, "test", "1", law_firms=firms)


def said(name: str, *, detector: Any = None, registry: Any = None, **fields: Any) -> Any:
    return sheet_of(event(**fields), detector=detector, registry=registry).value(name)


@pytest.mark.parametrize(
    "claims",
    [{"law_firm": FIRM}, {"law_firms": [FIRM]}, {"law_firm": FIRM, "law_firms": []}, {"law_firms": ["", FIRM]}],
)
def test_s21_firm_in_a_field(claims: dict[str, Any]) -> None:
    """A name in either field is a claim, whatever else is blank."""
    assert said(CLAIMED, claims=claims) is True
    assert said(LISTED, claims=claims, registry=REGISTRY) is True


def test_s21_empty_list_is_no_claim() -> None:
    """An empty list says that no firm was claimed; a blank name says nothing."""
    assert said(CLAIMED, claims={"law_firms": []}, outcome={"party": "borrower"}) is False
    assert said(CLAIMED, claims={"law_firm": "  "}, outcome={"party": "borrower"}) is None


def test_s21_without_fields_the_content_decides() -> None:
    """What is not in a field is heard in the content; an empty content names nobody."""
    assert said(CLAIMED, content="我们是律师", detector=hearing(FIRM)) is True
    assert said(CLAIMED, content="您好", detector=hearing()) is False
    assert said(CLAIMED, content="") is False
    assert said(CLAIMED, content="您好") is None  # nobody listened


def test_s21_firms_of_fields_and_content_together() -> None:
    """A firm heard beside the one in the field counts too, and one name written in two ways is one firm."""
    both = {"claims": {"law_firm": FIRM}, "content": "……"}
    assert said(LISTED, **both, detector=hearing(NEAR), registry=REGISTRY) is False
    assert said(DISAGREE, **both, detector=hearing(NEAR)) is True
    assert said(DISAGREE, **both, detector=hearing(SAME_FIRM)) is False


def test_s21_nothing_conveyed_nothing_claimed() -> None:
    """Without content a contact that conveyed something may have named a firm; an unanswered call did not."""
    assert said(CLAIMED, outcome={"network": "connected", "party": "borrower"}) is None
    assert said(CLAIMED, outcome={"network": "no_answer"}) is False
    assert said(CLAIMED) is None


def test_s21_signal_that_nobody_claimed_to_be_a_lawyer() -> None:
    """The signal claims_lawyer given as false means that no firm was claimed, whatever a detector hears."""
    given = {"signals": {"claims_lawyer": False}, "content": "……"}
    assert said(CLAIMED, **given, detector=hearing(FIRM)) is False
    assert said(LAWYER, **given, detector=hearing(FIRM)) is False


def test_s21_lawyer_by_title_or_by_signal() -> None:
    """A title of the pack's list, however written, or the signal; else what the content says, or nothing conveyed."""
    assert said(LAWYER, claims={"title": " 律 師 "}) is True
    assert said(LAWYER, claims={"title": "Lawyer"}, content="") is True
    assert said(LAWYER, claims={"title": "经理"}, content="") is False
    assert said(LAWYER, signals={"claims_lawyer": True}) is True
    assert said(LAWYER, content="……", detector=hearing(FIRM)) is True
    assert said(LAWYER, outcome={"network": "busy"}) is False
    assert said(LAWYER, outcome={"party": "borrower"}) is None


@pytest.mark.parametrize(("firm", "expected"), [(FIRM, True), (SAME_FIRM, True), (NEAR, False), ("诚信公司", False)])
def test_s19_every_firm_must_be_listed_as_a_firm(firm: str, expected: bool) -> None:
    """Folded names match; a near miss does not, nor a name of another category; one unlisted firm is one too many."""
    assert said(LISTED, claims={"law_firm": firm}, registry=REGISTRY) is expected
    assert said(LISTED, claims={"law_firms": [FIRM, firm]}, registry=REGISTRY) is expected
    assert said(LISTED, claims={"law_firm": firm}) is None  # no registry


def test_s19_unknown_firms_leave_it_open_unless_one_is_unlisted() -> None:
    """Where it is not known which firms were claimed, it is not known that all were listed."""
    assert said(LISTED, content="……", registry=REGISTRY) is None
    assert said(LISTED, content="", registry=REGISTRY) is True


def test_s21_official_directory() -> None:
    """The directory is held against its own rows, and is unknown where none were given."""
    assert said(DIRECTORY, claims={"law_firm": NEAR}, registry=REGISTRY) is True
    assert said(DIRECTORY, claims={"law_firm": FIRM}, registry=REGISTRY) is False
    assert said(DIRECTORY, claims={"law_firm": FIRM}, registry=RegistryIndex(RegistryData(rows=ROWS[:2]))) is None


@pytest.mark.parametrize(("agency", "expected"), [("誠信 公司", True), (FIRM, False), ("  ", None), (None, None)])
def test_s19_agency_in_its_own_category(agency: str | None, expected: bool | None) -> None:
    """An agency is listed as a collection agency; a law firm that also collects needs its own row."""
    assert said("agency.is_listed", agency=agency, registry=REGISTRY) is expected
    assert said("agency.name", agency=agency) == agency


def test_s19_date_of_shanghai() -> None:
    """The list of a day is read by the date in Shanghai, wherever the recipient is."""
    row = RegistryEntry.model_validate({"name": FIRM, "category": "law_firm", "valid_from": "2025-11-21"})
    index = RegistryIndex(RegistryData(rows=(row,)))
    claims = {"law_firm": FIRM}
    for started, expected in (("2025-11-20T15:59:59Z", False), ("2025-11-20T16:00:00Z", True)):
        assert sheet_of(event(started_at=started, claims=claims), registry=index).value(LISTED) is expected


def test_evidence_of_a_look_up_names_the_near_miss() -> None:
    """What was looked up stands in the evidence, name by name, with names that look alike as hints."""
    sheet = sheet_of(event(claims={"law_firms": [FIRM, "北京博源(北京)律师事务所", "甲所"]}), registry=REGISTRY)
    assert sheet.value(LISTED) is False
    looked_up: Any = sheet.notes[LISTED]["looked_up"]
    assert [(one["name"], one["listed"]) for one in looked_up] == [
        (FIRM, True),
        ("北京博源(北京)律师事务所", False),
        ("甲所", False),
    ]
    assert looked_up[1]["similar_but_not_the_same"] == [FIRM]
    assert "similar_but_not_the_same" not in looked_up[0] | looked_up[2]
    assert looked_up[0]["on"] == "2025-11-20"


A017 = {"collector": {"id": "A017"}}


def left(name: str, *, letter: dict[str, Any], visit: dict[str, Any], visit_at: str = BEFORE) -> Any:
    """Return a fact of a letter that names one firm, after a visit that names another."""
    events = [
        event("v", visit_at, **{"channel": "visit", "claims": {"law_firm": FIRM}, **visit}),
        event("w", TEN, **{"channel": "letter", "claims": {"law_firm": NEAR}, "content": "", **letter}),
    ]
    return sheets(events)["w"].value(name)


@pytest.mark.parametrize(
    ("letter", "visit", "expected"),
    [
        (A017, A017, True),
        (A017, {"collector": {"id": "A018"}}, None),
        ({"agency": "甲", **A017}, {"agency": "乙", "collector": {"id": "A018"}}, False),
        ({"collector": {"name": "高某"}}, {"collector": {"name": "高 某"}}, True),
        ({"collector": {"id": "1", "name": "高某"}}, {"collector": {"id": "2", "name": "高某"}}, None),
        ({"agency": "诚信公司"}, {"agency": "誠信公司"}, True),
        ({"agency": "诚信公司", **A017}, {"agency": "别家公司", **A017}, True),
        ({}, {}, None),
        (A017, {"case_id": "C2", **A017}, False),
        (A017, {"channel": "call", **A017}, False),
        (A017, {"claims": {"law_firm": "北京 博源律師事務所"}, **A017}, False),
        ({}, {"claims": {"law_firm": NEAR}}, False),
        (A017, {"claims": {"law_firm": None}, "outcome": {"party": "borrower"}, **A017}, None),
        (A017, {"claims": {}, "outcome": {"party": "nobody"}, **A017}, False),
        (A017, {"claims": {}, "signals": {"claims_lawyer": False}, "outcome": {"party": "borrower"}, **A017}, False),
    ],
)
def test_s21_visit_and_the_letter_it_left(letter: dict[str, Any], visit: dict[str, Any], expected: bool | None) -> None:
    """One case, one date, one collector or agency: then the two names are held against each other."""
    assert left(DISAGREE, letter=letter, visit=visit) is expected


def test_s21_visit_and_letter_of_one_date() -> None:
    """The date is the borrower's; where the zone is unknown, dates that may differ leave it open."""
    assert left(DISAGREE, letter=A017, visit=A017, visit_at="2025-11-19T23:59:59+08:00") is False
    pair = [
        event("v", "2025-11-20T09:59:00+08:00", channel="visit", claims={"law_firm": FIRM}, **A017),
        event("w", TEN, channel="letter", claims={"law_firm": NEAR}, **A017),
    ]
    assert sheets(pair, settings=Settings())["w"].value(DISAGREE) is None


def test_s21_letter_first_and_visit_after() -> None:
    """The visit is held against an earlier letter too, and two letters are not held against each other."""
    first = event("v", BEFORE, channel="letter", claims={"law_firm": FIRM}, content="", **A017)
    for channel, expected in (("visit", True), ("letter", False)):
        second = event("w", TEN, channel=channel, claims={"law_firm": NEAR}, content="", **A017)
        assert sheets([first, second])["w"].value(DISAGREE) is expected
        assert sheets([first, second])["v"].value(DISAGREE) is False  # it had nothing before it
    assert sheet_of(second, past=[first]).notes == {}


def test_s21_two_names_in_one_contact() -> None:
    """Two names that do not fold to one disagree, and the evidence has both."""
    sheet = sheet_of(event(claims={"law_firm": FIRM, "law_firms": [NEAR, SAME_FIRM]}))
    assert sheet.value(DISAGREE) is True
    assert sheet.notes[DISAGREE]["names"] == sorted([FIRM, NEAR, SAME_FIRM])


def test_collector_kind_is_as_recorded() -> None:
    """Machines are named as machines."""
    assert said("collector.kind", collector={"kind": "ai"}) == "ai"
    assert said("collector.kind") is None


def test_s22_unread_content_may_name_more_firms_than_the_fields() -> None:
    """Without a detector, a listed firm in a field leaves open whether the content names one that is not."""
    listed = {"claims": {"law_firm": FIRM}, "registry": REGISTRY}
    assert said(LISTED, content="您好", **listed) is None
    assert said(DISAGREE, content="您好", **listed) is None
    assert said(CLAIMED, content="您好", **listed) is True
    assert said(LISTED, content="", **listed) is True
    assert said(LISTED, content="您好", signals={"claims_lawyer": False}, **listed) is True
    assert said(LISTED, content="您好", claims={"law_firm": NEAR}, registry=REGISTRY) is False
    assert said(CLAIMED, content="您好", claims={"law_firms": []}) is None


def test_a_letter_without_a_case_is_that_of_a_visit_only_perhaps() -> None:
    """Of two contacts whose case is unknown it is unknown whether the letter was left by the visit."""
    hand = {"agency": "甲", "collector": {"id": "1"}}
    for case_id, expected in (("C1", True), ("number:0123456789abcdef", None)):
        letter = event("1", case_id=case_id, channel="letter", claims={"law_firm": NEAR}, **hand)
        visit = event("2", case_id=case_id, channel="visit", claims={"law_firm": FIRM}, **hand)
        assert sheet_of(visit, past=[letter]).value(DISAGREE) is expected
