"""Checks that a scan changes nothing in a folder but tags."""
