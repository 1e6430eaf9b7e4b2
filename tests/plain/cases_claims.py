"""Cases of lines 19 to 21: registry and claims."""

from typing import Any

from .case import MOTHER, REACHED, SELF, Case, Json, at, event, one, profile

LISTED, CLAIMED, ALL_LISTED, IN_DIRECTORY, DISAGREE, LAWYER = (
    "agency.is_listed",
    "law_firm.is_claimed",
    "law_firm.all_listed",
    "law_firm.all_in_official_directory",
    "law_firm.names_disagree",
    "law_firm.lawyer_is_claimed",
)
AGENCY, FIRM, DIRECTORY, NAMES, NO_FIRM = (
    "agency-not-on-registry",
    "law-firm-not-on-registry",
    "law-firm-not-in-official-directory",
    "law-firm-names-disagree",
    "lawyer-claimed-without-firm",
)
AGENT, BUREAU, OTHER = "诚信资产管理(上海)有限公司", "天平律师事务所", "北京博源律师事务所"
Dated = tuple[str, str, list[str]]


def row(name: str, category: str = "collection_agency", **more: Any) -> Json:
    """Return one row of a partner list."""
    return {"name": name, "category": category, **more}


def rows(*entries: Json) -> Json:
    """Return a registry of rows with dates of their own."""
    return {"rows": list(entries), "lists": []}


def lists(*dated: Dated) -> Json:
    """Return a registry of whole lists of agencies, each with its earliest and latest first day."""
    return {
        "rows": [],
        "lists": [
            {"earliest": earliest, "latest": latest, "entries": [row(name) for name in names]}
            for earliest, latest, names in dated
        ],
    }


REGISTRY = rows(row(AGENT), row(BUREAU, "law_firm"))
WORDS = {True: "clear", False: "violation", None: "unassessable"}


def agency(
    line: int,
    says: str,
    expected: bool | None,
    registry: Json | None,
    name: str | None = AGENT,
    **fields: Any,
) -> Case:
    """Return a case about the agency of a call after the rule came into force."""
    given = event(to=SELF, agency=name, **fields)
    return one(line, says, given, {LISTED: expected}, {AGENCY: WORDS[expected]}, registry=registry)


def ruled(says: str, verdict: str, **fields: Any) -> Case:
    """Return a case about the scope of the rule on agencies; the agency is not listed."""
    return one(19, says, event(to=SELF, agency="别家", **fields), {}, {AGENCY: verdict}, registry=REGISTRY)


def claimed(line: int, says: str, claims: Json, facts: Json, verdicts: dict[str, str], **more: Any) -> Case:
    """Return a case about the firms that a call to the borrower claimed."""
    registry = more.pop("registry", REGISTRY)
    given = event(**{"to": SELF, "outcome": REACHED, "claims": claims, **more})
    return one(line, says, given, facts, verdicts, case=profile(), registry=registry)


def firm(line: int, says: str, name: str, expected: bool | None, registry: Json | None = REGISTRY) -> Case:
    """Return a case about one firm claimed."""
    facts = {CLAIMED: True, ALL_LISTED: expected}
    return claimed(line, says, {"law_firm": name}, facts, {FIRM: WORDS[expected]}, registry=registry)


LINE_19 = [
    agency(19, "a listed agency", True, REGISTRY),
    agency(19, "an agency that is not listed", False, REGISTRY, "别家"),
    agency(19, "an agency without a name", None, REGISTRY, None),
    agency(19, "bracket width is folded", True, REGISTRY, "诚信资产管理（上海）有限公司"),
    agency(19, "spaces are folded", True, REGISTRY, " 诚信资产管理 (上海)　有限公司"),
    agency(19, "traditional forms are folded", True, REGISTRY, "誠信資產管理(上海)有限公司"),
    agency(19, "a listed name in traditional forms is folded", True, rows(row("誠信資產管理（上海）有限公司"))),
    agency(19, "a near miss is no match", False, REGISTRY, "上海诚信资产管理有限公司"),
    agency(19, "a part of a name is no match", False, REGISTRY, "诚信资产管理"),
    agency(19, "a law firm that also collects needs a row of its own", False, REGISTRY, BUREAU),
    agency(19, "a law firm with a row of its own", True, rows(row(BUREAU, "law_firm"), row(BUREAU)), BUREAU),
    ruled("the last second before the rule", "not_applicable", started_at="2025-09-30T23:59:59+08:00"),
    ruled("the first second of the rule", "violation", started_at="2025-10-01T00:00:00+08:00"),
    ruled("the date is Shanghai's, not that of the written offset", "violation", started_at="2025-09-30T16:00:00Z"),
    ruled("an inbound call", "not_applicable", direction="inbound"),
    ruled("an unknown direction", "unassessable", direction=None),
    firm(19, "a listed firm", BUREAU, True),
    firm(19, "a firm that is not listed", "博源(北京)律师事务所", False),
    firm(19, "the order of words is not folded", "博源(北京)律师事务所", False, rows(row(OTHER, "law_firm"))),
    firm(19, "an agency's row lists no law firm", AGENT, False),
    claimed(
        19,
        "every firm claimed must be listed",
        {"law_firms": [BUREAU, OTHER]},
        {ALL_LISTED: False},
        {FIRM: "violation"},
    ),
    claimed(
        19,
        "all firms claimed are listed",
        {"law_firms": [BUREAU, OTHER]},
        {ALL_LISTED: True},
        {FIRM: "clear"},
        registry=rows(row(BUREAU, "law_firm"), row(OTHER, "law_firm")),
    ),
]

