"""Songs as mutagen gets to see them, without pictures and other long parts."""
