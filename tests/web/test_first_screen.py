"""Every number of the first screen is the sum of its rows, in the JSON report and the verdict file, and links there."""

from collections import Counter
from typing import Any

from web.chromium import Seen, needs_chromium
from web.conftest import Audited
from web.packed import figures


def counted(verdicts: list[dict[str, Any]]) -> dict[str, Any]:
    """Count the verdict file, without anything of the program."""
    kinds = Counter(item["verdict"] for item in verdicts)
    violations = [item for item in verdicts if item["verdict"] == "violation"]
    return {
        "contacts": len({item["event_id"] for item in verdicts}),
        "assessed": kinds["violation"] + kinds["clear"],
        "applicable": kinds["violation"] + kinds["clear"] + kinds["unassessable"],
        "unassessable": kinds["unassessable"],
        "violations": len(violations),
        "in_violation": len({item["event_id"] for item in violations}),
        "by_rule": Counter(item["rule"] for item in violations),
    }


def test_the_numbers_are_those_of_the_verdict_file(november: Audited) -> None:
    """An independent count over the verdict file gives the same numbers."""
    shown, count = figures(november.page.read_text("utf-8")), counted(november.verdicts)
    assert shown["contacts"] == str(count["contacts"])
    assert shown["assessable"] == f"{count['assessed']}/{count['applicable']}"
    assert shown["unassessable"] == str(count["unassessable"])
    assert shown["violations"] == str(count["violations"])
    assert shown["contacts_in_violation"] == str(count["in_violation"])
    rules = {name.partition(":")[2]: value for name, value in shown.items() if name.startswith("rule:")}
    assert len(rules) == 3
    assert rules == {rule: str(count["by_rule"][rule]) for rule in rules}
    assert sorted(count["by_rule"].values(), reverse=True)[:3] == sorted(map(int, rules.values()), reverse=True)


def test_the_numbers_are_the_sums_of_their_rows_in_the_json_report(november: Audited) -> None:
    """Rows of agencies, rules and violations add up to the numbers of the first screen."""
    shown, report = figures(november.page.read_text("utf-8")), november.report
    agencies, rules, violations = report["by_agency"], report["by_rule"].values(), report["violations"]
    assert int(shown["contacts"]) == sum(row["contacts"] for row in agencies)
    assert int(shown["contacts_in_violation"]) == sum(row["contacts_in_violation"] for row in agencies)
    assessed = sum(row["violation"] + row["clear"] for row in rules)
    unassessable = sum(row["unassessable"] for row in rules)
    assert shown["assessable"] == f"{assessed}/{assessed + unassessable}"
    assert int(shown["unassessable"]) == unassessable
    assert int(shown["violations"]) == len(violations)
    severities = Counter(item["severity"] for item in violations)
    chips = {name.partition(":")[2]: int(value) for name, value in shown.items() if name.startswith("severity:")}
    assert chips == severities
    worst = Counter({row["agency"]: row["contacts_in_violation"] for row in agencies if row["contacts_in_violation"]})
    of_agencies = [int(value) for name, value in shown.items() if name.startswith("agency:")]
    assert len(of_agencies) == 3
    assert not Counter(of_agencies) - Counter(worst.values())


@needs_chromium
def test_each_number_links_to_its_rows(seen: Seen) -> None:
    """Followed, a number leads to as many rows as it says: findings in the list, or rows of a table that add up."""
    page = seen.page
    links = page.locator("#summary a[data-figure]:visible")
    names = [links.nth(place).get_attribute("data-figure") or "" for place in range(links.count())]
    assert {name.partition(":")[0] for name in names} >= {
        "contacts",
        "assessable",
        "contacts_in_violation",
        "violations",
        "severity",
        "agency",
        "rule",
        "unassessable",
    }
    for name in names:
        link = page.locator(f'#summary a[data-figure="{name}"]:visible')
        value = link.get_attribute("data-value") or ""
        link.click()
        kind = name.partition(":")[0]
        if kind in {"violations", "severity", "rule"}:
            assert seen.found[0] == int(value), name
        elif kind == "agency":
            assert seen.found[1] == int(value), name
        elif kind in {"contacts", "contacts_in_violation"}:
            column = "contacts" if kind == "contacts" else "wrong"
            rows = page.locator("#by-agency tbody tr")
            assert sum(int(rows.nth(at).get_attribute(f"data-{column}") or 0) for at in range(rows.count())) == int(
                value
            )
        elif kind == "assessable":
            rows = page.locator("#by-rule tbody tr")
            sums = [
                sum(int(rows.nth(at).get_attribute(f"data-{column}") or 0) for at in range(rows.count()))
                for column in ("assessed", "applicable")
            ]
            assert f"{sums[0]}/{sums[1]}" == value
        elif kind == "assumptions":
            assert page.locator("#assumed .zh li").count() == int(value)
        else:
            assert name == "unassessable"
            cells = page.locator("#unknown .zh table").last.locator("tbody tr td:first-child")
            assert sum(int(cells.nth(at).inner_text().replace(",", "")) for at in range(cells.count())) == int(value)
