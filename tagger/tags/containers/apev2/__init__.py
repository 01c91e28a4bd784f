"""APEv2: the tag of Monkey's Audio, WavPack and Musepack."""
