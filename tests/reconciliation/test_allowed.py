"""Lists of own numbers and of collectors: who is on them, for which agency, on which dates."""

from pathlib import Path
from typing import Any

import pytest

from collection_guard.model.problems import LogError
from collection_guard.reconciliation.allowed import read_collectors, read_own_numbers
from collection_guard.reconciliation.findings import Finding
from collection_guard.reconciliation.run import Reconciliation
from reconciliation.making import AGENCY, all_said, compared, contact

NUMBERS = f"号码,机构,启用日期,停用日期\n0571-88880001,{AGENCY},2025-11-03,2025-11-03\n057188880002,,,2025-11-02\n"
PEOPLE = f"工号,姓名,机构,入职日期,离职日期\nA017,高某某,{AGENCY},2025-11-03,\na018,李某,,2025-11-04,\n,王某,,,\n"


def written(folder: Path, text: str) -> Path:
    """Write a list."""
    path = folder / "list.csv"
    path.write_text(text, "utf-8")
    return path


def by_number(folder: Path, caller: str | None, agency: str | None = AGENCY, **more: Any) -> Reconciliation:
    """Reconcile one call that was made from a number."""
    call = contact("C", 0, agency=agency, extra=None if caller is None else {"caller": caller}, **more)
    allowed = read_own_numbers(written(folder, NUMBERS), "CN")
    return compared([contact("N", 0, agency=agency, **more)], [call], own_numbers=allowed)


def only(result: Reconciliation) -> Finding:
    """Return the one finding there is."""
    [finding] = result.findings
    return finding


def test_number_on_the_list_is_no_finding(tmp_path: Path) -> None:
    """A number is on the list for its agency, on its dates, both ends included, however it is written."""
    assert all_said(by_number(tmp_path, "+86 571 8888 0001")) == []


@pytest.mark.parametrize(
    ("caller", "agency", "why"),
    [
        ("17012345678", AGENCY, "absent"),
        ("057188880001", "别家有限公司", "other_agency"),
        ("057188880002", AGENCY, "no_longer"),
    ],
)
def test_number_not_on_the_list_says_why(tmp_path: Path, caller: str, agency: str, why: str) -> None:
    """The finding shows the call, its note, and why the number is not on the list."""
    finding = only(by_number(tmp_path, caller, agency))
    assert (finding.kind, finding.values["why"]) == ("number-not-on-list", why)
    assert [item.position.row for item in finding.items] == [1, 1]
    assert (finding.listed_at is None) is (why == "absent")


def test_number_of_an_unknown_agency_may_be_on_the_list(tmp_path: Path) -> None:
    """Where a call names no agency, a number that is anybody's is not held against it."""
    assert all_said(by_number(tmp_path, "057188880001", None)) == []


def test_calls_without_a_number_are_counted(tmp_path: Path) -> None:
    """What cannot be held against the list is said to be so: a call that names no number, or a masked one."""
    for caller in (None, "0571****0001"):
        result = by_number(tmp_path, caller)
        assert all_said(result) == []
        assert result.unknown == {"own_number": 1}


def test_inbound_calls_reach_own_numbers(tmp_path: Path) -> None:
    """In an inbound call the own number is the one that was called."""
    call = contact("C", 0, direction="inbound", extra={"callee": "17012345678", "caller": "057188880001"})
    allowed = read_own_numbers(written(tmp_path, NUMBERS), "CN")
    assert all_said(compared([contact("N", 0)], [call], own_numbers=allowed)) == [("number-not-on-list", "C", "N")]


