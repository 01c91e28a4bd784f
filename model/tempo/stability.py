"""The exact tempo of a song's stretches, and whether it is stable, from distant onsets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from pacetag.model.judge_settings import FamilySettings, JudgeSettings, StabilitySettings
from pacetag.model.judgement import Pace
from pacetag.model.spec import FeatureSpec
from pacetag.model.tempo.family import is_related

_STEP = 0.0002  # of the tempos that are tried


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """The tempo of some seconds of a song."""

    bpm: float
    self_similarity: float  # mean self-similarity at multiples of the beat, at most 1


def exact_tempos(
    tempos: Sequence[Pace],
    onsets: Sequence[NDArray[np.float32]],
    spec: FeatureSpec,
    settings: JudgeSettings,
) -> tuple[tuple[Pace, ...], float | None]:
    """Tempos, most probable first, to the hundredth, and their coefficient of variation.

    The most probable tempo is measured, its relatives follow from it: 172.06 goes with 86.03. Where
    no tempo is likely, or no stretch of the song has a clear beat, they are returned unchanged.
    """
    if not tempos or tempos[0].confidence < settings.heard:
        return tuple(tempos), None
    top, pull = tempos[0].bpm, settings.stability.pull
    measured, stretches = exact_tempo(onsets, top, spec, settings.stability)
    exact = tuple(replace(t, bpm=_follow(t.bpm, top, measured, pull)) for t in tempos)
    return exact, coefficient_of_variation(stretches, settings.stability)


def tempo_segments(
    parts: Sequence[Sequence[Pace]], settings: StabilitySettings, family: FamilySettings
) -> tuple[float, ...]:
    """The tempos of a song's parts in turn, in bpm, if it changes tempo; else empty.

    `parts` holds the judged tempos of each part, most probable first. Tempos that can be levels of
    one metre are no change: they must be unrelated, and each absent where the other is present.
    """
    heard = [part[0] for part in parts if part and part[0].confidence >= settings.sure]
    turns = list(heard[:1])
    for tempo in heard[1:]:
        if not _is_same_music(tempo.bpm, turns[-1].bpm, family):
            turns.append(tempo)
    if len(turns) < 2 or any(_lasts(tempo, parts, settings) for tempo in turns):
        return ()
    return tuple(tempo.bpm for tempo in turns)


def _lasts(tempo: Pace, parts: Sequence[Sequence[Pace]], settings: StabilitySettings) -> bool:
    """Whether a tempo is present in every part that has a tempo."""
    same = settings.same_tempo
    present = [
        max((t.confidence for t in part if abs(t.bpm / tempo.bpm - 1) <= same), default=0.0)
        for part in parts
        if part and part[0].confidence >= settings.sure
    ]
    return min(present) > settings.gone


def _is_same_music(bpm: float, other: float, family: FamilySettings) -> bool:
    """Whether two tempos are levels of one metre, or of two that are easily mistaken."""
    return any(is_related(bpm * ratio, other, family) for ratio in (1.0, 3.0, 1 / 3))


def _follow(bpm: float, top: float, measured: float, pull: float) -> float:
    ratio = bpm / top
    step = round(ratio) if ratio >= 1 else 1 / round(1 / ratio)
    return measured * step if abs(ratio / step - 1) <= pull else bpm


def exact_tempo(
    onsets: Sequence[NDArray[np.float32]],
    bpm: float,
    spec: FeatureSpec,
    settings: StabilitySettings,
) -> tuple[float, tuple[Stretch, ...]]:
    """The tempo near `bpm` from onset envelopes [frames] of a song's excerpts, and its stretches.

    The autocorrelation of a steady song has a peak at every multiple of the beat, and the
    hundredth pins the tempo down a hundred times better than the first. The song's tempo is the
    mean over its stretches, the clearer ones counting for more; `bpm` itself where none is clear.
    """
    frames = settings.stretch_seconds * spec.frame_rate
    stretches = tuple(
        _stretch(part, bpm, spec, settings)
        for onset in onsets
        for part in np.array_split(onset, max(1, round(len(onset) / frames)))
    )
    clear = [s for s in stretches if s.self_similarity >= settings.clear]
    if not clear:
        return bpm, stretches
    mean = np.average([s.bpm for s in clear], weights=[s.self_similarity for s in clear])
    return float(mean), stretches


def coefficient_of_variation(
    stretches: Sequence[Stretch], settings: StabilitySettings
) -> float | None:
    """Standard deviation of the clear stretches' tempos as a share of their mean; None for none."""
    clear = [s.bpm for s in stretches if s.self_similarity >= settings.clear]
    return float(np.std(clear) / np.mean(clear)) if clear else None


def _stretch(
    onset: NDArray[np.float32], bpm: float, spec: FeatureSpec, settings: StabilitySettings
) -> Stretch:
    lag, pull = spec.lag(bpm), settings.pull
    reach = min(settings.reach_seconds * spec.frame_rate, len(onset) / 2)
    teeth = np.arange(1, max(1, int(reach / (lag * (1 + pull)))) + 1)
    similar = _self_similarity(onset, int(teeth[-1] * lag * (1 + pull)) + 2)
    tries = lag * (1 + np.arange(-pull, pull + _STEP, _STEP))
    places = tries[:, None] * teeth
    heights = np.interp(places.ravel(), np.arange(len(similar)), similar).reshape(places.shape)
    comb = heights.mean(axis=1)
    best = int(np.argmax(comb))
    return Stretch(bpm=spec.bpm(float(tries[best])), self_similarity=float(comb[best]))


def _self_similarity(onset: NDArray[np.float32], lags: int) -> NDArray[np.float64]:
    """Autocorrelation [lags] of a stretch, 1 at lag 0, unbiased by the overlap growing shorter."""
    centred = onset.astype(np.float64) - onset.mean()
    size = next_fast_len(2 * len(centred), real=True)
    power = np.abs(rfft(centred, size)) ** 2
    full = irfft(power, size)[: min(lags, len(centred))]
    overlap = np.arange(len(centred), len(centred) - len(full), -1)
    scale = full[0] / len(centred)
    return np.asarray(full / overlap / scale) if scale > 0 else np.zeros(len(full))
