"""``python -m collection_guard``."""

from collection_guard.cli.main import run

run()
