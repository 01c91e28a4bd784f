"""Pictures of a song and of an evaluation."""
