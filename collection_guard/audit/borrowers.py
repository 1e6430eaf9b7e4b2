"""The borrower of a contact that names none: that of its case, where all that name one agree."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from collection_guard.audit.taken import Contact
from collection_guard.facts.world import has_case
from collection_guard.model.profile import CaseProfile


def with_borrowers(
    contacts: Sequence[Contact], profiles: Mapping[str, CaseProfile] | None
) -> tuple[list[Contact], int, int]:
    """Return contacts with the borrower that their case has, how many were supplied, and how many cases disagree.

    A case has one borrower. A client number that stands on some of its rows only is that of the others too; where the
    rows, or the profile, name two, nothing is supplied.
    """
    named: dict[str, set[str]] = defaultdict(set)
    for case_id, profile in (profiles or {}).items():
        if profile.borrower_id is not None:
            named[case_id].add(profile.borrower_id)
    for contact in contacts:
        if contact.event.borrower_id is not None and has_case(contact.event.case_id):
            named[contact.event.case_id].add(contact.event.borrower_id)
    supplied = 0
    completed = []
    for contact in contacts:
        event = contact.event
        known = named.get(event.case_id, ())
        # What a guard kept beside a contact names the borrower that it was judged by.
        if event.borrower_id is None and len(known) == 1 and contact.kept is None:
            supplied += not contact.past
            (borrower_id,) = known
            completed.append(contact.with_event(event.model_copy(update={"borrower_id": borrower_id})))
        else:
            completed.append(contact)
    cases = {contact.event.case_id for contact in contacts}
    return completed, supplied, sum(1 for case_id in cases if len(named.get(case_id, ())) > 1)
