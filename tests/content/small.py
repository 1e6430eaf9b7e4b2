"""A lexicon of a few words, which is read in no time."""

import shutil
from pathlib import Path

from collection_guard.facts.content.choice import CHARACTERS_FILE
from collection_guard.facts.content.lexicon import lexicon_folder

WORDS = """
acts:
  abuse: {signals: [abuse], zh: 辱骂, en: insults}
entries:
  - id: house-insults
    act: abuse
    phrases: ['(大|)笨鹅']
    examples: {fires: [你这只大笨鹅]}
"""


def small_lexicon(folder: Path, words: str = WORDS) -> Path:
    """Return a folder with a lexicon that only knows one insult."""
    folder.mkdir()
    shutil.copy(lexicon_folder() / CHARACTERS_FILE, folder)
    (folder / "house.yaml").write_text(words, "utf-8")
    return folder
