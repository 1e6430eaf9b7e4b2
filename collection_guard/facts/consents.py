"""Consents of the person contacted: what they allow, from when, for how long, and what uses them up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from collection_guard.facts.atoms import truth_of
from collection_guard.facts.clock import dates_of, microseconds
from collection_guard.facts.numbers import number_key
from collection_guard.facts.sheet import FactSheet, declared
from collection_guard.language.compiled import CompiledConsent
from collection_guard.language.kleene import all_of, any_of, fact_of, negation


@dataclass(frozen=True, slots=True)
class _Given:
    """One consent: from when it holds, when it lapses, for which number and date, and whether it was good."""

    at: datetime | None
    expires: datetime | None = None
    number: str | None = None
    date: str | None = None
    valid: bool | None = True


@declared("consent")
def _consent(sheet: FactSheet, name: str) -> bool | None:
    """Say whether a consent covers the contact: as recorded with it, by the profile, or given in an earlier contact."""
    consent = sheet.rule_set.extensions.consents[name]
    if (sheet.event.fields or {}).get("consent") == consent.scope:
        return True
    silent = None if sheet.profile is None or sheet.profile.instructions is None else False
    return any_of([*(_covers(sheet, consent, given) for given in _given(sheet, consent)), silent])


def _given(sheet: FactSheet, consent: CompiledConsent) -> Iterator[_Given]:
    for one in (sheet.profile.instructions if sheet.profile else None) or ():
        if one.kind == "consent" and one.scope in {None, consent.scope}:
            if consent.direct_only and one.given_to is not None:
                continue
            yield _Given(one.at, one.expires, one.number, valid=None if one.scope is None else True)
    for sign in sheet.history.past_of_case(sheet):
        fields = sign.event.fields or {}
        if fields.get("gives_consent") == consent.scope:
            valid = True if consent.valid_if is None else fact_of(truth_of(consent.valid_if, sign.sheet))
            yield _Given(
                sign.event.started_at,
                number=fields.get("consent_number"),
                date=fields.get("consent_date"),
                valid=all_of([valid, sign.heard]),
            )


def _covers(sheet: FactSheet, consent: CompiledConsent, given: _Given) -> bool | None:
    started = sheet.event.started_at
    if (given.at is not None and started < given.at) or (given.expires is not None and started >= given.expires):
        return False
    return all_of(
        [
            given.valid,
            _for_number(sheet, given.number),
            _on_date(sheet, given, consent.lasts),
            negation(_used_up(sheet, consent, given.at)),
        ]
    )


def _for_number(sheet: FactSheet, number: str | None) -> bool | None:
    if number is None:
        return True
    country = sheet.world.settings.country
    named, called = number_key(number, country), number_key(sheet.event.recipient.number, country)
    return None if named is None or called is None else named == called


def _on_date(sheet: FactSheet, given: _Given, lasts: int | None) -> bool | None:
    """Say whether the consent still holds on the local date of the contact."""
    zone = sheet.borrower_zone
    today = dates_of(sheet.event.started_at, zone)
    if given.date is not None:
        readings = {day.isoformat() == given.date for day in today}
    elif lasts is not None and given.at is not None:
        first = dates_of(given.at, zone)
        readings = {now <= day + timedelta(days=lasts - 1) for now in today for day in first}
    else:
        return True
    return readings.pop() if len(readings) == 1 else None


def _used_up(sheet: FactSheet, consent: CompiledConsent, at: datetime | None) -> bool | None:
    """Say whether an event that ends the consent lies between it and the contact."""
    node = consent.ended_by
    if node is None:
        return False
    since = None if at is None else microseconds(at)
    return any_of(
        all_of([fact_of(truth_of(node, sign.sheet)), sign.heard])
        for sign in sheet.history.past_of_case(sheet)
        if since is None or sign.at > since
    )
