"""Every number that shapes the network's input, kept with its weights."""

import hashlib
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class FeatureSpec:
    """How audio becomes the network's input. A trained bundle is valid for one spec only.

    The numbers are those of the 2019 Pace Compatibility prototype except where a comment says so.
    """

    sample_rate: int = 22_050  # Hz
    hop_length: int = 256  # samples between frames
    n_fft: int = 2_048  # samples in a spectrum
    n_bands: int = 128  # mel bands
    tempogram_window: int = 384  # frames of local autocorrelation, 4.5 s
    min_lag: int = 15  # frames; 344 bpm
    max_lag: int = 131  # frames; 39 bpm
    min_bpm: float = 40.0  # slowest candidate
    max_bpm: float = 320.0  # fastest candidate
    merge_ratio: float = 0.02  # candidates nearer than this are one
    beats: int = 16  # hypothetical beats in a case
    samples_per_beat: int = 16
    log_floor: float = 1e-5  # power added before the logarithm
    log_shift: float = 2.5  # natural-log units added after it
    log_scale: float = 5.0  # and then divided by
    # By how much strokes must stand out of what sounds on to be heard; 0: all is heard.
    percussive_margin: float = 0.0

    @property
    def frame_rate(self) -> float:
        """Frames per second."""
        return self.sample_rate / self.hop_length  # 86.13: // would bend every tempo by 0.15 %

    @property
    def case(self) -> tuple[int, int, int]:
        """Shape of one case: beats, samples per beat, bands."""
        return self.beats, self.samples_per_beat, self.n_bands

    @property
    def fingerprint(self) -> str:
        """Equal for equal specs, different for any other: what a bundle is checked against.

        What a spec does without is left out, as it was before it could be had.
        """
        numbers = {name: number for name, number in asdict(self).items() if number}
        text = json.dumps(numbers, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def lag(self, bpm: float) -> float:
        """Frames from one beat to the next at `bpm` beats per minute."""
        return 60.0 * self.frame_rate / bpm

    def bpm(self, lag: float) -> float:
        """Beats per minute when beats are `lag` frames apart."""
        return 60.0 * self.frame_rate / lag
