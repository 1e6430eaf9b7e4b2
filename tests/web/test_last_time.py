"""Every number of the first screen, beside an earlier report too, is worked out anew and compared as it is shown."""

import pytest
from playwright.sync_api import Browser, Page

from web.chromium import Seen, needs_chromium
from web.conftest import Audited, audited
from web.summary import Expected, newcombe, numbers_in, per_thousand

pytestmark = needs_chromium


@pytest.fixture(scope="session")
def again(november: Audited, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """Return the audit of the second half of the example, beside that of all of it."""
    first = november.page.with_suffix(".json")
    more = ("--previous", str(first), "--since", "2025-11-15")
    return audited(tmp_path_factory.mktemp("again"), "contacts.xlsx", *more)


@pytest.fixture
def both(browser: Browser, november: Audited, again: Audited) -> list[tuple[Audited, Page]]:
    """Return both pages, opened, in English."""
    found = []
    context = browser.new_context(reduced_motion="reduce")
    for audit in (november, again):
        page = Seen(context.new_page(), audit.page).page
        page.click("#language")
        found.append((audit, page))
    return found


def test_every_number_of_the_first_screen_is_worked_out_anew(both: list[tuple[Audited, Page]]) -> None:
    """From the verdict file, the log and the JSON come the same numbers, all of them, in the same places."""
    for audit, page in both:
        expected = Expected(audit)
        assert numbers_in(page.inner_text("#summary .verdict")) == expected.verdict()
        cards = page.locator("#summary .card").all_inner_texts()
        assert [numbers_in(words) for words in cards[:4]] == expected.cards()
        panels = page.locator("#summary .two > section")
        agencies, rules, unknown, assumed = (panels.nth(place) for place in range(4))
        listed = [(entry.split()[0], numbers_in(entry)) for entry in agencies.locator("li").all_inner_texts()]
        assert listed == expected.agencies()
        links = rules.locator("li > a")
        shown = [str(links.nth(place).get_attribute("data-filter")).removeprefix("rule=") for place in range(3)]
        texts = rules.locator("li").all_inner_texts()
        assert [*zip(shown, map(numbers_in, texts), strict=True)] == expected.rules()
        assert numbers_in(unknown.inner_text()) == expected.unknown()
        # What was assumed is a list of sentences: the first of them, and how many there are.
        every = [words.strip() for words in page.locator("#assumed .en li").all_inner_texts()]
        assert [words.strip() for words in assumed.locator(".en li").all_inner_texts()] == every[:3]
        assert numbers_in(assumed.locator(".en p").inner_text()) == [str(len(every))]


def test_last_time_is_worked_out_anew_and_clicked(both: list[tuple[Audited, Page]]) -> None:
    """Better or worse rests on both reports; the word leads to a table whose rows are those of the JSON report."""
    (before, first), (after, page) = both
    assert "no earlier report" in first.locator("#summary .card").nth(4).inner_text()
    found = after.report["comparison"]
    counts = [audit.report["counts"] for audit in (before, after)]
    pairs = [(count["contacts_in_violation"], count["contacts"]) for count in counts]
    low, high = newcombe(*pairs)
    word = "worse" if low > 0 else "better" if high < 0 else "no clear difference"
    link = page.locator("#summary a[data-figure=change]")
    card = page.locator("#summary .card").nth(4).inner_text()
    assert link.inner_text() == word
    rates = [per_thousand(*pair)[0] for pair in pairs]
    assert numbers_in(card) == [
        *rates,
        "1,000",
        *(f"{1000 * end:+,.1f}" for end in (low, high)),
        str(len(found["caveats"])),
    ]
    assert len(found["caveats"]) >= 2
    link.click()
    assert page.evaluate("document.activeElement.id") == "changes"
    assert page.locator("#changes li:visible").count() == len(found["caveats"])
    rows = page.locator("#changes tbody tr")
    shown = [rows.nth(place).locator("td").all_inner_texts()[:2] for place in range(rows.count())]
    moved = [one for one in found["rules"].values() if one["before"]["hits"] or one["after"]["hits"]]
    wanted = [found["contacts_in_violation"], *found["agencies"], *moved]
    assert shown == [[f"{one[when]['hits']:,} / {one[when]['of']:,}" for when in ("before", "after")] for one in wanted]
    named = {row["agency"]: row for audit in (after,) for row in audit.report["by_agency"]}
    assert all(one["after"]["of"] == named[one["agency"]]["contacts"] for one in found["agencies"])
