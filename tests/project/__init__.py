"""Tests about the project itself: its imports, texts, documents, scripts and packages."""
