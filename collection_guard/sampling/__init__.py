"""Samples for people to review: what to draw, what it proves, and what the reviews say of the rules."""
