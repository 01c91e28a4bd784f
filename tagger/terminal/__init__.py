"""Printing: lines, tables, and the streams they go to."""
