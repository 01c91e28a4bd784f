"""Cases to learn from: built of songs, stored, sampled and augmented."""
