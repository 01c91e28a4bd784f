"""How each kind of file holds its tags, byte by byte."""
