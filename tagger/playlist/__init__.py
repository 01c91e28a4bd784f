"""From a cadence to a list of songs, as a table or a playlist file."""
