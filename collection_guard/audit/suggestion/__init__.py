"""What the columns of an unknown log may hold: proposals with their grounds, for a person to confirm."""

from collection_guard.audit.suggestion.columns import Ground, Guess
from collection_guard.audit.suggestion.tables import Suggested, SuggestedColumn, suggest

__all__ = ["Ground", "Guess", "Suggested", "SuggestedColumn", "suggest"]
