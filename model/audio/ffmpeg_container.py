"""Opening a file in FFmpeg, and the stream of sound in it."""

from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

from pacetag.model.audio.ffmpeg_formats import OPTIONS, refusal
from pacetag.model.audio.headers import id3_end
from pacetag.model.audio.source import Source
from pacetag.model.errors import DecodeError


def open_container(source: Source) -> InputContainer:
    """The container; what stands behind an ID3 tag, where FFmpeg passes over none.

    Raises DecodeError where FFmpeg knows or may open none.
    """
    reason = "no known kind of audio, or its end is missing"
    for start in (0, id3_end(source.file)):
        source.start = start
        source.seek(0)
        try:
            # Text in another encoding than it should be says nothing about the sound.
            return av.open(source, "r", options=OPTIONS, metadata_errors="replace")
        except av.error.ArgumentError:
            reason = refusal(source)
        except (av.error.FFmpegError, OSError, ValueError):
            pass
        finally:
            source.check()
    raise DecodeError(source.path, reason) from None


def sound_in(container: InputContainer, path: Path) -> AudioStream:
    """The first stream of sound. Raises DecodeError where there is none to decode."""
    if not container.streams.audio:
        raise DecodeError(path, "there is no audio in it")
    stream = container.streams.audio[0]
    # A text named .mp3 gets this far: FFmpeg believes the name and then finds no frame. Of a
    # codec that FFmpeg does not know there is no context, whatever the types say.
    context: object = stream.codec_context
    if context is None or not stream.rate or not stream.channels:
        raise DecodeError(path, "no sound can be decoded from it")
    stream.codec_context.thread_count = 1  # a scan keeps every processor busy by itself
    return stream