SEPTEMBER: Dated = ("2025-09-16", "2025-09-16", [AGENT])
DROPPED: Dated = ("2025-11-20", "2025-11-20", [])
NOVEMBER_WITHOUT: Dated = ("2025-11-01", "2025-11-30", [])
NOVEMBER_WITH: Dated = ("2025-11-01", "2025-11-30", [AGENT])
LINE_20 = [
    agency(20, "a row on its last date", True, rows(row(AGENT, valid_to="2025-11-20"))),
    agency(20, "a row on the day after", False, rows(row(AGENT, valid_to="2025-11-19"))),
    agency(20, "a row on its first date", True, rows(row(AGENT, valid_from="2025-11-20"))),
    agency(20, "a row on the day before", False, rows(row(AGENT, valid_from="2025-11-21"))),
    agency(
        20,
        "a row's date is Shanghai's",
        False,
        rows(row(AGENT, valid_to="2025-11-20")),
        started_at="2025-11-20T16:00:00Z",
    ),
    agency(20, "an alias is a name", True, rows(row(AGENT, aliases=["诚信", "诚信上海"])), "诚信上海"),
    agency(20, "no registry", None, None),
    agency(20, "a list in force", True, lists(SEPTEMBER)),
    agency(20, "a list that omits the name", False, lists(SEPTEMBER), "别家"),
    agency(20, "a list on its first day", True, lists(("2025-11-20", "2025-11-20", [AGENT]))),
    agency(20, "before the first list", None, lists(("2025-11-21", "2025-11-21", [AGENT]))),
    agency(20, "dropped from the list of that day", False, lists(SEPTEMBER, DROPPED)),
    agency(20, "the day before it is dropped", True, lists(SEPTEMBER, DROPPED), started_at=at(19)),
    agency(
        20, "on the list again", True, lists(("2025-09-16", "2025-09-16", []), ("2025-11-20", "2025-11-20", [AGENT]))
    ),
    agency(20, "in its month a list that drops the name", None, lists(SEPTEMBER, NOVEMBER_WITHOUT)),
    agency(20, "in its month a list that agrees", True, lists(SEPTEMBER, NOVEMBER_WITH)),
    agency(20, "in its month two lists without the name", False, lists(SEPTEMBER, NOVEMBER_WITH), "别家"),
    agency(20, "in its month a list that adds the name", None, lists(("2025-09-16", "2025-09-16", []), NOVEMBER_WITH)),
    agency(20, "the first list, in its month", None, lists(NOVEMBER_WITH)),
    agency(20, "the first day of its month", None, lists(SEPTEMBER, NOVEMBER_WITHOUT), started_at=at(1)),
    agency(
        20, "the day before its month", True, lists(SEPTEMBER, NOVEMBER_WITHOUT), started_at="2025-10-31T10:00:00+08:00"
    ),
    agency(20, "after its month", False, lists(SEPTEMBER, NOVEMBER_WITHOUT), started_at="2025-12-01T10:00:00+08:00"),
    agency(20, "the order of the lists does not matter", False, lists(DROPPED, SEPTEMBER)),
    firm(20, "no registry for a firm", BUREAU, None, None),
    firm(20, "a firm's row on its last date", BUREAU, True, rows(row(BUREAU, "law_firm", valid_to="2025-11-20"))),
    firm(20, "a firm's row on the day after", BUREAU, False, rows(row(BUREAU, "law_firm", valid_to="2025-11-19"))),
]

NOBODY: Json = {"network": "no_answer"}
NAMED: Json = {"law_firm": BUREAU}
BOTH = rows(row(BUREAU, "law_firm"), row(BUREAU, "official_directory"))


def official(says: str, expected: bool | None, registry: Json | None) -> Case:
    """Return a case about the official directory."""
    return claimed(21, says, NAMED, {IN_DIRECTORY: expected}, {DIRECTORY: WORDS[expected]}, registry=registry)


def two_names(says: str, visit: Json, letter: Json, disagree: bool | None) -> Case:
    """Return a case about a visit, and a letter an hour later."""
    first = event(**{"event_id": "a", "started_at": at(20, "09:00:00"), "to": SELF, "channel": "visit", **visit})
    given = event(**{"to": SELF, "channel": "letter", **letter})
    verdict = {True: "violation", False: "clear", None: "unassessable"}[disagree]
    return one(21, says, given, {DISAGREE: disagree}, {NAMES: verdict}, case=profile(), before=[first])


