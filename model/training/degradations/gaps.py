"""Music that is interrupted: holes of silence, and speech over or instead of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pacetag.model.training.degradations.loudness import ratio, rms
from pacetag.model.training.degradations.settings import (
    Between,
    SilenceSettings,
    SpeechSettings,
)
from pacetag.model.training.degradations.speech import speech_sound

MOST = 0.2  # share of a song that one kind of interruption may take


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A stretch in which no music is heard."""

    start: float  # s
    seconds: float


@dataclass(frozen=True, kw_only=True)
class DegradedSound:
    """Samples and where the music in them is interrupted."""

    samples: NDArray[np.float32]  # [n]
    gaps: tuple[Gap, ...] = ()


def silence(
    samples: NDArray[np.float32],
    rate: int,
    rng: np.random.Generator,
    settings: SilenceSettings | None = None,
) -> DegradedSound:
    """Samples [n] with holes; the music goes on unheard, so that the beat stays in step."""
    s = settings or SilenceSettings()
    gaps = _place(s.seconds, s.count, len(samples) / rate, rng)
    fade = s.fade.draw(rng)
    kept = np.ones(len(samples), np.float32)
    for gap in gaps:
        kept[_slice(gap, rate)] -= _presence(_length(gap, rate), fade, rate)
    return DegradedSound(samples=samples * kept, gaps=gaps)


def speech(
    samples: NDArray[np.float32],
    rate: int,
    rng: np.random.Generator,
    settings: SpeechSettings | None = None,
) -> DegradedSound:
    """Samples [n] with speech; gaps are the sections in which the music stops."""
    s = settings or SpeechSettings()
    level = rms(samples)
    heard = samples.copy()
    stopped = []
    for section in _place(s.seconds, s.count, len(samples) / rate, rng):
        place, length = _slice(section, rate), _length(section, rate)
        instead = rng.random() < s.instead
        music = 0.0 if instead else 1 / ratio(s.duck.draw(rng))
        voice = speech_sound(length, rate, rng)
        voice *= level * ratio(s.level.draw(rng)) / max(rms(voice), 1e-12)
        presence = _presence(length, s.fade, rate)
        heard[place] = heard[place] * (1 - (1 - music) * presence) + voice * presence
        stopped += [section] if instead else []
    return DegradedSound(samples=heard.astype(np.float32), gaps=tuple(stopped))


def gap_share(
    gaps: Sequence[Gap], starts: NDArray[np.float64], seconds: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What share of stretches lies in gaps, for starts and lengths in s of any one shape.

    Gaps that lie over each other count twice: rather too careful than not.
    """
    lost = np.zeros(np.broadcast(starts, seconds).shape)
    for gap in gaps:
        end = np.minimum(starts + seconds, gap.start + gap.seconds)
        lost += np.maximum(end - np.maximum(starts, gap.start), 0.0)
    return lost / seconds


def _place(
    lengths: Between, count: Between, seconds: float, rng: np.random.Generator
) -> tuple[Gap, ...]:
    """Gaps at random places in a song of `seconds`, none over another.

    They are shortened, or left out, where they would take more of the song than `MOST`.
    """
    left = MOST * seconds
    kept: list[float] = []
    for _ in range(round(count.draw(rng))):
        length = min(lengths.draw(rng), left)
        if length >= lengths.low:
            kept.append(length)
            left -= length
    free = np.sort(rng.random(len(kept))) * (seconds - sum(kept))
    before = np.concatenate([[0.0], np.cumsum(kept)])[: len(kept)]
    return tuple(
        Gap(start=float(start), seconds=length)
        for start, length in zip(free + before, kept, strict=True)
    )


def _length(gap: Gap, rate: int) -> int:
    place = _slice(gap, rate)
    return int(place.stop - place.start)


def _slice(gap: Gap, rate: int) -> slice:
    return slice(int(gap.start * rate), int((gap.start + gap.seconds) * rate))


def _presence(length: int, fade: float, rate: int) -> NDArray[np.float32]:
    """1 within a section, falling to 0 over `fade` seconds at either side [length]."""
    from_edge = np.minimum(np.arange(length), np.arange(length)[::-1]) / (fade * rate)
    return np.minimum(from_edge, 1.0).astype(np.float32)
