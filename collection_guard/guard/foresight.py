"""When a contact that was made could lawfully have been made instead, or can be again: for a contact of a log."""

from collections.abc import Iterable
from dataclasses import dataclass

from collection_guard.facts.clock import microseconds
from collection_guard.facts.knowledge import Knowledge
from collection_guard.guard.attempts import before_contact, without_speech
from collection_guard.guard.deciding import Ruling
from collection_guard.guard.decision import Permitted
from collection_guard.guard.permitted import Outlook
from collection_guard.guard.scene import keys_of, row_of, wanted_of
from collection_guard.guard.settings import OnFailure
from collection_guard.guard.surroundings import Surroundings
from collection_guard.model.event import Event


@dataclass(frozen=True, slots=True)
class Foresight:
    """What a guard would have said of a contact before it was made, and when the same attempt is lawful.

    ``lasting`` are the rules that time alone does not cure. ``words_left_out``: what was said in it was not weighed,
    because nobody knew it before.
    """

    ruling: Ruling
    intervals: tuple[Permitted, ...]
    lasting: tuple[str, ...]
    words_left_out: bool


def foresee(around: Surroundings, event: Event, before: Iterable[Event], on_failure: OnFailure, most: int) -> Foresight:
    """Look ahead from the instant of a contact, over the contacts before it as far as they were known by then."""
    quiet = without_speech(event)
    attempt = before_contact(quiet, event.started_at, around.after_fields)
    wanted, at = wanted_of(around, attempt), microseconds(event.started_at)
    past = [one for one in before if Knowledge.of(one).first <= at and wanted.wants(row_of(one, keys_of(around, one)))]
    outlook = Outlook(around, attempt, past, (), on_failure)
    intervals = outlook.intervals(most)
    return Foresight(outlook.ruling(), intervals, () if intervals else outlook.lasting(), quiet != event)
