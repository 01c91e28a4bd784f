"""Songs rendered from free scores."""
