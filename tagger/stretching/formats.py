"""What copies can be encoded as, by the names of FFmpeg's encoders."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    """What copies are encoded as."""

    FLAC = "flac"
    MP3 = "mp3"
    OPUS = "opus"
    M4A = "m4a"


@dataclass(frozen=True, kw_only=True)
class Encoder:
    """How a format is written."""

    muxer: str
    codec: str
    samples: str  # how FFmpeg names the form in which the encoder takes them
    rates: tuple[int, ...] = ()  # Hz; () for any
    bits: int = 0  # a second and channel; 0: as many as it takes
    # An encoder with losses makes peaks higher; EBU R 128 s2 asks for 1 dB of room.
    ceiling: float = 10 ** (-1 / 20)


_MPEG = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
ENCODERS: Mapping[Format, Encoder] = {
    Format.FLAC: Encoder(muxer="flac", codec="flac", samples="s16", ceiling=10 ** (-0.1 / 20)),
    Format.MP3: Encoder(muxer="mp3", codec="libmp3lame", samples="fltp", rates=_MPEG, bits=128_000),
    Format.OPUS: Encoder(
        muxer="opus", codec="libopus", samples="flt", rates=(48_000,), bits=80_000
    ),
    Format.M4A: Encoder(
        muxer="ipod", codec="aac", samples="fltp", rates=(*_MPEG, 88_200, 96_000), bits=128_000
    ),
}


def bytes_needed(form: Format, seconds: float) -> int:
    """Return how many bytes a copy in stereo takes, at most unless its rate is above 48 kHz."""
    bits = ENCODERS[form].bits or 48_000 * 16
    return round(seconds * 2 * bits / 8) + (1 << 20)
