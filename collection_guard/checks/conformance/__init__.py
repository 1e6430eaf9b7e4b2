"""Worked examples of regulators, read as cases, judged by the packs, and held against what the text says."""
