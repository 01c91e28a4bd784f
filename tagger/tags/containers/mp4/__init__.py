"""MP4: atoms, and items in them."""
