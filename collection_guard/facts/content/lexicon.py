"""The lexicon: YAML files read together, checked, and compiled to one matcher."""

import difflib
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from collection_guard.facts.content.balance import Balance
from collection_guard.facts.content.characters import CharacterTable
from collection_guard.facts.content.choice import CHARACTERS_FILE
from collection_guard.facts.content.documents import Address, Document
from collection_guard.facts.content.evasion import Disguises, Readings
from collection_guard.facts.content.matching import Matcher, Pattern
from collection_guard.facts.content.names import NameFinder
from collection_guard.facts.content.normalisation import Normalised, Normaliser
from collection_guard.facts.content.phrases import PhraseError, expand, parse, steps
from collection_guard.facts.content.quantities import SAMPLES
from collection_guard.facts.content.ragged import Truth
from collection_guard.facts.content.scales import (
    FRAMED,
    HEARD,
    SHAPED,
    SHAPES,
    SILENCED,
    CompiledScale,
    is_word,
    parts_of,
    weights_of,
)
from collection_guard.facts.content.schema import (
    KINDS,
    Act,
    Condition,
    Entry,
    Evasions,
    Examples,
    Frame,
    LexiconFile,
    Names,
    Speakers,
)
from collection_guard.model.problems import Problem, RulesError

# Concepts that the code asks for by name: what denies, and what turns a denial round.
NEGATOR: Final = "negator"
PROHIBITION: Final = "prohibition"
NEGATOR_CANCEL: Final = "negator_cancel"
_OPERATORS: Final = frozenset("(){}~")


@dataclass(frozen=True, slots=True)
class CompiledCondition:
    """A condition with its phrases compiled."""

    patterns: tuple[Pattern, ...]
    within: str | int
    wording: str


@dataclass(frozen=True, slots=True)
class CompiledEntry:
    """An entry with its phrases and conditions compiled, and its place in the files."""

    entry: Entry
    patterns: tuple[Pattern, ...]
    near: tuple[CompiledCondition, ...]
    blocked_by: tuple[CompiledCondition, ...]
    file: str
    line: int
    act: str
    negated: bool
    kinds: frozenset[str]
    not_kinds: frozenset[str]
    weighed: bool  # whether a scale has the last word


@dataclass(frozen=True, slots=True)
class CompiledFrame:
    """A frame with its phrases compiled."""

    frame: Frame
    patterns: tuple[Pattern, ...]
    unless: tuple[CompiledCondition, ...]
    file: str
    line: int
    silences: frozenset[str] | None
    spares: frozenset[str]


@dataclass(frozen=True)
class Lexicon:
    """Everything that the detector knows."""

    digest: str
    acts: dict[str, Act]
    entries: tuple[CompiledEntry, ...]
    frames: tuple[CompiledFrame, ...]
    scales: tuple[CompiledScale, ...]
    balance: Balance
    speakers: Speakers
    names: NameFinder
    cues: Truth  # which strings, by their numbers, are those without any of which a text names no firm
    normaliser: Normaliser
    disguises: Disguises
    matcher: Matcher
    negator: int
    prohibition: int
    negator_cancel: int
    benign: tuple[str, ...]

    def normalise(self, text: str) -> Normalised:
        """Return what a text was meant to say, with the map back."""
        return self.disguises.undo(self.normaliser.normalise(text))

    def patterns(self) -> list[str]:
        """Return every string that the detector looks for, disguises included."""
        return [*self.matcher.strings, *self.balance.words, *self.disguises.patterns]


def lexicon_folder(root: Path | None = None) -> Path:
    """Return the folder of the lexicon: under the given rules folder, in the wheel, or in a source checkout."""
    if root is not None:
        return root / "lexicon" if (root / "lexicon").is_dir() else root
    package = Path(__file__).resolve().parents[2]
    shipped = package / "_rules" / "lexicon"
    return shipped if shipped.is_dir() else package.parent / "rules" / "lexicon"


def load_lexicon(folder: Path | None = None) -> Lexicon:
    """Read and compile the lexicon, or raise one error with every problem found in it."""
    place = lexicon_folder(folder)
    files = sorted(place.glob("*.yaml"))
    if not files:
        raise RulesError([Problem("lexicon_missing", file=str(place))])
    contents = tuple((file, file.read_bytes()) for file in files)
    digest = hashlib.sha256(b"".join(file.name.encode() + b"\0" + data + b"\0" for file, data in contents))
    return _compiled(place, digest.hexdigest())


@lru_cache(maxsize=4)
def _compiled(folder: Path, digest: str) -> Lexicon:
    return _Compiler(folder).compile(digest)