A017: Json = {"collector": {"id": "A017"}}
A018: Json = {"collector": {"id": "A018"}}
PRESS: Json = {"claims": {"law_firm": "博源(北京)律师事务所"}}
HEADED: Json = {"claims": {"law_firm": OTHER}}
LINE_21 = [
    claimed(21, "a firm by its field", NAMED, {CLAIMED: True}, {}),
    claimed(21, "firms by their list", {"law_firms": [BUREAU]}, {CLAIMED: True}, {FIRM: "clear"}),
    claimed(
        21,
        "both fields count",
        {"law_firm": BUREAU, "law_firms": [OTHER]},
        {ALL_LISTED: False},
        {FIRM: "violation", NAMES: "violation"},
    ),
    claimed(21, "an empty list claims none", {"law_firms": []}, {CLAIMED: False}, {FIRM: "not_applicable"}),
    claimed(21, "no field, no content, something conveyed", {}, {CLAIMED: None}, {FIRM: "unassessable"}),
    claimed(
        21,
        "no field, no content, nothing conveyed",
        {},
        {CLAIMED: False, LAWYER: False},
        {FIRM: "not_applicable"},
        outcome=NOBODY,
    ),
    claimed(21, "no field, no content, conveyed or not", {}, {CLAIMED: None}, {FIRM: "unassessable"}, outcome={}),
    claimed(
        21, "no field, and nothing was said", {}, {CLAIMED: False, LAWYER: False}, {FIRM: "not_applicable"}, content=""
    ),
    claimed(
        21,
        "no lawyer means no firm",
        {},
        {CLAIMED: False},
        {FIRM: "not_applicable", DIRECTORY: "not_applicable"},
        signals={"claims_lawyer": False},
    ),
    claimed(
        21,
        "a lawyer by the signal",
        {"law_firms": []},
        {LAWYER: True},
        {NO_FIRM: "violation", FIRM: "not_applicable"},
        signals={"claims_lawyer": True},
    ),
    claimed(
        21,
        "a lawyer by the title",
        {"law_firms": [], "title": "律师"},
        {LAWYER: True},
        {NO_FIRM: "violation", FIRM: "not_applicable"},
    ),
    claimed(
        21,
        "a lawyer by the title, whose words were not recorded",
        {"title": "律师"},
        {LAWYER: True, CLAIMED: None},
        {NO_FIRM: "unassessable", FIRM: "unassessable"},
    ),
    claimed(
        21,
        "a lawyer with a firm",
        {"law_firm": BUREAU, "title": "律师"},
        {LAWYER: True},
        {NO_FIRM: "clear", FIRM: "clear"},
    ),
    claimed(21, "no lawyer", {}, {LAWYER: False}, {NO_FIRM: "not_applicable"}, signals={"claims_lawyer": False}),
    claimed(
        21,
        "a title that is no lawyer's",
        {"title": "经理"},
        {LAWYER: False},
        {NO_FIRM: "not_applicable"},
        signals={"claims_lawyer": False},
    ),
    claimed(21, "whether a lawyer was claimed is unknown", NAMED, {LAWYER: None}, {NO_FIRM: "clear"}),
    claimed(
        21,
        "a claim counts in either direction",
        {"law_firm": OTHER},
        {CLAIMED: True},
        {FIRM: "violation"},
        direction="inbound",
    ),
    claimed(
        21,
        "a claim counts toward whomever it is made",
        {"law_firm": OTHER},
        {CLAIMED: True},
        {FIRM: "violation"},
        to=MOTHER,
    ),
    official("in the official directory", True, BOTH),
    official("not in the official directory", False, rows(row(OTHER, "official_directory"))),
    official("no directory was given", None, REGISTRY),
    official("no registry was given", None, None),
    claimed(21, "two firms in one contact", {"law_firms": [BUREAU, OTHER]}, {DISAGREE: True}, {NAMES: "violation"}),
    claimed(
        21,
        "one firm in two ways of writing",
        {"law_firms": ["博源(北京)律师事务所", "博源（北京） 律師事務所"]},
        {DISAGREE: False},
        {NAMES: "clear"},
    ),
    claimed(21, "one firm", NAMED, {DISAGREE: False}, {NAMES: "clear"}),
    two_names("a visit and the letter it left", {**A017, **PRESS}, {**A017, **HEADED}, True),
    two_names("a visit and its letter that agree", {**A017, **PRESS}, {**A017, **PRESS}, False),
    two_names(
        "a visit and a letter of another collector of one agency",
        {**A017, **PRESS, "agency": AGENT},
        {**A018, **HEADED, "agency": AGENT},
        True,
    ),
    two_names(
        "a visit and a letter of another collector and agency",
        {**A017, **PRESS, "agency": AGENT},
        {**A018, **HEADED, "agency": "别家"},
        False,
    ),
    two_names("a visit of the day before", {**A017, **PRESS, "started_at": at(19)}, {**A017, **HEADED}, False),
    two_names("a visit of another case", {**A017, **PRESS, "case_id": "C2"}, {**A017, **HEADED}, False),
    two_names("a call is no visit", {**A017, **PRESS, "channel": "call"}, {**A017, **HEADED}, False),
    two_names(
        "a visit that came later", {**A017, **PRESS, "started_at": at(20, "11:00:00")}, {**A017, **HEADED}, False
    ),
]
CASES = [*LINE_19, *LINE_20, *LINE_21]
