"""What is found in partner registries, as text or JSON: look-ups, differences, faults and doubts."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from collection_guard.checks.near_names import Difference, NearName
from collection_guard.checks.registry_difference import Firm, FirmChange, RegistryDifference
from collection_guard.checks.registry_doubts import Examined
from collection_guard.facts.names import fold_name
from collection_guard.facts.registry import Period
from collection_guard.model.masking import mask_text
from collection_guard.model.plain import plain
from collection_guard.model.problems import Problem
from collection_guard.model.texts import LANGS, Lang, has_text, text

REGISTRY_FORMATS: Final = ("text", "json")


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The answer for a name and a category on a day, and what stands near it."""

    name: str
    category: str
    day: date
    listed: bool | None
    periods: tuple[Period, ...]
    near: tuple[NearName, ...]
    hints: tuple[str, ...]
    before_lists: date | None
    """The day from which on the lists say anything, where the day asked lies before it."""


def category_word(category: str, lang: Lang) -> str:
    """Return a category as a person reads it; one of nobody's list stays as it is."""
    code = f"category.{category}"
    return text(code, lang) if has_text(code) else plain(category)


def _name(name: str, *, masked: bool) -> str:
    return mask_text(plain(name)) if masked else plain(name)


def period_words(period: Period, lang: Lang) -> str:
    """Return the dates of a period in words."""
    ends = f"{'' if period.first is None else 'from'}{'' if period.last is None else 'to'}" or "always"
    dates = text(f"period.{ends}", lang, first=period.first, last=period.last)
    return dates if period.certain else text("period.in_doubt", lang, dates=dates)


def _periods(periods: Sequence[Period], lang: Lang) -> str:
    return text("period.sign", lang).join(period_words(one, lang) for one in periods) or text("period.never", lang)


def _periods_json(periods: Sequence[Period]) -> list[dict[str, Any]]:
    return [{"from": _iso(one.first), "to": _iso(one.last), "certain": one.certain} for one in periods]


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


# --- look-ups ---------------------------------------------------------------------------------------------------


def lookup_lines(answers: Sequence[LookedUp], lang: Lang, *, masked: bool = True) -> Iterator[str]:
    """Yield what was found, category by category, with near names and why each of them is no match."""
    for one in answers:
        code = "unknown" if one.listed is None else "yes" if one.listed else "no"
        values = {"name": _name(one.name, masked=masked), "on": one.day.isoformat()}
        yield text(f"lookup.{code}", lang, category=category_word(one.category, lang), **values)
        if one.before_lists is not None:
            yield "  " + text("lookup.before_lists", lang, first=one.before_lists)
        if one.periods:
            yield "  " + text("lookup.periods", lang, periods=_periods(one.periods, lang))
        for near in one.near:
            yield "  " + text(
                "lookup.near",
                lang,
                name=_name(near.name, masked=masked),
                category=category_word(near.category, lang),
                why=why_not(near.difference, lang, masked=masked),
                periods=_periods(near.periods, lang),
            )


def why_not(difference: Difference, lang: Lang, *, masked: bool = True) -> str:
    """Return why a near name is not the one asked for."""
    values: dict[str, object] = {}
    for key, value in difference.values.items():
        if key == "category":
            values[key] = category_word(str(value), lang)
        else:
            values[key] = _name(value, masked=masked) if isinstance(value, str) else value
    return text(f"near.{difference.reason}", lang, **values)


