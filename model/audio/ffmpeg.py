"""MP3, AAC, ALAC, WMA, WavPack, Monkey's Audio and everything else FFmpeg reads, through PyAV."""

import itertools
from collections.abc import Iterator
from contextlib import suppress

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.packet import Packet
from numpy.typing import NDArray

from pacetag.model.audio.claimed_duration import (
    claimed_seconds,
    guessed_seconds,
    promises_another_song,
)
from pacetag.model.audio.ffmpeg_container import open_container, sound_in
from pacetag.model.audio.ffmpeg_frames import Window
from pacetag.model.audio.headers import TOLERANCE, seconds_there
from pacetag.model.audio.id3_limits import check_id3
from pacetag.model.audio.musepack import MusepackPackets, read_packets
from pacetag.model.audio.source import Source
from pacetag.model.errors import DecodeError

MOST_MISSING = 3.0  # s of a part in which a player falls silent, as where pages were lost
END_PROBE = 3.0  # s before the end from which the last packet is looked for
PRE_ROLL = 0.5  # s decoded and thrown away: MP3's bit reservoir and AAC's overlap reach back
USUAL_CHANNELS = 8  # a song has no more; only damage makes a stream have many all of a sudden
# In Ogg pages of all other codecs FFmpeg gives what follows a seek the time of the page's end.
OGG_SEEKABLE = frozenset({"vorbis", "opus"})


