"""One event explained: each rule, which part held, on which facts, and what would have made it lawful."""

from collections.abc import Iterable, Iterator

from collection_guard.engines.base import NOT_APPLICABLE, UNASSESSABLE, VIOLATION
from collection_guard.engines.evidence import show
from collection_guard.engines.judge import Judged
from collection_guard.engines.messages import message_of, spoken, word
from collection_guard.facts.atoms import truth_of_atom
from collection_guard.facts.sheet import FactSheet
from collection_guard.language.ir import Node, deciding_atoms, negated, tests_of
from collection_guard.model.texts import Lang, text
from collection_guard.reports.conditions import in_words, tree
from collection_guard.reports.wording import Speech


def explain(judged: list[Judged], sheets: list[FactSheet], lang: Lang, *, rule: str | None = None) -> Iterator[str]:
    """Yield the explanation of one event, line by line; of all rules, or of one."""
    event = sheets[0].event
    speech = Speech(lang)
    key, case = speech.key(event.event_id), speech.key(event.case_id)
    yield text("explain.event", lang, id=key, case=case, at=event.started_at.isoformat())
    sheet_of = {sheet.rule_set.pack: sheet for sheet in sheets}
    beside: list[str] = []
    for item in in_gravity(judged):
        if rule is not None and item.rule.id != rule:
            continue
        if item.verdict.verdict == NOT_APPLICABLE and rule is None:
            beside.append(item.rule.id)
            continue
        yield ""
        yield from _rule(item, sheet_of[item.pack.name], speech)
    if beside:
        yield ""
        yield text("explain.not_applicable", lang, rules=", ".join(beside))


_RANK = {VIOLATION: 0, UNASSESSABLE: 1, "clear": 2, NOT_APPLICABLE: 3}


def in_gravity(judged: Iterable[Judged]) -> list[Judged]:
    """Return verdicts with what is wrong first, then what is open, then what is clear."""
    return sorted(judged, key=lambda item: (_RANK[item.verdict.verdict], item.rule.id))


def facts_named(item: Judged, sheet: FactSheet) -> list[str]:
    """Return the facts on which a rule rests, directly or through definitions; none where it is not in force."""
    if item.rule.unset:
        return []
    names = dict.fromkeys(test.fact for test in tests_of(item.rule.whole))
    for name in list(names):
        if name in sheet.rule_set.defined:
            names.update(dict.fromkeys(test.fact for test in tests_of(sheet.rule_set.defined[name])))
    return list(names)


def _rule(item: Judged, sheet: FactSheet, speech: Speech) -> Iterator[str]:
    rule, verdict, lang = item.rule.rule, item.verdict, speech.lang
    title = rule.title.zh if lang == "zh" else rule.title.en
    yield text("explain.rule", lang, verdict=word(verdict.verdict, lang), id=rule.id, title=title)
    if verdict.verdict == VIOLATION:
        yield "  " + message_of(rule, item.values, lang)
    if item.rule.unset:
        yield "  " + text("explain.unset", lang, parameters=", ".join(item.rule.unset))
        return
    vocabulary = sheet.rule_set.vocabulary
    yield from ("  " + line for line in tree(item.rule.whole, vocabulary, lang, sheet))
    yield "  " + text("explain.facts", lang)
    for name in facts_named(item, sheet):
        fact = vocabulary[name]
        value = spoken(show(sheet, fact), fact, lang, masked=True)
        yield f"    {name} = {value}  ({fact.doc[lang]})"
        yield from (f"      {note}" for note in speech.notes(sheet.notes.get(name, {})))
    if verdict.verdict == UNASSESSABLE:
        for name in verdict.missing:
            fields = ", ".join(vocabulary[name].fields) if name in vocabulary else name
            yield "  " + text("explain.missing", lang, name=name, fields=fields)
    if verdict.verdict == VIOLATION:
        yield "  " + text("explain.lawful_if", lang)
        yield from ("    - " + line for line in _lawful_if(item.rule.whole, sheet, lang))
        remedy = rule.remedy.zh if lang == "zh" else rule.remedy.en
        yield "  " + text("explain.remedy", lang, remedy=remedy)


def _lawful_if(node: Node, sheet: FactSheet, lang: Lang) -> Iterator[str]:
    """Yield the opposite of each leaf that made the rule true: any one of a conjunction would have sufficed."""
    atoms = list(deciding_atoms(node, lambda leaf: truth_of_atom(leaf, sheet)))
    for atom in dict.fromkeys(atoms):
        yield in_words(negated(atom), sheet.rule_set.vocabulary, lang)
