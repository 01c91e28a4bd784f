"""Scores of a trained network on songs it did not learn from."""
