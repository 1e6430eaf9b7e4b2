"""The page in a real browser: it asks nothing of the network, has no error, and answers what is asked."""

import pytest
from playwright.sync_api import Browser, expect

from web.chromium import Seen, needs_chromium
from web.conftest import Audited

pytestmark = needs_chromium


def test_the_page_needs_no_network_and_has_no_error(seen: Seen) -> None:
    """Opening, searching, unfolding and switching load nothing but the file, and nothing goes wrong."""
    page = seen.page
    page.fill("#search", "E")
    page.locator("#list details").first.click()
    page.click("#language")
    page.click("#theme")
    expect(page.locator(".timeline tr.here")).to_have_count(1)
    assert seen.requests == [seen.own]
    assert seen.console == []


def test_the_list_holds_every_finding(seen: Seen, november: Audited) -> None:
    """Without a filter the list is all violations; paging through it shows each once."""
    violations = november.report["violations"]
    assert seen.found == (len(violations), november.report["counts"]["contacts_in_violation"])
    listed: list[str] = []
    while True:
        rows = seen.page.locator("#list details")
        listed += [rows.nth(place).get_attribute("data-rule") or "" for place in range(rows.count())]
        if seen.page.locator("#next-page").is_disabled():
            break
        seen.page.click("#next-page")
    assert sorted(listed) == sorted(item["rule"] for item in violations)


def test_filters_answer(seen: Seen, november: Audited) -> None:
    """A filter shows the findings that fit it and no others; clearing shows all again."""
    violations = november.report["violations"]
    seen.page.select_option("#by-severity", "major")
    assert seen.found[0] == sum(item["severity"] == "major" for item in violations)
    seen.page.select_option("#by-rule-id", "third-party-contact-beyond-relay")
    expected = [item for item in violations if item["rule"] == "third-party-contact-beyond-relay"]
    assert seen.found == (len(expected), len({item["event_id"] for item in expected}))
    seen.page.click("button[type=reset]")
    expect(seen.page.locator("#result")).to_have_attribute("data-findings", str(len(violations)))


def test_search_answers(seen: Seen, november: Audited) -> None:
    """Words of the message, a case and an event find what holds all of them; nonsense finds nothing."""
    violations = november.report["violations"]
    one = violations[0]
    seen.page.fill("#search", one["event_id"])
    assert seen.found == (sum(item["event_id"] == one["event_id"] for item in violations), 1)
    seen.page.fill("#search", f"{one['rule']} {one['event_id']}")
    assert seen.found == (1, 1)
    assert one["message"]["zh"] in seen.page.inner_text("#list")
    seen.page.fill("#search", "qqqq")
    assert seen.found == (0, 0)


def test_the_language_switches_everywhere(seen: Seen) -> None:
    """Every text has a twin: one press shows English in the whole page, one more Chinese again."""
    page = seen.page
    page.locator("#list details").first.click()
    page.locator("#list .timeline").first.wait_for()
    assert page.locator("h1").inner_text() == "催收合规检查报告"
    page.click("#language")
    assert page.locator("h1").inner_text() == "Audit of collection contacts"
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.inner_text("#result").endswith("contacts")
    left = page.evaluate(
        """() => [...document.querySelectorAll('h2, h3, thead th, label > span, button')]
            .filter((element) => element.offsetParent !== null && element.id !== 'language')
            .map((element) => element.innerText).filter((words) => /[\\u4e00-\\u9fff]/.test(words))"""
    )
    assert left == []
    page.click("#language")
    assert page.locator("h1").inner_text() == "催收合规检查报告"


def test_a_finding_tells_its_story(seen: Seen, november: Audited) -> None:
    """Unfolded, a finding shows what, why, what to do instead, the source, and where it stands in its case."""
    threat = next(item for item in november.report["violations"] if item["rule"] == "threat-made")
    seen.page.fill("#search", f"threat-made {threat['event_id']}")
    finding = seen.page.locator("#list details").first
    finding.locator("summary").click()
    inside = finding.locator(".inside")
    expect(inside.locator("[aria-current=true]")).to_have_count(1)
    shown = inside.inner_text()
    for words in (threat["message"]["zh"], threat["remedy"]["zh"], *threat["evidence_in_words"]["zh"]):
        assert words in shown
    assert inside.locator("mark").count() >= 1
    rows = inside.locator(".timeline tbody tr")
    assert rows.count() >= 1


def test_the_keyboard_reaches_the_findings(seen: Seen) -> None:
    """The first stop skips to the summary; a finding unfolds by the keyboard."""
    page = seen.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("#list details summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("#list details").first.get_attribute("open") is not None


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_fits_its_window(browser: Browser, november: Audited, width: int) -> None:
    """On a telephone and on a screen the page itself never scrolls sideways; wide tables do so inside it."""
    context = browser.new_context(reduced_motion="reduce", viewport={"width": width, "height": 800})
    page = Seen(context.new_page(), november.page).page
    page.locator("#list details").first.click()
    page.locator("#list .timeline").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_on_paper_nothing_is_folded_up(seen: Seen) -> None:
    """Printing unfolds the rules and lists the findings past the first page; afterwards the page is as before."""
    page = seen.page
    folded = page.locator("details.rule:not([open])").count()
    first = page.locator("#list details").count()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details.rule:not([open])").count() == 0
    assert page.locator("#list details").count() == seen.found[0]
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.rule:not([open])").count() == folded
    assert page.locator("#list details").count() == first
