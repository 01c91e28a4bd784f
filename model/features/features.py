"""Samples to what tempo is heard in: mel spectrogram, onset envelope, mean tempogram."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pacetag.model.features.mel import mel_spectrogram
from pacetag.model.features.tempogram import mean_tempogram, onset_strength
from pacetag.model.spec import FeatureSpec


@dataclass(frozen=True, kw_only=True)
class Features:
    """What one excerpt sounds like, as far as tempo is concerned."""

    mel: NDArray[np.float32]  # power [bands, frames]
    onset: NDArray[np.float32]  # onset strength [frames]
    tempogram: NDArray[np.float32]  # mean local autocorrelation [tempogram_window lags]


def extract_features(samples: NDArray[np.float32], spec: FeatureSpec) -> Features:
    """Hear one excerpt [samples at spec.sample_rate]; equal to librosa's hearing, its reference."""
    mel = mel_spectrogram(samples, spec)
    onset = onset_strength(mel, spec)
    return Features(mel=mel, onset=onset, tempogram=mean_tempogram(onset, spec))
