"""People's own labelled songs."""
