"""The page on regimes: what the packs say side by side, made from the packs."""

from collections.abc import Iterator

from writing import code, plain, say, table

from collection_guard.language.compiled import CompiledPack, CompiledRule
from collection_guard.language.compiling import compile_packs
from collection_guard.language.pack import Pack
from collection_guard.language.packs import load_packs, shipped_packs
from collection_guard.model.texts import Lang
from collection_guard.model.words import WEEKDAYS
from collection_guard.reports.regimes import (
    forces_of,
    hours_of,
    in_force_from,
    limits_of,
    on_third_parties,
    sources_of,
    titled,
)
from collection_guard.reports.wording import word


def regimes(lang: Lang) -> Iterator[str]:
    """Yield the page in one language, line by line."""
    found: list[tuple[Pack, CompiledPack]] = []
    for name in shipped_packs():
        packs = load_packs([name])
        found.append((packs[0], compile_packs(packs)[0]))
    yield f"# {say('regimes/title', lang)}"
    yield ""
    yield say("regimes/about", lang)
    yield ""
    rows = [
        (
            _link(pack, lang),
            plain(_regime(read, lang)),
            f"{pack.version}, {word(pack.status, lang)}",
            in_force_from(pack) or "—",
            ", ".join(word(force, lang) for force in forces_of(pack.rule_sets[-1].rules)),
            "; ".join(plain(title) for title in sources_of(pack.rule_sets[-1])),
        )
        for read, pack in found
    ]
    yield from table(
        [say(f"regimes/{name}", lang) for name in ("pack", "regime", "version", "since", "force", "sources")], rows
    )
    yield f"## {say('regimes/hours', lang)}"
    yield ""
    yield say("regimes/hours_about", lang)
    yield ""
    barred, holidays = say("regimes/barred", lang), say("regimes/holidays", lang)
    rows_of_hours = [
        (
            code(pack.name),
            plain(titled(rule, lang)),
            word(rule.rule.force, lang),
            "; ".join(f"{_days(one.days, lang)} {one.spans}" for one in hours),
        )
        for _, pack in found
        for rule in pack.rule_sets[-1].rules
        if (hours := hours_of(rule, holidays, barred))
    ]
    yield from table([say(f"regimes/{name}", lang) for name in ("pack", "rule", "force", "permitted")], rows_of_hours)
    for heading, rules in (("limits", limits_of), ("third_parties", on_third_parties)):
        yield f"## {say(f'regimes/{heading}', lang)}"
        yield ""
        yield from table(
            [say(f"regimes/{name}", lang) for name in ("pack", "rule", "force", "sources")],
            [_row(pack, rule, lang) for _, pack in found for rule in rules(pack.rule_sets[-1])],
        )


def _regime(pack: Pack, lang: Lang) -> str:
    said = pack.header.regime or pack.header.title
    return said.zh if lang == "zh" else said.en


def _days(days: str, lang: Lang) -> str:
    return "–".join(say(f"regimes/days/{day}", lang) if day in WEEKDAYS else day for day in days.split("–"))


def _row(pack: CompiledPack, rule: CompiledRule, lang: Lang) -> tuple[str, ...]:
    source = rule.rule.sources[0]
    where = plain(f"{source.title}, {source.clause}" if source.clause else source.title)
    return code(pack.name), plain(titled(rule, lang)), word(rule.rule.force, lang), where


def _link(pack: CompiledPack, lang: Lang) -> str:
    """Return a link to the pages of a pack's rules."""
    up = "../" if lang == "zh" else ""
    return f"[{code(pack.name)}]({up}rules/{lang}/{pack.name}/index.md)"
