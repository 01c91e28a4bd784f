"""The exact tempo of a song's stretches, and whether it stays: from onsets that lie far apart."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from pacetag.model.judgement import Pace
from pacetag.model.spec import FeatureSpec
from pacetag.model.tempo.family import is_related

HEARD = 0.5  # probability from which a tempo is taken for the song's
SURE = 0.8  # probability from which a part of the song is taken to have another
GONE = 0.2  # probability below which a tempo is not there any more
STRETCH_SECONDS = 20.0  # long enough for a dozen beats, short enough to see a tempo move
REACH_SECONDS = 10.0  # how far apart onsets are compared; a tenth of a frame there is 0.01 %
SAME = 0.04  # tempos nearer than this are the same
PULL = 0.04  # by how much a candidate's tempo may be off
_STEP = 0.0002  # of the tempos that are tried
CLEAR = 0.1  # self-similarity at the beat, 0 to 1, from which a stretch's tempo is believed


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """The tempo of some seconds of a song."""

    bpm: float
    clarity: float  # mean self-similarity at multiples of the beat, at most 1


def exact_tempos(
    tempos: Sequence[Pace], onsets: Sequence[NDArray[np.float32]], spec: FeatureSpec
) -> tuple[tuple[Pace, ...], float | None]:
    """Tempos, most probable first, to the hundredth, and their stability.

    The surest tempo is measured, its relatives follow from it: 172.06 goes with 86.03. Where no
    tempo is likely, or no stretch of the song has a clear beat, they come back as they were.
    """
    if not tempos or tempos[0].confidence < HEARD:
        return tuple(tempos), None
    surest = tempos[0].bpm
    measured, stretches = exact_tempo(onsets, surest, spec)
    exact = tuple(replace(t, bpm=_follow(t.bpm, surest, measured)) for t in tempos)
    return exact, stability(stretches)


def tempo_segments(parts: Sequence[Sequence[Pace]]) -> tuple[float, ...]:
    """The tempos of a song's parts in turn if it changes tempo, else nothing.

    `parts` holds the judged tempos of each part, most probable first. A change is what cannot be
    one metre heard in two ways: the tempos are unrelated, and each is gone where the other is.
    """
    heard = [part[0] for part in parts if part and part[0].confidence >= SURE]
    turns = list(heard[:1])
    for tempo in heard[1:]:
        if not _is_same_music(tempo.bpm, turns[-1].bpm):
            turns.append(tempo)
    if len(turns) < 2 or any(_lasts(tempo, parts) for tempo in turns):
        return ()
    return tuple(tempo.bpm for tempo in turns)


def _lasts(tempo: Pace, parts: Sequence[Sequence[Pace]]) -> bool:
    """Whether a tempo is never gone from a part that has one."""
    there = [
        max((t.confidence for t in part if abs(t.bpm / tempo.bpm - 1) <= SAME), default=0.0)
        for part in parts
        if part and part[0].confidence >= SURE
    ]
    return min(there) > GONE


def _is_same_music(bpm: float, other: float) -> bool:
    """Whether two tempos are levels of one metre, or of two that are easily mistaken."""
    return any(is_related(bpm * ratio, other) for ratio in (1.0, 3.0, 1 / 3))


def _follow(bpm: float, surest: float, measured: float) -> float:
    ratio = bpm / surest
    step = round(ratio) if ratio >= 1 else 1 / round(1 / ratio)
    return measured * step if abs(ratio / step - 1) <= PULL else bpm


def exact_tempo(
    onsets: Sequence[NDArray[np.float32]], bpm: float, spec: FeatureSpec
) -> tuple[float, tuple[Stretch, ...]]:
    """The tempo near `bpm` from onset envelopes [frames] of a song's excerpts, and its stretches.

    The autocorrelation of a steady song has a peak at every multiple of the beat, and the
    hundredth pins the tempo down a hundred times better than the first. The song's tempo is the
    mean over its stretches, the clearer ones counting for more; `bpm` itself where none is clear.
    """
    stretches = tuple(
        _stretch(part, bpm, spec)
        for onset in onsets
        for part in np.array_split(onset, max(1, round(len(onset) / _frames(spec))))
    )
    clear = [s for s in stretches if s.clarity >= CLEAR]
    if not clear:
        return bpm, stretches
    mean = np.average([s.bpm for s in clear], weights=[s.clarity for s in clear])
    return float(mean), stretches


def stability(stretches: Sequence[Stretch]) -> float | None:
    """Coefficient of variation of the clear stretches' tempos; None where none is clear."""
    clear = [s.bpm for s in stretches if s.clarity >= CLEAR]
    return float(np.std(clear) / np.mean(clear)) if clear else None


def _frames(spec: FeatureSpec) -> float:
    return STRETCH_SECONDS * spec.frame_rate


def _stretch(onset: NDArray[np.float32], bpm: float, spec: FeatureSpec) -> Stretch:
    lag = spec.lag(bpm)
    reach = min(REACH_SECONDS * spec.frame_rate, len(onset) / 2)
    teeth = np.arange(1, max(1, int(reach / (lag * (1 + PULL)))) + 1)
    similar = _self_similarity(onset, int(teeth[-1] * lag * (1 + PULL)) + 2)
    tries = lag * (1 + np.arange(-PULL, PULL + _STEP, _STEP))
    places = tries[:, None] * teeth
    heights = np.interp(places.ravel(), np.arange(len(similar)), similar).reshape(places.shape)
    comb = heights.mean(axis=1)
    best = int(np.argmax(comb))
    return Stretch(bpm=spec.bpm(float(tries[best])), clarity=float(comb[best]))


def _self_similarity(onset: NDArray[np.float32], lags: int) -> NDArray[np.float64]:
    """Autocorrelation [lags] of a stretch, 1 at lag 0, unbiased by the overlap growing shorter."""
    centred = onset.astype(np.float64) - onset.mean()
    size = next_fast_len(2 * len(centred), real=True)
    power = np.abs(rfft(centred, size)) ** 2
    full = irfft(power, size)[: min(lags, len(centred))]
    overlap = np.arange(len(centred), len(centred) - len(full), -1)
    scale = full[0] / len(centred)
    return np.asarray(full / overlap / scale) if scale > 0 else np.zeros(len(full))
