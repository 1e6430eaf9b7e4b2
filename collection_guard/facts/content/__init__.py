"""Content signals: what a text says, with the words that say it."""
