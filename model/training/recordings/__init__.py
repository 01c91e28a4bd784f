"""Free recordings with labels: fetched, labelled, looked at."""
