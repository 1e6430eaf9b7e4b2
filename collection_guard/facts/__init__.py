"""How each fact is computed from events, profiles, history and the partner registry."""
