"""Evaluating judges on labelled songs."""
