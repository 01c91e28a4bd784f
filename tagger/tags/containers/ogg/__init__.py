"""Ogg: pages, packets and headers with comments."""
