"""Whether a scan that may write nothing wrote nothing."""
