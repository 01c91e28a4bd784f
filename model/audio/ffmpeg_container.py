"""Open a file in FFmpeg: only containers that hold their own sound, and the stream of sound."""

from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

from pacetag.model.audio.headers import id3_end
from pacetag.model.audio.source import Source
from pacetag.model.errors import DecodeError

# Names of FFmpeg's demuxers. Lists, playlists, manifests, patterns of names, session descriptions
# and index files are not among them: FFmpeg opens what those name before it says what they are.
SONG_FORMATS = frozenset(
    {"aac", "ac3", "ac4", "aiff", "amr", "amrnb", "amrwb", "ape", "asf", "asf_o", "au", "avi"}
    | {"bonk", "caf", "dsf", "dts", "dtshd", "eac3", "flac", "flv", "iff", "ircam", "loas"}
    | {"matroska", "mlp", "mov", "mp3", "mpc", "mpc8", "mpeg", "mpegts", "nistsphere", "nut"}
    | {"ogg", "oma", "osq", "paf", "pvf", "qcp", "qoa", "rka", "rm", "shn", "sox", "tak"}
    | {"truehd", "tta", "voc", "w64", "wav", "wavarc", "wsd", "wv", "wve", "xwma"}
)
# A whitelist is looked at before the demuxer begins. No protocol is needed: FFmpeg reads the open
# file that it is given, and anything else that it would open is refused.
OPTIONS = {"format_whitelist": ",".join(sorted(SONG_FORMATS)), "protocol_whitelist": "none"}
# How text begins that names other files.
_LISTS = (b"ffconcat", b"#EXTM3U", b"[playlist]", b"v=0", b"# VobSub", b"<?xml", b"<MPD", b"<smil")


def open_container(source: Source) -> InputContainer:
    """The container in a file, or behind an ID3 tag that FFmpeg does not skip by itself.

    Raises DecodeError where FFmpeg knows no such container, or may not open it.
    """
    reason = "no known kind of audio, or its end is missing"
    for start in (0, id3_end(source.file)):
        source.start = start
        source.seek(0)
        try:
            # Text in another encoding than it should be says nothing about the sound.
            return av.open(source, "r", options=OPTIONS, metadata_errors="replace")
        except av.error.ArgumentError:
            reason = _refusal(source)
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
    # A text named .mp3 gets this far: FFmpeg believes the name and then finds no frame. A codec
    # that FFmpeg does not know has no context, though the types say that it has.
    context: object = stream.codec_context
    if context is None or not stream.rate or not stream.channels:
        raise DecodeError(path, "no sound can be decoded from it")
    stream.codec_context.thread_count = 1  # a scan keeps every processor busy by itself
    return stream


def _refusal(source: Source) -> str:
    """Why a file is not a song, if FFmpeg knows its kind but may not open it."""
    source.seek(0)
    is_list = source.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_LISTS)
    return "it is a list of other files" if is_list else "there is no audio in it"