def test_every_leg_is_looked_up(tmp_path: Path) -> None:
    """A second leg over a number that is not on the list is not hidden by the first."""
    calls = [
        contact("C", 0, talk=60, extra={"caller": "057188880001"}),
        contact("Cb", 1, talk=5, extra={"caller": "17012345678"}),
    ]
    allowed = read_own_numbers(written(tmp_path, NUMBERS), "CN")
    assert all_said(compared([contact("N", 0)], calls, own_numbers=allowed)) == [("number-not-on-list", "C", "N")]


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ({"collector": "A017"}, None),
        ({"collector": "a017 "}, None),
        ({"collector": "A018"}, "not_yet"),
        ({"collector": "A019"}, "absent"),
        ({"collector": None, "name": "王 某"}, None),
        ({"collector": None, "name": "赵某"}, "absent"),
        ({"collector": "A019", "name": "高某某"}, "absent"),
    ],
    ids=["on-it", "case-and-space", "not-yet", "absent", "by-name", "name-absent", "id-decides"],
)
def test_collectors(tmp_path: Path, who: dict[str, Any], why: str | None) -> None:
    """A collector is looked up by id, without an id by name; a note and its call make one finding."""
    allowed = read_collectors(written(tmp_path, PEOPLE))
    result = compared([contact("N", 0, **who)], [contact("C", 0, **who)], collectors=allowed)
    assert all_said(result) == ([] if why is None else [("collector-not-on-list", "C", "N")])
    if why is not None:
        assert only(result).values["why"] == why


def test_collector_who_left_and_came_back(tmp_path: Path) -> None:
    """Of several rows of one collector, one that holds is enough."""
    text = "工号,机构,入职日期,离职日期\nA017,,2024-01-01,2024-12-31\nA017,,2025-06-01,\nA017,别家有限公司,,\n"
    allowed = read_collectors(written(tmp_path, text))
    assert all_said(compared([contact("N", 0, collector="A017")], [contact("C", 0)], collectors=allowed)) == []


@pytest.mark.parametrize("who", [{"collector": None}, {"collector": None, "name": "王*"}])
def test_unnamed_collectors_are_counted(tmp_path: Path, who: dict[str, Any]) -> None:
    """A contact that names nobody, or a masked name, is counted and accuses nobody."""
    allowed = read_collectors(written(tmp_path, PEOPLE))
    result = compared([contact("N", 0, **who)], [contact("C", 0, **who)], collectors=allowed)
    assert all_said(result) == []
    assert result.unknown == {"collector": 1}


def test_list_of_names_says_nothing_of_ids(tmp_path: Path) -> None:
    """A list without ids cannot tell whether an id is on it."""
    allowed = read_collectors(written(tmp_path, "姓名\n高某某\n"))
    result = compared([contact("N", 0, collector="A017")], [contact("C", 0)], collectors=allowed)
    assert all_said(result) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("号码\n", "the list holds no row"),
        ("甲,乙\n1,2\n", "no header is found; the first row is: 甲, 乙"),
        ("号码,主叫号码\n1,2\n", "several columns are `number`: 号码, 主叫号码"),
        ("号码,机构\n,甲\n", "list.csv:2: it has no usable number"),
        ("号码\n138****0001\n", "it has no usable number"),
        ("号码\n1.38E+18\n", "`1.38E+18` has lost its last digits in the file"),
        ("号码,停用日期\n057188880001,soon\n", "`soon` cannot be read as the date `valid_to`"),
        ("号码,启用日期,停用日期\n057188880001,2025-11-02,2025-11-01\n", "before it begins on 2025-11-02"),
    ],
)
def test_lists_are_read_whole_or_not_at_all(tmp_path: Path, text: str, words: str) -> None:
    """An entry that cannot be read would accuse somebody: the list is refused, with place, cause and help."""
    with pytest.raises(LogError) as caught:
        read_own_numbers(written(tmp_path, text), "CN")
    assert words in str(caught.value)


def test_collectors_need_a_name_or_an_id(tmp_path: Path) -> None:
    """A row of neither is refused; all that is wrong with a list is said at once."""
    with pytest.raises(LogError) as caught:
        read_collectors(written(tmp_path, "工号,姓名,离职日期\n,,2025-11-01\nA1,,soon\n"))
    assert [problem.code for problem in caught.value.problems] == ["list_no_collector", "list_date"]


def test_list_with_a_title_and_other_columns(tmp_path: Path) -> None:
    """A title above the header and columns of one's own do no harm."""
    allowed = read_collectors(written(tmp_path, "催收员名单,,\n部门,工号(必填),机构\n一部,A017,\n"))
    assert list(allowed.entries) == ["id:a017"]
