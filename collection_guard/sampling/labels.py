"""Labelled samples of appeals that were upheld: the contact, its history, and that the rule must not find it wrong."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from collection_guard.audit.report import Report
from collection_guard.audit.run import Basis, run_audit
from collection_guard.audit.taken import Contact, Intake, Position
from collection_guard.facts.world import Settings, has_case
from collection_guard.model.event import Event
from collection_guard.model.profile import CaseProfile
from collection_guard.sampling.draw import WHOLE, Item, Sample
from collection_guard.sampling.pseudonyms import Pseudonyms

_CLEAR: Final = "clear"


@dataclass(frozen=True, slots=True)
class Labelled:
    """One labelled sample as YAML holds it, and whether the rule still finds the violation in it."""

    sample: dict[str, Any]
    reproduced: bool


def rules_of(item: Item, sample: Sample) -> list[str]:
    """Return the rules that an upheld appeal is about: that of the item, or all that the contact violates."""
    if item.rule != WHOLE:
        return [item.rule]
    return [one.rule for one in sample.report.violations if one.contact.event == item.contact.event]


def labelled(report: Report, basis: Basis, upheld: Iterable[tuple[Contact, str]], *, masked: bool) -> list[Labelled]:
    """Return a labelled sample for each contact and rule of which an appeal was upheld, in the order of their dates."""
    ordered = sorted(upheld, key=lambda pair: (pair[0].event.started_at, pair[0].event.event_id, pair[1]))
    return [_labelled(report, basis, contact, rule, masked=masked) for contact, rule in ordered]


def _labelled(report: Report, basis: Basis, contact: Contact, rule: str, *, masked: bool) -> Labelled:
    events = _history(report, contact.event)
    profile = basis.profiles.get(contact.event.case_id)
    other = Pseudonyms(basis.settings.country)
    # The profile first, so that what is said of its people and numbers is known when words are read.
    profile_data = None if profile is None else other.profile(profile) if masked else _plain_profile(profile)
    if masked:
        # Twice: a name that stands in a later contact may be spoken in an earlier one.
        found = [[other.event(event) for event in events] for _ in range(2)][-1]
    else:
        found = [_plain_event(event) for event in events]
    sample: dict[str, Any] = {"name": f"{rule}: an appeal was upheld / 申诉成立", "settings": _settings(basis.settings)}
    if basis.parameters:
        sample["parameters"] = dict(basis.parameters)
    if profile_data is not None:
        sample["profile"] = profile_data
    sample["events"] = found
    sample["expect"] = [{"event": found[-1]["event_id"], "rule": rule, "verdict": _CLEAR}]
    return Labelled(sample, _is_reproduced(sample, basis, rule))


def _history(report: Report, event: Event) -> list[Event]:
    """Return the contacts of the case up to this one; of a contact without a case, itself alone."""
    if not has_case(event.case_id):
        return [event]
    mark = event.started_at, event.event_id
    read = (*report.intake.past, *report.intake.contacts)
    found = [
        item.event
        for item in read
        if item.event.case_id == event.case_id and (item.event.started_at, item.event.event_id) <= mark
    ]
    return sorted(found, key=lambda item: (item.started_at, item.event_id))


def _plain_event(event: Event) -> dict[str, Any]:
    found = event.model_dump(mode="json", exclude_none=True)
    return {key: value for key, value in found.items() if value != {}}


def _plain_profile(profile: CaseProfile) -> dict[str, Any]:
    found = profile.model_dump(mode="json", by_alias=True)
    return {key: value for key, value in found.items() if value is not None}


def _settings(settings: Settings) -> dict[str, Any]:
    found: dict[str, Any] = {"country": settings.country, "assume_party": settings.assume_party}
    if settings.timezone is not None:
        found["timezone"] = settings.timezone
    found["history"] = settings.history
    if settings.history_complete_from is not None:
        found["history_complete_from"] = settings.history_complete_from.isoformat()
    return found


def _is_reproduced(sample: dict[str, Any], basis: Basis, rule: str) -> bool:
    """Say whether the contact is still found wrong under other names: else the sample would guard nothing."""
    events = [Event.model_validate(event) for event in sample["events"]]
    profiles = {}
    if "profile" in sample:
        profile = CaseProfile.model_validate(sample["profile"])
        profiles = {profile.case_id: profile}
    contacts = tuple(Contact(event, Position(None, None, place)) for place, event in enumerate(events, 1))
    found = run_audit(Intake(contacts, (), (), len(contacts)), replace(basis, profiles=profiles, engine="reference"))
    return any(item.rule == rule and item.contact.event == events[-1] for item in found.violations)
