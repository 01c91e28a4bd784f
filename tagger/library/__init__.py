"""Walks over folders of songs, on disks that may not answer."""
