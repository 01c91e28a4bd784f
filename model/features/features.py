"""Samples to what is heard in them: mel spectrogram, onset envelope, autocorrelation, drive."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pacetag.model.features.intensity import Drive, excerpt_drive
from pacetag.model.features.mel import grouped_power, mel_spectrogram, percussive_mel
from pacetag.model.features.tempogram import mean_autocorrelation, onset_strength
from pacetag.model.spec import FeatureSpec


@dataclass(frozen=True, kw_only=True)
class Features:
    """What one excerpt sounds like, as far as tempo and drive are concerned."""

    mel: NDArray[np.float32]  # power [bands, frames]
    onset_envelope: NDArray[np.float32]  # onset strength [frames]
    autocorrelation: NDArray[np.float32]  # the envelope's, local, mean over time [lags]
    drive: Drive | None = None  # not measured where the whole sound is heard


def extract_features(samples: NDArray[np.float32], spec: FeatureSpec) -> Features:
    """Features of one excerpt [samples at spec.sample_rate]; librosa's are the reference.

    Of the percussive part alone where the spec has a margin for it.
    """
    if not spec.percussive_margin:
        return _features(mel_spectrogram(samples, spec), spec)
    power = grouped_power(samples, spec)
    found = _features(percussive_mel(power, spec), spec)
    return replace(found, drive=excerpt_drive(power, found.onset_envelope, spec))


def _features(mel: NDArray[np.float32], spec: FeatureSpec) -> Features:
    onsets = onset_strength(mel, spec)
    return Features(
        mel=mel, onset_envelope=onsets, autocorrelation=mean_autocorrelation(onsets, spec)
    )
