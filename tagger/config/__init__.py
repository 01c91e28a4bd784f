"""What a person sets once: the settings, the file and the variables that they come from."""
