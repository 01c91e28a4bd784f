"""Recorded runs of watches and phones: their cadence, and a plan that follows it."""
