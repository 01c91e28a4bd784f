"""Output files that a user names, and what they never replace."""
