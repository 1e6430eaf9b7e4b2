"""Who the collector claimed to be, held against the registry (semantics 19-21)."""

from collections.abc import Hashable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from collection_guard.facts.clock import REGISTRY_ZONE, local_date, same_date
from collection_guard.facts.kept import Firms
from collection_guard.facts.names import fold_name
from collection_guard.facts.sheet import FactSheet, fact
from collection_guard.facts.signs import Sign
from collection_guard.facts.world import ContentReading, has_case
from collection_guard.language.kleene import all_of, any_of
from collection_guard.model.event import Event
from collection_guard.model.words import OTHER_CHANNEL

COUNTERPARTS: Final = {
    "visit": frozenset({"letter", OTHER_CHANNEL}),
    "letter": frozenset({"visit", OTHER_CHANNEL}),
    OTHER_CHANNEL: frozenset({"visit", "letter", OTHER_CHANNEL}),
}
"""What may be the other half of a visit and the letter that it left."""


def _in_fields(event: Event) -> tuple[str, ...] | None:
    """Return the firms named in the fields; None if neither field was filled."""
    claims = event.claims
    single = claims.law_firm if claims.law_firm and claims.law_firm.strip() else None
    if single is None and claims.law_firms is None:
        return None
    names = ([single] if single else []) + [name for name in claims.law_firms or () if name.strip()]
    return tuple(dict.fromkeys(names))


@fact("law_firm.firms")
def _firms(sheet: FactSheet) -> Firms:
    """Return the firms that a contact claimed: in its fields, and in its content (semantics 21)."""
    event = sheet.event
    fields = _in_fields(event)
    names = fields or ()
    given = (event.signals or {}).get("claims_lawyer")
    if given is False or event.content == "":
        return Firms(names, maybe_more=False)
    if event.content is None:
        # Without content the fields say it all; where they are empty too, what was conveyed is unknown.
        return Firms(names, maybe_more=fields is None and sheet.value("contact.conveyed") is not False)
    reading: ContentReading | None = sheet.value("content.reading")
    if reading is None:
        # What the fields name stands; what else the content names, nobody has read.
        return Firms(names, maybe_more=True)
    heard = {fold_name(name): name for name in (*reading.law_firms, *names)}
    return Firms(tuple(heard.values()), maybe_more=False)


@fact("law_firm.is_claimed")
def _is_claimed(sheet: FactSheet) -> bool | None:
    firms: Firms = sheet.value("law_firm.firms")
    return True if firms.names else None if firms.maybe_more else False


def _all_in(sheet: FactSheet, category: str, name: str) -> bool | None:
    """Say whether every firm claimed was listed in a category on the date of the contact."""
    firms: Firms = sheet.value("law_firm.firms")
    votes = [_listed(sheet, firm, category, name) for firm in firms.names]
    if firms.maybe_more:
        votes.append(None)
    return all_of(votes)


def _listed(sheet: FactSheet, claimed: str, category: str, name: str) -> bool | None:
    """Look a name up; what stands in the registry instead goes into the evidence."""
    registry = sheet.world.registry
    day = local_date(sheet.event.started_at, REGISTRY_ZONE)
    listed = None if registry is None else registry.listed(claimed, category, day)
    looked_up: dict[str, object] = {"name": claimed, "category": category, "on": day.isoformat(), "listed": listed}
    if registry is not None and not listed:
        hints = registry.hints(claimed, category)
        if hints:
            looked_up["similar_but_not_the_same"] = list(hints)
    earlier = sheet.notes.get(name, {}).get("looked_up", [])
    assert isinstance(earlier, list)  # noqa: S101  # only this function writes it
    sheet.note(name, looked_up=[*earlier, looked_up])
    return listed


@fact("law_firm.all_listed")
def _all_listed(sheet: FactSheet) -> bool | None:
    return _all_in(sheet, "law_firm", "law_firm.all_listed")


@fact("law_firm.all_in_official_directory")
def _all_in_directory(sheet: FactSheet) -> bool | None:
    return _all_in(sheet, "official_directory", "law_firm.all_in_official_directory")


