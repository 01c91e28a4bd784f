"""Where material comes from: Debian packages, MIDI files, programs that render."""
