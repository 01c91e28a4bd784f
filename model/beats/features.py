"""A whole song to the curves that its beats are heard in, made while the song is decoded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pacetag.model.audio.excerpts import Song, Span
from pacetag.model.features.mel import mel_spectrogram
from pacetag.model.spec import FeatureSpec

# Whole seconds are whole frames at this hop, and whole samples at any rate of a file, so blocks
# join without a seam. A window of 46 ms dates an onset better than the network's of 93 ms.
BEAT_SPEC = FeatureSpec(sample_rate=11_025, hop_length=105, n_fft=512, n_bands=40)
FRAME_RATE = BEAT_SPEC.frame_rate  # 105 frames a second
# Chords are told apart in longer windows: its bands are 20 Hz wide up to 1 kHz.
_CHORD_SPEC = FeatureSpec(sample_rate=11_025, hop_length=525, n_fft=2_048, n_bands=128)
_CHORD_BANDS = 48  # up to 960 Hz: above it a snare drum changes more than a chord
_CHORD_HOP = _CHORD_SPEC.hop_length // BEAT_SPEC.hop_length  # frames

_BLOCK = 60  # s decoded at a time: a song of hours needs no more memory
_MARGIN = 1  # s decoded on both sides of a block, so that windows at its borders are whole
_FINE = 3  # attacks a frame: 3 ms each
ATTACK_RATE = _FINE * FRAME_RATE
LEAD = 0.2  # s of silence put before a song, so that a beat at its very beginning rises from it
_BASS = 3  # bands, up to 210 Hz
_GAIN = 30.0  # of amplitudes before the logarithm; 30 dB below the loudest it turns linear
_LOUD = 0.95  # quantile of a block's power that counts as its loudest
_QUIETEST = 1e-10  # power that counts as silence
_LOCAL = 6.0  # s over which a curve is scaled to its own size
_LEAST_SCALE = 0.1  # of the whole song's size, so that what is nearly silent is not made loud
_NEAR = 2  # frames around a beat in which its strength is sought

_Curves = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, kw_only=True)
class BeatFeatures:
    """Curves of a whole song at FRAME_RATE, LEAD seconds of silence before it.

    A rise at index i happens at i - 1/2 frames.
    """

    onset: NDArray[np.float32]  # rise of all bands [frames]
    bass: NDArray[np.float32]  # rise of the lowest bands [frames]
    chord_change: NDArray[np.float32]  # cosine distance of what sounds before and after [frames]
    power: NDArray[np.float32]  # of all bands [frames]
    attack: NDArray[np.float32]  # rise of the samples' power, three times as fine [3 frames]


def beat_features(song: Song, bpm: float) -> BeatFeatures:
    """The curves of a song, decoded once in blocks, for beats at `bpm`.

    `song` must be open at BEAT_SPEC's rate. Where it is silent the curves are zero. Raises
    DecodeError if the song is damaged.
    """
    parts = [_block(song, span, bpm) for span in _blocks(song.duration)]
    return BeatFeatures(
        **{name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    )


def scaled(curve: NDArray[np.float32]) -> NDArray[np.float64]:
    """A curve [frames] over its root mean square in the seconds around."""
    square = np.concatenate([[0.0], np.cumsum(np.square(curve, dtype=np.float64))])
    frame, reach = np.arange(len(curve)), round(_LOCAL / 2 * FRAME_RATE)
    low, high = np.maximum(frame - reach, 0), np.minimum(frame + reach, len(curve))
    size = np.sqrt((square[high] - square[low]) / (high - low))
    least = _LEAST_SCALE * np.sqrt(square[-1] / max(1, len(curve)))
    return np.asarray(curve / np.maximum(size, max(least, 1e-12)))


def highest(curve: NDArray[np.float64]) -> NDArray[np.float64]:
    """The highest value of a curve [frames] near each frame [frames]."""
    padded = np.pad(curve, _NEAR)
    near = [padded[place : place + len(curve)] for place in range(2 * _NEAR + 1)]
    return np.asarray(np.max(near, axis=0))


def _blocks(duration: float) -> Iterator[Span]:
    """Blocks of a song that begin with a whole second; the last is at least half as long."""
    count = max(1, round(duration / _BLOCK))
    for block in range(count):
        start = float(block * _BLOCK)
        end = duration if block == count - 1 else start + _BLOCK
        yield Span(start=start, seconds=end - start)


def _block(song: Song, span: Span, bpm: float) -> _Curves:
    """The curves of a block, by name."""
    start = max(0.0, span.start - _MARGIN)
    end = min(song.duration, span.start + span.seconds + _MARGIN)
    samples = song.excerpt(Span(start=start, seconds=end - start))
    if samples is None:
        samples = np.zeros(BEAT_SPEC.n_fft, np.float32)
    lead = 0.0 if span.start else LEAD
    samples = np.pad(samples, (round(lead * BEAT_SPEC.sample_rate), 0))
    first = round((span.start - start) * FRAME_RATE)
    count = int((lead + span.seconds) * FRAME_RATE)
    fine = {"attack": _part(_attack(samples), _FINE * first, _FINE * count)}
    return {
        name: _part(curve, first, count) for name, curve in _curves(samples, bpm).items()
    } | fine


def _part(curve: NDArray[np.float32], first: int, count: int) -> NDArray[np.float32]:
    """`count` values of a curve, zeros behind its end."""
    part = curve[first : first + count]
    return np.pad(part, (0, count - len(part)))


def _curves(samples: NDArray[np.float32], bpm: float) -> _Curves:
    """The curves of one value a frame, by name."""
    mel = mel_spectrogram(samples, BEAT_SPEC)
    level = _level(mel)
    chords = _level(mel_spectrogram(samples, _CHORD_SPEC))[:_CHORD_BANDS]
    change = chord_change(chords, bpm)
    places = (np.arange(mel.shape[1]) - 0.5) / _CHORD_HOP
    return {
        "onset": _rise(level),
        "bass": _rise(level[:_BASS]),
        "chord_change": np.interp(places, np.arange(len(change)), change).astype(np.float32),
        "power": mel.sum(axis=0),
    }


def _attack(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rise of the power of the samples' differences, in which a bass does not swing."""
    length = BEAT_SPEC.hop_length // _FINE
    steps = np.diff(samples, prepend=samples[:1])
    short = steps[: len(steps) // length * length].reshape(-1, length)
    return _rise(_level(np.einsum("ij,ij->i", short, short)[np.newaxis]))


def _level(mel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Compressed amplitude [bands, frames] of power, 0 in silence.

    The plain logarithm rises as soon as a window touches an onset, up to half a window early, and
    by how much depends on what sounded before. A logarithm that is linear below a floor rises
    fastest where the window is half filled: at the onset itself.
    """
    loud = np.quantile(mel.sum(axis=0), _LOUD) / len(mel)
    scale = np.float32(max(loud, _QUIETEST))
    return np.asarray(np.log1p(np.float32(_GAIN) * np.sqrt(mel / scale)))


def _rise(level: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean rise of the bands [bands, frames] since the frame before [frames]."""
    rise = np.maximum(np.diff(level, axis=1), 0.0).mean(axis=0)
    return np.concatenate([np.zeros(1, np.float32), rise]).astype(np.float32)


def chord_change(level: NDArray[np.float32], bpm: float) -> NDArray[np.float64]:
    """Cosine distance [frames] between the mean spectra of half a beat before and after.

    `level` [bands, frames] is that of the long windows. Bars begin where chords change (Goto and
    Muraoka, 1999).
    """
    width = max(1, round(0.5 * _CHORD_SPEC.lag(bpm)))
    count = level.shape[1]
    total = np.zeros((count + 1, len(level)))
    np.cumsum(level.T, axis=0, out=total[1:])
    frame = np.arange(count)
    before = total[frame] - total[np.maximum(frame - width, 0)]
    after = total[np.minimum(frame + width + 1, count)] - total[np.minimum(frame + 1, count)]
    size = np.sqrt(np.einsum("ij,ij->i", before, before) * np.einsum("ij,ij->i", after, after))
    alike = np.einsum("ij,ij->i", before, after)
    distance = 1.0 - np.divide(alike, size, out=np.ones(count), where=size > 0)
    return np.asarray(np.maximum(distance, 0.0))
