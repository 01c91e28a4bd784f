"""Encode sound as FLAC, MP3, Opus or AAC, through FFmpeg's encoders."""

from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from pacetag.tagger.stretching.formats import ENCODERS, Format
from pacetag.tagger.stretching.levels import within
from pacetag.tagger.stretching.sound import Sound

_FRAMES = 1 << 16  # samples that are handed over at once
_STEPS = 1 << 15  # of 16 bits, from zero to full scale


def encode(sound: Sound, path: Path, form: Format) -> None:
    """Write sound into a file, which may be there. Raises OSError, or FFmpegError of PyAV's."""
    encoder = ENCODERS[form]
    rate = _rate(sound.rate, encoder.rates)
    samples = within(_resampled(sound.samples, sound.rate, rate), encoder.ceiling)
    parts = (samples[:, start : start + _FRAMES] for start in range(0, samples.shape[1], _FRAMES))
    into = Encoding(path, form, rate, channels=len(samples), is_fine=sound.is_fine)
    encode_parts(parts, into)


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A titled passage of a file."""

    title: str
    begins: float  # s
    ends: float


@dataclass(frozen=True)
class Encoding:
    """Into what sound is encoded."""

    path: Path
    form: Format
    rate: int  # Hz, one that the encoder takes
    _: KW_ONLY
    channels: int = 2
    is_fine: bool = False  # worth more than 16 bits
    chapters: Sequence[Chapter] = ()  # written by FFmpeg, in MP4 alone


def encode_parts(parts: Iterable[NDArray[np.float32]], into: Encoding) -> None:
    """Write samples [channels, n] that come in pieces. Raises as `encode` does."""
    encoder, rate = ENCODERS[into.form], into.rate
    kind = "s32" if into.is_fine and into.form is Format.FLAC else encoder.samples
    layout = "mono" if into.channels == 1 else "stereo"
    with av.open(str(into.path), "w", format=encoder.muxer) as container:
        stream: Any = container.add_stream(encoder.codec, rate=rate, layout=layout)
        stream.codec_context.format = kind
        if encoder.bits:
            stream.bit_rate = encoder.bits * into.channels
        if into.chapters:
            container.set_chapters([_chapter(*each) for each in enumerate(into.chapters)])
        start = 0
        for samples in parts:
            if not samples.shape[1]:
                continue
            frame = AudioFrame.from_ndarray(_as_stored(samples, kind, start), kind, layout)
            frame.sample_rate, frame.pts = rate, start
            container.mux(stream.encode(frame))
            start += samples.shape[1]
        container.mux(stream.encode(None))


def _chapter(number: int, chapter: Chapter) -> Any:
    """A chapter as PyAV takes it."""
    begins, ends = (round(each * 1_000) for each in (chapter.begins, chapter.ends))
    metadata = {"title": chapter.title}
    base = Fraction(1, 1_000)
    return {"id": number, "start": begins, "end": ends, "time_base": base, "metadata": metadata}


def _rate(rate: int, possible: tuple[int, ...]) -> int:
    """The rate that is stored: the lowest that keeps everything, else the highest."""
    if not possible or rate in possible:
        return rate
    return min((each for each in possible if each > rate), default=max(possible))


def _resampled(samples: NDArray[np.float32], rate: int, wanted: int) -> NDArray[np.float32]:
    if rate == wanted:
        return samples
    import soxr

    return np.ascontiguousarray(soxr.resample(samples.T, rate, wanted, quality="VHQ").T)


def _as_stored(part: NDArray[np.float32], kind: str, seed: int) -> NDArray[Any]:
    """Samples as an encoder takes them: [channels, n], or [1, n * channels] side by side.

    Whole numbers of 16 bits are dithered with triangular noise.
    """
    if kind == "fltp":
        return np.ascontiguousarray(part)
    woven = np.ascontiguousarray(part.T).reshape(1, -1)
    if kind == "s32":
        return (np.rint(woven * (1 << 23)).clip(-(1 << 23), (1 << 23) - 1) * 256).astype(np.int32)
    if kind == "s16":
        rng = np.random.default_rng(seed)
        noise = rng.random(woven.shape, np.float32) - rng.random(woven.shape, np.float32)
        return np.rint(woven * _STEPS + noise).clip(-_STEPS, _STEPS - 1).astype(np.int16)
    return woven
