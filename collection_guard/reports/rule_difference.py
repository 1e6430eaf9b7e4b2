"""The difference of two versions of a pack, as text, Markdown or JSON: what a pull request would change."""

import difflib
import json
from collections.abc import Iterator
from typing import Any, Final, get_args

from collection_guard.checks.difference import Difference, FlipKey, PartChange, RuleChange
from collection_guard.engines.messages import word
from collection_guard.language.compiled import CompiledPack, CompiledRule, RuleSet
from collection_guard.language.schema import SEVERITIES, Effect, OnUnknown
from collection_guard.language.written import as_said
from collection_guard.model.masking import mask_identifier, mask_text
from collection_guard.model.plain import plain
from collection_guard.model.texts import Lang, has_text, text
from collection_guard.reports.conditions import tree
from collection_guard.reports.wording import holds_personal_number, number

DIFFERENCE_FORMATS: Final = ("text", "markdown", "json")
_ABSENT: Final = "—"


def render_difference(difference: Difference, output_format: str, lang: Lang, *, masked: bool = True) -> str:
    """Return a difference in one of the formats."""
    if output_format == "json":
        return _json(difference, masked=masked)
    pages = _Pages(difference, lang, marked=output_format == "markdown", masked=masked)
    return "\n".join(pages.lines()) + "\n"


def _key(event: str, *, masked: bool) -> str:
    """Return the id of a contact: whole, unless it is somebody's number."""
    words = plain(event)
    return mask_identifier(words) if masked and holds_personal_number(words) else words


def _agency(name: str, *, masked: bool) -> str:
    return mask_text(plain(name)) if masked else plain(name)


class _Pages:
    def __init__(self, difference: Difference, lang: Lang, *, marked: bool, masked: bool) -> None:
        self._found = difference
        self._lang = lang
        self._marked = marked
        self._masked = masked

    def lines(self) -> Iterator[str]:
        """Yield the whole report, line by line."""
        found = self._found
        title = self._text("title", before=_named(found.before), after=_named(found.after))
        yield f"# {title}" if self._marked else title
        if not found.rules and not found.declared:
            yield from ("", self._text("nothing"))
        if found.declared:
            yield from self._head("declared")
            for part in found.declared:
                yield from self._part(part)
        for change in found.rules:
            yield from self._rule(change)
        if found.contacts is not None:
            yield from self._flips()

    def _text(self, code: str, **values: object) -> str:
        return text(f"difference.{code}", self._lang, **values)

    def _head(self, code: str, **values: object) -> Iterator[str]:
        yield ""
        yield ("## " if self._marked else "") + self._text(code, **values)
        if self._marked:
            yield ""

    def _item(self, line: str) -> str:
        return f"- {line}" if self._marked else f"  {line}"

    def _part(self, part: PartChange) -> Iterator[str]:
        code = f"difference.part.{part.name}"
        name = text(code, self._lang) if has_text(code) else part.name
        yield self._item(self._text("part", name=name, before=self._said(part.before), after=self._said(part.after)))

    def _said(self, value: Any) -> str:
        match value:
            case None:
                return _ABSENT
            case {"zh": str(), "en": str()} if len(value) == 2:
                return str(value[self._lang])
            case str() if value in _WORDS:
                return word(value, self._lang)
            case str():
                return value
            case dict():
                return ", ".join(as_said(key, item) for key, item in value.items()) or _ABSENT
            case _:
                return as_said("", value).removeprefix(": ")

    def _rule(self, change: RuleChange) -> Iterator[str]:
        shown = change.after or change.before
        assert shown is not None  # noqa: S101  # a change is of at least one of the two
        title = shown[0].rule.title.zh if self._lang == "zh" else shown[0].rule.title.en
        yield from self._head(change.kind, id=change.id, title=title)
        for part in change.parts:
            yield from self._part(part)
        if not change.condition and change.kind == "changed":
            return
        before, after = (_condition(side, self._lang) for side in (change.before, change.after))
        yield from self._lines_of(difflib.ndiff(before, after))

    def _lines_of(self, compared: Iterator[str]) -> Iterator[str]:
        if self._marked:
            yield from ("", "```diff")
        for line in compared:
            if not line.startswith("?"):
                yield line.rstrip() if self._marked else f"    {line.rstrip()}"
        if self._marked:
            yield "```"

    def _flips(self) -> Iterator[str]:
        found = self._found
        yield from self._head("flips", flipped=number(found.contacts_flipped), contacts=number(found.contacts or 0))
        if self._marked and found.flips:
            heads = [self._text(code) for code in ("rule", "agency", "verdict", "count", "examples")]
            yield from (f"| {' | '.join(heads)} |", "|---|---|---|---:|---|")
        for key in _ordered(found):
            flips = found.flips[key]
            turned = f"{word(key.before, self._lang)} → {word(key.after, self._lang)}"
            examples = ", ".join(_key(event, masked=self._masked) for event in flips.events) + (
                " …" if flips.count > len(flips.events) else ""
            )
            agency = _agency(key.agency, masked=self._masked)
            cells = (key.rule, agency, turned, number(flips.count), examples)
            yield (
                "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
                if self._marked
                else self._item(
                    self._text("flip", rule=cells[0], agency=cells[1], turned=turned, count=cells[3], examples=examples)
                )
            )


_WORDS: Final = frozenset({*SEVERITIES, *get_args(Effect), *get_args(OnUnknown)})
"""Words of closed lists, which read otherwise in each language."""


def _condition(side: tuple[CompiledRule, RuleSet] | None, lang: Lang) -> list[str]:
    """Return the whole condition of a rule in words, line by line."""
    if side is None:
        return []
    rule, rule_set = side
    lines = list(tree(rule.whole, rule_set.vocabulary, lang))
    unset = [text("explain.unset", lang, parameters=", ".join(rule.unset))] if rule.unset else []
    return [*unset, *lines]


def _named(pack: CompiledPack) -> str:
    return f"{pack.name} {pack.version} ({pack.digest[:12]})"


def _ordered(difference: Difference) -> list[FlipKey]:
    return sorted(difference.flips, key=lambda key: (key.rule, key.agency, key.before, key.after))


def _json(difference: Difference, *, masked: bool) -> str:
    def condition(side: tuple[CompiledRule, RuleSet] | None) -> dict[str, list[str]] | None:
        return None if side is None else {"zh": _condition(side, "zh"), "en": _condition(side, "en")}

    found = {
        "format": "collection-guard-rules-diff/1",
        **{
            side: {"pack": pack.name, "version": pack.version, "digest": pack.digest}
            for side, pack in (("before", difference.before), ("after", difference.after))
        },
        "declared": [_change(part) for part in difference.declared],
        "rules": [
            {
                "id": change.id,
                "change": change.kind,
                "parts": [_change(part) for part in change.parts],
                "condition": {"before": condition(change.before), "after": condition(change.after)}
                if change.condition or change.kind != "changed"
                else None,
            }
            for change in difference.rules
        ],
        "contacts": difference.contacts,
        "contacts_flipped": None if difference.contacts is None else difference.contacts_flipped,
        "flips": [
            {
                "rule": key.rule,
                "agency": _agency(key.agency, masked=masked),
                "before": key.before,
                "after": key.after,
                "count": difference.flips[key].count,
                "examples": [_key(event, masked=masked) for event in difference.flips[key].events],
            }
            for key in _ordered(difference)
        ],
    }
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _change(part: PartChange) -> dict[str, Any]:
    return {"part": part.name, "before": part.before, "after": part.after}
