"""File to mono excerpts at the rate of the features: the one door to sound."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from pacetag.model.decoders import Decoder, open_decoder
from pacetag.model.errors import DecodeError, TooShortError
from pacetag.model.spec import FeatureSpec


@dataclass(frozen=True, kw_only=True)
class AudioSettings:
    """Which part of a song is listened to."""

    edge_seconds: float = 2**19 / 22_050  # 23.8 s left out at each end: intros and fades (2019)
    whole_below: float = 100.0  # s; shorter songs are used whole: little is left without the edges
    shortest: float = 12.0  # s; a case of 16 beats at 80 a minute lasts as long
    excerpt_seconds: float = 40.0  # s; a tempogram steadies in that time
    most_excerpts: int = 3  # spread over the song, they show whether the tempo stays
    missing_seconds: float = 1.0  # s by which an excerpt may fall short before the file is damaged
    silence: float = 1e-4  # largest sample, full scale 1; -80 dB, three steps of 16 bit


AUDIO = AudioSettings()


@dataclass(frozen=True, kw_only=True)
class Span:
    """A part of a song."""

    start: float  # s from the beginning of the file
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Excerpts:
    """What is listened to of one song."""

    samples: tuple[NDArray[np.float32], ...]  # mono, [n] each, at the spec's sample rate
    starts: tuple[float, ...]  # s from the beginning of the file
    duration: float  # s of the whole file


def read_excerpts(path: Path, spec: FeatureSpec, settings: AudioSettings = AUDIO) -> Excerpts:
    """Decode the parts of a song from which its tempos are judged, as `excerpt_spans` says.

    Excerpts without any sound are left out. Raises DecodeError if the file cannot be decoded, is
    cut off or silent, TooShortError below `settings.shortest` seconds.
    """
    with open_decoder(path) as decoder:
        duration = decoder.seconds
        if duration < settings.shortest:
            raise TooShortError(path, duration, settings.shortest)
        spans = excerpt_spans(duration, settings)
        parts = [_read(path, decoder, span, spec) for span in spans]
    for span, part in zip(spans, parts, strict=True):
        if len(part) < (span.seconds - settings.missing_seconds) * spec.sample_rate:
            raise DecodeError(path, f"damaged somewhere after {span.start:.0f} s")
    heard = [
        (span.start, part)
        for span, part in zip(spans, parts, strict=True)
        if np.abs(part).max(initial=0.0) > settings.silence
    ]
    if not heard:
        raise DecodeError(path, "there is only silence in it")
    return Excerpts(
        samples=tuple(part for _, part in heard),
        starts=tuple(start for start, _ in heard),
        duration=duration,
    )


def read_window(path: Path, start: float, seconds: float, spec: FeatureSpec) -> NDArray[np.float32]:
    """Mono samples [n] of `seconds` from `start` on, at the spec's rate; fewer at the song's end.

    Raises DecodeError if the file cannot be decoded or ends before `start`.
    """
    with open_decoder(path) as decoder:
        window = _read(path, decoder, Span(start=start, seconds=seconds), spec)
    if not len(window):
        raise DecodeError(path, f"there is nothing after {start:.0f} s")
    return window


def excerpt_spans(duration: float, settings: AudioSettings = AUDIO) -> tuple[Span, ...]:
    """Spread the excerpts over a song of `duration` seconds.

    A long song's edges are left out. What remains is one excerpt if it is no longer than all
    excerpts together, else the first excerpt begins where it begins, the last ends where it ends.
    """
    edge = settings.edge_seconds if duration >= settings.whole_below else 0.0
    usable = duration - 2 * edge
    if usable <= settings.excerpt_seconds * settings.most_excerpts:
        return (Span(start=edge, seconds=usable),)
    starts = np.linspace(edge, edge + usable - settings.excerpt_seconds, settings.most_excerpts)
    return tuple(Span(start=float(start), seconds=settings.excerpt_seconds) for start in starts)


def _read(path: Path, decoder: Decoder, span: Span, spec: FeatureSpec) -> NDArray[np.float32]:
    samples = decoder.read(span.start, span.seconds)
    if not np.isfinite(samples).all():
        raise DecodeError(path, "some samples are not numbers")
    resampled: NDArray[np.float32] = soxr.resample(samples, decoder.rate, spec.sample_rate)
    return resampled
