"""How a detector is named: by its name, or by the folder of a lexicon."""

from typing import Final

LEXICON: Final = "lexicon"
OF_FOLDER: Final = f"{LEXICON}:"
"""Before the folder of a lexicon of one's own."""
CHARACTERS_FILE: Final = "characters.yaml"
"""The file that makes a folder one of a lexicon."""
_SEPARATORS: Final = ("/", "\\")


def folder_named(name: str) -> str | None:
    """Return the folder of a lexicon that names a detector, as ``lexicon:FOLDER`` or as a path; None for a name."""
    if name.startswith(OF_FOLDER):
        return name.removeprefix(OF_FOLDER)
    return name if any(sign in name for sign in _SEPARATORS) else None
