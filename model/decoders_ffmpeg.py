"""MP3, AAC, ALAC, WMA, WavPack, Monkey's Audio and all else that FFmpeg reads, through PyAV."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame, format_dtypes
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from numpy.typing import NDArray

from pacetag.model.decoders_downmix import Kept, to_full_scale
from pacetag.model.decoders_formats import OPTIONS, refusal
from pacetag.model.decoders_headers import cut_off, id3_end, xing_seconds
from pacetag.model.decoders_id3 import check_id3
from pacetag.model.decoders_musepack import MusepackPackets, read_packets
from pacetag.model.decoders_source import Source
from pacetag.model.errors import DecodeError

TOLERANCE = 1.0  # s that may be missing before a file counts as cut off
END_PROBE = 3.0  # s before the end from which the last packet is looked for
PRE_ROLL = 0.5  # s decoded and thrown away: MP3's bit reservoir and AAC's overlap reach back
USUAL_CHANNELS = 8  # a song has no more; only damage makes a stream have many all of a sudden
# Containers without a header of their own: FFmpeg guesses their length from the bit rate.
GUESSED_LENGTH = frozenset({"aac", "ac3", "eac3", "dts", "loas", "amr", "latm"})
# In Ogg pages of all other codecs FFmpeg gives what follows a seek the time of the page's end.
OGG_SEEKABLE = frozenset({"vorbis", "opus"})


class FfmpegDecoder:
    """A file open in FFmpeg.

    Raises DecodeError if there is no audio in it or its end is missing.
    """

    def __init__(self, source: Source) -> None:
        self._path, self._source = source.path, source
        check_id3(source.path, source.file)
        self._container = self._open()
        try:
            self._stream: AudioStream = self._audio_stream()
            self.rate: int = self._stream.rate
            self._channels = max(USUAL_CHANNELS, self._stream.channels)
            self._musepack = self._musepack_packets()
            self.seconds: float = self._measure()
        except BaseException:
            self._container.close()
            raise

    def _open(self) -> InputContainer:
        """The container; what stands behind an ID3 tag, where FFmpeg passes over none."""
        reason = "no known kind of audio, or its end is missing"
        for start in (0, id3_end(self._source.file)):
            self._source.start = start
            self._source.seek(0)
            try:
                # Text in another encoding than it should be says nothing about the sound.
                return av.open(self._source, "r", options=OPTIONS, metadata_errors="replace")
            except av.error.ArgumentError:
                reason = refusal(self._source)
            except (av.error.FFmpegError, OSError, ValueError):
                pass
            finally:
                self._source.check()
        raise DecodeError(self._path, reason) from None

    def _audio_stream(self) -> AudioStream:
        if not self._container.streams.audio:
            raise DecodeError(self._path, "there is no audio in it")
        stream = self._container.streams.audio[0]
        # A text named .mp3 gets this far: FFmpeg believes the name and then finds no frame. Of a
        # codec that FFmpeg does not know there is no context, whatever the types say.
        context: object = stream.codec_context
        if context is None or not stream.rate or not stream.channels:
            raise DecodeError(self._path, "no sound can be decoded from it")
        stream.codec_context.thread_count = 1  # a scan keeps every processor busy by itself
        return stream

    def _musepack_packets(self) -> MusepackPackets | None:
        if self._container.format.name != "mpc8":
            return None
        packets = read_packets(self._source.file, self._source.start + self._source.size)
        if packets is None:
            raise DecodeError(self._path, "its Musepack packets are damaged")
        return packets

    def _measure(self) -> float:
        claimed, end = self._claimed(), self._last_end()
        if end is None:
            reason = "no sound can be decoded from it" if claimed is None else "its end is missing"
            raise DecodeError(self._path, reason)
        if claimed is None or end > claimed + TOLERANCE:
            return end
        if end < claimed - TOLERANCE:
            raise cut_off(self._path, end, claimed)
        return claimed

    def _claimed(self) -> float | None:
        """Seconds that the container says it holds; None where it says nothing."""
        if self._musepack is not None:
            return self._musepack.seconds
        name, guess = self._container.format.name, self._guess()
        if name != "mp3":
            return None if name in GUESSED_LENGTH else guess
        claimed = xing_seconds(self._source.file)
        # FFmpeg also knows what to take off for the encoder's delay, but gives up on the header
        # of files that were joined.
        trusted = claimed is not None and guess is not None and abs(guess - claimed) < TOLERANCE
        return guess if trusted else claimed

    def _guess(self) -> float | None:
        if self._stream.duration is not None:
            return float(self._stream.duration * self._time_base)
        if self._container.duration is not None:
            return self._container.duration / av.time_base
        return None

    def _last_end(self) -> float | None:
        """Seconds at which the last packet ends; FFmpeg only reads, it does not decode here."""
        if self._musepack is not None:
            return self._musepack_end(self._musepack)
        end = None
        try:
            self._seek((self._guess() or 0.0) - END_PROBE)
            for packet in self._packets():
                if packet.pts is not None:
                    end = packet.pts + (packet.duration or 0)
        except av.error.FFmpegError:
            pass  # what was read until here is what there is
        return None if end is None else float((end - self._offset) * self._time_base)

    def _musepack_end(self, packets: MusepackPackets) -> float:
        """Seconds at which the last packet ends, which says how long it is only when decoded."""
        last = len(packets.places) - 1
        self._seek(packets.start(last))
        heard = 0
        with suppress(av.error.FFmpegError):
            for packet in itertools.islice(self._packets(), 1):
                heard = sum(frame.samples for frame in packet.decode())
        return packets.start(last) + heard / self.rate

    def _packets(self) -> "Iterator[Packet[AudioStream]]":
        """The packets from where the file stands. Raises FFmpegError."""
        # PyAV 18 does not know streams that begin later, as in Ogg files that were joined: the
        # song ends there.
        try:
            for packet in self._container.demux(self._stream):
                if self._musepack is not None and packet.pos is not None:
                    start = self._musepack.start_of_byte(self._source.start + packet.pos)
                    packet.pts = self._offset + round(start / self._time_base)
                yield packet
        except GeneratorExit:  # nothing more is wanted; what was read so far is checked elsewhere
            raise
        except IndexError:
            pass
        except BaseException:
            self._source.check()
            raise
        self._source.check()

    @property
    def _time_base(self) -> float:
        return float(self._stream.time_base or 1 / self.rate)

    @property
    def _offset(self) -> int:
        """Time stamp of the first sample that is heard."""
        return self._stream.start_time or 0

    def _seek(self, seconds: float) -> None:
        """Go to a packet that begins there or earlier."""
        if self._musepack is not None:
            place = self._musepack.place(seconds) - self._source.start
            self._container.seek(place, stream=self._stream, unsupported_byte_offset=True)
        elif self._container.format.name == "ogg" and self._stream.name not in OGG_SEEKABLE:
            # To read from the start without decoding takes 20 ms for five minutes.
            self._container.seek(self._offset, stream=self._stream)
        else:
            self._container.seek(self._ticks(seconds), stream=self._stream)

    def _ticks(self, seconds: float) -> int:
        """The time stamp of a place in the song."""
        return self._offset + int(max(0.0, seconds) / self._time_base)

    def read(self, start: float, seconds: float) -> NDArray[np.float32]:
        """Mono samples [n] from `start` seconds on, the mean of all channels.

        One channel where they cancel each other. Raises DecodeError if more than a second of it
        cannot be decoded.
        """
        window = np.zeros(round(seconds * self.rate), np.float32)
        one = Kept(len(window))
        first, end, filled = round(start * self.rate), 0, 0
        position: int | None = None  # sample of the file at which the next frame begins
        try:
            self._seek(start - PRE_ROLL)
            early = self._ticks(start - PRE_ROLL)
            for packet in self._packets():
                if packet.pts is not None and packet.pts + (packet.duration or 0) < early:
                    continue  # in a file of hours FFmpeg's index is coarse: it begins minutes early
                try:
                    frames = packet.decode()
                except av.error.FFmpegError:
                    position = None  # one bad packet loses its place, not the song
                    continue
                for frame in frames:
                    position = self._position(frame, position)
                    low, high = position - first, position - first + frame.samples
                    position += frame.samples
                    if high > 0 and low < len(window):
                        planes = _planes(frame)
                        part = _mono(planes)[max(0, -low) : len(window) - low]
                        window[max(0, low) : max(0, low) + len(part)] = part
                        one.add(planes, low)
                        filled, end = filled + len(part), max(0, low) + len(part)
                if position is not None and position - first >= len(window):
                    break
        except av.error.FFmpegError:
            pass  # the container ends here; what is missing is counted below
        if end - filled > TOLERANCE * self.rate:
            raise DecodeError(self._path, f"damaged somewhere after {start:.0f} s")
        return one.unless_cancelled(window[:end], self.rate)

    def _position(self, frame: AudioFrame, expected: int | None) -> int:
        """Sample of the file at which `frame` begins.

        Frames follow one another without a gap: some containers round their time stamps to
        milliseconds, which would tear the sound, so a stamp is read only where none is expected.
        """
        if frame.sample_rate != self.rate:
            raise DecodeError(self._path, "its sample rate changes in the middle")
        if frame.layout.nb_channels > self._channels:  # not all are there: reading them crashes
            raise DecodeError(self._path, "the number of its channels changes in the middle")
        if expected is not None or frame.pts is None:
            return expected or 0
        time_base = float(frame.time_base or self._time_base)
        return round((frame.pts * time_base - self._offset * self._time_base) * self.rate)

    def close(self) -> None:
        """Let the file go."""
        self._container.close()


def _planes(frame: AudioFrame) -> list[NDArray[Any]]:
    """The channels [n] of `frame` as they are stored."""
    kind, channels = np.dtype(format_dtypes[frame.format.name]), frame.layout.nb_channels
    # Straight from FFmpeg's memory: a song has thousands of frames, and to_ndarray stacks each.
    buffers: Sequence[Any] = frame.planes  # that they are buffers, their types do not say
    if frame.format.is_planar:
        return [np.frombuffer(buffer, kind, frame.samples) for buffer in buffers]
    whole = np.frombuffer(buffers[0], kind, frame.samples * channels)
    return list(whole.reshape(-1, channels).T)


def _mono(planes: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
    """Mean of channels, [n], full scale at 1."""
    mono: NDArray[np.float32] = planes[0].astype(np.float32)
    for plane in planes[1:]:
        mono += plane
    mono /= np.float32(len(planes))
    to_full_scale(mono, planes[0].dtype)
    return mono