class _Compiler:
    """Puts the files together and notes every problem on the way."""

    def __init__(self, folder: Path) -> None:
        self.problems: list[Problem] = []
        self.documents: list[tuple[Document, LexiconFile]] = []
        table = CharacterTable()
        for file in sorted(folder.glob("*.yaml")):
            document = Document(file)
            if file.name == CHARACTERS_FILE:
                table = document.validated(CharacterTable) or table
            else:
                content = document.validated(LexiconFile)
                if content is not None:
                    self.documents.append((document, content))
            self.problems += document.problems
            document.problems.clear()
        self.normaliser = Normaliser(table)
        self.concepts: dict[str, tuple[Document, list[str]]] = {}
        self.forms: dict[str, frozenset[str]] = {}
        self.open: list[str] = []
        self.matcher = Matcher(SAMPLES)

    def compile(self, digest: str) -> Lexicon:
        self._collect_concepts()
        acts = {name: act for _, content in self.documents for name, act in content.acts.items()}
        entries = list(self._entries(acts))
        frames = list(self._frames(acts))
        atoms = {name: self._atom(name) for name in (NEGATOR, PROHIBITION, NEGATOR_CANCEL)}
        # What is only weighed is no word of the lexicon that a disguise could stand for.
        literals = self.matcher.forms()
        scales = list(self._scales(acts, {frame.frame.id for frame in frames}))
        syllables: dict[str, str] = {}
        evasions = Evasions(words=[])
        speakers = Speakers(collector=[], customer=[])
        names = Names(firm_ends=[], firm_stops=[], latin_ends=[], latin_stops=[], person_titles=[], surnames="")
        benign: list[str] = []
        for _, content in self.documents:
            syllables.update(content.readings)
            evasions = content.evasions or evasions
            speakers = content.speakers or speakers
            names = content.names or names
            benign += content.benign
        if self.problems:
            raise RulesError(self.problems)
        balance = Balance(scales, list(acts), [frame.frame.id for frame in frames])
        finder = NameFinder(names, self.normaliser.folding)
        self.matcher.build([*balance.han, *finder.cues])
        balance.arrange(self.matcher.order)
        return Lexicon(
            digest=digest,
            acts=acts,
            entries=tuple(entries),
            frames=tuple(frames),
            scales=tuple(scales),
            balance=balance,
            speakers=speakers,
            names=finder,
            cues=np.array([string in finder.cues for string in self.matcher.order], np.bool_),
            normaliser=self.normaliser,
            disguises=Disguises(evasions, Readings(syllables), literals, self.normaliser.fold),
            matcher=self.matcher,
            negator=atoms[NEGATOR],
            prohibition=atoms[PROHIBITION],
            negator_cancel=atoms[NEGATOR_CANCEL],
            benign=tuple(benign),
        )

    def _collect_concepts(self) -> None:
        for document, content in self.documents:
            for name, phrases in content.concepts.items():
                if name in self.concepts or name in SAMPLES:
                    self._note(document, "lexicon_concept_twice", ("concepts", name), name=name)
                self.concepts[name] = (document, phrases)

    def _note(self, document: Document, code: str, address: Address, **values: object) -> None:
        document.problem(code, address, None, **values)
        self.problems += document.problems
        document.problems.clear()

    def _atom(self, name: str) -> int:
        return self.matcher.atom(self._forms(name)) if name in self.concepts else self.matcher.atom(frozenset())

    def _forms(self, name: str) -> frozenset[str]:
        """Return the forms of a concept, concepts inside it expanded."""
        known = self.forms.get(name)
        if known is not None:
            return known
        if name not in self.concepts:
            raise PhraseError("lexicon_unknown_concept", name=name, near=self._nearest(name))
        if name in self.open:
            raise PhraseError("lexicon_concept_loop", name=name)
        document, phrases = self.concepts[name]
        self.open.append(name)
        forms: set[str] = set()
        for i, phrase in enumerate(phrases):
            try:
                for nodes in parse(phrase):
                    forms |= {
                        folded for part in expand(nodes, self._forms, phrase) if (folded := self.normaliser.fold(part))
                    }
            except PhraseError as error:
                self._note(document, error.code, ("concepts", name, i), **error.values)
        self.open.pop()
        self.forms[name] = frozenset(forms)
        return self.forms[name]

    def _nearest(self, name: str) -> str:
        near = difflib.get_close_matches(name, [*self.concepts, *SAMPLES], n=1, cutoff=0.4)
        return near[0] if near else ", ".join(sorted(SAMPLES))

    def _patterns(self, document: Document, phrases: list[str], address: Address) -> tuple[Pattern, ...]:
        result: list[Pattern] = []
        for i, phrase in enumerate(phrases):
            try:
                sequences = steps(phrase, self._forms, self.normaliser.fold, SAMPLES)
                result += [self.matcher.pattern(phrase, compiled, self._forms) for compiled in sequences]
            except PhraseError as error:
                self._note(document, error.code, (*address, i), **error.values)
        return tuple(result)

    def _conditions(
        self, document: Document, conditions: list[Condition], address: Address
    ) -> tuple[CompiledCondition, ...]:
        result: list[CompiledCondition] = []
        for i, condition in enumerate(conditions):
            # Plain words are looked for together: one pattern instead of many.
            plain = [phrase for phrase in condition.any if not _OPERATORS.intersection(phrase)]
            rest = [phrase for phrase in condition.any if _OPERATORS.intersection(phrase)]
            phrases = [*rest, "|".join(plain)] if plain else rest
            patterns = self._patterns(document, phrases, (*address, i, "any"))
            wording = " / ".join(condition.any[:4])
            result.append(CompiledCondition(patterns, condition.within, wording))
        return tuple(result)

    def _entries(self, acts: dict[str, Act]) -> Iterable[CompiledEntry]:
        seen: set[str] = set()
        for document, content in self.documents:
            for i, entry in enumerate(content.entries):
                address: Address = ("entries", i)
                self._check_name(document, entry.id, entry.act, acts, seen, address)
                yield CompiledEntry(
                    entry,
                    self._patterns(document, entry.phrases, (*address, "phrases")),
                    self._conditions(document, entry.near, (*address, "near")),
                    self._conditions(document, entry.blocked_by, (*address, "blocked_by")),
                    str(document.file),
                    (document.place(address) or (0, 0))[0],
                    entry.act,
                    entry.negation == "clause",
                    frozenset(entry.kinds),
                    frozenset(entry.not_kinds),
                    content.weighed,
                )

    def _frames(self, acts: dict[str, Act]) -> Iterable[CompiledFrame]:
        seen: set[str] = set()
        for document, content in self.documents:
            for i, frame in enumerate(content.frames):
                address: Address = ("frames", i)
                self._check_name(document, frame.id, None, acts, seen, address)
                for key in ("silences", "spares"):
                    for j, act in enumerate(getattr(frame, key)):
                        if act != "all" and act not in acts:
                            self._note_act(document, act, acts, (*address, key, j))
                yield CompiledFrame(
                    frame,
                    self._patterns(document, frame.phrases, (*address, "phrases")),
                    self._conditions(document, frame.unless, (*address, "unless")),
                    str(document.file),
                    (document.place(address) or (0, 0))[0],
                    None if "all" in frame.silences else frozenset(frame.silences),
                    frozenset(frame.spares),
                )

    def _scales(self, acts: dict[str, Act], frames: set[str]) -> Iterable[CompiledScale]:
        seen: set[str] = set()
        known = {f"{sign}{act}" for sign in (HEARD, SILENCED) for act in acts} | {FRAMED + frame for frame in frames}
        known.update(SHAPES, (SHAPED + kind for kind in KINDS))
        for document, content in self.documents:
            for i, scale in enumerate(content.scales):
                address: Address = ("scales", i)
                self._check_name(document, scale.id, None, acts, seen, address)
                if scale.signal in seen:
                    self._note(document, "lexicon_id_twice", (*address, "signal"), id=scale.signal)
                seen.add(scale.signal)
                weights = weights_of(scale)
                for clue in weights:
                    if self.normaliser.fold(clue) != clue if is_word(clue) else not known.issuperset(parts_of(clue)):
                        self._note(document, "lexicon_unknown_clue", (*address, "clues"), clue=clue)
                yield CompiledScale(scale, weights, str(document.file), (document.place(address) or (0, 0))[0])

    def _check_name(
        self,
        document: Document,
        name: str,
        act: str | None,
        acts: dict[str, Act],
        seen: set[str],
        address: Address,
    ) -> None:
        if name in seen:
            self._note(document, "lexicon_id_twice", (*address, "id"), id=name)
        seen.add(name)
        if act is not None and act not in acts:
            self._note_act(document, act, acts, (*address, "act"))

    def _note_act(self, document: Document, act: str, acts: dict[str, Act], address: Address) -> None:
        near = difflib.get_close_matches(act, acts, n=1, cutoff=0.4)
        self._note(document, "lexicon_unknown_act", address, act=act, near=near[0] if near else "")


__all__ = ["CompiledEntry", "CompiledFrame", "Examples", "Lexicon", "lexicon_folder", "load_lexicon"]