def lookup_json(answers: Sequence[LookedUp], *, masked: bool = True) -> str:
    """Return what was found as JSON."""
    rows = [
        {
            "name": _name(one.name, masked=masked),
            "category": one.category,
            "on": one.day.isoformat(),
            "listed": one.listed,
            "periods": _periods_json(one.periods),
            "similar_but_not_the_same": [_name(hint, masked=masked) for hint in one.hints],
            "near": [
                {
                    "name": _name(near.name, masked=masked),
                    "category": near.category,
                    "reason": near.difference.reason,
                    "why": {lang: why_not(near.difference, lang, masked=masked) for lang in LANGS},
                    "listed": near.listed,
                    "periods": _periods_json(near.periods),
                }
                for near in one.near
            ],
        }
        for one in answers
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


# --- differences ------------------------------------------------------------------------------------------------


def difference_lines(found: RegistryDifference, lang: Lang, *, masked: bool = True) -> Iterator[str]:
    """Yield what differs, category by category."""
    if not found.changes:
        yield text("registry_diff.nothing", lang)
    for category, before, after in found.counts:
        changes = [one for one in found.changes if one.category == category]
        if changes:
            yield text("registry_diff.category", lang, category=category_word(category, lang), old=before, new=after)
            yield from ("  " + _change(one, lang, masked=masked) for one in changes)


def _change(one: FirmChange, lang: Lang, *, masked: bool) -> str:
    sign = text("period.sign", lang)

    def names(firms: Sequence[Firm]) -> str:
        return sign.join(_name(firm.name, masked=masked) for firm in firms)

    def aliases(firms: Sequence[Firm], others: Sequence[Firm]) -> str:
        known = frozenset[str]().union(*(firm.folded for firm in others))
        new = [name for firm in firms for name in _new_names(firm, known)]
        return sign.join(_name(name, masked=masked) for name in new) or "—"

    shown = one.after or one.before
    return text(
        f"registry_diff.{one.kind}",
        lang,
        name=names(shown),
        before=names(one.before),
        after=names(one.after),
        periods=_periods(shown[0].periods, lang),
        dates_before=_periods(one.before[0].periods, lang) if one.before else "—",
        gained=aliases(one.after, one.before),
        lost=aliases(one.before, one.after),
    )


def _new_names(firm: Firm, known: frozenset[str]) -> list[str]:
    return [name for name in (firm.name, *firm.aliases) if fold_name(name) not in known]


def difference_json(found: RegistryDifference, *, masked: bool = True) -> str:
    """Return what differs as JSON."""

    def firm(one: Firm) -> dict[str, Any]:
        return {
            "name": _name(one.name, masked=masked),
            "aliases": [_name(alias, masked=masked) for alias in one.aliases],
            "periods": _periods_json(one.periods),
        }

    written = {
        "format": "collection-guard-registry-diff/1",
        "categories": {category: {"old": old, "new": new} for category, old, new in found.counts},
        "changes": [
            {
                "change": one.kind,
                "category": one.category,
                "before": [firm(each) for each in one.before],
                "after": [firm(each) for each in one.after],
            }
            for one in found.changes
        ],
    }
    return json.dumps(written, ensure_ascii=False, indent=2) + "\n"


# --- faults and doubts ------------------------------------------------------------------------------------------


def examined_lines(examined: Sequence[Examined], lang: Lang) -> Iterator[str]:
    """Yield everything that is wrong or may be, registry by registry."""
    for one in examined:
        for kind, problems in (("error", one.problems), ("warning", one.doubts)):
            yield from (f"{text(f'lint.{kind}', lang)}: {problem.render(lang)}" for problem in problems)


def examined_summary(one: Examined, lang: Lang) -> str:
    """Return what a registry holds, in one line."""
    data = one.reading.data
    entries = [*data.rows, *(entry for published in data.lists for entry in published.entries)]
    counts = {
        "lists": len(data.lists),
        "names": len({(entry.category, entry.name) for entry in entries}),
        "errors": len(one.problems),
        "warnings": len(one.doubts),
    }
    return text("registry_validate.done", lang, path=one.path, **counts)


def examined_json(examined: Sequence[Examined]) -> str:
    """Return everything that is wrong or may be as JSON."""

    def problem(one: Problem) -> dict[str, Any]:
        return {
            "code": one.code,
            "file": one.file,
            "sheet": one.sheet,
            "row": one.row if one.row is not None else one.line,
            "cause": {lang: one.cause(lang) for lang in LANGS},
            "help": {lang: one.help(lang) for lang in LANGS},
        }

    rows = [
        {
            "path": one.path,
            "errors": [problem(each) for each in one.problems],
            "warnings": [problem(each) for each in one.doubts],
        }
        for one in examined
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
