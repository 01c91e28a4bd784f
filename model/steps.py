"""The steps from a sound file to a judgement: excerpts, features, logits, levels, judgement.

A scan, training's scores and pseudo-labels, and evidence take these steps and no others.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pacetag.model.audio.excerpts import open_song, silent
from pacetag.model.audio.samples import Sound
from pacetag.model.features.features import Features, extract_features
from pacetag.model.judge_settings import JudgeSettings, ScheduleSettings
from pacetag.model.spec import FeatureSpec
from pacetag.model.tempo.calibration import Calibration
from pacetag.model.tempo.candidates import retained_candidates, song_candidates
from pacetag.model.tempo.clips import Clips, KnownLogits, weighted_logits
from pacetag.model.tempo.levels import TempoLevels, tempo_levels
from pacetag.model.tempo.metre import metre_log_odds
from pacetag.model.tempo.schedule import excerpt_schedule, expected_errors
from pacetag.model.tempo.stability import tempo_segments


@dataclass(frozen=True, kw_only=True)
class HeardExcerpts:
    """What was heard of a song so far."""

    features: tuple[Features, ...]  # of its excerpts, in the order of the song
    starts: tuple[float, ...]  # s into the song, of each excerpt
    duration: float  # s of the whole song


@dataclass(frozen=True, kw_only=True)
class SongLogits:
    """What the network says of a song's tempos, before calibration."""

    bpms: NDArray[np.float64]  # [k]
    clips: NDArray[np.float64]  # logits [k, clips], the clips in the order of the song
    metre_log_odds: NDArray[np.float64]  # of triple over duple metre [k]


@dataclass(frozen=True, kw_only=True)
class SongLevels:
    """What follows from a song's logits."""

    levels: TempoLevels
    tempo_segments: tuple[float, ...]  # bpm of its parts in turn, if it changes tempo
    expected_errors: float  # levels expected to be judged wrongly; infinite: more must be heard


def heard_rounds(
    sound: Sound, spec: FeatureSpec, schedule: ScheduleSettings
) -> Generator[HeardExcerpts]:
    """What is heard of a sound after each round of excerpts; silent excerpts are left out.

    Raises DecodeError, also where all that was heard is silent, or TooShortError.
    """
    heard: list[tuple[float, Features]] = []
    with open_song(sound, spec) as song:
        for spans in excerpt_schedule(song.duration, schedule):
            for span in spans:
                samples = song.excerpt(span)
                if samples is not None:
                    heard.append((span.start, extract_features(samples, spec)))
            heard.sort(key=lambda part: part[0])
            if heard:
                starts, features = zip(*heard, strict=True)
                yield HeardExcerpts(features=features, starts=starts, duration=song.duration)
    if not heard:
        raise silent(sound)


def retained_tempos(
    features: Sequence[Features], spec: FeatureSpec, settings: JudgeSettings
) -> NDArray[np.float64]:
    """The candidate tempos [k] in bpm of a song's excerpts that the network is asked about."""
    candidates = song_candidates([excerpt.autocorrelation for excerpt in features], spec)
    retained = retained_candidates(candidates, spec, settings.candidates)
    return np.array([candidate.bpm for candidate in retained])


def song_logits(
    features: Sequence[Features],
    clips: Clips,
    spec: FeatureSpec,
    settings: JudgeSettings,
    calibration: Calibration | None = None,
    known: KnownLogits | None = None,
) -> SongLogits:
    """Ask the network about a song's tempos, and its pulses about its metre.

    With the calibration given, only tempos that it retains are asked for their metre; without, as
    while it is being fitted, all are. `known` are the logits of earlier rounds.
    """
    bpms = retained_tempos(features, spec, settings)
    logits = clips.logits(features, bpms, known)
    asked = np.ones(len(bpms), bool)
    if calibration is not None:
        asked = _has_metre(weighted_logits(logits, settings.clips), calibration, settings)
    odds = np.zeros(len(bpms))
    odds[asked] = metre_log_odds(features, bpms[asked], spec, settings.metre)
    return SongLogits(bpms=bpms, clips=logits, metre_log_odds=odds)


def song_levels(
    logits: SongLogits, calibration: Calibration, settings: JudgeSettings
) -> SongLevels:
    """The levels of a song, the tempos of its parts, and how much of that may be wrong."""
    odds = _retained_odds(logits, calibration, settings)
    levels = _levels(logits, logits.clips, odds, calibration, settings)
    parts = [
        _levels(logits, part, odds, calibration, settings).tempos
        for part in np.array_split(logits.clips, settings.stability.parts, axis=1)
    ]
    segments = tempo_segments(parts, settings.stability, settings.family)
    # Where no tempo was heard, or two tempos, the rest of the song may tell more.
    settled = levels.present.max(initial=0.0) >= settings.heard and not segments
    return SongLevels(
        levels=levels,
        tempo_segments=segments,
        expected_errors=expected_errors(levels.present) if settled else np.inf,
    )


def whole_levels(
    logits: SongLogits, calibration: Calibration, settings: JudgeSettings
) -> TempoLevels:
    """The levels of a song as a whole, whether or not its parts agree with them."""
    odds = _retained_odds(logits, calibration, settings)
    return _levels(logits, logits.clips, odds, calibration, settings)


def _levels(
    logits: SongLogits,
    clips: NDArray[np.float64],
    odds: NDArray[np.float64],
    calibration: Calibration,
    settings: JudgeSettings,
) -> TempoLevels:
    """The levels by some of a song's clips [k, clips], with its metre log-odds [k]."""
    whole = weighted_logits(clips, settings.clips)
    return tempo_levels(logits.bpms, whole, odds, calibration, settings)


def _retained_odds(
    logits: SongLogits, calibration: Calibration, settings: JudgeSettings
) -> NDArray[np.float64]:
    """Metre log-odds [k], 0 for tempos that are not asked for their metre."""
    whole = weighted_logits(logits.clips, settings.clips)
    return np.where(_has_metre(whole, calibration, settings), logits.metre_log_odds, 0.0)


def _has_metre(
    logits: NDArray[np.float64], calibration: Calibration, settings: JudgeSettings
) -> NDArray[np.bool_]:
    """Whether tempos [k] with the song's logits [k] are probable enough to ask for their metre."""
    return calibration.line(logits) > settings.metre.pruned_below
