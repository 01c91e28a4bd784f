"""Encode sound as FLAC, MP3, Opus or AAC, through FFmpeg's encoders."""

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
    fine = sound.is_fine and form is Format.FLAC
    kind = "s32" if fine else encoder.samples
    layout = "mono" if len(samples) == 1 else "stereo"
    with av.open(str(path), "w", format=encoder.muxer) as container:
        stream: Any = container.add_stream(encoder.codec, rate=rate, layout=layout)
        stream.codec_context.format = kind
        if encoder.bits:
            stream.bit_rate = encoder.bits * len(samples)
        for start in range(0, samples.shape[1], _FRAMES):
            part = _as_stored(samples[:, start : start + _FRAMES], kind, start)
            frame = AudioFrame.from_ndarray(part, kind, layout)
            frame.sample_rate, frame.pts = rate, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


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
