"""Has the system keep the watcher running, and what the watcher tells about itself."""
