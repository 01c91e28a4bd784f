"""A tempo with its verdict: what the ear says and everything after it passes on."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class JudgedTempo:
    """A tempo and how probable it is that a runner can step to it."""

    bpm: float
    probability: float  # 0 to 1, calibrated
