"""Copies of songs at another tempo: stretched, encoded, tagged."""
