"""The duration that a file claims, in the containers that FFmpeg reads."""

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

from pacetag.model.audio.flac_end import is_broken_off
from pacetag.model.audio.headers import TOLERANCE, asf_seconds, id3_end, xing_seconds
from pacetag.model.audio.source import Source

# Containers without a header of their own: FFmpeg guesses their length from the bit rate.
GUESSED_LENGTH = frozenset({"aac", "ac3", "eac3", "dts", "loas", "amr", "latm"})


def claimed_seconds(container: InputContainer, stream: AudioStream, source: Source) -> float | None:
    """Seconds that the container says it holds; None where it says nothing."""
    name, guess = container.format.name, guessed_seconds(container, stream)
    if name == "asf":
        return asf_seconds(source.file, source.start) or guess
    if name != "mp3":
        return None if name in GUESSED_LENGTH else guess
    claimed = xing_seconds(source.file)
    # FFmpeg also knows what to take off for the encoder's delay, but gives up on the header
    # of files that were joined.
    trusted = claimed is not None and guess is not None and abs(guess - claimed) < TOLERANCE
    return guess if trusted else claimed


def guessed_seconds(container: InputContainer, stream: AudioStream) -> float | None:
    """What FFmpeg takes for the length of the stream, or else of the container."""
    if stream.duration is not None:
        return stream.duration * float(stream.time_base or 1 / stream.rate)
    if container.duration is not None:
        return container.duration / av.time_base
    return None


def promises_another_song(
    container: InputContainer, source: Source, end: float, claimed: float
) -> bool:
    """Whether the header was copied from a longer song, and this file is a part of that."""
    if container.format.name != "flac" or end >= claimed - TOLERANCE:
        return False
    start, stop = source.start, source.start + source.size
    return not is_broken_off(source.file, id3_end(source.file) or start, stop)
