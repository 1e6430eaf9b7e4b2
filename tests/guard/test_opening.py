"""What a guard is opened with and asked in code: whatever is none is said by key, masked, and as one kind of error."""

from pathlib import Path
from typing import Any

import pytest

import collection_guard as cg
from guard.making import attempt

NUMBER = "13800000009"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"cases": [{"case_id": "C-9", "numbers": [{"number": NUMBER}]}]},
            (
                "configuration: `cases` must be the path of a file or a folder, as a text; "
                "profiles or entries themselves go into GuardSettings(cases=…, registry=…)"
            ),
        ),
        (
            {"timezone": "Asia/Shangai"},
            (
                "configuration: `timezone` cannot be `Asia/Shangai`: not a zone of the IANA database; "
                "nearest: Asia/Shanghai"
            ),
        ),
        ({"timezon": "Asia/Shanghai"}, "configuration: unknown key `timezon`; nearest key: timezone"),
        (
            {"guard": {"on_failure": {"store": "allow"}}},
            "configuration: `guard.on_failure.store` cannot be `allow`; it is one of deny, review",
        ),
        (
            {"guard": {"log_key": int(NUMBER)}},
            (
                "configuration: `guard.log_key` must be a text, not `138****0009`; "
                "put quotes around a number that is meant as a text"
            ),
        ),
        (
            {"store": [{"number": NUMBER}]},
            "configuration: `store` must be a text, not `…`; put quotes around a number that is meant as a text",
        ),
        ({"detector": 3}, "configuration: `detector` must be a text, not `3`; put quotes around a number that"),
        ({"map": 3}, "configuration: `map` "),
    ],
)
def test_what_is_wrong_with_a_mapping_is_named_by_its_key(given: dict[str, Any], told: str) -> None:
    """The key, the nearest that there is, and no value that may name a person."""
    with pytest.raises(cg.ConfigurationError) as refused:
        cg.Guard.open(given)
    (problem,) = refused.value.problems
    assert problem.render("en").startswith(told)
    assert "file" not in problem.cause("en").replace("path of a file", "")
    assert NUMBER not in problem.render("en") + problem.render("zh")


def test_all_that_is_wrong_with_a_mapping_is_named_at_once() -> None:
    """Objects in the place of paths hide nothing else."""
    with pytest.raises(cg.ConfigurationError) as refused:
        cg.Guard.open({"cases": [{"case_id": "C-9"}], "registry": {}, "timezone": "Mars"})
    assert [one.code for one in refused.value.problems] == ["config_objects", "config_objects", "wrong_shape"]


@pytest.mark.parametrize("given", [None, 3, ["collection-guard.yaml"]])
def test_a_guard_is_not_opened_by_what_is_no_configuration(given: Any) -> None:
    """It is the error of every configuration, and says what there is to open a guard with."""
    with pytest.raises(cg.ConfigurationError, match="GuardSettings"):
        cg.Guard.open(given)


@pytest.mark.parametrize("given", [None, "x", 3, [attempt()], b"{}"])
def test_what_is_no_contact_is_an_error_of_the_library(given: Any) -> None:
    """`check` and `record` raise EventError, an InputError as all are, whatever they are given."""
    guard = cg.Guard.open({"timezone": "Asia/Shanghai"})
    for ask in (guard.check, guard.record):
        with pytest.raises(cg.EventError, match="an Event, or a mapping"):
            ask(given)
    assert issubclass(cg.EventError, cg.InputError)
    assert issubclass(cg.StoreError, cg.InputError)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("timezone", "Asia/Shangai", "nearest: Asia/Shanghai"),
        ("country", "zz", "ISO 3166-1"),
        ("mode", "off", "enforce, shadow"),
        ("engine", "quick", "reference"),
        ("history", "some", "complete"),
        ("store", Path("guard.db"), "the path of a file"),
        ("options", {"keep_days": 3}, "GuardOptions"),
        ("assume_party", "no", "True or False"),
        ("cases", [{"case_id": "C-9"}], "CaseProfile"),
    ],
)
def test_what_is_wrong_with_settings_built_in_code_is_named(name: str, value: Any, told: str) -> None:
    """No guard is opened on a zone, a country or a mode that there is not."""
    with pytest.raises(cg.ConfigurationError, match=told) as refused:
        cg.Guard.open(cg.GuardSettings(**{name: value}))
    (problem,) = refused.value.problems
    assert f"`{name}`" in problem.cause("en")


def test_settings_built_in_code_take_one_pack_by_its_name() -> None:
    """A single name is that of one pack, not of one for each letter."""
    by_name, by_list = (cg.Guard.open(cg.GuardSettings(rules=rules)) for rules in ("core", ["core"]))
    assert by_name.status() == by_list.status()
