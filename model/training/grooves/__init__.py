"""Songs rendered from drum patterns and from what human drummers played."""
