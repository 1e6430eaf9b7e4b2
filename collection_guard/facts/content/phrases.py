"""The pattern language of the lexicon: phrases compiled to steps of finite sets of strings.

``(a|b)`` chooses, ``(a|)`` is optional, ``{name}`` is any form of a concept, ``~`` is a gap of up to eight characters
within the clause, ``~20`` of up to twenty, ``~~`` of up to twenty-five that may cross clauses of one sentence.
A space beside a gap or a concept is one more character that may stand there.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Final

DEFAULT_GAP: Final = 8
DEFAULT_WIDE_GAP: Final = 25
LARGEST_GAP: Final = 60
LARGEST_SET: Final = 6000
LARGEST_FAN: Final = 60
# Contiguous parts that stand for more strings than this are followed step by step instead.
LARGEST_STEP: Final = 400
_CONCEPT_SIZE: Final = 50


class PhraseError(ValueError):
    """A phrase that cannot be read; ``code`` names the text that says why."""

    def __init__(self, code: str, **values: object) -> None:
        self.code, self.values = code, values
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that stands for itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Reference:
    """Any form of a concept."""

    name: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Other text between two parts."""

    size: int
    across_clauses: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several sequences."""

    options: tuple[tuple["Node", ...], ...]


Node = Literal | Reference | Gap | Choice


@dataclass(frozen=True, slots=True)
class Step:
    """One finite set of strings (or a concept), after a gap of at most ``gap`` characters."""

    forms: frozenset[str]
    concept: str | None
    gap: int
    across_clauses: bool


def parse(phrase: str, dynamic: Collection[str] = ()) -> list[tuple[Node, ...]]:
    """Read a phrase into its nodes: several sequences if choices with gaps must be told apart."""
    if not phrase.strip():
        raise PhraseError("lexicon_phrase_edge", phrase=phrase)
    choice, end = _choice(phrase + ")", 0, 1)
    if end != len(phrase) + 1:
        raise PhraseError("lexicon_phrase_bracket", phrase=phrase)
    sequences: list[tuple[Node, ...]] = []
    for nodes in _distributed((choice,), dynamic):
        if not nodes or isinstance(nodes[0], Gap) or isinstance(nodes[-1], Gap):
            raise PhraseError("lexicon_phrase_edge", phrase=phrase)
        sequences.append(nodes)
    if len(sequences) > LARGEST_FAN:
        raise PhraseError("lexicon_phrase_too_many", phrase=phrase, largest=LARGEST_FAN)
    return sequences


def _apart(node: Node, dynamic: Collection[str]) -> bool:
    """Tell whether a node cannot be part of one finite set of strings."""
    match node:
        case Choice(options):
            return any(_apart(inner, dynamic) for option in options for inner in option)
        case Reference(name):
            return name in dynamic
        case _:
            return isinstance(node, Gap)


def _estimate(nodes: tuple[Node, ...]) -> int:
    """Return about how many strings nodes stand for."""
    size = 1
    for node in nodes:
        if isinstance(node, Choice):
            size *= sum(_estimate(option) for option in node.options)
        elif isinstance(node, Reference):
            size *= _CONCEPT_SIZE
    return size


def _distributed(nodes: tuple[Node, ...], dynamic: Collection[str]) -> list[tuple[Node, ...]]:
    """Return the sequences that nodes stand for, one for each option of a choice that must stand apart."""
    sequences: list[tuple[Node, ...]] = [()]
    for node in nodes:
        if isinstance(node, Choice) and (_apart(node, dynamic) or len(nodes) == 1):
            plain: list[tuple[Node, ...]] = []
            tails: list[tuple[Node, ...]] = []
            for option in node.options:
                if any(_apart(part, dynamic) for part in option) or _estimate(option) > LARGEST_STEP:
                    tails += _distributed(option, dynamic)
                else:
                    plain.append(option)
            if plain:
                tails.append((Choice(tuple(plain)),))
            sequences = [head + tail for head in sequences for tail in tails]
        else:
            sequences = [(*head, node) for head in sequences]
        if len(sequences) > LARGEST_FAN:
            break
    return sequences


def _sequence(phrase: str, i: int, depth: int) -> tuple[tuple[Node, ...], int]:
    nodes: list[Node] = []
    text: list[str] = []

    def flush() -> None:
        if text:
            nodes.append(Literal("".join(text)))
            text.clear()

    while i < len(phrase):
        char = phrase[i]
        if char in "|)":
            if depth == 0:
                raise PhraseError("lexicon_phrase_bracket", phrase=phrase)
            break
        if char == "(":
            flush()
            choice, i = _choice(phrase, i + 1, depth + 1)
            nodes.append(choice)
        elif char == "{":
            flush()
            close = phrase.find("}", i)
            if close < 0:
                raise PhraseError("lexicon_phrase_bracket", phrase=phrase)
            nodes.append(Reference(phrase[i + 1 : close]))
            i = close + 1
        elif char == "~":
            flush()
            gap, i = _gap(phrase, i)
            nodes.append(gap)
        else:
            text.append(char)
            i += 1
    flush()
    return tuple(nodes), i


def _choice(phrase: str, i: int, depth: int) -> tuple[Choice, int]:
    options: list[tuple[Node, ...]] = []
    while True:
        nodes, i = _sequence(phrase, i, depth)
        options.append(nodes)
        if i >= len(phrase):
            raise PhraseError("lexicon_phrase_bracket", phrase=phrase)
        i += 1
        if phrase[i - 1] == ")":
            return Choice(tuple(options)), i


def _gap(phrase: str, i: int) -> tuple[Gap, int]:
    wide = phrase.startswith("~~", i)
    i += 2 if wide else 1
    digits = ""
    while i < len(phrase) and phrase[i].isdigit() and len(digits) < 3:
        digits += phrase[i]
        i += 1
    size = int(digits) if digits else (DEFAULT_WIDE_GAP if wide else DEFAULT_GAP)
    if size > LARGEST_GAP:
        raise PhraseError("lexicon_phrase_gap", phrase=phrase, largest=LARGEST_GAP)
    return Gap(size, wide), i


def references(nodes: Iterable[Node]) -> set[str]:
    """Return the concepts that nodes refer to."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, Reference):
            found.add(node.name)
        elif isinstance(node, Choice):
            for option in node.options:
                found |= references(option)
    return found


