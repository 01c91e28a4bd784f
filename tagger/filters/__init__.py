"""Which songs may come: options and queries, as conditions on the index."""
