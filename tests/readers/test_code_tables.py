"""Code tables: every code is known with its facts, tables agree with the common words, and mistakes are refused."""

import pytest
from pydantic import ValidationError

from collection_guard.audit.presets import code_tables, presets
from collection_guard.audit.presets.loading import facts_of, word_table, words_of
from collection_guard.audit.presets.schema import CodeTable, Facts, Preset
from collection_guard.audit.vocabulary.tables import tables

OUTCOMES = [name for name, table in code_tables().items() if table.path in ("outcome", "hangup")]
SAMPLE = {
    "name": "x", "title": {"zh": "x", "en": "x"}, "note": {"zh": "x", "en": "x"}, "clock": "epoch",
    "columns": [{"name": "a", "path": "started_at", "shape": "n"}], "shapes": {"n": "x"},
    "rows": [{"columns": ["a"]}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "count"),
    [
        # 50 statuses come with ViciDial, and 13 of call progress detection; Yuntongxun numbers its causes 0 to 26 and
        # 30 to 35, but for 34.
        ("vicidial-statuses", 63),
        ("yuntongxun-causes", 32),
        ("cn-task-results", 17),
        ("cn-hangups", 5),
        ("asterisk-dispositions", 5),
    ],
)
def test_tables_hold_every_code_of_their_maker(table: str, count: int) -> None:
    """No code is left out."""
    assert sum(len(code.code) for code in code_tables()[table].codes) == count


def test_causes_are_known_by_number_and_by_name() -> None:
    """Each cause of the telephone network has both, and both say the same."""
    words = word_table("telephone-causes", "outcome")
    for code in code_tables()["telephone-causes"].codes:
        assert code.code[0].isdigit()
        assert all(words.meaning(name) == words.meaning(code.code[0]) for name in code.code)
    assert (words.meaning("17") or {})["outcome.network"] == "busy"
    assert len(code_tables()["telephone-causes"].codes) >= 80


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_code_that_is_a_common_word_says_what_the_word_says(name: str) -> None:
    """A log read with a preset and one read by its header do not differ in what a shared word says of the network."""
    common = tables().outcome_on_calls
    differ = []
    for code in code_tables()[name].codes:
        for word in code.code:
            known, said = common.meaning(word), word_table(name, "outcome").meaning(word)
            if known is not None and said is not None and not word.isdigit():
                paths = [
                    path
                    for path in ("outcome.network", "outcome.answered_by", "set_aside")
                    if known.get(path) not in (None, "unknown")
                ]
                differ += [(word, path) for path in paths if known[path] != said.get(path)]
    # DNCL is matched in the hopper, before anything is dialled; the words of others do not know that.
    assert [item for item in differ if item[0] != "DNCL"] == []


def test_a_code_outranks_its_flags() -> None:
    """What stands with a code comes before what its flags say; a code that is no contact says nothing else."""
    assert facts_of([Facts(network="congestion"), Facts(network="connected", answered_by="human")]) == {
        "outcome.network": "congestion",
        "outcome.answered_by": "human",
    }
    statuses = word_table("vicidial-statuses", "outcome")
    assert (statuses.meaning("LRERR") or {})["outcome.network"] == "congestion"
    assert statuses.meaning("MLINAT") == {"set_aside": "not_dialled"}
    assert statuses.meaning("INCALL") == {}


def test_every_code_stands_once_in_its_table() -> None:
    """A code with two meanings would have neither."""
    for table in code_tables().values():
        codes = [word.casefold() for code in table.codes for word in code.code]
        assert len(codes) == len(set(codes)), table.name


def test_the_first_table_named_outranks_the_next() -> None:
    """Asterisk's ANSWERED is its own, and a number in the same column is a cause of the network."""
    words = words_of(presets()["asterisk-master"])["outcome"]
    assert words.meaning("ANSWERED") == {"outcome.network": "connected"}
    assert (words.meaning("21") or {})["outcome.network"] == "rejected"


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"colunms": []}, "extra"),
        ({"columns": [{"name": "a", "path": "started"}]}, "no path of an event"),
        ({"columns": [{"name": "a", "path": "started_at", "shape": "m"}]}, "shapes: m"),
        ({"rows": [{"columns": ["b"]}]}, "columns: b"),
        ({"header": {"required": ["b"]}}, "columns: b"),
        ({"columns": [{"name": "a"}, {"name": "a"}]}, "named twice: a"),
        ({"zone": "Asia/Peking"}, "no zone"),
        ({"shapes": {"n": "("}}, "no regular expression"),
        ({"name": "A B"}, "pattern"),
        ({"answered": "b"}, "columns: b"),
        ({"calls": {"ids": ["b"]}}, "columns: b"),
        ({"context": {"column": "b", "outbound": "x", "inbound": "y"}}, "columns: b"),
    ],
)
def test_a_preset_with_a_mistake_is_refused(changed: dict[str, object], what: str) -> None:
    """Unknown keys, names of columns and shapes that are none, zones, patterns."""
    assert Preset.model_validate(SAMPLE).column("a").path == "started_at"
    with pytest.raises(ValidationError, match=what):
        Preset.model_validate({**SAMPLE, **changed})


def test_a_code_with_a_fact_that_is_none_is_refused() -> None:
    """Words of outcomes are those of the model."""
    with pytest.raises(ValidationError):
        CodeTable.model_validate(
            {"name": "x", "title": {"zh": "x", "en": "x"}, "path": "outcome",
             "codes": [{"code": "1", "title": "x", "network": "ringing"}]}
        )  # fmt: skip
