"""Checks of CI: what they recognise, find, waive and write."""
