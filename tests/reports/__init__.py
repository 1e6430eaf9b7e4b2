"""The reports: what they say, in whose words, how wide, and what they never show."""
