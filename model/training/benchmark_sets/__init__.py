"""Sets to evaluate on that no network learns from."""
