"""ID3v2: the tag, its frames and their texts."""
