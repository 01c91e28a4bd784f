"""Fitting networks: the loop, averaging, distillation, threshold, export."""
