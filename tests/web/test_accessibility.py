"""The page is usable by everybody: axe-core, as its makers publish it, finds nothing serious to mend."""

import pytest
from playwright.sync_api import Browser

from web.axe import faults, needs_axe
from web.chromium import Seen, needs_chromium
from web.conftest import Audited

pytestmark = [needs_chromium, needs_axe]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_axe_finds_nothing_serious(browser: Browser, november: Audited, scheme: str, lang: str) -> None:
    """In both languages, light and dark, with a finding and a rule unfolded."""
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce")
    seen = Seen(context.new_page(), november.page)
    if lang == "en":
        seen.page.click("#language")
    for one in ("#list details", "details.rule", "#agencies details"):
        seen.page.locator(one).first.locator("summary").first.click()
    assert faults(seen) == []
    context.close()


def test_axe_would_find_something(browser: Browser, november: Audited) -> None:
    """With a button that has no name, the same question is answered with it."""
    context = browser.new_context(reduced_motion="reduce")
    seen = Seen(context.new_page(), november.page)
    seen.page.evaluate("document.getElementById('print').replaceChildren()")
    assert any("button-name" in fault for fault in faults(seen))
    context.close()
