"""Samples to what tempo is heard in: mel spectrogram, onset envelope, mean tempogram."""

from dataclasses import dataclass

import librosa
import numpy as np
from numpy.typing import NDArray

from pacetag.model.spec import FeatureSpec


@dataclass(frozen=True, kw_only=True)
class Features:
    """What one excerpt sounds like, as far as tempo is concerned."""

    mel: NDArray[np.float32]  # power [bands, frames]
    onset: NDArray[np.float32]  # onset strength [frames]
    tempogram: NDArray[np.float32]  # mean local autocorrelation [tempogram_window lags]


def extract_features(samples: NDArray[np.float32], spec: FeatureSpec) -> Features:
    """Hear one excerpt [samples at spec.sample_rate] with librosa, the reference.

    The tempogram is the local autocorrelation of the onset envelope (Grosche, Müller and Kurth,
    2010), each frame scaled to a maximum of 1, averaged over time.
    """
    mel = librosa.feature.melspectrogram(
        y=samples,
        sr=spec.sample_rate,
        n_fft=spec.n_fft,
        hop_length=spec.hop_length,
        n_mels=spec.n_bands,
    )
    onset = librosa.onset.onset_strength(
        S=librosa.power_to_db(mel), sr=spec.sample_rate, hop_length=spec.hop_length
    )
    local = librosa.feature.tempogram(
        onset_envelope=onset,
        sr=spec.sample_rate,
        hop_length=spec.hop_length,
        win_length=spec.tempogram_window,
    )
    return Features(
        mel=mel.astype(np.float32),
        onset=onset.astype(np.float32),
        tempogram=local.mean(axis=1).astype(np.float32),
    )
