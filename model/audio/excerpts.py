"""A file to mono excerpts at the rate of the features."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from pacetag.model.audio.decoders import Decoder, open_decoder
from pacetag.model.audio.samples import Sound, name_of
from pacetag.model.errors import DecodeError, TooShortError
from pacetag.model.judge_settings import ScheduleSettings
from pacetag.model.spec import FeatureSpec


@dataclass(frozen=True, kw_only=True)
class AudioSettings:
    """What of a song is decoded."""

    shortest: float = 12.0  # s; a case of 16 beats at 80 a minute lasts as long
    excerpt_seconds: float = 40.0  # s; a tempogram steadies in that time
    most_excerpts: int = 3  # spread over the song, they show whether the tempo stays
    missing_seconds: float = 3.0  # s by which an excerpt may fall short before the file is damaged
    silence: float = 1e-4  # largest sample, full scale 1; -80 dB, three steps of 16 bit


AUDIO = AudioSettings()


@dataclass(frozen=True, kw_only=True)
class Span:
    """A part of a song."""

    start: float  # s from the beginning of the file
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Excerpts:
    """The excerpts of one song."""

    samples: tuple[NDArray[np.float32], ...]  # mono, [n] each, at the spec's sample rate
    starts: tuple[float, ...]  # s from the beginning of the file
    duration: float  # s of the whole file


class Song:
    """An open sound file; any part of it can be decoded. Made by `open_song`."""

    def __init__(self, path: Path, decoder: Decoder, spec: FeatureSpec, settings: AudioSettings):
        self._path, self._decoder, self._spec, self._settings = path, decoder, spec, settings

    @property
    def duration(self) -> float:
        """Seconds of the whole file."""
        return self._decoder.seconds

    def excerpt(self, span: Span) -> NDArray[np.float32] | None:
        """Mono samples [n] of a part at the spec's rate; None where it is silent.

        Raises DecodeError if that part is damaged or missing.
        """
        samples = _read(self._path, self._decoder, span, self._spec)
        if len(samples) < (span.seconds - self._settings.missing_seconds) * self._spec.sample_rate:
            raise DecodeError(self._path, f"damaged somewhere after {span.start:.0f} s")
        return samples if np.abs(samples).max(initial=0.0) > self._settings.silence else None


@contextmanager
def open_song(sound: Sound, spec: FeatureSpec, settings: AudioSettings = AUDIO) -> Iterator[Song]:
    """Open a sound to decode parts of it.

    Raises DecodeError if it cannot be decoded or is cut off, TooShortError below
    `settings.shortest` seconds.
    """
    with open_decoder(sound) as decoder:
        path = name_of(sound)
        if decoder.seconds < settings.shortest:
            raise TooShortError(path, decoder.seconds, settings.shortest)
        yield Song(path, decoder, spec, settings)


def read_excerpts(path: Path, spec: FeatureSpec, settings: AudioSettings = AUDIO) -> Excerpts:
    """Decode the excerpts of a song that `excerpt_spans` names.

    Excerpts without any sound are left out. Raises DecodeError if the file cannot be decoded, is
    cut off or silent, TooShortError below `settings.shortest` seconds.
    """
    with open_song(path, spec, settings) as song:
        duration = song.duration
        parts = [(span.start, song.excerpt(span)) for span in excerpt_spans(duration, settings)]
    heard = [(start, part) for start, part in parts if part is not None]
    if not heard:
        raise silent(path)
    return Excerpts(
        samples=tuple(part for _, part in heard),
        starts=tuple(start for start, _ in heard),
        duration=duration,
    )


def silent(sound: Sound) -> DecodeError:
    """The error for a song whose excerpts are all silent."""
    return DecodeError(name_of(sound), "there is only silence in it")


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
    usable = usable_span(duration, ScheduleSettings())
    return spread_spans(usable, settings.most_excerpts, settings.excerpt_seconds)


def usable_span(duration: float, settings: ScheduleSettings) -> Span:
    """A song of `duration` seconds without its edges, which a short one keeps."""
    edge = settings.edge_seconds if duration >= settings.whole_below else 0.0
    return Span(start=edge, seconds=duration - 2 * edge)


def spread_spans(whole: Span, count: int, seconds: float) -> tuple[Span, ...]:
    """`count` parts of a span, from its start to its end; all of it where it is no longer."""
    if whole.seconds <= count * seconds:
        return (whole,)
    starts = np.linspace(whole.start, whole.start + whole.seconds - seconds, count)
    return tuple(Span(start=float(start), seconds=seconds) for start in starts)


def _read(path: Path, decoder: Decoder, span: Span, spec: FeatureSpec) -> NDArray[np.float32]:
    samples = decoder.read(span.start, span.seconds)
    if not np.isfinite(samples).all():
        raise DecodeError(path, "some samples are not numbers")
    resampled: NDArray[np.float32] = soxr.resample(samples, decoder.rate, spec.sample_rate)
    return resampled
