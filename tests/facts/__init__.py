"""How each fact is computed, subject by subject."""
