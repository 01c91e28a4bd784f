"""A decoder opens only the file that it was given, none that this names or that lies beside it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pacetag.model.audio.decoders import Either, open_decoder
from pacetag.model.audio.excerpts import read_excerpts
from pacetag.model.audio.ffmpeg import FfmpegDecoder
from pacetag.model.audio.sndfile import SndfileDecoder
from pacetag.model.errors import ReadError
from pacetag.model.spec import FeatureSpec
from tests.model.audio.test_excerpts import clicks, write

SPEC = FeatureSpec()
TIMEOUT = 60  # s; a pipe without a writer would block its reader
READ = """
import sys
from pathlib import Path
from pacetag.model.audio.excerpts import read_excerpts
from pacetag.model.errors import ModelError
from pacetag.model.spec import FeatureSpec
try:
    print(len(read_excerpts(Path(sys.argv[1]), FeatureSpec()).samples))
except ModelError as error:
    print(getattr(error, "reason", error))
"""
SWAP = """
import os
def swap_and_open(path, *rest, plain=os.open):
    if str(path) == sys.argv[1]:
        os.replace(sys.argv[1] + ".pipe", path)
    return plain(path, *rest)
os.open = swap_and_open
"""
HLS = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n"
DASH = """<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"
 mediaPresentationDuration="PT20S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period>
