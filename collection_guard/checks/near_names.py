"""Names that look like a given one, and in what each differs from it: hints for a person, never matches."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

from collection_guard.facts.names import fold_name, near_misses
from collection_guard.facts.registry import Period, RegistryIndex

_BRACKETED: Final = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_MOST: Final = 5
_SHORTEST: Final = 2
"""A name of one character is a part of too many others to be a hint."""


@dataclass(frozen=True, slots=True)
class Difference:
    """In what two names differ: a reason by its code, with the words that fill it in."""

    reason: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NearName:
    """A listed name that is no answer to the question asked, and why not."""

    name: str
    category: str
    difference: Difference
    listed: bool | None
    periods: tuple[Period, ...]


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = yaml.safe_load(
        (resources.files("collection_guard.checks") / "name_words.yaml").read_text("utf-8")
    )
    words["likeness"] = str.maketrans({char: group[0] for group in words["look_alikes"] for char in group})
    for kind in ("branches", "legal_forms"):
        words[kind] = sorted((_plain(word) for word in words[kind]), key=len, reverse=True)
    return words


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", fold_name(name)).casefold()


def likeness(name: str) -> str:
    """Return what the eye sees of a name: characters that look alike are one."""
    return _plain(name).translate(_words()["likeness"])


def near_names(index: RegistryIndex, name: str, category: str, day: date) -> tuple[NearName, ...]:
    """Return what is near a name that was not listed on a day: the name itself on other days, then those like it."""
    folded = fold_name(name)
    found: list[NearName] = []

    def note(near: str, where: str, difference: Difference) -> None:
        found.append(NearName(near, where, difference, index.listed(near, where, day), index.periods(near, where)))

    own = sorted(one for one in index.names(category) if fold_name(one) == folded)
    periods = index.periods(name, category)
    if own and periods:
        note(own[0], category, _on_other_days(periods, day))
    for other in index.categories():
        same = sorted(one for one in index.names(other) if fold_name(one) == folded)
        if other != category and same:
            note(same[0], other, Difference("category", {"category": other}))
    for near, difference in _like(name, index.names(category)):
        note(near, category, difference)
    return tuple(found)


def _on_other_days(periods: tuple[Period, ...], day: date) -> Difference:
    """Say why a name that is listed at some time is not known to be listed on a day."""
    ended = [period.last for period in periods if period.last is not None and period.last < day]
    begins = [period.first for period in periods if period.first is not None and period.first > day]
    doubtful = [period for period in periods if (period.first or date.min) <= day <= (period.last or date.max)]
    if doubtful:
        return Difference("in_doubt", {"first": doubtful[0].first, "last": doubtful[0].last})
    if ended and begins:
        return Difference("between", {"last": max(ended), "first": min(begins)})
    return Difference("expired", {"last": max(ended)}) if ended else Difference("not_yet", {"first": min(begins)})


def _like(name: str, known: Iterable[str]) -> Iterator[tuple[str, Difference]]:
    """Yield the names most like one, the surest first, each folded name once."""
    names = {fold_name(one): one for one in sorted(known, reverse=True)}
    names.pop(fold_name(name), None)
    told = [(one, difference) for one in names.values() if (difference := difference_of(name, one)) is not None]
    told.sort(key=lambda pair: (_REASONS.index(pair[1].reason), pair[0]))
    sure = {one for one, _ in told}
    rest = [one for one in near_misses(name, names.values(), _MOST) if one not in sure]
    yield from [*told, *((one, Difference("alike", _differing(name, one))) for one in rest)][:_MOST]


_REASONS: Final = (
    "look_alike",
    "brackets",
    "order",
    "bracket_content",
    "bracket_missing",
    "one_character",
    "one_more",
    "one_less",
    "branch",
    "head",
    "other_branch",
    "legal_form",
    "part",
    "whole",
)


def difference_of(name: str, other: str) -> Difference | None:
    """Say in what a listed name differs from a given one, None if in more than can be named."""
    here, there = _plain(name), _plain(other)
    if likeness(name) == likeness(other):
        return Difference("look_alike", _differing(fold_name(name), fold_name(other)))
    for say in (_brackets, _branches, _characters, _legal_forms, _parts):
        found = say(here, there)
        if found is not None:
            return found
    return None


def _brackets(here: str, there: str) -> Difference | None:
    bare_here, bare_there = (re.sub(r"[()\[\]{}]", "", name) for name in (here, there))
    if bare_here == bare_there:
        return Difference("brackets")
    if sorted(bare_here) == sorted(bare_there):
        return Difference("order")
    if _BRACKETED.sub("", here) != _BRACKETED.sub("", there):
        return None
    within = [", ".join(_BRACKETED.findall(name)) for name in (here, there)]
    if all(within):
        return Difference("bracket_content", {"here": within[0], "there": within[1]})
    return Difference("bracket_missing", {"content": within[0] or within[1]})


def _branches(here: str, there: str) -> Difference | None:
    branch_here, branch_there = (any(name.endswith(word) for word in _words()["branches"]) for name in (here, there))
    if branch_here and branch_there:
        head = _head_of(here)
        return Difference("other_branch") if head is not None and head == _head_of(there) else None
    if branch_here and here.startswith(_stem(there)):
        return Difference("branch")
    if branch_there and there.startswith(_stem(here)):
        return Difference("head")
    return None


def _head_of(branch: str) -> str | None:
    """Return what stands before the place of a branch: its legal form ends the name of the head office."""
    form = next((word for word in _words()["legal_forms"] if word in branch), None)
    return None if form is None else branch[: branch.index(form) + len(form)]


def _stem(name: str) -> str:
    """Return a name without its legal form, which a branch may leave out."""
    stem = name.removesuffix(_legal_form(name))
    return stem if len(stem) >= _SHORTEST else name


def _legal_form(name: str) -> str:
    return next((str(word) for word in _words()["legal_forms"] if name.endswith(word)), "")


def _characters(here: str, there: str) -> Difference | None:
    if len(here) == len(there):
        places = [index for index, (one, two) in enumerate(zip(here, there, strict=True)) if one != two]
        if len(places) == 1:
            return Difference("one_character", {"here": here[places[0]], "there": there[places[0]]})
        return None
    if abs(len(here) - len(there)) != 1:
        return None
    short, long = sorted((here, there), key=len)
    for index, character in enumerate(long):
        if long[:index] + long[index + 1 :] == short:
            return Difference("one_less" if len(here) < len(there) else "one_more", {"character": character})
    return None


def _legal_forms(here: str, there: str) -> Difference | None:
    if _stem(here) != _stem(there):
        return None
    return Difference("legal_form", {"here": _legal_form(here) or "—", "there": _legal_form(there) or "—"})


def _parts(here: str, there: str) -> Difference | None:
    if len(here) >= _SHORTEST and here in there:
        return Difference("part", {"rest": there.replace(here, "…", 1)})
    if len(there) >= _SHORTEST and there in here:
        return Difference("whole", {"rest": here.replace(there, "…", 1)})
    return None


def _differing(here: str, there: str) -> dict[str, object]:
    """Return the pieces in which two names differ."""
    matcher = SequenceMatcher(None, here, there, autojunk=False)
    pieces = [(here[a:b], there[c:d]) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal"]
    return {
        "here": ", ".join(one or "—" for one, _ in pieces),
        "there": ", ".join(other or "—" for _, other in pieces),
    }
