"""Reading and writing tags: a field table, one way to mutagen, a writer that loses nothing."""
