"""When the beats of a song fall: their path, phase and presence, at a pace that is given."""
