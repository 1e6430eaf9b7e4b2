"""Pages of odd logs in a real browser: nothing, nothing wrong, one agency, five hundred, years, names that attack."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from reports import november as small

from collection_guard.audit.report import Report
from collection_guard.model.event import Event
from collection_guard.reports.files import Told
from collection_guard.reports.html.document import write_html
from web.axe import AXE, faults
from web.chromium import Seen, needs_chromium

pytestmark = needs_chromium
LAWFUL, LATE = "2025-11-04T10:00:00+08:00", "2025-11-04T22:00:00+08:00"
NAMES = (
    "</td></table><script>document.title='taken'</script>",
    '"><img src=x onerror="document.title=\'taken\'">',
    "' onmouseover='alert(1)",
    "\u202etxet tfel-ot-thgir\u2066",
    "عربية שלום",
    "🏦👩‍💼 " + "long" * 90,
    "{{ 7 * 7 }} ${1} %s </script>",
    "NaN",
    "Infinity",
    " ",
)


def contact(number: int, at: str = LAWFUL, **fields: object) -> Event:
    """Return a call at a lawful hour by an agency of a plain name, unless told otherwise."""
    return small.event(f"E-{number:04}", at, **{"agency": "Agency", "case_id": f"C-{number:04}", **fields})


def attacking() -> list[Event]:
    """Return late calls of agencies, collectors and people whose names attack, with long words and notes."""
    return [
        contact(
            place,
            LATE,
            agency=name,
            case_id=f"C {name}",
            collector={"id": name, "name": name},
            recipient={"name": name, "number": name, "relationship": "parent"},
            content=name + "note " * 4000 + "w" * 4000,
            signals={"threat": True},
        )
        for place, name in enumerate(NAMES)
    ]


def unknown() -> list[Event]:
    """Return contacts of which nothing is known but that they were."""
    bare = {"agency": None, "direction": None, "recipient": {}, "outcome": {}, "content": None, "signals": None}
    return [contact(place, LATE, collector={}, **bare) for place in range(5)]


LOGS: dict[str, Callable[[], list[Event]]] = {
    "nothing": list,
    "nothing wrong": lambda: [contact(number, content="") for number in range(40)],
    "one agency": lambda: [
        contact(number, LATE if number % 9 == 0 else "2025-11-04T10:00:00+08:00") for number in range(40)
    ],
    "five hundred agencies": lambda: [
        contact(number, LATE if number % 7 == 0 else LAWFUL, agency=f"Agency {number // 2}") for number in range(1000)
    ],
    "years": lambda: [
        contact(year, f"{year:04}-03-01T{22 if year % 2 else 10}:00:00+08:00")
        for year in (1901, 1999, *range(2015, 2026), 8999)
    ],
    "attacks": attacking,
    "all unknown": unknown,
}


DATA = ("联系记录", "某报")
"""The sheet of the log, and the paper that a rule of these tests rests on."""


def left_in_chinese(page: Page) -> list[str]:
    """Return what is still Chinese after the switch to English: words, names for a screen reader, options, tooltips."""
    found: list[str] = page.evaluate(
        r"""() => {
            const chinese = /[\u4e00-\u9fff]/, found = [];
            const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (words.nextNode()) {
                const inside = words.currentNode.parentElement;
                if (chinese.test(words.currentNode.data) && !inside.closest("script, style, noscript, #language, .zh"))
                    found.push(words.currentNode.data.trim());
            }
            for (const element of document.querySelectorAll("*"))
                for (const name of ["aria-label", "title", "placeholder", "alt", "aria-description"])
                    if (chinese.test(element.getAttribute(name) || "")) found.push(element.getAttribute(name));
            return found;
        }"""
    )
    return [words for words in found if not any(name in words for name in DATA)]


@pytest.mark.parametrize("name", LOGS)
def test_the_page_of_an_odd_log_holds(browser: Browser, tmp_path: Path, name: str) -> None:
    """No error, no request, nothing run that a log says, no side scroll on a telephone, all in either language."""
    report: Report = small.audit(small.intake(LOGS[name]()))
    path = tmp_path / "r.html"
    write_html(Told(report, "zh", masked=name != "attacks"), path)
    context = browser.new_context(color_scheme="dark", reduced_motion="reduce", viewport={"width": 360, "height": 740})
    seen = Seen(context.new_page(), path)
    page = seen.page
    title = page.title()
    assert seen.found == (len(report.violations), report.contacts_in_violation)
    for place in range(min(3, page.locator("#list details").count())):
        page.locator("#list details > summary").nth(place).click()
    if AXE.exists() and len(report.by_agency) < 100:  # a thousand rows tell axe-core no more than forty
        assert faults(seen) == []
    page.click("#language")
    assert left_in_chinese(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.set_viewport_size({"width": 1017, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 1017
    assert page.title() == title
    assert "NaN" not in page.inner_text("#summary").replace("NaN", "", 2 if name == "attacks" else 0)
    assert (seen.console, seen.requests) == ([], [seen.own])
    context.close()
