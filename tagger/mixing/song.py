"""A song as it was heard for a mix: its beats without gaps, its bars, its loudness."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pacetag.tagger.mixing.loudness import loudness

TENTH = 0.1  # s, over which powers are measured
AROUND = 8  # beats that must be clear together, and over which two places are compared


@dataclass(frozen=True, kw_only=True, eq=False)
class HeardSong:
    """The beats of a song at the pace that a runner steps to, numbered from 0."""

    seconds: float  # that can be decoded
    times: NDArray[np.float64]  # s of each beat, without what players are early or late [beats]
    heard: NDArray[np.float64]  # s at which it was heard; NaN where it is only counted [beats]
    first: int  # beats between which all are clear
    last: int
    is_clear: bool = True  # False: no beat is clear, and all are counted by the pace
    bar: int = 4  # beats in a bar, or in another group that is accented
    downbeat: int = 0  # the first beat that begins a bar; a guess
    powers: NDArray[np.float64]  # K-weighted, of each tenth of a second [tenths]
    sounds: NDArray[np.float32]  # spectrum of each beat, of length 1 [beats, bands]

    def time_of(self, beats: ArrayLike) -> NDArray[np.float64]:
        """Seconds into the song of beats and what lies between; beyond the ends they go on."""
        asked = np.asarray(beats, np.float64)
        count = len(self.times)
        before = np.minimum(asked, 0.0) * (self.times[1] - self.times[0])
        behind = np.maximum(asked - (count - 1), 0.0) * (self.times[-1] - self.times[-2])
        return np.asarray(np.interp(asked, np.arange(count), self.times) + before + behind)

    def beat_at(self, seconds: float) -> float:
        """The beat, and the share of the next, at so many seconds into the song."""
        count = len(self.times)
        if seconds < self.times[0]:
            return float((seconds - self.times[0]) / (self.times[1] - self.times[0]))
        if seconds > self.times[-1]:
            period = self.times[-1] - self.times[-2]
            return float(count - 1 + (seconds - self.times[-1]) / period)
        return float(np.interp(seconds, self.times, np.arange(count)))

    def bar_from(self, beat: float) -> int:
        """The first beat from `beat` on that begins a bar."""
        return int(np.ceil((beat - self.downbeat - 1e-6) / self.bar) * self.bar + self.downbeat)

    def bar_near(self, beat: float) -> int:
        """The beat that begins a bar and is nearest."""
        return int(np.rint((beat - self.downbeat) / self.bar) * self.bar + self.downbeat)

    def loudness(self, begins: float, ends: float) -> float:
        """Integrated loudness in LUFS between two moments in s; -inf where all is silent."""
        first = max(0, int(begins / TENTH))
        return loudness(self.powers[first : max(first + 1, round(ends / TENTH))])

    def alike(self, beat: int, other: int) -> float:
        """How alike the beats around two places sound, -1 to 1."""
        reach = range(-AROUND // 2, AROUND // 2)
        pairs = [(beat + step, other + step) for step in reach]
        inside = [(a, b) for a, b in pairs if min(a, b) >= 0 and max(a, b) < len(self.sounds)]
        if not inside:
            return -1.0
        return float(np.mean([self.sounds[a] @ self.sounds[b] for a, b in inside]))
