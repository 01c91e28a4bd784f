"""Folders as lists of songs, on disks that may not answer."""
