"""ASF: the container of Windows Media."""
