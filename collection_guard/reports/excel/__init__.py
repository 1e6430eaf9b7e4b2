"""Workbooks, written row by row; nothing here is loaded without the extra `excel`."""
