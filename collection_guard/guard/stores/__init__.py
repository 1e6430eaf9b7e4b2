"""Stores of the guard: what was recorded, and the places that are kept, behind one small interface."""
