"""Rules in words: one page a rule, generated from the rule itself."""

import json
from collections.abc import Collection, Iterator
from typing import Any

from collection_guard.engines.messages import word
from collection_guard.language.compiled import CompiledPack, CompiledRule, RuleSet
from collection_guard.language.ir import facts_of
from collection_guard.model.texts import LANGS, Lang, text
from collection_guard.reports.conditions import tree


def page(rule: CompiledRule, rule_set: RuleSet, pack: CompiledPack, lang: Lang) -> Iterator[str]:
    """Yield the Markdown of one rule in one language, line by line."""
    said = rule.rule
    title, message, remedy = ((t.zh if lang == "zh" else t.en) for t in (said.title, said.message, said.remedy))
    yield from (f"# {title}", "", f"`{said.id}`", "")
    yield f"- {text('page.pack', lang)}: {pack.name} {pack.version} ({word(pack.status, lang)})"
    yield f"- {text('page.severity', lang)}: {word(said.severity, lang)}"
    yield f"- {text('page.effect', lang)}: {word(said.effect, lang)}"
    yield f"- {text('page.on_unknown', lang)}: {word(said.on_unknown, lang)}"
    if said.on_unknown_outcome != "allow":
        yield f"- {text('page.on_unknown_outcome', lang)}: {word(said.on_unknown_outcome, lang)}"
    yield f"- {text('page.in_force', lang)}: {_force(rule, lang)}"
    if said.force != "binding":
        yield f"- {text('page.force', lang)}: {word(said.force, lang)}"
    yield ""
    yield f"## {text('page.what', lang)}"
    yield ""
    yield message.replace("{", "`").replace("}", "`")
    yield ""
    yield f"## {text('page.when', lang)}"
    yield ""
    yield "```text"
    yield text("page.scope", lang)
    yield from tree(rule.scope, rule_set.vocabulary, lang, depth=1)
    yield text("page.whole", lang)
    yield from tree(rule.whole, rule_set.vocabulary, lang, depth=1)
    yield "```"
    yield ""
    yield f"## {text('page.instead', lang)}"
    yield ""
    yield remedy.replace("{", "`").replace("}", "`")
    yield ""
    yield from _parameters(rule, pack, lang)
    yield from _rebuttal(rule, lang)
    yield f"## {text('page.facts', lang)}"
    yield ""
    for name in facts_of(rule.whole):
        fact = rule_set.vocabulary[name]
        fields = ", ".join(f"`{field}`" for field in fact.fields)
        yield f"- `{name}`: {fact.doc[lang]}" + (f" ({text('page.read_from', lang)} {fields})" if fields else "")
    yield ""
    yield f"## {text('page.sources', lang)}"
    yield ""
    for source in said.sources:
        published = f", {source.published.isoformat()}" if source.published else ""
        clause = f", {source.clause}" if source.clause else ""
        yield f"- {source.title}{published}{clause}: {source.says}"
    yield ""
    yield f"## {text('page.examples', lang)}"
    yield ""
    yield f"| {text('page.example', lang)} | {text('page.verdict', lang)} |"
    yield "|---|---|"
    for example in said.examples:
        yield f"| {example.name.replace('|', '/')} | {word(example.verdict, lang)} |"


def _parameters(rule: CompiledRule, pack: CompiledPack, lang: Lang) -> Iterator[str]:
    """Yield the parameters that the conditions of a rule name, by date."""
    said = rule.rule
    written = json.dumps([said.applies_to, said.forbid, said.require], ensure_ascii=False)
    names = [name for name in sorted(pack.rule_sets[-1].parameters) if f'"${name}"' in written]
    if not names:
        return
    yield f"## {text('page.parameters', lang)}"
    yield ""
    yield from (f"- `{name}`: {_by_date(name, pack, lang)}" for name in names)
    yield ""


