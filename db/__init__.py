"""The memory: the SQLite index of songs and their paces. Imports neither tagger nor model."""
