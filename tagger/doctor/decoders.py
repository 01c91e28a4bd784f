"""Whether each kind of file can be decoded: a second of sound is encoded and decoded again."""

import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import soundfile
from av.codec import Codec
from numpy.typing import NDArray

from pacetag.model.audio.decoders import open_decoder
from pacetag.model.errors import DecodeError
from pacetag.model.extras import install_packages, requirement_of
from pacetag.tagger.doctor.results import CheckResult, fault, ok
from pacetag.tagger.doctor.subject import Subject

AREA = "decoders"
PACKAGES = ("av", "soundfile")  # which bring FFmpeg and libsndfile
RATE = 48_000  # Hz, which every encoder takes
BITS = 128_000  # a second, for encoders with losses
TONE, NEAR = 440.0, 10.0  # Hz of the sound, and by how much what is decoded may be off


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of file, and how a clip of it is made."""

    name: str
    suffix: str
    codec: str  # FFmpeg's name of the decoder
    sndfile: tuple[str, str] | None = None  # libsndfile's format and subtype, if that encodes it
    ffmpeg: tuple[str, str] | None = None  # FFmpeg's muxer and encoder, if that does


KINDS = (
    Kind(name="FLAC", suffix=".flac", codec="flac", sndfile=("FLAC", "PCM_16")),
    Kind(name="Ogg Vorbis", suffix=".ogg", codec="vorbis", sndfile=("OGG", "VORBIS")),
    Kind(name="Opus", suffix=".opus", codec="opus", sndfile=("OGG", "OPUS")),
    Kind(name="MP3", suffix=".mp3", codec="mp3float", sndfile=("MP3", "MPEG_LAYER_III")),
    Kind(name="AAC", suffix=".m4a", codec="aac", ffmpeg=("ipod", "aac")),
    Kind(name="Apple Lossless", suffix=".m4a", codec="alac", ffmpeg=("ipod", "alac")),
    Kind(name="WAV", suffix=".wav", codec="pcm_s16le", sndfile=("WAV", "PCM_16")),
    Kind(name="AIFF", suffix=".aiff", codec="pcm_s16be", sndfile=("AIFF", "PCM_16")),
    Kind(name="CAF", suffix=".caf", codec="pcm_s16le", sndfile=("CAF", "PCM_16")),
    Kind(name="WMA", suffix=".wma", codec="wmav2", ffmpeg=("asf", "wmav2")),
    Kind(name="WavPack", suffix=".wv", codec="wavpack", ffmpeg=("wv", "wavpack")),
    Kind(name="True Audio", suffix=".tta", codec="tta", ffmpeg=("tta", "tta")),
    Kind(name="Matroska", suffix=".mka", codec="flac", ffmpeg=("matroska", "flac")),
    # No encoder for these is at hand: only whether there is a decoder can be told.
    Kind(name="Monkey's Audio", suffix=".ape", codec="ape"),
    Kind(name="Musepack", suffix=".mpc", codec="mpc8"),
    Kind(name="DSF", suffix=".dsf", codec="dsd_lsbf_planar"),
    Kind(name="Speex", suffix=".spx", codec="speex"),
)


class NoEncoderError(Exception):
    """This build of a library cannot make a clip."""


def decoders(_: Subject) -> Iterator[CheckResult]:
    """Yield the kinds of files that decode, and each that does not."""
    tried, there = list[str](), list[str]()
    with tempfile.TemporaryDirectory(prefix="pacetag-doctor-") as folder:
        for kind in KINDS:
            names = tried
            try:
                reason = _why_not(kind, Path(folder))
            except NoEncoderError:
                reason = None if _is_known(kind.codec) else "FFmpeg was built without its decoder"
                names = there
            if reason is None:
                names.append(kind.name)
            else:
                yield fault(
                    AREA,
                    f"{kind.name} cannot be decoded: {reason}",
                    advice=install_packages(
                        map(requirement_of, PACKAGES), "--force-reinstall", "--no-deps"
                    ),
                )
    versions = f"libsndfile {soundfile.__libsndfile_version__}, FFmpeg by PyAV {av.__version__}"
    yield ok(
        AREA, f"decoded: {', '.join(tried)} ({versions})", figure=len(tried), unit="kinds of files"
    )
    if there:
        yield ok(
            AREA,
            f"there, but not tried for want of an encoder: {', '.join(there)}",
            figure=len(there),
            unit="kinds of files",
        )


def _is_known(codec: str) -> bool:
    try:
        Codec(codec, "r")
    except ValueError:
        return False
    return True


def _why_not(kind: Kind, folder: Path) -> str | None:
    """Return why a clip is not decoded as it was encoded; None if it is.

    Raises NoEncoderError, and OSError where the clip cannot be stored.
    """
    clip = folder / f"{kind.codec}{kind.suffix}"
    clip.write_bytes(_encoded(kind))
    try:
        with open_decoder(clip) as decoder:
            heard, rate = decoder.read(0.25, 0.5), decoder.rate
    except DecodeError as error:
        return error.reason
    except Exception as error:  # what a library that does not suit raises is not documented
        return f"{type(error).__name__}: {error}"
    return None if abs(_pitch(heard, rate) - TONE) < NEAR else "what comes out is another sound"


def _pitch(samples: NDArray[np.float32], rate: int) -> float:
    """Return the frequency in Hz with the most power; 0 for silence."""
    if not len(samples) or not np.abs(samples).max() > 0.01:
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(spectrum.argmax()) * rate / len(samples)


def _tone() -> NDArray[np.float32]:
    """A second of a tone with its octave, mono [n]."""
    time = np.arange(RATE) / RATE
    tone = 0.5 * np.sin(2 * np.pi * TONE * time) + 0.1 * np.sin(4 * np.pi * TONE * time)
    return tone.astype(np.float32)


def _encoded(kind: Kind) -> bytes:
    """Return a clip. Raises NoEncoderError."""
    target = io.BytesIO()
    try:
        if kind.sndfile is not None:
            form, subtype = kind.sndfile
            soundfile.write(target, _tone(), RATE, format=form, subtype=subtype)
        elif kind.ffmpeg is not None:
            _encode(target, *kind.ffmpeg)
    except (av.FFmpegError, ValueError, soundfile.SoundFileError) as error:
        raise NoEncoderError(kind.name) from error
    if not target.getvalue():
        raise NoEncoderError(kind.name)
    return target.getvalue()


def _encode(target: io.BytesIO, muxer: str, encoder: str) -> None:
    frame = av.AudioFrame.from_ndarray(_tone()[np.newaxis], "fltp", "mono")
    frame.sample_rate, frame.pts = RATE, 0
    with av.open(target, "w", format=muxer) as container:
        stream: Any = container.add_stream(encoder, rate=RATE, layout="mono")
        stream.bit_rate = BITS
        stream.format = Codec(encoder, "w").audio_formats[0].name  # type: ignore[index]
        for resampled in av.AudioResampler(stream.format, "mono", RATE).resample(frame):
            container.mux(stream.encode(resampled))
        container.mux(stream.encode(None))
