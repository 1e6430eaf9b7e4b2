"""Legs: several rows of a telephone system that are one call, of which one is the contact (semantics 4)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from collection_guard.audit.identity import content_digest
from collection_guard.audit.taken import PLACEHOLDER, Contact, SetAside
from collection_guard.model.event import Event


class _Unit:
    """The deliveries of one row: one leg. Whether they agree is seen to where ids are (semantics 4)."""

    def __init__(self, contacts: list[Contact], digest: str) -> None:
        self.contacts = contacts
        event = self.event = contacts[0].event
        leg = contacts[0].leg
        self.number = leg.number if leg is not None else None
        self.ends: datetime = event.ended_at or event.started_at
        # What sorts must not hang on the place of a row: INVARIANT (order-free).
        self.order = (event.started_at, event.event_id, digest)
        self.best = (event.outcome.network != "connected", -(event.talk_seconds or 0.0), self.order)


def without_second_legs(contacts: Sequence[Contact], set_aside: list[SetAside]) -> list[Contact]:
    """Keep one contact of each call to a number, and set the other legs of it aside.

    Rows are of one call where they share an identifier of it, or, without any, where number, case and direction are
    the same and they began within a second or what the preset says. Another number that was called within one call,
    as in a conference, and a number called once more after nobody had answered, are contacts of their own.
    """
    kept = [contact for contact in contacts if contact.leg is None]
    for call in _calls([contact for contact in contacts if contact.leg is not None]):
        if len(call) == 1:
            kept.append(call[0].with_event(call[0].event))
            continue
        units = _units(call)
        legs = _contacts_of(units)
        first = [units[index] for index in sorted(legs)]
        for unit in units:
            if unit not in first:
                set_aside += [SetAside(contact.position, "second_leg") for contact in unit.contacts]
        kept += _named_apart(first)
    return kept


def _units(call: Iterable[Contact]) -> list[_Unit]:
    same: dict[tuple[str, str], list[tuple[str, Contact]]] = defaultdict(list)
    units = []
    for contact in call:
        digest, leg = content_digest(contact.event), contact.leg
        if contact.event.event_id == PLACEHOLDER:  # without an id, equal rows of one call are legs, no redeliveries
            units.append(_Unit([contact], digest))
        else:
            named_by = "" if leg is not None and leg.of_row else digest
            same[contact.event.event_id, named_by].append((digest, contact))
    for rows in same.values():
        first = min(rows, key=lambda row: (row[1].event.started_at, row[0]))
        units.append(_Unit([first[1], *(contact for _, contact in rows if contact is not first[1])], first[0]))
    return sorted(units, key=lambda unit: (unit.order, unit.contacts[0].position.sort_key()))


def _contacts_of(units: Sequence[_Unit]) -> list[int]:
    """Return the places of the legs that are contacts."""
    outside = [index for index, unit in enumerate(units) if unit.number is not None]
    incoming = [index for index in outside if units[index].event.direction == "inbound"]
    if incoming:  # what was dialled for a call that came in, was dialled to put it through
        return [min(incoming, key=lambda index: units[index].best)]
    if not outside:
        return [min(range(len(units)), key=lambda index: units[index].best)]
    found = []
    for number in {units[index].number for index in outside}:
        attempts: list[list[int]] = []
        for index in (index for index in outside if units[index].number == number):
            if attempts and not _is_retry(units[index], [units[other] for other in attempts[-1]]):
                attempts[-1].append(index)
            else:
                attempts.append([index])
        found += [min(attempt, key=lambda index: units[index].best) for attempt in attempts]
    return found


def _is_retry(unit: _Unit, before: Sequence[_Unit]) -> bool:
    """Say whether a number was dialled again after an attempt that nobody answered was over."""
    answered = any(other.event.outcome.network == "connected" or other.event.talk_seconds for other in before)
    over = max(other.ends for other in before)
    began = max(other.event.started_at for other in before)
    return not answered and unit.event.started_at >= over and unit.event.started_at > began


def _named_apart(units: Sequence[_Unit]) -> list[Contact]:
    """Return the contacts of one call, numbered in the order of time where they share its identifier."""
    found: list[Contact] = []
    used: dict[str, int] = defaultdict(int)
    for unit in units:
        event_id = unit.event.event_id
        used[event_id] += 1
        number = used[event_id]
        for contact in unit.contacts:
            event: Event = contact.event
            if number > 1 and event_id != PLACEHOLDER:
                event = event.with_id(f"{event_id}/{number}")
            found.append(contact.with_event(event))
    return found


def _calls(contacts: Sequence[Contact]) -> list[list[Contact]]:
    """Return the rows of each call together."""
    together = _Together(len(contacts))
    by_id: dict[str, int] = {}
    nameless: dict[tuple[str, str, str, str | None, float], list[int]] = defaultdict(list)
    for index, contact in enumerate(contacts):
        leg, event = contact.leg, contact.event
        for name in leg.ids if leg is not None else ():
            together.join(index, by_id.setdefault(name, index))
        if leg is not None and not leg.ids and leg.seconds is not None and leg.number is not None:
            nameless[leg.system, leg.number, event.case_id, event.direction, leg.seconds].append(index)
    for key, places in nameless.items():
        span = timedelta(seconds=key[-1])
        first: int | None = None
        for index in sorted(places, key=lambda place: contacts[place].event.started_at):
            began = contacts[index].event.started_at
            if first is None or began - contacts[first].event.started_at > span:
                first = index
            together.join(index, first)
    groups: dict[int, list[Contact]] = defaultdict(list)
    for index, contact in enumerate(contacts):
        groups[together.of(index)].append(contact)
    return list(groups.values())


class _Together:
    """Which of some rows belong together."""

    def __init__(self, count: int) -> None:
        self.parents = list(range(count))

    def of(self, index: int) -> int:
        while self.parents[index] != index:
            self.parents[index] = self.parents[self.parents[index]]
            index = self.parents[index]
        return index

    def join(self, one: int, other: int) -> None:
        self.parents[self.of(one)] = self.of(other)
