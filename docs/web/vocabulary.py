"""The page on the vocabulary: facts, the words of events, and the words and headers understood in logs."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from event_format import INLINE, anchor, word_lists
from writing import code, listed, plain, say, table

from collection_guard.audit.presets.loading import code_tables, word_table
from collection_guard.audit.presets.schema import Code
from collection_guard.audit.vocabulary.files import header_file, profile_file, relationship_file, word_file
from collection_guard.audit.vocabulary.tables import WordTable, tables
from collection_guard.language.compiled import CompiledPack
from collection_guard.language.compiling import compile_packs
from collection_guard.language.packs import load_packs
from collection_guard.language.vocabulary import PARTY_CLASSES, Fact
from collection_guard.model.texts import Lang, text
from collection_guard.model.words import CHANNELS, OTHER_CHANNEL, UNKNOWN
from collection_guard.reports.wording import word

# In which table of words in logs the synonyms of a closed list stand, and under which path a meaning names them. Lists
# without one have theirs among the words of a result column, which say several things at once.
TABLES: Final[dict[str, tuple[str, str] | None]] = {
    "Channel": ("channel", "channel"),
    "Direction": ("direction", ""),
    "CollectorKind": ("collector.kind", ""),
    "Relationship": ("recipient.relationship", "recipient.relationship"),
    "Role": ("recipient.roles", ""),
    "Audience": ("recipient.audience", ""),
    "Network": None,
    "AnsweredBy": ("outcome.answered_by", ""),
    "Party": ("outcome.party", ""),
    "Disposition": None,
    "StateChange": None,
    "Signal": ("signals", ""),
    "InstructionKind": ("instruction_kind", ""),
    "Accessibility": ("accessibility", ""),
    "Weekday": ("weekday", ""),
}


def vocabulary(lang: Lang) -> Iterator[str]:
    """Yield the page in one language, line by line."""
    (core,) = compile_packs(load_packs(["core"]), {})
    yield from _heading("title", lang, level=1)
    yield say("generated", lang)
    yield ""
    yield from _facts(core, lang)
    yield from _words(lang)
    yield from _party_classes(core, lang)
    yield from _in_logs(lang)
    yield from _codes(lang)
    yield from _headers(lang)


def _heading(path: str, lang: Lang, level: int) -> Iterator[str]:
    yield f"{'#' * level} {say(f'vocabulary/{path}', lang)}"
    yield ""
    yield say(f"vocabulary/{path}_about", lang)
    yield ""


def _columns(lang: Lang, *names: str) -> list[str]:
    return [say(f"vocabulary/columns/{name}", lang) for name in names]


def _facts(core: CompiledPack, lang: Lang) -> Iterator[str]:
    yield from _heading("facts", lang, level=2)
    groups: dict[str, list[Fact]] = {}
    for fact in core.rule_sets[-1].vocabulary.values():
        groups.setdefault(fact.name.partition(".")[0], []).append(fact)
    columns = _columns(lang, "fact", "kind", "stage", "meaning", "fields")
    for group, facts in groups.items():
        yield f"### {say(f'vocabulary/groups/{group}', lang)}"
        yield ""
        yield from table(columns, (_fact(fact, lang) for fact in facts))


def _fact(fact: Fact, lang: Lang) -> list[str]:
    kind = say(f"vocabulary/kinds/{fact.type}", lang)
    if fact.words:
        words = listed(map(code, fact.words), lang)
        if len(fact.words) > INLINE:
            title = _title_of(fact.words, lang)
            words = f"[{title}](#{anchor(title)})"
        kind += say("colon", lang) + words
    stage = say(f"vocabulary/stages/{fact.stage}", lang)
    if fact.zoned:
        stage += say("and", lang) + f"*{say('vocabulary/by_zone', lang)}*"
    return [code(fact.name), kind, stage, fact.doc[lang], listed(map(code, fact.fields), lang)]


def _title_of(words: tuple[str, ...], lang: Lang) -> str:
    """Return the heading under which a list of words stands; a fact may leave out what is unknown, and add `none`."""
    if set(words) == set(PARTY_CLASSES):
        return say("vocabulary/party_class", lang)
    for known, name in word_lists().items():
        left_out = OTHER_CHANNEL if known == CHANNELS else UNKNOWN
        if set(words) - {"none"} == set(known) - {left_out} or words == known:
            return say(f"vocabulary/lists/{name}", lang)
    raise LookupError(words)


def _words(lang: Lang) -> Iterator[str]:
    yield from _heading("words", lang, level=2)
    for words, name in sorted(word_lists().items(), key=lambda item: list(TABLES).index(item[1])):
        yield f"### {say(f'vocabulary/lists/{name}', lang)}"
        yield ""
        place = TABLES[name]
        rows = [[code(one), word(one, lang)] for one in words]
        if place is None:
            yield from table(_columns(lang, "word", "said"), rows)
            title = say("vocabulary/outcome_words", lang)
            yield f"{say('vocabulary/see', lang)}[{title}](#{anchor(title)})"
            yield ""
        else:
            rows = [[*row, _synonyms(place, one, lang)] for row, one in zip(rows, words, strict=True)]
            yield from table(_columns(lang, "word", "said", "synonyms"), rows)


def _synonyms(place: tuple[str, str], value: str, lang: Lang) -> str:
    """Return the words in logs that say this value."""
    name, path = place
    words = tables().by_path[name]
    return listed(
        (plain(one) for one in words.words() if one != value and (words.meaning(one) or {}).get(path) == value), lang
    )


def _party_classes(core: CompiledPack, lang: Lang) -> Iterator[str]:
    yield from _heading("party_class", lang, level=3)
    pack = core.rule_sets[-1].tables
    classes: dict[str, list[str]] = {name: [] for name in PARTY_CLASSES}
    for relationship, name in pack.class_of.items():
        classes[name].append(relationship)
    third = say("vocabulary/third", lang)
    rows = (
        [
            code(name),
            word(name, lang) + (f" ({third})" if name in pack.third_party_classes else ""),
            _coded(members, lang),
        ]
        for name, members in classes.items()
    )
    yield from table([*_columns(lang, "word", "said"), say("vocabulary/lists/Relationship", lang)], rows)


def _coded(words: Iterable[str], lang: Lang) -> str:
    return listed(map(code, words), lang)


def _in_logs(lang: Lang) -> Iterator[str]:
    columns = _columns(lang, "words", "read_as")
    yield from _heading("channel_words", lang, level=2)
    yield from table(columns, _grouped(tables().by_path["channel"], lang))
    yield from _heading("outcome_words", lang, level=2)
    everywhere = tables().outcome
    yield from table(columns, _grouped(everywhere, lang))
    for code_of, other in (("on_calls", tables().outcome_on_calls), ("on_messages", tables().outcome_on_messages)):
        yield f"### {say(f'vocabulary/{code_of}', lang)}"
        yield ""
        yield from table(columns, _grouped(other, lang, beside=everywhere))
    yield from _heading("other_words", lang, level=2)
    words, relationships = word_file(), relationship_file()
    rows = {
        "blank": words.blank,
        "none": words.none,
        "true": words.boolean["true"],
        "false": words.boolean["false"],
        "no_relationship": relationships.unknown,
    }
    yield from table(
        columns, ([_shown(listing, lang), say(f"vocabulary/{name}", lang)] for name, listing in rows.items())
    )


def _shown(words: Iterable[str], lang: Lang) -> str:
    return listed(map(plain, words), lang)


def _grouped(known: WordTable, lang: Lang, beside: WordTable | None = None) -> Iterator[list[str]]:
    """Yield the words of a table by what they say; beside another table, those that say something else there."""
    groups: dict[tuple[tuple[str, Any], ...], list[str]] = {}
    for one in known.words():
        meaning = known.meaning(one) or {}
        if beside is None or beside.meaning(one) != meaning:
            groups.setdefault(tuple(meaning.items()), []).append(one)
    for said, words in groups.items():
        yield [_shown(words, lang), _said(dict(said), lang)]


def _said(meaning: Mapping[str, Any], lang: Lang) -> str:
    if not meaning:
        return say("vocabulary/nothing", lang)
    parts = []
    for path, value in meaning.items():
        if path == "set_aside":
            parts.append(say("vocabulary/set_aside", lang, reason=text(f"set_aside.{value}", lang)))
        elif path == "needs_talk":
            parts.append(say("vocabulary/needs_talk", lang))
        else:
            parts += [f"{path}: {_value(one, lang)}" for one in (value if isinstance(value, tuple) else (value,))]
    return listed(parts, lang)


def _value(value: str | bool, lang: Lang) -> str:
    if isinstance(value, bool):
        return code("true" if value else "false")
    return f"{code(value)} ({word(value, lang)})"


def _codes(lang: Lang) -> Iterator[str]:
    yield from _heading("codes", lang, level=2)
    columns = _columns(lang, "code", "called", "read_as")
    for name, source in code_tables().items():
        yield f"### {source.title.zh if lang == 'zh' else source.title.en} ({code(name)})"
        yield ""
        known = word_table(name, source.path)
        yield from table(columns, ([*_code(entry, lang), _meant(known, entry, lang)] for entry in source.codes))


def _code(entry: Code, lang: Lang) -> list[str]:
    return [_coded(entry.code, lang), plain(entry.title)]


def _meant(known: WordTable, entry: Code, lang: Lang) -> str:
    said = dict(known.meaning(entry.code[0]) or {})
    return code(str(said[""])) if "" in said else _said(said, lang)


def _headers(lang: Lang) -> Iterator[str]:
    yield from _heading("headers", lang, level=2)
    columns = _columns(lang, "path", "headers")
    entries = header_file().columns
    yield from table(columns, ([code(entry.path), _shown((*entry.words, *entry.exact), lang)] for entry in entries))
    yield from _heading("ambiguous_headers", lang, level=3)
    rows = ([code(entry.path), _shown(entry.ambiguous, lang)] for entry in entries if entry.ambiguous)
    yield from table(columns, rows)
    yield from _heading("generic_headers", lang, level=3)
    rows = ([code(entry.path), _shown(entry.generic, lang)] for entry in entries if entry.generic)
    yield from table(columns, rows)
    yield from _heading("implied", lang, level=3)
    implied = header_file().implies
    rows = ([f"{code(entry.path)}: {code(entry.word)}", _shown(entry.headers, lang)] for entry in implied)
    yield from table(columns, rows)
    yield f"### {say('vocabulary/profile_headers', lang)}"
    yield ""
    yield from table(columns, ([code(path), _shown(words, lang)] for path, words in profile_file().columns.items()))
