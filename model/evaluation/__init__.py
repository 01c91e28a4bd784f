"""How well a judge hears, on songs whose truth is known."""