class FfmpegDecoder:
    """A file open in FFmpeg.

    Raises DecodeError if there is no audio in it or its end is missing.
    """

    def __init__(self, source: Source) -> None:
        self._path, self._source = source.path, source
        check_id3(source.path, source.file)
        self._container = open_container(source)
        try:
            self._stream: AudioStream = sound_in(self._container, self._path)
            self.rate: int = self._stream.rate
            self._counted: int | None = None  # where the next packet begins, if no stamp says so
            self._channels = max(USUAL_CHANNELS, self._stream.channels)
            self._musepack = self._musepack_packets()
            self._offset = self._first_stamp()
            self.seconds: float = self._measure()
        except BaseException:
            self._container.close()
            raise

    def _musepack_packets(self) -> MusepackPackets | None:
        if self._container.format.name != "mpc8":
            return None
        packets = read_packets(self._source.file, self._source.start + self._source.size)
        if packets is None:
            raise DecodeError(self._path, "its Musepack packets are damaged")
        return packets

    def _measure(self) -> float:
        claimed, end = self._promised(), self._last_end()
        if end is None:
            reason = "no sound can be decoded from it" if claimed is None else "its end is missing"
            raise DecodeError(self._path, reason)
        if self._container.format.name == "ogg":
            return self._measure_ogg(claimed, end)
        if (
            claimed is None
            or end > claimed + TOLERANCE
            or promises_another_song(self._container, self._source, end, claimed)
        ):
            return end
        return seconds_there(self._path, end, claimed)

    def _promised(self) -> float | None:
        if self._musepack is not None:
            return self._musepack.seconds
        return claimed_seconds(self._container, self._stream, self._source)

    def _measure_ogg(self, claimed: float | None, end: float) -> float:
        """Duration of an Ogg file, which claims none: FFmpeg takes it from the last page."""
        agreed = claimed is not None and claimed > 0 and abs(end - claimed) <= TOLERANCE
        seeks = self._stream.name in OGG_SEEKABLE
        if claimed is not None and agreed and (seeks or abs(self._sum() - end) <= TOLERANCE):
            return claimed
        self._count_packets()
        return self._end_behind(0.0) or 0.0

    def _sum(self) -> float:
        """Duration of all packets together, in s."""
        self._seek(0.0)
        with suppress(av.error.FFmpegError):
            return self._time_base * sum(each.duration or 0 for each in self._packets())
        return 0.0

    def _count_packets(self) -> None:
        """Count the lengths of packets from now on: the positions on the pages are wrong."""
        self._counted = self._offset = 0

    def _last_end(self) -> float | None:
        """Seconds at which the last packet ends; FFmpeg only reads, it does not decode here."""
        if self._musepack is not None:
            return self._musepack_end(self._musepack)
        guess = (guessed_seconds(self._container, self._stream) or 0.0) - END_PROBE
        end = self._end_behind(guess)
        if end is None and guess > 0:  # less is there than the header says
            end = self._end_behind(0.0)
        return end

    def _end_behind(self, seconds: float) -> float | None:
        """Seconds at which the last packet from a place on ends; None where there is none."""
        end = None
        try:
            self._seek(seconds)
            for packet in self._packets():
                if packet.pts is not None and not packet.is_corrupt:  # as one that is cut off
                    end = packet.pts + (packet.duration or 0)
        except av.error.FFmpegError:
            self._source.check()  # what was read until here is what there is
        return None if end is None else float((end - self._offset) * self._time_base)

    def _musepack_end(self, packets: MusepackPackets) -> float:
        """Seconds at which the last packet ends; only decoding it tells its length."""
        last = len(packets.places) - 1
        self._seek(packets.start(last))
        heard = 0
        with suppress(av.error.FFmpegError):
            for packet in itertools.islice(self._packets(), 1):
                heard = sum(frame.samples for frame in packet.decode())
        return packets.start(last) + heard / self.rate

    def _packets(self) -> "Iterator[Packet[AudioStream]]":
        """The packets from the current place on. Raises FFmpegError."""
        # PyAV 18 does not know streams that begin later, as in Ogg files that were joined: the
        # song ends there.
        try:
            for packet in self._container.demux(self._stream):
                if self._musepack is not None and packet.pos is not None:
                    start = self._musepack.start_of_byte(self._source.start + packet.pos)
                    packet.pts = self._offset + round(start / self._time_base)
                if self._counted is not None and packet.size:
                    packet.pts = self._counted
                    self._counted += packet.duration or 0
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

    def _first_stamp(self) -> int:
        """Time stamp of the first sample."""
        start = self._stream.start_time or 0
        if self._container.format.name != "wv":
            return start
        # A part that was cut out of a longer song keeps the numbers of its blocks.
        return next((each.pts for each in self._packets() if each.pts is not None), start)

    def _seek(self, seconds: float) -> None:
        """Seek to a packet that begins there or earlier."""
        if self._counted is not None:
            self._container.close()
            self._container = open_container(self._source)
            self._stream, self._counted = sound_in(self._container, self._path), 0
        elif self._musepack is not None:
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

        One of the channels where they cancel each other. Raises DecodeError if more than
        `MOST_MISSING` of it cannot be decoded.
        """
        window = self._window(start, seconds)
        lacking = min(seconds, self.seconds - start) - window.seconds
        is_ogg = self._container.format.name == "ogg" and self._counted is None
        if is_ogg and max(lacking, window.missing) > MOST_MISSING:
            self._count_packets()
            window = self._window(start, seconds)
        if window.missing > MOST_MISSING:
            raise DecodeError(self._path, f"damaged somewhere after {start:.0f} s")
        return window.samples()

    def _window(self, start: float, seconds: float) -> Window:
        window = Window(start, seconds, self.rate)
        position, lost = 0.0, True  # sample of the file at which the next frame begins
        try:
            self._seek(start - PRE_ROLL)
            early = self._ticks(start - PRE_ROLL)
            for packet in self._packets():
                if packet.pts is not None and packet.pts + (packet.duration or 0) < early:
                    continue  # in a file of hours FFmpeg's index is coarse: it begins minutes early
                try:
                    frames = packet.decode()
                except av.error.FFmpegError:
                    lost = True  # one bad packet loses its place, not the song
                    continue
                for frame in frames:
                    stamped = lost and frame.pts is not None
                    position = window.add(
                        frame, self._position(frame, None if stamped else position)
                    )
                    lost = False
                if not lost and position >= window.stop:
                    break
        except av.error.FFmpegError:
            self._source.check()  # the container ends here; what is missing is counted elsewhere
        return window

    def _position(self, frame: AudioFrame, expected: float | None) -> float:
        """Sample of the file at which `frame` begins.

        Frames follow one another without a gap: some containers round their time stamps to
        milliseconds, which would tear the sound, so a stamp is read only where none is expected.
        """
        if frame.layout.nb_channels > self._channels:  # not all are there: reading them crashes
            raise DecodeError(self._path, "the number of its channels changes in the middle")
        if expected is not None or frame.pts is None:
            return expected or 0
        time_base = float(frame.time_base or self._time_base)
        return round((frame.pts * time_base - self._offset * self._time_base) * self.rate)

    def close(self) -> None:
        """Close the file."""
        self._container.close()
