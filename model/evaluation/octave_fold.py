"""Baseline: librosa's tempo with its half and its double."""

from pathlib import Path

import librosa
import numpy as np

from pacetag.model.audio.excerpts import Excerpts, read_excerpts
from pacetag.model.judgement import Analysis, Pace, compatible_paces
from pacetag.model.spec import FeatureSpec

SLOWEST, FASTEST = 52.0, 285.0  # bpm; beyond these half of the people or fewer step along
# The tempo itself is surest, so that it is the one asked whether it lies in the family.
_FOLDS = ((1.0, 1.0), (2.0, 0.999), (1 / 2, 0.999))


class OctaveFoldJudge:
    """Claims librosa's tempo, its double and its half for every song with onsets."""

    def __init__(self, spec: FeatureSpec | None = None) -> None:
        self.spec = spec or FeatureSpec()

    def file(self, path: Path) -> Analysis:
        """Judge a sound file. Raises DecodeError or TooShortError."""
        return self.audio(read_excerpts(path, self.spec))

    def audio(self, excerpts: Excerpts) -> Analysis:
        """Judge the same excerpts that the network hears, with librosa's own settings.

        Only the frames are the network's, twice as many as librosa's default, which would leave
        no tempo between 161.5 and 172.3.
        """
        onset = np.concatenate(
            [
                librosa.onset.onset_strength(
                    y=samples, sr=self.spec.sample_rate, hop_length=self.spec.hop_length
                )
                for samples in excerpts.samples
            ]
        )
        if not onset.any():  # librosa would answer its prior, 120
            return Analysis(paces=(), duration=excerpts.duration)
        tempo = librosa.feature.tempo(
            onset_envelope=onset, sr=self.spec.sample_rate, hop_length=self.spec.hop_length
        )
        return octave_folded(float(tempo[0]), excerpts.duration)


def octave_folded(tempo: float | None, duration: float) -> Analysis:
    """A judgement that claims `tempo` in bpm, its double and its half, where people step to them.

    Nothing for no tempo.
    """
    levels = [(tempo * ratio, sure) for ratio, sure in _FOLDS] if tempo else []
    found = tuple(
        Pace(bpm=bpm, confidence=sure) for bpm, sure in levels if SLOWEST <= bpm <= FASTEST
    )
    return Analysis(paces=compatible_paces(found), duration=duration, candidates=found)
