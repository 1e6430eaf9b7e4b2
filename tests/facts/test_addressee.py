"""Who was addressed: numbers, party classes, emergency contacts, groups and zones."""

from typing import Any

import pytest

from collection_guard.facts.addressee import usable_name
from collection_guard.facts.world import Settings, has_case

from .making import CLASSES, MUM, NEW_YORK, OLD, OTHER, OWN, SHANGHAI, event, profile, sheet_of

CLASS, THIRD, BORROWER = "recipient.party_class", "recipient.is_third_party", "recipient.is_borrower"
EMERGENCY, OWN_NUMBER = "recipient.is_emergency_contact", "recipient.number_is_own"
BOTH_OPEN = {"emergency_contacts": [{"name": "王芳", "number": OWN}]}
NOWHERE = Settings()


def said(fact: str, case: Any = None, /, *, started_at: str | None = None, **recipient: Any) -> Any:
    given = event(recipient=recipient) if started_at is None else event(started_at=started_at, recipient=recipient)
    return sheet_of(given, case).value(fact)


@pytest.mark.parametrize(("party_class", "word"), [(name, word) for name, words in CLASSES.items() for word in words])
def test_s06_class_of_a_relationship(party_class: str, word: str) -> None:
    """Without a decisive number the relationship gives the class, and the class says who is a third party."""
    assert said(CLASS, relationship=word) == party_class
    assert said(THIRD, relationship=word) is (party_class in {"contact", "institution", "unrelated"})
    assert said(BORROWER, relationship=word) is (party_class == "debtor")


def test_s06_relationship_in_no_class_is_unknown() -> None:
    """A relationship that the pack's table does not hold leaves the class open."""
    assert said(CLASS, relationship="teacher") is None
    assert said(THIRD, relationship="teacher") is None
    assert said(BORROWER, relationship="teacher") is None


def test_s07_number_outranks_the_word() -> None:
    """His own number is the borrower's, a number given up is a stranger's, whatever the log calls them."""
    assert said(CLASS, profile(), number=f"+86{OWN}", relationship="parent") == "debtor"
    assert said(CLASS, profile(), number=OLD, relationship="self") == "unrelated"
    assert said(CLASS, profile(), number=OLD, relationship="self", started_at="2025-10-31T23:59:59+08:00") == "debtor"
    assert said(CLASS, profile(), number=OTHER, relationship="self") == "debtor"
    assert said(CLASS, profile(), number="138****0001", relationship="parent") == "contact"
    assert said(CLASS, profile(numbers=None), number=OWN, relationship="parent") == "contact"
    assert said(CLASS, number=OWN, relationship="parent") == "contact"


def test_s07_number_that_was_given_up_and_taken_back() -> None:
    """A number with two spans is his own within either, and a stranger's between them."""
    numbers = [{"number": OWN, "valid_to": "2025-11-01"}, {"number": OWN, "valid_from": "2025-11-15"}]
    case = profile(numbers=numbers)
    said_on = {
        day: said(CLASS, case, number=OWN, relationship="parent", started_at=f"2025-{day}T10:00:00+08:00")
        for day in ("11-01", "11-02", "11-14", "11-15")
    }
    assert said_on == {"11-01": "debtor", "11-02": "unrelated", "11-14": "unrelated", "11-15": "debtor"}


def test_s07_number_of_both_leaves_both_open() -> None:
    """A number that is the borrower's and a contact's on that day leaves both readings open."""
    case = profile(**BOTH_OPEN)
    for name in (CLASS, THIRD, BORROWER):
        assert said(name, case, number=OWN, relationship="parent") is None
    assert said(OWN_NUMBER, case, number=OWN) is True


def test_s07_known_relationship_outranks_a_role() -> None:
    """A role or the profile's contacts decide only where the relationship is missing."""
    assert said(CLASS, relationship="guarantor", roles=["skip_trace"]) == "obligor"
    for role in ("emergency_contact", "address_book", "skip_trace"):
        assert said(CLASS, roles=[role]) == "contact"
    assert said(CLASS, profile(), name="王 芳") == "contact"
    assert said(CLASS, profile(), number=MUM) == "contact"
    assert said(CLASS, profile(), name="李四") is None
    assert said(CLASS, roles=[]) is None


def test_s07_own_number_needs_a_profile_and_a_number() -> None:
    """Without a profile, its list, or a usable number it is unknown; an empty list owns no number."""
    assert said(OWN_NUMBER, profile(), number=OWN) is True
    assert said(OWN_NUMBER, profile(), number=OTHER) is False
    assert said(OWN_NUMBER, profile(), number="138****0001") is None
    assert said(OWN_NUMBER, profile()) is None
    assert said(OWN_NUMBER, profile(numbers=None), number=OWN) is None
    assert said(OWN_NUMBER, number=OWN) is None
    assert said(OWN_NUMBER, profile(numbers=[])) is False
    masked = profile(numbers=[{"number": "138****0001"}, {"number": OTHER}])
    assert said(OWN_NUMBER, masked, number=OWN) is None
    assert said(OWN_NUMBER, masked, number=OTHER) is True


