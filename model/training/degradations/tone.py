"""What equipment and mixing do to the tone: missing bands, compression, cut peaks."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from pacetag.model.training.degradations.loudness import at_level, ratio, rms
from pacetag.model.training.degradations.settings import BandSettings, CompressionSettings

BLOCK = 64  # samples that share one gain: 3 ms, shorter than any attack that is heard
QUIET = 1e-9  # full scale 1; keeps logarithms finite


def band_limit(
    samples: NDArray[np.float32],
    rate: int,
    rng: np.random.Generator,
    settings: BandSettings | None = None,
) -> NDArray[np.float32]:
    """Samples [n] through a telephone, an old record or a small loudspeaker, as loud as before."""
    s = settings or BandSettings()
    kind = rng.integers(3)
    low = (s.phone_low, s.record_low, s.shy_low)[kind].draw_ratio(rng)
    filters = [butter(2, low, "highpass", fs=rate, output="sos")]
    if kind < 2:
        high = min((s.phone_high, s.record_high)[kind].draw_ratio(rng), 0.45 * rate)
        filters.append(butter(4, high, "lowpass", fs=rate, output="sos"))
    heard = sosfilt(np.concatenate(filters), samples)
    return at_level(heard.astype(np.float32), rms(samples))


def compress(
    samples: NDArray[np.float32],
    rate: int,
    rng: np.random.Generator,
    settings: CompressionSettings | None = None,
) -> NDArray[np.float32]:
    """Samples [n] with loud moments turned down and peaks cut, as loud as before on the whole.

    A feed-forward compressor with a soft knee (Giannoulis, Massberg and Reiss, 2012).
    """
    s = settings or CompressionSettings()
    level = rms(samples)
    if level < QUIET:
        return samples
    wanted = _reduction(_block_levels(samples, level) - s.threshold.draw(rng), s.ratio.draw(rng), s)
    seconds = BLOCK / rate
    eager, lazy = (np.exp(-seconds / limit.draw(rng)) for limit in (s.attack, s.release))
    gains = 10.0 ** (-_follow(wanted, float(eager), float(lazy)) / 20)
    middles = (np.arange(len(gains)) + 0.5) * BLOCK
    squeezed = samples * np.interp(np.arange(len(samples)), middles, gains).astype(np.float32)
    top = np.float32(np.abs(squeezed).max() / ratio(s.drive.draw(rng)))
    # Cut by a curve or by a straight edge: valves and converters.
    cut = top * np.tanh(squeezed / top) if rng.random() < 0.5 else np.clip(squeezed, -top, top)
    return at_level(cut, level)


def _block_levels(samples: NDArray[np.float32], level: float) -> NDArray[np.float64]:
    """Root mean square of each block in dB above `level` [blocks]."""
    padded = np.pad(samples, (0, -len(samples) % BLOCK)).reshape(-1, BLOCK)
    power = np.einsum("ij,ij->i", padded, padded) / BLOCK
    return np.asarray(10 * np.log10(power / level**2 + QUIET), np.float64)


def _reduction(
    over: NDArray[np.float64], compression: float, s: CompressionSettings
) -> NDArray[np.float64]:
    """By how many dB a level so many dB over the threshold is turned down [blocks]."""
    slope = 1 - 1 / compression
    bent = slope * (over + s.knee / 2) ** 2 / (2 * s.knee)
    straight = slope * over
    return np.where(over <= -s.knee / 2, 0.0, np.where(over < s.knee / 2, bent, straight))


def _follow(wanted: NDArray[np.float64], eager: float, lazy: float) -> NDArray[np.float64]:
    """The reduction as it follows what is wanted: quickly up, slowly down [blocks]."""
    now = 0.0
    followed = []
    for goal in wanted.tolist():  # a Python list: each value depends on the one before
        keep = eager if goal > now else lazy
        now = keep * now + (1 - keep) * goal
        followed.append(now)
    return np.array(followed)
