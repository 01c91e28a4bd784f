"""FLAC: metadata blocks, and the comments that Ogg shares."""
