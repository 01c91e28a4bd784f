"""Taking writes back."""
