"""Text from outside, made harmless for the terminal or the spreadsheet that shows it."""

from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""A spreadsheet computes a cell that begins with one of these; some do so with the full-width forms."""


def plain(words: str) -> str:
    """Return a text without characters that steer a terminal or change the order of what is read."""
    if words.isprintable():
        return words
    return "".join(character if character.isprintable() else " " for character in words)


def begins_formula(words: str) -> bool:
    """Say whether a spreadsheet may compute a cell that begins so."""
    return words.lstrip().startswith(_FORMULA)


def harmless(words: str) -> str:
    """Return a cell that a spreadsheet takes for text: what a log says must not run where it is shown."""
    clean = plain(words).strip()
    return "'" + clean if begins_formula(clean) else clean
