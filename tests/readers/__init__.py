"""Tests of reading: logs, case profiles, partner lists."""