def test_s07_dates_are_those_of_the_borrowers_zone() -> None:
    """The date is the borrower's; where the zone is unknown, only what holds on every date it can be."""
    numbers = [{"number": OWN, "valid_to": "2025-11-20"}]
    evening = event(started_at="2025-11-20T23:30:00-05:00", recipient={"number": OWN})
    assert sheet_of(evening, profile(numbers=numbers, timezone=NEW_YORK)).value(OWN_NUMBER) is True
    assert sheet_of(evening, profile(numbers=numbers)).value(OWN_NUMBER) is False
    unknown_zone = profile(numbers=numbers, timezone=None)
    assert sheet_of(evening, unknown_zone, NOWHERE).value(OWN_NUMBER) is None
    assert sheet_of(evening, unknown_zone, NOWHERE).value(CLASS) is None
    assert sheet_of(evening, profile(timezone=None), NOWHERE).value(OWN_NUMBER) is True


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        ({"number": f"0086{MUM}", "name": "李四"}, True),
        ({"name": "王 芳"}, True),
        ({"number": OTHER, "name": "王芳"}, False),  # by number, as both have one
        ({"number": "139****0002", "name": "王芳"}, True),
        ({"name": "王*"}, None),
        ({"name": "李四", "roles": ["emergency_contact"]}, False),
        ({}, None),
    ],
)
def test_s08_profile_alone_decides_who_is_an_emergency_contact(
    recipient: dict[str, Any], expected: bool | None
) -> None:
    """By number if both have one, else by name; what the log calls it counts for nothing."""
    assert said(EMERGENCY, profile(), **recipient) is expected


def test_s08_without_a_profile_the_roles_decide() -> None:
    """Roles that are given say it either way; roles that are missing, or a profile without its list, say nothing."""
    assert said(EMERGENCY, roles=["address_book", "emergency_contact"]) is True
    assert said(EMERGENCY, roles=["address_book"]) is False
    assert said(EMERGENCY, roles=[]) is False
    assert said(EMERGENCY) is None
    assert said(EMERGENCY, profile(emergency_contacts=None), roles=["emergency_contact"]) is None
    assert said(EMERGENCY, profile(emergency_contacts=[]), number=MUM) is False


def test_s08_entries_may_carry_dates() -> None:
    """An entry holds on its first and last day, and not beside them."""
    dated = profile(emergency_contacts=[{"number": MUM, "valid_from": "2025-11-19", "valid_to": "2025-11-20"}])
    said_on = [said(EMERGENCY, dated, number=MUM, started_at=f"2025-11-{day}T10:00:00+08:00") for day in range(18, 22)]
    assert said_on == [False, True, True, False]


def test_s09_every_member_of_a_group_counts() -> None:
    """One third party makes a third-party contact; one member may be the borrower, or have his number."""
    borrower, mother, guarantor = {"number": OWN}, {"relationship": "parent"}, {"relationship": "guarantor"}

    def group(name: str, *members: dict[str, Any]) -> Any:
        return said(name, profile(), audience="group", members=list(members))

    assert [group(THIRD, borrower, mother), group(BORROWER, borrower, mother)] == [True, True]
    assert [group(THIRD, borrower, guarantor), group(BORROWER, mother, guarantor)] == [False, False]
    assert [group(THIRD, borrower, {}), group(BORROWER, mother, {})] == [None, None]
    assert [group(OWN_NUMBER, borrower, mother), group(OWN_NUMBER, {"number": OTHER})] == [True, False]


def test_s09_group_without_members_holds_an_unknown_third_party() -> None:
    """Without members somebody unknown is in it; it is the borrower's if the relationship says so."""
    for audience in ("group", "public"):
        assert said(THIRD, audience=audience, relationship="self") is True
        assert said(BORROWER, audience=audience, relationship="self") is True
        assert said(BORROWER, audience=audience, relationship="parent") is False
        assert said(BORROWER, audience=audience) is None
        assert said(EMERGENCY, audience=audience, roles=["emergency_contact"]) is None
    assert said(THIRD, audience="private", relationship="self", members=[{"relationship": "parent"}]) is False


def test_s09_group_is_as_good_as_its_third_parties() -> None:
    """A group is one of emergency contacts unless a third party in it is none."""
    mother, friend = {"number": MUM, "relationship": "parent"}, {"number": OTHER, "relationship": "friend"}
    borrower, somebody = {"number": OWN}, {"number": OTHER}

    def group(*members: dict[str, Any]) -> Any:
        return said(EMERGENCY, profile(), audience="group", members=list(members))

    assert group(borrower, mother) is True
    assert group(borrower, mother, friend) is False
    assert group(borrower) is True
    assert group(borrower, somebody) is None


