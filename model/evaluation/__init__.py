"""How well a judge hears, on songs of which the truth is known."""
