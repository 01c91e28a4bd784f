"""Experiments: what was tried with the network, and what it brought."""
