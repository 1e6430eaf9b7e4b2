"""What was kept beside a contact stands in place of what would be derived from data that are gone."""

from datetime import date

from collection_guard.facts.history import History
from collection_guard.facts.kept import Firms, Kept, KeptFacts
from collection_guard.facts.keys import wholeness
from collection_guard.facts.sheet import FactSheet
from collection_guard.facts.world import World

from .making import IN_SHANGHAI, RULES, event, profile


def sheet_of(kept: Kept | None) -> FactSheet:
    """Return the fact sheet of a contact that was kept without its number, in a world that knows its case."""
    world = World(IN_SHANGHAI, {"C1": profile()}, kept={} if kept is None else {"e": kept})
    return FactSheet(event(), world, RULES, History())


def test_what_was_kept_is_taken() -> None:
    """Zones and the answer to whose number it was are those of the log, and so is from when the case was whole."""
    facts = KeptFacts(
        recipient_zones=("Asia/Tokyo",),
        number_is_own=False,
        firms=Firms(("甲",), maybe_more=True),
        whole_from=date(2025, 11, 1),
        whole_from_of=frozenset({date(2025, 11, 3), None}),
    )
    sheet = sheet_of(Kept(None, {"test": facts}))
    assert sheet.profile is None
    assert sheet.value("recipient.zones") == ("Asia/Tokyo",)
    assert sheet.value("recipient.number_is_own") is False
    assert sheet.value("law_firm.firms") == Firms(("甲",), maybe_more=True)
    assert wholeness(sheet) == (date(2025, 11, 1), {date(2025, 11, 3), None})


def test_what_another_pack_kept_is_not() -> None:
    """What was kept for one pack says nothing to another; the profile of the case as it was serves both."""
    kept, known = profile(timezone="Asia/Tokyo"), sheet_of(None)
    sheet = sheet_of(
        Kept(kept, {"other": KeptFacts(recipient_zones=("Asia/Dubai",), firms=Firms((), maybe_more=False))})
    )
    assert sheet.profile == kept
    assert sheet.value("recipient.number_is_own") == known.value("recipient.number_is_own")
    assert sheet.value("recipient.zones") != ("Asia/Dubai",)
    assert wholeness(sheet) == wholeness(known)