@lru_cache(maxsize=16)
def _folded(titles: frozenset[str]) -> frozenset[str]:
    return frozenset(fold_name(title).casefold() for title in titles)


@fact("law_firm.lawyer_is_claimed")
def _lawyer_is_claimed(sheet: FactSheet) -> bool | None:
    title = sheet.event.claims.title
    if title is not None and fold_name(title).casefold() in _folded(sheet.rule_set.tables.lawyer_titles):
        return True
    heard: bool | None = sheet.value("content.claims_lawyer")
    if heard is None and sheet.event.content is None and sheet.value("contact.conveyed") is False:
        return False  # nothing was conveyed, nothing was claimed
    return heard


@fact("law_firm.names_disagree")
def _names_disagree(sheet: FactSheet) -> bool | None:
    """Compare all names that one contact, or a visit and the letter it left, gave."""
    firms: Firms = sheet.value("law_firm.firms")
    surely = list(firms.names)
    maybe: list[str] = []
    unknown = firms.maybe_more
    for sign, related in _left_together(sheet):
        other: Firms = sign.sheet.value("law_firm.firms")
        (surely if related else maybe).extend(other.names)
        unknown = unknown or other.maybe_more
    folded = {fold_name(name) for name in surely}
    sheet.note("law_firm.names_disagree", names=sorted(set(surely)))
    if len(folded) > 1:
        return True
    return None if unknown or len(folded | {fold_name(name) for name in maybe}) > 1 else False


def _left_together(sheet: FactSheet) -> Iterator[tuple[Sign, bool | None]]:
    """Yield earlier visits or letters that belong to this one, or may: same case, date, and collector or agency."""
    event = sheet.event
    counterparts = COUNTERPARTS.get(event.channel, frozenset())
    if not counterparts:
        return
    today = _day(sheet)
    days = [today] if sheet.borrower_zone is not None else [today - timedelta(days=back) for back in range(3)]
    for sign in sheet.history.signs(sheet, _left, [(channel, day) for channel in counterparts for day in days]):
        same_day = same_date(event.started_at, sign.event.started_at, sheet.borrower_zone)
        one, other = event.collector, sign.event.collector
        by_id = None if one.id is None or other.id is None else one.id == other.id
        same_collector = _same(one.name, other.name) if by_id is None else by_id
        same_hand = any_of([same_collector, _same(event.agency, sign.event.agency)])
        # Of contacts whose case is unknown it is unknown, too, whether it is one.
        same_case = True if has_case(event.case_id) else None
        known = None if OTHER_CHANNEL in {event.channel, sign.event.channel} else True
        related = all_of([known, same_case, same_day, same_hand, sign.heard])
        if related is not False:
            yield sign, related


def _left(sign: Sign) -> tuple[Hashable, Hashable] | None:
    """Return when a visit was made or a letter left, and all by which it may belong to another one."""
    event = sign.event
    if event.channel not in COUNTERPARTS:
        return None
    collector = event.collector
    # Where the zone is unknown, the very instants say whether two may lie on one date.
    instant = event.started_at if sign.sheet.borrower_zone is None else None
    said = (collector.id, collector.name, event.agency, instant, sign.sheet.value("law_firm.firms"))
    return (event.channel, _day(sign.sheet)), said


def _day(sheet: FactSheet) -> date:
    """Return the date of an event; where the zone is unknown, one by which to find those within 25 hours of it."""
    return local_date(sheet.event.started_at, sheet.borrower_zone or "UTC")


def _same(one: str | None, other: str | None) -> bool | None:
    return None if one is None or other is None else fold_name(one) == fold_name(other)


@fact("agency.name")
def _agency_name(sheet: FactSheet) -> str | None:
    return sheet.event.agency


@fact("collector.kind")
def _collector_kind(sheet: FactSheet) -> str | None:
    return sheet.event.collector.kind


@fact("agency.is_listed")
def _agency_is_listed(sheet: FactSheet) -> bool | None:
    agency = sheet.event.agency
    if agency is None or not agency.strip():
        return None
    return _listed(sheet, agency, "collection_agency", "agency.is_listed")
