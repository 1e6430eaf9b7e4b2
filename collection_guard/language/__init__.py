"""What can be said: the vocabulary of facts, the schema of rules and measures, the loader, the type check, the IR."""
