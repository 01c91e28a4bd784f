"""Text for a person: numbers, counts, and paths."""
