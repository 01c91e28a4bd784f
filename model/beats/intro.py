"""Where a song gets going: the end of an intro that is quiet or has no beat yet.

The first LOOK seconds are compared with an excerpt from the song's middle. A song goes from the
moment on from which it is struck about as often and as hard as there, and is about as loud or
follows its pace about as clearly.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pacetag.model.audio.excerpts import Song, Span, open_song
from pacetag.model.audio.samples import Sound
from pacetag.model.beats.beats import check_pace
from pacetag.model.beats.features import BEAT_SPEC, FRAME_RATE
from pacetag.model.features.mel import mel_spectrogram

SHORTEST = 8.0  # s; a shorter intro is no reason to leave anything out
LOOK = 75.0  # s from the beginning; an intro that lasts longer is not known as one
METHOD = 1  # number of this way of looking; results of others are not to be mixed with its own

_MIDDLE = 20.0  # s of the excerpt that the beginning is compared with
_WINDOW = 2.0  # s over which strokes and loudness are measured
_PULSE_WINDOW = 4.0  # s over which the pace is sought
_STROKES = 0.5  # share of the middle's strokes
_SOFTER, _AS_LOUD = -12.0, -2.0  # dB beside the middle's loudness
_PULSE = 0.4  # share of the middle's pulse, where it is softer than _AS_LOUD
_QUIETER, _SPARSER = 4.0, 0.5  # dB, or share of strokes, of an intro beside what follows it
_HOLDS, _SHARE = 10.0, 0.8  # s that it must go on, and the share of them
_AROUND = 4.5  # s in which the exact moment is sought: both windows
_UNHEARD, _AS_MUCH = -40.0, 10.0  # dB; dB of loudness that count as much as all strokes do
_NEAR = 0.15  # s around that moment in which the stroke is sought that it begins with
_BEFORE = 0.05  # s before a stroke, so that its attack is played
_GAIN, _LOUD, _QUIETEST = 30.0, 0.95, 1e-10  # as in `features`

Curve = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class _Part:
    """What is heard in a part of a song."""

    rise: Curve  # of all bands, on a scale that both parts share [frames]
    power: Curve  # [frames]


def intro_seconds(sound: Sound | Path, bpm: float) -> float:
    """Return the s of a song to leave out, so that it begins with a stroke where it gets going.

    0 where it does so within SHORTEST s, or not within LOOK s. `bpm` is one of its paces. Raises
    ValueError for a pace that cannot be one, DecodeError or TooShortError.
    """
    check_pace(bpm)
    with open_song(sound, BEAT_SPEC) as song:
        parts = _parts(song)
    if parts is None:
        return 0.0
    head, middle = parts
    going = _goes_from(head, middle, bpm)
    if going is None:
        return 0.0
    frame = _exact(going, head, middle)
    start = _on_a_stroke(frame, head) / FRAME_RATE - _BEFORE
    return round(start, 2) if start >= SHORTEST and _differs(frame, head) else 0.0


def _parts(song: Song) -> tuple[_Part, _Part] | None:
    """The beginning of a song and an excerpt from its middle; None where either is silent."""
    half = song.duration / 2
    seconds = min(_MIDDLE, song.duration)
    first = song.excerpt(Span(start=0.0, seconds=min(LOOK, half)))
    other = song.excerpt(Span(start=max(0.0, half - seconds / 2), seconds=seconds))
    if first is None or other is None:
        return None
    mels = [mel_spectrogram(samples, BEAT_SPEC) for samples in (first, other)]
    loud = np.quantile(mels[1].sum(axis=0), _LOUD) / len(mels[1])
    scale = np.float32(max(loud, _QUIETEST))
    head, middle = (_part(mel, scale) for mel in mels)
    return head, middle


def _part(mel: NDArray[np.float32], scale: np.float32) -> _Part:
    level = np.log1p(np.float32(_GAIN) * np.sqrt(mel / scale))
    rise = np.maximum(np.diff(level, axis=1), 0.0).mean(axis=0)
    return _Part(
        rise=np.concatenate([[0.0], rise]), power=mel.sum(axis=0).astype(np.float64) + 1e-12
    )


def _goes_from(head: _Part, middle: _Part, bpm: float) -> int | None:
    """The first frame from which on the beginning is like the middle; None: it never is."""
    strokes = _ahead(head.rise, _WINDOW) / max(float(middle.rise.mean()), 1e-9)
    loudness = 10 * np.log10(_ahead(head.power, _WINDOW) / middle.power.mean())
    pulse = _pulse(head.rise, bpm) / max(float(np.median(_pulse(middle.rise, bpm))), 1e-9)
    heard = (pulse >= _PULSE) & (loudness >= _SOFTER) | (loudness >= _AS_LOUD)
    goes = (strokes >= _STROKES) & heard
    lasts = goes & (_ahead(goes.astype(np.float64), _HOLDS) >= _SHARE)
    found = np.flatnonzero(lasts[: -_frames(_PULSE_WINDOW)])
    return int(found[0]) if len(found) else None


def _exact(going: int, head: _Part, middle: _Part) -> int:
    """The frame near `going` after which strokes and loudness grow most."""
    strokes = head.rise / max(float(middle.rise.mean()), 1e-9)
    loudness = np.maximum(10 * np.log10(head.power / middle.power.mean()), _UNHEARD) / _AS_MUCH
    grown = _growth(strokes) + np.maximum(_growth(loudness), 0.0)  # a loud chord may come before
    stop = min(len(grown) - _frames(_WINDOW), going + _frames(_AROUND))
    return going + int(np.argmax(grown[going : max(stop, going + 1)]))


def _growth(curve: Curve) -> Curve:
    """By how much a curve is higher after each frame than before it [frames]."""
    ahead, reach = _ahead(curve, _WINDOW), _frames(_WINDOW)
    return np.asarray(ahead - np.concatenate([np.full(reach, ahead[0]), ahead])[: len(ahead)])


def _differs(frame: int, head: _Part) -> bool:
    """Whether what is before a frame is clearly quieter, or less often struck, than what follows.

    Where it is not the song may go from its beginning on, and only follow its pace less clearly.
    """
    after = slice(frame, frame + _frames(_HOLDS))
    quieter = 10 * np.log10(head.power[after].mean() / head.power[:frame].mean())
    sparser = head.rise[:frame].mean() / max(float(head.rise[after].mean()), 1e-9)
    return bool(quieter >= _QUIETER or sparser <= _SPARSER)


def _on_a_stroke(frame: int, head: _Part) -> int:
    """The frame of the hardest stroke around a frame."""
    first = max(0, frame - _frames(_NEAR))
    return first + int(np.argmax(head.rise[first : frame + _frames(_NEAR) + 1]))


def _pulse(rise: Curve, bpm: float) -> Curve:
    """How strongly a curve follows a pace, its double and its quadruple [frames]."""
    frame = np.arange(len(rise))
    total = np.zeros(len(rise))
    for times in (1, 2, 4):
        wave = np.exp(-2j * np.pi * bpm * times / 60 / FRAME_RATE * frame) * rise
        total += _ahead(wave.real, _PULSE_WINDOW) ** 2 + _ahead(wave.imag, _PULSE_WINDOW) ** 2
    return np.sqrt(total)


def _ahead(curve: Curve, seconds: float) -> Curve:
    """Means [frames] of a curve over the seconds from each frame on; shorter ones at its end."""
    sums = np.concatenate([[0.0], np.cumsum(curve)])
    start = np.arange(len(curve))
    stop = np.minimum(start + _frames(seconds), len(curve))
    return np.asarray((sums[stop] - sums[start]) / (stop - start))


def _frames(seconds: float) -> int:
    return round(seconds * FRAME_RATE)
