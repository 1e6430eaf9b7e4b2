"""Registry and claims (lines 19 to 22)."""

import datetime as dt

from collection_guard.model import Event, PartnerList, RegistryData, RegistryEntry

from .contact import conveyed, signal
from .keys import SHANGHAI, covers, dates_of, folded, is_blank, local_time
from .past import Past, history
from .values import Settings, Tri, agreed, all_of, any_of


def shanghai_date(event: Event) -> dt.date:
    """Return the date by which the registry is read (line 19)."""
    return local_time(event.started_at, SHANGHAI).date()


def _has(entries: tuple[RegistryEntry, ...], name: str, category: str, day: dt.date) -> bool:
    return any(
        entry.category == category
        and covers(entry.valid_from, entry.valid_to, day)
        and folded(name) in {folded(known) for known in (entry.name, *entry.aliases)}
        for entry in entries
    )


def _surely_begun(partner_list: PartnerList, day: dt.date) -> bool:
    """Say whether a list is in force by a day; one known by its month is uncertain on every day of it (line 20)."""
    if partner_list.earliest == partner_list.latest:
        return partner_list.earliest <= day
    return partner_list.latest < day


def _lists_say(lists: tuple[PartnerList, ...], name: str, category: str, day: dt.date) -> Tri:
    """Line 20: the answer on which all lists agree that may be in force on a day."""
    begun = [item for item in lists if _surely_begun(item, day)]
    if not begun:
        return None  # before the first list, or in the month of the first
    in_force = [
        item for item in lists if item.earliest <= day and not any(newer.earliest > item.latest for newer in begun)
    ]
    return agreed([_has(item.entries, name, category, day) for item in in_force])


def listed(registry: RegistryData | None, name: str, category: str, day: dt.date) -> Tri:
    """Say whether a name is listed in a category on a date (lines 19 and 20)."""
    if registry is None:
        return None
    answers: list[Tri] = [False]  # a registry that was given and holds nobody lists nobody
    if registry.rows:
        answers.append(_has(registry.rows, name, category, day))
    if registry.lists:
        answers.append(_lists_say(registry.lists, name, category, day))
    return any_of(*answers)


def _has_category(registry: RegistryData | None, category: str) -> bool:
    if registry is None:
        return False
    entries = [*registry.rows, *(entry for item in registry.lists for entry in item.entries)]
    return any(entry.category == category for entry in entries)


def agency_is_listed(event: Event, registry: RegistryData | None) -> Tri:
    """Fact agency.is_listed (line 19)."""
    if event.agency is None or is_blank(event.agency):
        return None
    return listed(registry, event.agency, "collection_agency", shanghai_date(event))


def firms(event: Event, past: Past) -> tuple[set[str], bool]:
    """Return the firms claimed, folded (line 21), and whether that is all of them."""
    claims = event.claims
    filled = [name for name in (claims.law_firm, *(claims.law_firms or ())) if not is_blank(name)]
    names = {folded(name) for name in filled if name is not None}
    if event.content == "" or signal(event, "claims_lawyer") is False:
        return names, True
    if event.content is not None:
        return names, False  # line 22: the firms that the content names are unknown
    given = bool(filled) or claims.law_firms is not None
    return names, given or conveyed(event, past.addressees) is False


def firm_is_claimed(event: Event, past: Past) -> Tri:
    """Fact law_firm.is_claimed (line 21)."""
    names, complete = firms(event, past)
    return True if names else False if complete else None


def all_firms_listed(event: Event, past: Past, registry: RegistryData | None) -> Tri:
    """Fact law_firm.all_listed (line 19): every firm claimed, so true where none was."""
    names, complete = firms(event, past)
    answers = [listed(registry, name, "law_firm", shanghai_date(event)) for name in sorted(names)]
    return all_of(*answers, True if complete else None)


def all_firms_in_directory(event: Event, past: Past, registry: RegistryData | None) -> Tri:
    """Fact law_firm.all_in_official_directory (line 21); without rows of that category, unknown."""
    names, complete = firms(event, past)
    known = _has_category(registry, "official_directory")
    day = shanghai_date(event)
    answers = [listed(registry, name, "official_directory", day) if known else None for name in sorted(names)]
    return all_of(*answers, True if complete else None)


def lawyer_is_claimed(event: Event, past: Past, settings: Settings) -> Tri:
    """Fact law_firm.lawyer_is_claimed (line 21)."""
    title = event.claims.title
    if title is not None and folded(title).lower() in {folded(word).lower() for word in settings.lawyer_titles}:
        return True
    said = signal(event, "claims_lawyer")
    if said is None and event.content is None and conveyed(event, past.addressees) is False:
        return False  # nothing was conveyed, so nothing was claimed
    return said


def _same_date(one: Event, other: Event, zone: str | None) -> Tri:
    if zone is not None:
        return dates_of(one.started_at, zone) == dates_of(other.started_at, zone)
    if one.started_at == other.started_at:
        return True
    return None if abs(one.started_at - other.started_at) < dt.timedelta(hours=25) else False


def _same_collector(one: Event, other: Event) -> Tri:
    """Say whether two contacts were made by one collector or one agency (line 21)."""
    if one.collector.id is not None and other.collector.id is not None:
        person: Tri = one.collector.id == other.collector.id
    elif one.collector.name is not None and other.collector.name is not None:
        person = folded(one.collector.name) == folded(other.collector.name)
    else:
        person = None
    agency: Tri = None
    if one.agency is not None and other.agency is not None:
        agency = folded(one.agency) == folded(other.agency)
    return any_of(person, agency)


def names_disagree(event: Event, past: Past) -> Tri:
    """Fact law_firm.names_disagree (line 21): in one contact, or in a visit and the letter it left."""
    own, complete = firms(event, past)
    certain, possible, unknown = set(own), set(own), not complete
    for other, known in history(event, past.events):
        pair = {event.channel, other.channel} - {"other"}
        of_two = True if pair == {"visit", "letter"} else None
        if of_two is None and ("other" not in (event.channel, other.channel) or not pair <= {"visit", "letter"}):
            continue
        same_case = True if past.is_case() else None
        linked = all_of(known, of_two, same_case, _same_date(event, other, past.zone), _same_collector(event, other))
        if linked is False:
            continue
        names, complete = firms(other, past)
        unknown = unknown or not complete
        possible |= names
        if linked is True:
            certain |= names
    if len(certain) > 1:
        return True
    return None if unknown or len(possible) > 1 else False
