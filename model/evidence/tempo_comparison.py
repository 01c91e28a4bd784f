"""Which of two tempos does the audio support better? A test without a network.

For songs where two sources name tempos that cannot be reconciled (the 2019 prototype's test). If a
tempo is right, frames one beat apart sound alike: the standard deviation among them is small.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.stats import binomtest

from pacetag.model.features.features import Features
from pacetag.model.spec import FeatureSpec

LEAST_SHARE = 0.01  # of the variance that a principal component explains, to have a vote
SLOWEST, FASTEST = 20.0, 400.0  # bpm that can be compared
APART = 0.02  # tempos nearer than this are one and the same, as among candidates
SIGNIFICANT = 0.05  # p below which a verdict is given
MULTIPLE = 0.03  # how near to a whole number a ratio counts as one

# People round to whole bpm. Half a bpm at 100 shifts the last of 60 beats by a third of a beat,
# which no true tempo would survive: so each tempo may be off by this much, both alike.
_SLACK = np.linspace(-0.005, 0.005, 11)

# What changes slower than two beats is no rhythm, but would be taken for a lack of one. As the
# deviation of a Gaussian, in periods of the slower tempo, the same for both. Of pairs that are both
# wrong 36 % went to the faster and 8 % to the slower without this, 19 % and 18 % with it.
_SLOW_CHANGE = 0.5

# Frames between two phases, about. Reading between frames smooths, most of all half-way: by steps
# of the golden ratio every part of a frame is read as often at any tempo. With steps of one frame
# a period of 60.0 would be read unsmoothed and one of 60.5 not, and the smoother one would win.
# Less than two frames lose nothing, since each frame sees eight.
_STEP = 1.618


@dataclass(frozen=True, kw_only=True)
class TempoComparison:
    """How two tempos compare in the principal components of the sound."""

    a: float  # bpm
    b: float  # bpm
    components: int  # that have a vote
    wins_a: int  # components that repeat more exactly at a
    wins_b: int
    p_value: float  # chance of so many wins or more if the better tempo were no better, one-sided
    better: float  # bpm, a or b

    @property
    def significant(self) -> bool:
        """Whether the audio tells the two apart."""
        return self.p_value < SIGNIFICANT

    @property
    def decided(self) -> bool:
        """Whether the better tempo can be believed."""
        return self.significant and not self.multiple

    @property
    def multiple(self) -> bool:
        """Whether one tempo is a whole multiple of the other.

        Then everything that repeats at the faster one repeats at the slower one too, and the slower
        one always looks better: this is a test of tempos that exclude each other.
        """
        ratio = max(self.a, self.b) / min(self.a, self.b)
        return abs(ratio / round(ratio) - 1) < MULTIPLE


def check_tempos(a: float, b: float) -> str | None:
    """What is wrong with the question, as a sentence; None if it can be asked."""
    for bpm in (a, b):
        if not SLOWEST <= bpm <= FASTEST:  # holds for what is not a number, too
            return f"{bpm:g} bpm is not between {SLOWEST:g} and {FASTEST:g}"
    if abs(a / b - 1) < APART:
        return f"{a:g} and {b:g} bpm are the same tempo; name two that differ by {APART:.0%}"
    return None


def compare_tempos(
    excerpts: Sequence[Features], spec: FeatureSpec, a: float, b: float
) -> TempoComparison:
    """Test whether one of two tempos in bpm is better supported by a song's excerpts.

    The log mel spectrogram is split into the principal components that explain over 1 % each. A
    component votes for the tempo at whose period it repeats with the smaller standard deviation;
    the binomial test is one-sided, for the tempo with more votes. It takes the components as
    independent, which they are only nearly, and says which of two tempos repeats better, not that
    it is right: of pairs drawn at random that are both wrong for the song, 37 % came out below
    p = .05, where a true tempo lost at that level in 1 % (140 validation songs).

    Raises ValueError if `check_tempos` has an objection.
    """
    if (objection := check_tempos(a, b)) is not None:
        raise ValueError(objection)
    parts = _components([np.log(e.mel + spec.log_floor) for e in excerpts])
    slow = _SLOW_CHANGE * spec.lag(min(a, b))
    parts = [part - gaussian_filter1d(part, slow, axis=0) for part in parts]
    spread_a, spread_b = (_best_spread(parts, spec.lag(bpm)) for bpm in (a, b))
    wins_a, wins_b = int((spread_a < spread_b).sum()), int((spread_b < spread_a).sum())
    most, votes = max(wins_a, wins_b), wins_a + wins_b
    return TempoComparison(
        a=a,
        b=b,
        components=len(spread_a),
        wins_a=wins_a,
        wins_b=wins_b,
        p_value=float(binomtest(most, votes, alternative="greater").pvalue) if votes else 1.0,
        better=a if wins_a >= wins_b else b,
    )


def _components(mels: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float64]]:
    """Principal components over all excerpts, each excerpt's [frames, components]."""
    frames = np.concatenate([mel.T for mel in mels]).astype(np.float64)
    frames -= frames.mean(axis=0)
    # The right singular vectors of the frames, from the small matrix [bands, bands].
    _, values, vectors = np.linalg.svd(frames.T @ frames, hermitian=True)
    total = values.sum()
    strong = values > LEAST_SHARE * total if total > 0 else np.zeros(len(values), dtype=bool)
    scores = frames @ vectors[strong].T
    return np.split(scores, np.cumsum([mel.shape[1] for mel in mels])[:-1])


def _best_spread(parts: Sequence[NDArray[np.float64]], period: float) -> NDArray[np.float64]:
    """The spread [components] at the period within `_SLACK` at which the sound repeats best."""
    whole = np.sqrt(sum(np.square(part).sum(axis=0) for part in parts))
    tries = np.array([_spread(parts, period / (1 + slack)) for slack in _SLACK])
    return np.asarray(tries[int(np.argmin((tries / np.maximum(whole, 1e-12)).sum(axis=1)))])


def _spread(parts: Sequence[NDArray[np.float64]], period: float) -> NDArray[np.float64]:
    """Standard deviation among frames one period apart, mean over phases and excerpts.

    Frames are taken at the exact fractional positions, between two frames by a straight line. With
    the period cut to whole frames, as in 2019, 120 bpm would become 120.2 and the hundredth beat
    lie a sixth of a beat beside its place, more at faster tempos, and unlike for the two tempos.
    The deviation is the unbiased one: fewer beats must not look more alike.
    """
    found = np.zeros(parts[0].shape[1])
    frames = 0
    for part in parts:
        beats = int((len(part) - 1) / period)
        if beats < 2:
            continue
        phases = round(period / _STEP)
        at = (np.arange(phases) * (period / phases))[:, None] + np.arange(beats) * period
        at = np.minimum(at, len(part) - 1.0)
        low = np.minimum(at.astype(int), len(part) - 2)
        share = (at - low)[..., None]
        values = part[low] * (1 - share) + part[low + 1] * share
        deviation = values.std(axis=1, ddof=1).mean(axis=0)
        # The square root of an unbiased variance is still too small by this much (Holtzman, 1950).
        found += len(part) * deviation * (1 + 1 / (4 * (beats - 1)))
        frames += len(part)
    return found / max(frames, 1)