def _by_date(name: str, pack: CompiledPack, lang: Lang) -> str:
    """Return the values of a parameter, each with the date from which it holds where there are several."""
    found: list[tuple[Any, RuleSet]] = []
    for rule_set in pack.rule_sets:
        value = rule_set.parameters.get(name)
        if not found or found[-1][0] != value:
            found.append((value, rule_set))

    def since(rule_set: RuleSet) -> str:
        if rule_set.since is None or len(found) == 1:
            return ""
        return text("page.since", lang, day=rule_set.since.isoformat())

    return text("report.list_sign", lang).join(
        (text("page.no_value", lang) if value is None else f"`{value}`") + since(rule_set) for value, rule_set in found
    )


def _rebuttal(rule: CompiledRule, lang: Lang) -> Iterator[str]:
    """Yield what speaks against the presumption that a rule states."""
    if not rule.rebuttal:
        return
    yield f"## {text('page.rebuttal', lang)}"
    yield ""
    for name, _ in rule.rebuttal:
        title = rule.rule.rebuttal[name].title
        yield f"- {title.zh if lang == 'zh' else title.en} (`{name}`)"
    yield ""


def _force(rule: CompiledRule, lang: Lang) -> str:
    if rule.unset:
        return text("page.unset", lang, parameters=", ".join(f"`{name}`" for name in rule.unset))
    force = rule.rule.in_force
    since = force.since.isoformat() if force.since else "…"
    until = force.until.isoformat() if force.until else "…"
    return f"{since} – {until}"


def pages(packs: list[CompiledPack], bases: Collection[str] = ()) -> dict[str, str]:
    """Return every page by its path below the documentation folder: one a rule, of a regime one for all its rules.

    Rules that an overlay takes over from the pack that it extends are described there; ``bases`` are those rules.
    """
    found: dict[str, str] = {}
    for pack in packs:
        rule_set = pack.rule_sets[-1]
        own = [rule for rule in rule_set.rules if not (pack.extends and rule.rule.id in bases)]
        for lang in LANGS:
            index = [f"# {text('page.index', lang, pack=pack.name, version=pack.version)}", "", *_about(pack, lang)]
            if pack.regime is not None:
                index += [line for rule in own for line in _section(rule, rule_set, pack, lang)]
            for rule in own if pack.regime is None else ():
                found[f"{lang}/{pack.name}/{rule.id}.md"] = "\n".join(page(rule, rule_set, pack, lang)) + "\n"
                title = rule.rule.title.zh if lang == "zh" else rule.rule.title.en
                index.append(f"- [{title}]({rule.id}.md) (`{rule.id}`, {word(rule.rule.severity, lang)})")
            if rule_set.parameters:
                index += ["", f"## {text('page.parameters', lang)}", ""]
                index += [f"- `{name}`: {_by_date(name, pack, lang)}" for name in sorted(rule_set.parameters)]
            found[f"{lang}/{pack.name}/index.md"] = "\n".join(index) + "\n"
    return found


def _section(rule: CompiledRule, rule_set: RuleSet, pack: CompiledPack, lang: Lang) -> Iterator[str]:
    """Yield a rule as a section of the page of its pack: all rules of a regime are read together, clause by clause."""
    examples = f"## {text('page.examples', lang)}"
    for line in page(rule, rule_set, pack, lang):
        if line == examples:
            yield text("page.example_count", lang, count=len(rule.rule.examples), rule=rule.id)
            yield ""
            return
        yield (
            f"**{line.removeprefix('## ')}**"
            if line.startswith("## ")
            else line.replace("# ", "## ", 1)
            if line.startswith("# ")
            else line
        )


def _about(pack: CompiledPack, lang: Lang) -> Iterator[str]:
    """Yield which regime a pack is of, how far it was verified, and which pack it extends."""
    if pack.regime is None:
        return
    regime = pack.regime.zh if lang == "zh" else pack.regime.en
    yield f"{regime}; {word(pack.status, lang)}" + (
        f"; {text('page.extends', lang)} [{pack.extends}](../{pack.extends}/index.md)" if pack.extends else ""
    )
    yield ""