def expand(nodes: tuple[Node, ...], forms_of: Callable[[str], frozenset[str]], phrase: str) -> frozenset[str]:
    """Return every string that gapless nodes stand for."""
    results = {""}
    for node in nodes:
        options: set[str]
        match node:
            case Literal(text):
                options = {text}
            case Reference(name):
                options = set(forms_of(name))
            case Choice(choices):
                options = set().union(*(expand(option, forms_of, phrase) for option in choices))
            case Gap():
                raise PhraseError("lexicon_phrase_gap_in_concept", phrase=phrase)
        if len(results) * len(options) > LARGEST_SET:
            raise PhraseError("lexicon_phrase_too_many", phrase=phrase, largest=LARGEST_SET)
        results = {head + tail for head in results for tail in options}
    return frozenset(results)


def steps(
    phrase: str, forms_of: Callable[[str], frozenset[str]], fold: Callable[[str], str], dynamic: Collection[str] = ()
) -> list[tuple[Step, ...]]:
    """Compile a phrase to the steps that the matcher follows, one list for each sequence."""
    compiled = [_steps(nodes, phrase, forms_of, fold, dynamic) for nodes in parse(phrase, dynamic)]
    if not all(compiled):
        raise PhraseError("lexicon_phrase_empty", phrase=phrase)
    return compiled


def _steps(
    nodes: tuple[Node, ...],
    phrase: str,
    forms_of: Callable[[str], frozenset[str]],
    fold: Callable[[str], str],
    dynamic: Collection[str],
) -> tuple[Step, ...]:
    result: list[Step] = []
    run: list[Node] = []
    gap, wide = 0, False

    def close() -> None:
        nonlocal gap, wide
        for text in _sets(run, forms_of, phrase):
            forms = frozenset(folded for part in text if (folded := fold(part)))
            if not forms:
                raise PhraseError("lexicon_phrase_empty", phrase=phrase)
            if any(not part.strip() for part in text):  # what may be left out stands in the gap beside it
                gap += max(map(len, text))
                continue
            result.append(Step(forms, None, gap, wide))
            gap, wide = int(any(part.endswith(" ") for part in text)), False
        run.clear()

    for node in _flat(nodes):
        match node:
            case Gap(size, across):
                close()
                gap, wide = gap + size, across
            case Reference(name):
                close()
                if name not in dynamic:
                    forms_of(name)  # raises for an unknown name
                result.append(Step(frozenset(), name, gap, wide))
                gap, wide = 0, False
            case _:
                if not run and isinstance(node, Literal) and node.text.startswith(" "):
                    gap += 1
                    if not node.text.strip():
                        continue
                run.append(node)
    close()
    return tuple(result)


def _flat(nodes: tuple[Node, ...]) -> Iterable[Node]:
    """Yield nodes, a choice of one option as the nodes of that option."""
    for node in nodes:
        if isinstance(node, Choice) and len(node.options) == 1:
            yield from _flat(node.options[0])
        else:
            yield node


def _sets(run: list[Node], forms_of: Callable[[str], frozenset[str]], phrase: str) -> Iterable[frozenset[str]]:
    """Yield the strings of contiguous parts: all together, or group by group where they would be too many."""
    group: list[Node] = []
    size = 1
    forms: frozenset[str] = frozenset()
    for node in run:
        own = expand((node,), forms_of, phrase)
        # A group may not be empty, so what is optional stays with its neighbour.
        if group and size * len(own) > LARGEST_STEP and "" not in forms and "" not in own:
            yield forms
            group, size = [], 1
        group.append(node)
        size *= len(own)
        forms = expand(tuple(group), forms_of, phrase)
    if group:
        yield forms
