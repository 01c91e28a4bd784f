"""Processes that judge songs, and how they are kept in check."""
