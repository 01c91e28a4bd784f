"""From a file to samples: decoders, headers, and excerpts of a song."""
