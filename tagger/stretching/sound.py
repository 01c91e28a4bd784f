"""A whole song as samples, in as many channels as it has, up to two."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from pacetag.model.audio.ffmpeg_container import open_container, sound_in
from pacetag.model.audio.id3_limits import check_id3
from pacetag.model.audio.source import Source
from pacetag.model.errors import DecodeError

LONGEST = 30 * 60.0  # s; a song is held in memory as a whole, four times over
LEAST = 0.9  # share of the length that is known of a song, less of which counts as damaged
_LARGEST_COVER = 8 << 20  # bytes
_COVERS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")  # first bytes of JPEG and PNG


@dataclass(frozen=True, kw_only=True)
class Sound:
    """A decoded song."""

    samples: NDArray[np.float32]  # [channels, n]; full scale is 1
    rate: int  # Hz
    is_fine: bool = False  # it was stored without loss in more than 16 bits
    cover: bytes | None = None  # JPEG or PNG

    @property
    def seconds(self) -> float:
        """Its length."""
        return float(self.samples.shape[1] / self.rate)


@contextmanager
def opened_sound(path: Path) -> Iterator[InputContainer]:
    """Open a sound file for decoding, as a context.

    Raises DecodeError where it cannot be opened, and ReadError, at the end too, where the system
    refused to read it.
    """
    try:
        source = Source(path)
    except OSError as error:
        raise DecodeError(path, error.strerror or str(error)) from error
    with closing(source):
        check_id3(path, source.file)
        with closing(open_container(source)) as container:
            yield container
        source.check()


def read_sound(path: Path, *, expected: float | None = None) -> Sound:
    """Decode a song at its own rate; more than two channels are mixed to two.

    `expected` is its length in seconds, as far as it is known. Raises DecodeError where it cannot
    be decoded, much of it is missing, or it is too long; ReadError where the system refuses.
    """
    if (expected or 0.0) > LONGEST:
        raise DecodeError(path, f"it is longer than {LONGEST / 60:g} minutes")
    with opened_sound(path) as container:
        sound = _decoded(container, path)
    if sound.seconds < LEAST * (expected or 0.0):
        raise DecodeError(path, "its end is missing")
    return sound


def _decoded(container: InputContainer, path: Path) -> Sound:
    stream = sound_in(container, path)
    rate, layout = stream.rate, "mono" if stream.channels == 1 else "stereo"
    form = stream.codec_context.format
    fine = form is not None and form.name in ("s32", "s32p") and stream.codec_context.name != "mp3"
    resampler = AudioResampler("fltp", layout, rate)
    parts: list[NDArray[np.float32]] = []
    count = 0
    for frame in frames_of(container, stream):
        for part in resampler.resample(frame):
            parts.append(part.to_ndarray().astype(np.float32, copy=False))
            count += part.samples
        if count > LONGEST * rate:
            raise DecodeError(path, f"it is longer than {LONGEST / 60:g} minutes")
    parts += [part.to_ndarray().astype(np.float32, copy=False) for part in resampler.resample(None)]
    if not count:
        raise DecodeError(path, "no sound can be decoded from it")
    # Not before: in an M4A, a seek to the start loses the packet that primes the first samples.
    cover = _cover(container)
    return Sound(samples=np.concatenate(parts, axis=1), rate=rate, is_fine=fine, cover=cover)


def frames_of(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """Yield all frames; a damaged packet loses its place, not the song."""
    with suppress(av.error.FFmpegError):  # the container ends here
        for packet in container.demux(stream):
            frames: list[AudioFrame] = []
            with suppress(av.error.InvalidDataError):
                frames = packet.decode()
            yield from frames


def _cover(container: InputContainer) -> bytes | None:
    """The first picture that belongs to the song as a whole."""
    with suppress(av.error.FFmpegError):
        container.seek(0)
        for stream in container.streams.video:
            if not stream.disposition & av.stream.Disposition.attached_pic:
                continue
            for packet in container.demux(stream):
                data = bytes(packet)
                if data.startswith(_COVERS) and len(data) <= _LARGEST_COVER:
                    return data
                break
    return None
