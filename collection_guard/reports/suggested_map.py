"""A proposed mapping file: what is sure is written out, what is not stands beside it as a comment to choose from."""

import json
import re
from typing import Final

from rich.cells import cell_len

from collection_guard.audit.mapping import NO_HEADER
from collection_guard.audit.suggestion import Guess, Suggested, SuggestedColumn
from collection_guard.model.masking import mask_name, masked_cell
from collection_guard.model.plain import plain
from collection_guard.model.texts import Lang, has_text, text
from collection_guard.reports.page import wrapped

_HAN: Final = re.compile(r"[\u4e00-\u9fff·]{2,4}")
_NAMED: Final = frozenset({"recipient.name", "extra.debtor_name", "collector.name", "claims.person"})
_WORDS: Final = frozenset(
    {"recipient.relationship", "recipient.audience", "recipient.roles", "outcome", "channel", "direction"}
)
_LONGEST: Final = 24


def render_map(found: Suggested, lang: Lang, *, masked: bool = True, width: int | None = None) -> str:
    """Return a mapping file, with its grounds and masked samples in comments.

    With a ``width`` no comment is wider; what is in effect, or may be, stays on its line however long it is.
    """
    return "\n".join(_Rendering(found, lang, masked=masked, width=width).lines()) + "\n"


def proposed_map(found: Suggested, lang: Lang) -> str:
    """Return the same with nothing in effect: every line waits for a person to take its first # away."""
    told = f"# {text('map_suggest.confirm', lang)}"  # of lines in effect there are none
    lines = [line for line in render_map(found, lang).splitlines() if line != told]
    return "".join(f"{line}\n" if line.startswith("# ") else f"# {line}\n" for line in lines)


class _Rendering:
    def __init__(self, found: Suggested, lang: Lang, *, masked: bool, width: int | None) -> None:
        self._width = width
        self._found = found
        self._lang: Lang = lang
        self._masked = masked

    def lines(self) -> list[str]:
        """Return the lines of the file."""
        found = self._found
        lines = [*self._comment("head", file=plain(found.file)), *self._comment("confirm")]
        if found.preset is not None:
            return [*lines, *self._comment("preset"), f"preset: {found.preset}"]
        if found.sheets:
            lines += [
                *self._comment("sheets", names=", ".join(map(plain, found.sheets))),
                f"sheet: {_quoted(found.sheet)}",
            ]
        if found.header_row == NO_HEADER:
            lines += [*self._comment("no_header"), "header_row: none", "preset: none"]
        elif found.header_row is not None:
            lines.append(f"header_row: {found.header_row}")
        lines += ["columns:", *(line for column in found.columns for line in self._column(column))]
        lines += self._values()
        lines += self._rest()
        return lines

    def _say(self, code: str, **values: object) -> str:
        return text(f"map_suggest.{code}", self._lang, **values)

    def _comment(self, code: str, **values: object) -> list[str]:
        return self._prose("", self._say(code, **values))

    def _prose(self, indent: str, words: str) -> list[str]:
        """Return words as comments."""
        whole = f"{indent}# {words}"
        if self._width is None or cell_len(whole) <= self._width:
            return [whole]
        return [f"{indent}# {line}" for line in wrapped(words, self._width - len(indent) - 2)]

    def _told(self, indent: str, line: str, words: str) -> list[str]:
        """Return a line with words behind it, or where they are too wide for that, before it."""
        whole = f"{indent}{line}  # {words}"
        if self._width is None or cell_len(whole) <= self._width:
            return [whole]
        return [*self._prose(indent, words), indent + line]

    def _column(self, column: SuggestedColumn) -> list[str]:
        lines = self._prose("  ", self._about(column))
        for guess in column.guesses:
            written_out = guess is column.guesses[0] and self._found.writes_out(column)
            mark = "" if written_out else "# "
            lines += self._told("  ", f"{mark}{_quoted(column.name)}: {guess.path}", self._why(guess))
            if written_out:
                break  # what else it might be is far less likely
        rivals = self._found.rivals.get(column.guesses[0].path, []) if column.guesses and column.is_sure else []
        if rivals:
            names = ", ".join(plain(name) for name in rivals)
            lines += self._prose("  ", self._say("rivals", names=names))
        elif not column.guesses:
            lines.append(f"  # {_quoted(column.name)}: {self._say('unknown')}")
        elif not column.is_sure:
            lines += self._prose("  ", self._say("choose"))
        return lines

    def _about(self, column: SuggestedColumn) -> str:
        samples = [self._shown(column, sample) for sample in column.samples]
        if not samples:
            return self._say("empty", header=self._name(column))
        return self._say("samples", header=self._name(column), samples=" | ".join(samples))

    def _name(self, column: SuggestedColumn) -> str:
        return masked_cell(None, plain(column.name), self._lang) if self._masked else plain(column.name)

    def _shown(self, column: SuggestedColumn, sample: str) -> str:
        """Return a sample: masked by what the column may hold, and as a name wherever it looks like one."""
        words = plain(sample)
        if self._masked:
            path = column.guesses[0].path if column.guesses else ""
            sure_words = path in _WORDS and column.guesses[0].confidence >= 0.5
            if _HAN.fullmatch(words) and not sure_words:
                words = mask_name(words)
            elif path in {"content", "extra.note"} or len(words) > _LONGEST:
                words = masked_cell("content", words, self._lang)
            else:
                words = masked_cell(path, words, self._lang)
        return words if len(words) <= 2 * _LONGEST else words[: 2 * _LONGEST] + "…"

    def _why(self, guess: Guess) -> str:
        grounds = [text(f"map_ground.{ground}", self._lang) for ground in guess.grounds]
        field = text(f"field.{guess.path}", self._lang) if has_text(f"field.{guess.path}") else guess.path
        return self._say("why", field=field, share=f"{guess.confidence:.0%}", grounds=self._say("sign").join(grounds))

    def _values(self) -> list[str]:
        """Return the words of the columns that no table knows, each to be said by a person."""
        columns = [column for column in self._found.columns if column.unknown]
        if not columns:
            return []
        lines = [*self._comment("values"), "# values:"]
        for column in columns:
            lines.append(f"#   {column.guesses[0].path}:")
            for word, count, near in column.unknown:
                # A word has to stand whole to be mapped; one that may name somebody is left to the person.
                shown = masked_cell(column.guesses[0].path, plain(word), self._lang) if self._masked else plain(word)
                nearest = self._say("nearest", words=", ".join(near)) if near else ""
                times = self._say("times", count=count) + nearest
                lines += self._told("#     ", f"{_quoted(shown)}: {near[0] if near else '~'}", times)
        return lines

    def _rest(self) -> list[str]:
        paths = self._found.paths()
        lines = []
        if not paths & {"started_at", "started_at.date"}:
            lines += self._comment("no_time")
        if "channel" not in paths or "direction" not in paths:
            lines += [*self._comment("defaults"), "# defaults:"]
            lines += [
                f"#   {name}: {word}"
                for name, word in (("channel", "call"), ("direction", "outbound"))
                if name not in paths
            ]
        if self._found.is_naive:
            lines += [*self._comment("zone"), "# timezone: Asia/Shanghai"]
        return lines


def _quoted(name: str | None) -> str:
    """Write a name so that YAML reads it back letter for letter, whatever letters it holds."""
    words = json.dumps(name or "", ensure_ascii=False)
    return "".join(letter if letter.isprintable() else f"\\U{ord(letter):08x}" for letter in words)
