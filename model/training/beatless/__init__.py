"""Music without a beat, composed to learn from: it has no pace."""
