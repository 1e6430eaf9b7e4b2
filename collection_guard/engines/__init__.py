"""Engines: each reads the same compiled rules, and none knows what a quiet hour is."""
