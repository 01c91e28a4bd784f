"""What a judgement rests on, to be drawn and explained."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pacetag.model.evidence.case_analyses import (
    TempoFigures,
    tempo_figures,
    tempo_power,
    transformed,
)
from pacetag.model.evidence.tempo_comparison import APART, TempoComparison, compare_tempos
from pacetag.model.features.features import Features
from pacetag.model.judge import Judge, Listening
from pacetag.model.judge_settings import JudgeSettings
from pacetag.model.judgement import Analysis
from pacetag.model.spec import FeatureSpec
from pacetag.model.tempo.candidates import Candidate, song_candidates
from pacetag.model.tempo.levels import tempo_prior
from pacetag.model.tempo.stability import exact_tempo

ANALYSED_BEATS = 16  # of a case, as in 2019, however many the network hears
MOMENT_SECONDS = 8.0  # for a tempo over time: a dozen beats, and some points in each excerpt
ANY_TEMPO = 120.0  # bpm; shown where nothing was judged, so that there is a case to see


@dataclass(frozen=True, kw_only=True)
class ShownTempo:
    """A tempo looked at closely."""

    bpm: float
    probability: float  # that a runner can step to it, calibrated
    figures: TempoFigures
    power: NDArray[np.float32]  # a case [beats, samples per beat, bands], up to 16 beats
    case: NDArray[np.float32]  # the same, scaled as for the network


@dataclass(frozen=True, kw_only=True)
class TempoMoment:
    """The tempo of some seconds of a song."""

    seconds: float  # into the song, of their middle
    bpm: float
    self_similarity: float  # self-similarity at the beat, 0 to 1
    clear: bool  # whether that is enough to be believed


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything that can be drawn or said about a judgement."""

    judgement: Analysis
    tempogram_bpm: NDArray[np.float64]  # [lags]
    tempogram: NDArray[np.float64]  # [lags], mean over the song
    candidates: tuple[Candidate, ...]
    figures: tuple[TempoFigures, ...]  # of every candidate, in the same order
    shown: tuple[ShownTempo, ...]  # the most probable tempo, or the two that were asked about
    comparison: TempoComparison | None  # of those two
    moments: tuple[TempoMoment, ...] = ()  # of the song, in their order; none without a pace


def gather_evidence(
    judge: Judge, path: Path, tempos: tuple[float, float] | None = None
) -> Evidence:
    """Judge a sound file and keep what it was judged by; compare two tempos in bpm if asked to.

    Raises as `Judge.file` does, and ValueError for tempos that cannot be compared.
    """
    spec = replace(judge.spec, beats=ANALYSED_BEATS)
    listening = judge.listen(path)
    heard, judgement = listening.features, listening.judgement
    candidates = song_candidates([f.autocorrelation for f in heard], spec)
    lags = np.arange(spec.min_lag, spec.max_lag + 1)
    best = judgement.candidates[0].bpm if judgement.candidates else ANY_TEMPO
    return Evidence(
        judgement=judgement,
        tempogram_bpm=60.0 * spec.frame_rate / lags,
        tempogram=np.mean([f.autocorrelation for f in heard], axis=0)[lags].astype(float),
        candidates=candidates,
        figures=tempo_figures(heard, [c.bpm for c in candidates], spec),
        shown=tuple(_shown(judge, heard, judgement, bpm, spec) for bpm in tempos or (best,)),
        comparison=compare_tempos(heard, spec, *tempos) if tempos else None,
        moments=tuple(tempo_moments(listening, spec, judge.settings)),
    )


def tempo_moments(
    listening: Listening, spec: FeatureSpec, settings: JudgeSettings
) -> Iterator[TempoMoment]:
    """The tempo every few seconds of what was heard, near the paces that were judged."""
    judgement, stability = listening.judgement, settings.stability
    likely = [tempo.bpm for tempo in judgement.candidates[:1] if tempo.confidence >= settings.heard]
    for excerpt, features in enumerate(listening.features):
        start = listening.starts[excerpt] if listening.starts else 0.0
        frames = len(features.onset_envelope)
        count = max(1, round(frames / (MOMENT_SECONDS * spec.frame_rate)))
        for place, part in enumerate(np.array_split(features.onset_envelope, count)):
            tries = [
                stretch
                for bpm in judgement.tempo_segments or likely
                for stretch in exact_tempo([part], bpm, spec, stability)[1]
            ]
            if tries:
                best = max(tries, key=lambda stretch: stretch.self_similarity)
                middle = start + (place + 0.5) * frames / count / spec.frame_rate
                yield TempoMoment(
                    seconds=middle,
                    bpm=best.bpm,
                    self_similarity=best.self_similarity,
                    clear=best.self_similarity >= stability.clear,
                )


def _shown(
    judge: Judge,
    heard: Sequence[Features],
    judgement: Analysis,
    bpm: float,
    spec: FeatureSpec,
) -> ShownTempo:
    power = tempo_power(heard, bpm, spec)
    return ShownTempo(
        bpm=bpm,
        probability=_probability(judge, heard, judgement, bpm),
        figures=tempo_figures(heard, [bpm], spec)[0],
        power=power,
        case=transformed(power, spec),
    )


def _probability(judge: Judge, heard: Sequence[Features], judgement: Analysis, bpm: float) -> float:
    """The probability of the judged tempo within 2 %, since people say whole bpm.

    Where there is none, that of this tempo by itself.
    """
    near = min(judgement.candidates, key=lambda t: abs(t.bpm / bpm - 1), default=None)
    if near is not None and abs(near.bpm / bpm - 1) <= APART:
        return near.confidence
    bpms = np.array([bpm])
    present = judge.calibration.probability(judge.tempo_logits(heard, bpms))
    return float((present * tempo_prior(bpms, judge.settings.prior))[0])
