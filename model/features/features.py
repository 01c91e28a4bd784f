"""Samples to what tempo is heard in: mel spectrogram, onset envelope, mean autocorrelation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pacetag.model.features.mel import mel_spectrogram, percussive_mel
from pacetag.model.features.tempogram import mean_autocorrelation, onset_strength
from pacetag.model.spec import FeatureSpec


@dataclass(frozen=True, kw_only=True)
class Features:
    """What one excerpt sounds like, as far as tempo is concerned."""

    mel: NDArray[np.float32]  # power [bands, frames]
    onset_envelope: NDArray[np.float32]  # onset strength [frames]
    autocorrelation: NDArray[np.float32]  # the envelope's, local, mean over time [lags]


def extract_features(samples: NDArray[np.float32], spec: FeatureSpec) -> Features:
    """Features of one excerpt [samples at spec.sample_rate]; librosa's are the reference.

    Of the percussive part alone where the spec has a margin for it.
    """
    heard = percussive_mel if spec.percussive_margin else mel_spectrogram
    mel = heard(samples, spec)
    onsets = onset_strength(mel, spec)
    return Features(
        mel=mel, onset_envelope=onsets, autocorrelation=mean_autocorrelation(onsets, spec)
    )
