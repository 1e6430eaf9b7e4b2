"""What a pack declares beyond the common vocabulary, as facts: fields, calendars, consents, instructions, channels."""

from dataclasses import replace
from datetime import date
from typing import Final

from collection_guard.language.compiled import CompiledCalendar
from collection_guard.language.fields import common_fields, declared_fields, fact_of_field
from collection_guard.language.pack import Pack
from collection_guard.language.schema import Calendar, Text
from collection_guard.language.vocabulary import FACTS, Fact
from collection_guard.model.problems import Problem
from collection_guard.model.texts import nearest

_REPLIES: Final = {
    "reply.answers": ("答复债务人来件", "it answers an earlier contact of the borrower"),
    "reply.is_first": ("对该来件的首次答复", "it is the first answer to that contact"),
    "reply.same_channel": ("与来件渠道相同", "it answers by the channel of that contact"),
    "reply.same_day": ("与来件同日", "it answers on the local day of that contact"),
    "reply.in_session": ("在债务人自己的会话之内", "it is shown within the session that the borrower opened"),
}
"""What is known of an answer, where a pack asks for the field ``in_reply_to``."""


def declared_facts(pack: Pack, problems: list[Problem]) -> dict[str, Fact]:
    """Return the facts that a pack's declarations bring."""
    header, document = pack.header, pack.document
    facts: dict[str, Fact] = {}

    def add(
        name: str, title: Text, fields: str, *, zoned: bool = False, of_history: bool = False, filters: bool = False
    ) -> None:
        words = {"zh": title.zh, "en": title.en}
        read_from = tuple(fields.split())
        facts[name] = Fact(
            name, "bool", "before", words, read_from, zoned=zoned, of_history=of_history, filters=filters
        )

    if header.channels:
        channel = FACTS["contact.channel"]
        facts["contact.channel"] = replace(channel, words=(*channel.words, *header.channels))
    for index, name in enumerate(header.fields):
        if name not in common_fields():
            near = nearest(name, common_fields())
            problems.append(document.problem("unknown_field", ("fields", index), name=name, nearest=near))
    for name, field in declared_fields(header).items():
        found = fact_of_field(name, field)
        facts[found.name] = found
    if "in_reply_to" in header.fields:
        for name, (zh, en) in _REPLIES.items():
            add(name, Text(zh=zh, en=en), "fields.in_reply_to", of_history=True, filters=True)
    for name, calendar in header.calendars.items():
        fields = " ".join(FACTS["contact.weekday"].fields)
        add(f"calendar.{name}", calendar.title, fields, zoned=True)
        compiled_calendar(pack, name, calendar, problems)
    for name, consent in header.consents.items():
        read_from = "profile.instructions fields.consent fields.gives_consent"
        add(f"consent.{name}", consent.title, read_from, of_history=True, filters=True)
    for name, instruction in header.instructions.items():
        add(f"instruction.{name}", instruction.title, "profile.instructions")
    return facts


def compiled_calendar(pack: Pack, name: str, calendar: Calendar, problems: list[Problem]) -> CompiledCalendar:
    """Return the days of a calendar; a day that is none, or lies outside what was published, is a problem."""
    days: set[date] = set()
    for written in calendar.days:
        path = ("calendars", name, "days", written)
        try:
            day = date.fromisoformat(written)
        except ValueError:
            problems.append(pack.document.problem("calendar_date", path, at_key=True, value=written))
            continue
        if not calendar.official_from <= day <= calendar.official_through:
            problems.append(pack.document.problem("calendar_outside", path, at_key=True, value=written))
        days.add(day)
    return CompiledCalendar(calendar.official_from, calendar.official_through, frozenset(days))
