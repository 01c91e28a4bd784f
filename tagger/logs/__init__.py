"""The log, where it goes, and the options that every command takes for it."""
