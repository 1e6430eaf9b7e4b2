"""Worked examples of regulators: reading them, judging them, and what comes of it."""
