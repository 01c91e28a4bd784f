"""Who can be asked to judge an evaluation set."""

from enum import StrEnum


class JudgeName(StrEnum):
    """A judge by its name on the command line."""

    STAGE0 = "stage0"  # the network of 2019
    CURRENT = "current"  # the one that scans
    FOLD = "fold"  # librosa's tempo, folded by two

    @property
    def gives_probabilities(self) -> bool:
        """Whether there is anything to calibrate; folding claims all that it finds."""
        return self is not JudgeName.FOLD
