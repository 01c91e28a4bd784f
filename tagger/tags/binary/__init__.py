"""Parts of files: spans, views and pieces."""
