"""What may have been known, and may not: records whose time nobody can read, under packs that declare things."""

from pathlib import Path

from collection_guard.facts.knowledge import Knowledge
from collection_guard.model import Event, Span

from .making import event
from .test_declared import AT_THREE, CONSENT, OWN, SELF, SETS, contact, counts, judged, measure, named, pack_of, replies


def doubtful(one: Event) -> Event:
    """Return an event whose time of recording nobody can read."""
    return one.model_copy(update={"recorded_at": Span()})


def test_s04_a_span_holds_its_first_instant_and_not_its_last() -> None:
    """An event of a span may be known from its begin on, and surely is one microsecond before its end."""
    start, end = (contact("x", day).started_at for day in ("03", "04"))
    known = Knowledge.of(event("a", start, recorded_at=Span(start, end)))
    assert known.surely - known.first == 24 * 3600 * 1_000_000 - 1
    assert Knowledge.of(event("a", start, recorded_at=Span(None, end))) == known


def test_a_consent_that_may_be_known_may_cover(tmp_path: Path) -> None:
    """Nobody knows whether the letter had been received; nor, of a call that ends a consent, whether it was known."""
    rules = pack_of(tmp_path, sets=SETS, consents={"to_call": CONSENT | {"ended_by": "talk"}})
    letter = event("k", AT_THREE, channel="letter", fields={"gives_consent": "call"}, **SELF)
    talk = contact("t", "04", outcome={"network": "connected", "answered_by": "human", "party": "borrower"})
    said = {
        name: judged(rules, *past, contact("z", "05"))["z"].value("consent.to_call")
        for name, past in {
            "known": [letter],
            "doubtful": [doubtful(letter)],
            "ended": [letter, talk],
            "may be ended": [letter, doubtful(talk)],
        }.items()
    }
    assert said == {"known": True, "doubtful": None, "ended": False, "may be ended": None}


def test_an_answer_to_what_may_be_known(tmp_path: Path) -> None:
    """Of a message that may not have been known nothing is known as its answer; an earlier answer may be the first."""
    rules = pack_of(tmp_path, fields=["in_reply_to"])
    mail = event("k", "2025-11-03T09:00:00+08:00", channel="email", direction="inbound", **SELF)
    earlier = contact("y", "03", channel="email", fields={"in_reply_to": "k"}, outcome={})
    answer = contact("z", "03", channel="email", fields={"in_reply_to": "k"}, outcome={})
    assert replies(rules, doubtful(mail), answer) == [None, True, None, None, None]
    assert replies(rules, mail, doubtful(earlier), answer)[1] is None


def test_calls_to_a_number_that_may_be_known_as_somebody_elses(tmp_path: Path) -> None:
    """A report that may be known leaves it open whether the calls to its number still count."""
    rules = pack_of(
        tmp_path,
        own_fields={"x": {"type": "bool", "title": named("x")}},
        sets=SETS,
        measures={"calls": measure(where="call", window="7 local dates", void_once_reported=["wrong_number"])},
    )
    report = contact("r", "05", direction="inbound", outcome={"state_change": "wrong_number"})
    assert report.recipient.number == OWN
    calls = [contact("a", "03"), contact("b", "04")]
    assert counts(judged(rules, *calls, doubtful(report), contact("z", "06")), "calls") == (0, 2)
