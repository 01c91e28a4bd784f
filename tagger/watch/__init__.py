"""Keeps an index true to a folder that changes."""
