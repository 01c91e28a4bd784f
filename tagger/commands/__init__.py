"""The commands, one module each, and their options."""
