"""A seeded simulator of contact logs: an independent source of truth for the audit."""
