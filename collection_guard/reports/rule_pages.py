"""Rules in words: one page a rule, generated from the rule itself."""

from collections.abc import Iterator

from collection_guard.engines.messages import word
from collection_guard.language.compiled import CompiledPack, CompiledRule, RuleSet
from collection_guard.language.ir import facts_of
from collection_guard.model.texts import LANGS, Lang, text
from collection_guard.reports.conditions import tree


def page(rule: CompiledRule, rule_set: RuleSet, pack: CompiledPack, lang: Lang) -> Iterator[str]:
    """Yield the Markdown of one rule in one language, line by line."""
    said = rule.rule
    title, message, remedy = ((t.zh if lang == "zh" else t.en) for t in (said.title, said.message, said.remedy))
    yield f"# {title}"
    yield ""
    yield f"`{said.id}`"
    yield ""
    yield f"- {text('page.pack', lang)}: {pack.name} {pack.version} ({word(pack.status, lang)})"
    yield f"- {text('page.severity', lang)}: {word(said.severity, lang)}"
    yield f"- {text('page.effect', lang)}: {word(said.effect, lang)}"
    yield f"- {text('page.on_unknown', lang)}: {word(said.on_unknown, lang)}"
    if said.on_unknown_outcome != "allow":
        yield f"- {text('page.on_unknown_outcome', lang)}: {word(said.on_unknown_outcome, lang)}"
    yield f"- {text('page.in_force', lang)}: {_force(rule, lang)}"
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


def _force(rule: CompiledRule, lang: Lang) -> str:
    if rule.unset:
        return text("page.unset", lang, parameters=", ".join(f"`{name}`" for name in rule.unset))
    force = rule.rule.in_force
    since = force.since.isoformat() if force.since else "…"
    until = force.until.isoformat() if force.until else "…"
    return f"{since} – {until}"


def pages(packs: list[CompiledPack]) -> dict[str, str]:
    """Return every page by its path below the documentation folder."""
    found: dict[str, str] = {}
    for pack in packs:
        rule_set = pack.rule_sets[-1]
        for lang in LANGS:
            index = [f"# {text('page.index', lang, pack=pack.name, version=pack.version)}", ""]
            for rule in rule_set.rules:
                found[f"{lang}/{pack.name}/{rule.id}.md"] = "\n".join(page(rule, rule_set, pack, lang)) + "\n"
                title = rule.rule.title.zh if lang == "zh" else rule.rule.title.en
                index.append(f"- [{title}]({rule.id}.md) (`{rule.id}`, {word(rule.rule.severity, lang)})")
            found[f"{lang}/{pack.name}/index.md"] = "\n".join(index) + "\n"
    return found
