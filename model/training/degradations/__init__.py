"""What real recordings suffer: noise, rooms, codecs, gaps, speech, drift."""
