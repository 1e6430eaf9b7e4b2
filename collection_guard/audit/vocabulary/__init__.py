"""The words of real contact logs and what they mean: data files, and the look-up of a word in them."""

from collection_guard.audit.vocabulary.folding import fold_word
from collection_guard.audit.vocabulary.headers import Headers, headers
from collection_guard.audit.vocabulary.tables import Tables, WordTable, tables

__all__ = ["Headers", "Tables", "WordTable", "fold_word", "headers", "tables"]