<AdaptationSet mimeType="audio/mp4"><Representation id="1" bandwidth="1"><BaseURL>{}</BaseURL>
</Representation></AdaptationSet></Period></MPD>"""
IMF = """<?xml version="1.0"?>
<CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/2016">
<Id>urn:uuid:00000000-0000-0000-0000-000000000000</Id></CompositionPlaylist>"""
SDP = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 96\n"
VOBSUB = "# VobSub index file, v7 (do not modify this line!)\nsize: 1x1\nid: en, index: 0\n"
REAL = "rtsp://127.0.0.1/x\n{}\n"
NAMING = {  # kind: name of the song, its text, the pipe that a decoder would open
    "concat": ("song.mp3", "ffconcat version 1.0\nfile '{}'\n", "pipe"),
    "concat by extension": ("song.ffconcat", "file pipe\n", "pipe"),
    "concat beside it": ("song.wav", "ffconcat version 1.0\nfile pipe\n", "pipe"),
    "concat of songs": ("song.flac", "ffconcat version 1.0\nfile pipe.flac\n", "pipe.flac"),
    "concat after a mark": ("song.ogg", "\ufeffffconcat version 1.0\nfile pipe\n", "pipe"),
    "hls": ("song.m3u8", HLS, "pipe.ts"),
    "hls as mp3": ("song.mp3", HLS, "pipe.mp3"),
    "dash": ("song.mpd", DASH, "pipe.m4a"),
    "dash as m4a": ("song.m4a", DASH, "pipe.m4a"),
    "imf": ("song.xml", IMF, "ASSETMAP.xml"),
    "sdp": ("song.sdp", SDP, "pipe"),
    "real": ("song.ram", REAL, "pipe"),
    "vobsub": ("song.idx", VOBSUB, "song.sub"),
    "vobsub as mp3": ("song.mp3", VOBSUB, "song.sub"),
    "pattern": ("%03d.png", "no picture", "001.png"),
    "riff beside a fork": ("song.wav", "RIFF....AVI LIST" + 99 * ".", "._song.wav"),
    "riff beside a folder of forks": ("a.wav", "RIFF....AVI " + 99 * ".", ".AppleDouble/a.wav"),
    "form beside a fork": ("song.aif", "FORM....ILBM" + 99 * ".", "._song.aif"),
    "caf beside a fork": ("song.caf", "caff....free" + 99 * ".", "._song.caf"),
    "rf64 beside a fork": ("song.wav", "RF64....AVI " + 99 * ".", "._song.wav"),
    "ogg beside a fork": ("song.ogg", "OggS" + 99 * ".", "._song.ogg"),
    "flac beside a fork": ("song.flac", "fLaC" + 99 * ".", "._song.flac"),
    "au beside a fork": ("song.au", ".snd" + 99 * ".", "._song.au"),
    "w64 beside a fork": ("song.w64", "riff" + 99 * ".", "._song.w64"),
    "wav beside a fork": ("song.wav", "RIFF....WAVE" + 99 * ".", "._song.wav"),
}


def said_of(path: Path, before: str = "") -> str:
    """What reading a song says, in a process that is given up if it hangs."""
    program = READ.replace("try:", f"{before}\ntry:", 1)
    done = subprocess.run(
        [sys.executable, "-c", program, os.fsencode(path)],
        capture_output=True,
        timeout=TIMEOUT,
        check=True,
    )
    assert done.stderr == b""
    return done.stdout.decode().strip()


@pytest.mark.parametrize("kind", NAMING)
def test_no_other_file_is_opened(kind: str, tmp_path: Path) -> None:
    name, text, other = NAMING[kind]
    pipe = tmp_path / other
    pipe.parent.mkdir(exist_ok=True)
    os.mkfifo(pipe)
    song = tmp_path / name
    song.write_text(text.format(pipe))

    assert said_of(song) != "1"


def external(data: bytes, path: Path) -> bytes:
    """An MP4 whose sound lies in another file: an alias in `dref`, as QuickTime writes it."""
    name = os.fsencode(path)
    alias = bytes(150) + (2).to_bytes(2) + len(name).to_bytes(2) + name + b"\xff\xff\0\0"
    entry = (12 + len(alias)).to_bytes(4) + b"alis" + bytes(4) + alias
    plain = (12).to_bytes(4) + b"url " + b"\0\0\0\1"
    assert data.count(plain) == 1
    grown = len(entry) - len(plain)
    for atom in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        at = data.index(atom) - 4
        size = int.from_bytes(data[at : at + 4]) + grown
        data = data[:at] + size.to_bytes(4) + data[at + 4 :]
    return data.replace(plain, entry)


def test_a_movie_whose_sound_lies_elsewhere_is_no_song(tmp_path: Path) -> None:
    song = write(tmp_path / "song.m4a", clicks(120, 20, 22_050), 22_050)
    pipe = tmp_path / "pipe.m4a"
    os.mkfifo(pipe)
    song.write_bytes(external(song.read_bytes(), pipe))

    assert said_of(song) != "1"


@pytest.mark.parametrize("kind", [".flac", ".ogg", ".mp3", ".m4a"])
def test_a_pipe_put_in_a_songs_place_at_the_last_moment_is_not_waited_for(
    kind: str, tmp_path: Path
) -> None:
    song = write(tmp_path / f"song{kind}", clicks(120, 20, 22_050), 22_050)
    os.mkfifo(f"{song}.pipe")

    assert said_of(song, SWAP) == "it is not a plain file"


@pytest.mark.parametrize("kind", [".flac", ".ogg", ".opus", ".wav", ".mp3", ".m4a", ".wma", ".wv"])
def test_an_open_song_is_heard_to_its_end_though_another_file_takes_its_place(
    kind: str, tmp_path: Path
) -> None:
    rate = 48_000 if kind == ".opus" else 22_050
    song = write(tmp_path / f"song{kind}", clicks(120, 20, rate), rate)
    with open_decoder(song) as decoder:
        before = decoder.read(0, 20)
        song.unlink()
        os.mkfifo(song)
        after = decoder.read(0, 20)

    assert len(after) == len(before) == pytest.approx(20 * rate, abs=0.1 * rate)
    assert np.allclose(after, before, atol=0.1)  # AAC fills gaps with noise of its own


def failing(error: BaseException) -> Callable[..., bytes]:
    """A read that the system, or a person, ends."""

    def read(*_: object) -> bytes:
        raise error

    return read


@pytest.mark.parametrize("kind", [".mp3", ".m4a", ".wma"])
def test_ctrl_c_while_ffmpeg_reads_is_not_lost(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    song = write(tmp_path / f"song{kind}", clicks(120, 60, 44_100), 44_100)
    with open_decoder(song) as decoder, monkeypatch.context() as patch:
        patch.setattr(os, "pread", failing(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            decoder.read(0, 60)
    with monkeypatch.context() as patch:
        patch.setattr(os, "pread", failing(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt), open_decoder(song):
            pass
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", [".mp3", ".m4a", ".wma"])
def test_a_disk_that_fails_while_ffmpeg_reads_is_reported_as_such_and_quietly(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    song = write(tmp_path / f"song{kind}", clicks(120, 60, 44_100), 44_100)
    with open_decoder(song) as decoder, monkeypatch.context() as patch:
        patch.setattr(os, "pread", failing(OSError(5, "Input/output error")))
        with pytest.raises(ReadError, match=r"song.*: cannot be read: Input/output error"):
            decoder.read(0, 60)
    monkeypatch.setattr(os, "pread", failing(OSError(5, "Input/output error")))
    with pytest.raises(ReadError), open_decoder(song):
        pass
    assert capfd.readouterr() == ("", "")


def test_a_disk_that_fails_behind_what_is_wanted_is_no_error_of_what_was_read(
    tmp_path: Path,
) -> None:
    """FFmpeg reads ahead; the packets that it has by then are good."""
    song = write(tmp_path / "song.mp3", clicks(120, 20, 44_100), 44_100)
    with open_decoder(song) as decoder:
        assert isinstance(decoder, FfmpegDecoder)
        packets = decoder._packets()
        next(packets)
        decoder._source.fault = OSError(5, "Input/output error")

        packets.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", [".mp3", ".m4a"])
@pytest.mark.parametrize(
    "name",
    [
        "concat:a|b",
        "subfile,,start,0,end,9,,:a",
        "a\nb",
        "pipe:0",
        "fd:",
        "%03d",
        "http://a",
        "-",
        "a,b=c",
    ],
)
def test_a_name_is_only_a_name(name: str, kind: str, tmp_path: Path) -> None:
    """FFmpeg knows many names that stand for something else."""
    plain = write(tmp_path / f"plain{kind}", clicks(120, 14, 22_050), 22_050)
    song = tmp_path / f"{name}{kind}"
    song.parent.mkdir(parents=True, exist_ok=True)
    plain.rename(song)

    assert len(read_excerpts(song, SPEC).samples) == 1


def test_a_large_tag_before_the_sound_hides_no_mp3(tmp_path: Path) -> None:
    """Then FFmpeg knows it by its suffix alone."""
    song = write(tmp_path / "song.mp3", clicks(120, 14, 22_050), 22_050)
    size = 6 << 20
    sevens = bytes(size >> shift & 127 for shift in (21, 14, 7, 0))
    song.write_bytes(b"ID3\4\0\0" + sevens + bytes(size) + song.read_bytes())

    assert read_excerpts(song, SPEC).duration == pytest.approx(14, abs=0.1)


@pytest.mark.parametrize("kind", [".flac", ".ogg", ".wav", ".aiff"])
def test_libsndfile_reads_what_it_reads_best(kind: str, tmp_path: Path) -> None:
    song = write(tmp_path / f"song{kind}", clicks(120, 14, 22_050), 22_050)

    with open_decoder(song) as decoder:
        assert isinstance(decoder, Either)
        assert isinstance(decoder.decoder, SndfileDecoder)


@pytest.mark.parametrize("format_", ["W64", "RF64", "CAF", "AU", "SVX"])
def test_rarer_containers_are_read_by_libsndfile(format_: str, tmp_path: Path) -> None:
    song = tmp_path / "song"
    soundfile.write(song, clicks(120, 14, 22_050), 22_050, "PCM_16", format=format_)

    with open_decoder(song) as decoder:
        assert isinstance(decoder, Either)
        assert isinstance(decoder.decoder, SndfileDecoder)
        assert decoder.seconds == pytest.approx(14, abs=0.01)
