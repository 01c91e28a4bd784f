"""Worker processes that judge songs, with timeouts and restarts."""
