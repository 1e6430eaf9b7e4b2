"""A rule engine for the conduct of debt collection."""
