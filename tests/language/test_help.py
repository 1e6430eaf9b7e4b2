"""Nearest names, and helps that read well where nothing is near."""

import pytest

from collection_guard.language.vocabulary import FACTS
from collection_guard.model.problems import Problem
from collection_guard.model.texts import LANGS, catalogue, help_text, nearest


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("contact.chanel", "contact.channel"),
        ("channel", "contact.channel"),
        ("abuse", "content.abuse"),
        ("Contact.Channel", "contact.channel"),
        ("IS_THIRD_PARTY", "recipient.is_third_party"),
        ("zzzzzz", None),
        ("", None),
    ],
)
def test_the_nearest_name(word: str, expected: str | None) -> None:
    """Case does not matter, nor does a forgotten group; what is like nothing has no nearest name."""
    assert nearest(word, FACTS) == expected


def test_the_nearest_of_nothing() -> None:
    """Where nothing is known, nothing is near."""
    assert nearest("call", ()) is None


@pytest.mark.parametrize("code", [code for code in catalogue() if "{nearest}" in catalogue()[code]["en"]])
def test_a_help_leaves_out_what_is_nearest_where_nothing_is(code: str) -> None:
    """No help says that nothing, a dash or `None` is near; what else it says stays."""
    values = dict.fromkeys(("known", "options", "path", "value"), "x")
    for lang in LANGS:
        near = help_text(code, lang, nearest="y", **values)
        far = help_text(code, lang, nearest=None, **values)
        assert near is not None
        assert "y" in near
        if far is not None:
            assert far in near
            assert "None" not in far
            assert "—" not in far
            assert ("nearest" if lang == "en" else "最接近") not in far


def test_a_problem_without_help_is_its_cause() -> None:
    """Nothing hangs behind the cause where there is nothing to say."""
    problem = Problem("unknown_zone", "f", 1, 2, values={"value": "Moon", "nearest": None})
    assert problem.help("en") is None
    assert problem.render("en") == "f:1:2: unknown time zone `Moon`"
    assert help_text("problem.yaml_empty.help", "en") is None
