"""Copies of a playlist's songs on a player: planned, checked, and only what has changed."""
