"""The ear: from a sound file to judged tempos. Imports neither tagger nor db."""
