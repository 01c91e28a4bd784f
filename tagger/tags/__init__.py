"""Reading and writing tags: a field table, one door to mutagen, a writer that cannot hurt."""
