"""Songs rendered from composed chamber music that is played with expression."""
