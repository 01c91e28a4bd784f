"""From a song on the disk to its tags and its row in the index."""