@pytest.mark.parametrize(
    ("name", "expected"), [("王 芳", "王芳"), (" ", None), ("", None), (None, None), ("王*", None), ("王●", None)]
)
def test_name_as_a_key(name: str | None, expected: str | None) -> None:
    """A name that is missing, blank or masked tells nobody apart."""
    assert usable_name(name) == expected


def zones(settings: Settings = NOWHERE, case: Any = None, **recipient: Any) -> tuple[str, ...] | None:
    return sheet_of(event(recipient=recipient), case, settings).zones()


def test_s16_zone_step_by_step() -> None:
    """The event's own; else the profile's; else the number's; else the configured one; else unknown."""
    configured = Settings(timezone="Europe/Paris")
    london = "+442071234567"
    assert zones(configured, profile(), timezone=NEW_YORK, number=OWN) == (NEW_YORK,)
    assert zones(configured, profile(timezone="Asia/Tokyo"), number=OWN) == ("Asia/Tokyo",)
    assert zones(configured, profile(timezone=None), relationship="self", number=london) == ("Europe/London",)
    assert zones(configured, profile(timezone=None), relationship="self") == ("Europe/Paris",)
    assert zones(configured, profile(), relationship="parent", number=OTHER) == ("Europe/Paris",)
    assert zones(configured) == ("Europe/Paris",)
    assert zones() is None


def test_s16_zone_of_a_contact() -> None:
    """The profile's zone of a contact is for that contact, on the dates of the entry; two entries give two zones."""
    first = {"name": "王芳", "number": MUM, "timezone": NEW_YORK, "valid_to": "2025-11-20"}
    past = {**first, "timezone": "Asia/Tokyo", "valid_to": "2025-11-19"}
    by_name = {"name": "王芳", "timezone": "Europe/Paris"}
    mother = {"number": MUM, "name": "王芳", "relationship": "parent"}
    configured = Settings(timezone=SHANGHAI)
    assert zones(configured, profile(emergency_contacts=[past, first]), **mother) == (NEW_YORK,)
    assert zones(configured, profile(emergency_contacts=[by_name, first]), **mother) == (NEW_YORK, "Europe/Paris")
    assert zones(configured, profile(emergency_contacts=[past]), **mother) == (SHANGHAI,)
    assert zones(configured, profile(emergency_contacts=None), **mother) == (SHANGHAI,)
    assert zones(configured, profile(emergency_contacts=[first]), **{**mother, "number": OTHER}) == (SHANGHAI,)
    assert zones(configured, None, **mother) == (SHANGHAI,)


def test_s16_mainland_china_has_one_legal_time() -> None:
    """A zone of the pack's table is judged by its legal time, wherever it was recorded."""
    assert zones(timezone="Asia/Urumqi") == (SHANGHAI,)
    assert zones(Settings(timezone="Asia/Urumqi")) == (SHANGHAI,)
    assert sheet_of(event(), profile(timezone="Asia/Urumqi")).borrower_zone == SHANGHAI


def test_s16_group_is_in_the_zones_of_its_members() -> None:
    """All zones of all members count, and one of whom nothing is known leaves them open."""
    here, there = {"relationship": "parent", "timezone": SHANGHAI}, {"relationship": "friend", "timezone": NEW_YORK}
    assert zones(audience="group", members=[here, there]) == (NEW_YORK, SHANGHAI)
    assert zones(audience="group", members=[here, {}]) is None
    assert zones(audience="group", members=[here, {}], timezone=NEW_YORK) == (NEW_YORK,)


def test_s25_accessibility_is_that_of_the_profile() -> None:
    """Without a profile or its list the needs are unknown; an empty list is none."""
    name = "borrower.accessibility"
    assert said(name, profile(accessibility=["deaf"])) == {"deaf"}
    assert said(name, profile()) == frozenset()
    assert said(name, profile(accessibility=None)) is None
    assert said(name) is None


@pytest.mark.parametrize("case_id", ["number:9f2c4400aa11bb22", "event:E-1"])
def test_contact_without_a_case_has_no_profile(case_id: str) -> None:
    """A contact kept under its number or by itself belongs to no case, even if a profile had that name."""
    assert not has_case(case_id)
    assert has_case("C1")
    assert has_case("number:17")  # a case id of one's own, and not the digest of a number
    given = event(case_id=case_id, recipient={"number": OWN})
    assert sheet_of(given, profile(case_id=case_id)).value(OWN_NUMBER) is None


def test_s07_a_class_that_hangs_on_the_date_may_leave_no_doubt_who_it_is() -> None:
    """Where the zone is unknown and two dates give two classes, what both of them say is known."""
    case = profile(timezone=None, numbers=[{"number": "16500000001", "valid_from": "2025-11-20"}])
    given = event(started_at="2025-11-20T04:00:00Z", recipient={"number": "16500000001", "relationship": "guarantor"})
    sheet = sheet_of(given, case, Settings())
    assert sheet.value("recipient.party_class") is None
    assert sheet.value("recipient.is_third_party") is False
    assert sheet.value("recipient.is_borrower") is None
