"""Excerpts of every container, and errors for all that is not sound."""

import os
import struct
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from pacetag.model.audio.excerpts import excerpt_spans, read_excerpts, read_window
from pacetag.model.audio.headers import xing_seconds
from pacetag.model.errors import DecodeError, TooShortError
from pacetag.model.judge_settings import ScheduleSettings
from pacetag.model.spec import FeatureSpec

Samples = NDArray[np.float64]

SPEC, SCHEDULE = FeatureSpec(), ScheduleSettings()
SNDFILE_SUBTYPES = {
    ".mp3": ("MP3", "MPEG_LAYER_III"),
    ".flac": ("FLAC", "PCM_16"),
    ".ogg": ("OGG", "VORBIS"),
    ".opus": ("OGG", "OPUS"),
    ".wav": ("WAV", "PCM_16"),
    ".aiff": ("AIFF", "PCM_16"),
}
FFMPEG_CODECS = {
    ".m4a": "aac",
    ".alac.m4a": "alac",
    ".aac": "aac",
    ".wma": "wmav2",
    ".wv": "wavpack",
    ".tta": "tta",
    ".oga": "flac",
    ".mka": "ac3",
}
# Seconds of silence that an encoder puts in front and the container does not note.
ENCODER_DELAY = {".wma": 2048 / 44_100, ".aac": 1024 / 44_100}
CONTAINERS = [*SNDFILE_SUBTYPES, *FFMPEG_CODECS]


# A black square of 16 × 16 points, 32 bits each.
BMP = (b"BM", 54 + 1024, 0, 54, 40, 16, 16, 1, 32)


def write(path: Path, samples: Samples, rate: int, **options: str) -> Path:
    """Encode `samples`, [n] or [n, channels], as the name of `path` says."""
    kind = "".join(path.suffixes)
    if kind in SNDFILE_SUBTYPES:
        format_, subtype = SNDFILE_SUBTYPES[kind]
        with soundfile.SoundFile(path, "w", rate, samples.ndim, subtype, format=format_) as file:
            for block in np.array_split(samples, len(samples) // rate + 1):
                file.write(block)  # in blocks: libsndfile's Vorbis encoder overflows its stack
        return path
    with av.open(str(path), "w", options=options) as container:
        layout = "mono" if samples.ndim == 1 else "stereo"
        stream = container.add_stream(FFMPEG_CODECS[kind], rate=rate, layout=layout)
        assert isinstance(stream, AudioStream)
        stream.bit_rate = 128_000
        whole = np.round(samples * 32767).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(whole, format="s16", layout=layout)
        frame.sample_rate, frame.pts = rate, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def sine(hertz: float, seconds: float, rate: int) -> Samples:
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def clicks(bpm: float, seconds: float, rate: int) -> Samples:
    """A decaying 2 kHz tick on each beat."""
    since_beat = (np.arange(round(seconds * rate)) / rate) % (60 / bpm)
    return np.asarray(0.8 * np.exp(-60 * since_beat) * np.sin(2 * np.pi * 2000 * since_beat))


def clock(seconds: float, rate: int) -> Samples:
    """A tone that rises by 20 Hz a second from 300 Hz, so that its pitch tells the time.

    Noise in the first third makes an encoder of variable bit rate spend its bytes unevenly.
    """
    time = np.arange(round(seconds * rate)) / rate
    tone = 0.3 * np.sin(2 * np.pi * (300 * time + 10 * time**2))
    noise = np.random.default_rng(1).standard_normal(len(time)) * (time < seconds / 3)
    return np.asarray(tone + 0.02 * noise)


def time_on_clock(samples: NDArray[np.float32]) -> float:
    """Seconds at which a window of `clock` begins."""
    length = SPEC.sample_rate // 2
    spectrum = np.abs(np.fft.rfft(samples[:length] * np.hanning(length), 1 << 16))
    pitch = spectrum.argmax() * SPEC.sample_rate / (1 << 16)
    return float((pitch - 300) / 20 - 0.25)  # the pitch in the middle of half a second


def loudest_hertz(samples: NDArray[np.float32]) -> float:
    spectrum = np.abs(np.fft.rfft(samples))
    return float(spectrum.argmax() * SPEC.sample_rate / len(samples))


def reason_of(path: Path) -> str:
    with pytest.raises(DecodeError) as caught:
        read_excerpts(path, SPEC)
    assert caught.value.path == path
    return caught.value.reason


@pytest.fixture(scope="module")
def whole_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """40 s of clicks in each container."""
    folder = tmp_path_factory.mktemp("whole")
    rates = {".opus": 48_000}
    return {
        kind: write(folder / f"clicks{kind}", clicks(120, 40, rate), rate, movflags="faststart")
        if kind.endswith(".m4a")
        else write(folder / f"clicks{kind}", clicks(120, 40, rate), rate)
        for kind in CONTAINERS
        for rate in [rates.get(kind, 44_100)]
    }


def cut(path: Path, folder: Path, share: float) -> Path:
    """Copy the first `share` of a file's bytes."""
    data = path.read_bytes()
    short = folder / path.name
    short.write_bytes(data[: int(len(data) * share)])
    return short


@pytest.mark.parametrize("kind", CONTAINERS)
def test_every_container_comes_back_at_its_length_pitch_and_level(
    tmp_path: Path, kind: str
) -> None:
    """20 s with a tone of 0.5 on the left only: the equal-weight mix has half of that."""
    rate = 48_000 if kind == ".opus" else 44_100
    left = 0.5 * sine(1000, 20, rate)
    path = write(tmp_path / f"song{kind}", np.stack([left, 0 * left], axis=1), rate)

    excerpts = read_excerpts(path, SPEC)

    (samples,) = excerpts.samples
    assert samples.dtype == np.float32
    assert samples.ndim == 1
    assert excerpts.starts == (0.0,)
    assert excerpts.duration == pytest.approx(20, abs=0.1)
    assert len(samples) / SPEC.sample_rate == pytest.approx(20, abs=0.1)
    assert loudest_hertz(samples) == pytest.approx(1000, abs=1)
    middle = samples[SPEC.sample_rate : -SPEC.sample_rate]
    assert np.sqrt(2 * np.mean(middle**2)) == pytest.approx(0.25, rel=0.03)


@pytest.mark.parametrize("kind", CONTAINERS)
def test_clicks_stay_where_they_were(whole_files: dict[str, Path], kind: str) -> None:
    """The first of the sharp ticks in a window from 20.25 s on is where the next beat is."""
    window = read_window(whole_files[kind], 20.25, 10, SPEC)

    onset = np.flatnonzero(np.abs(window) > 0.3)[0] / SPEC.sample_rate
    assert onset == pytest.approx(0.25 + ENCODER_DELAY.get(kind, 0.0), abs=0.005)


@pytest.mark.parametrize("kind", [".mp3", ".flac", ".ogg", ".opus", ".m4a", ".wma", ".wv"])
def test_a_long_song_is_heard_in_three_places(tmp_path: Path, kind: str) -> None:
    """Of 170 s the edges are left out, and the rest is reached by exact seeking."""
    path = write(tmp_path / f"long{kind}", clock(170, 16_000), 16_000)

    excerpts = read_excerpts(path, SPEC)

    assert excerpts.starts == pytest.approx((23.777, 65.0, 106.223), abs=0.05)
    assert [len(part) for part in excerpts.samples] == pytest.approx([40 * 22_050] * 3, abs=2)
    heard = [time_on_clock(part) for part in excerpts.samples]
    assert heard == pytest.approx(list(excerpts.starts), abs=0.05)  # WMA adds a delay


def test_an_mp3_of_variable_rate_without_a_header_keeps_its_length(tmp_path: Path) -> None:
    """Nothing says how long it is, and its first bytes mislead about the rest."""
    path = write(tmp_path / "plain.mp3", clock(200, 16_000), 16_000)
    data = path.read_bytes()
    assert b"Xing" in data[:500]
    path.write_bytes(data.replace(b"Xing", b"\0\0\0\0", 1))

    excerpts = read_excerpts(path, SPEC)

    assert excerpts.duration == pytest.approx(200, abs=0.3)
    heard = [time_on_clock(part) for part in excerpts.samples]
    assert heard == pytest.approx(list(excerpts.starts), abs=0.15)


def test_two_mp3s_joined_into_one_are_both_heard(tmp_path: Path) -> None:
    """The header of the first speaks only of the first."""
    path = write(tmp_path / "one.mp3", clicks(120, 30, 16_000), 16_000)
    path.write_bytes(path.read_bytes() * 2)

    assert read_excerpts(path, SPEC).duration == pytest.approx(60, abs=0.5)


def test_mp3s_of_two_rates_joined_into_one_are_both_heard(tmp_path: Path) -> None:
    slow = write(tmp_path / "slow.mp3", clicks(120, 20, 16_000), 16_000)
    fast = write(tmp_path / "fast.mp3", clicks(120, 20, 22_050), 22_050)
    slow.write_bytes(slow.read_bytes() + fast.read_bytes())

    excerpts = read_excerpts(slow, SPEC)

    (samples,) = excerpts.samples
    late = samples[25 * SPEC.sample_rate : 35 * SPEC.sample_rate]
    onsets = np.flatnonzero(np.abs(late) > 0.3) / SPEC.sample_rate
    firsts = onsets[np.flatnonzero(np.diff(onsets, prepend=-1) > 0.2)]
    assert excerpts.duration == pytest.approx(40, abs=0.3)
    assert np.diff(firsts) == pytest.approx(0.5, abs=0.005)


def test_an_mp3_header_is_found_behind_a_large_tag(tmp_path: Path) -> None:
    """A cover of 300 kB in front, its size written with seven bits a byte."""
    path = write(tmp_path / "tagged.mp3", clicks(120, 40, 44_100), 44_100)
    tag = bytes([*b"ID3", 3, 0, 0, 0, 300_000 >> 14, 300_000 >> 7 & 127, 300_000 & 127])
    path.write_bytes(tag + b"\xff" * 300_000 + path.read_bytes())

    with path.open("rb") as file:
        assert xing_seconds(file) == pytest.approx(40, abs=0.1)
    assert read_excerpts(path, SPEC).duration == pytest.approx(40, abs=0.1)
    assert reason_of(cut(path, path.parent, 0.8)).startswith("cut off")


def test_the_header_of_fraunhofer_encoders_is_understood(tmp_path: Path) -> None:
    """VBRI: tag, version, delay, quality, bytes, frames, 32 bytes behind the frame's header."""
    frame = bytes([0xFF, 0xFB, 0x90, 0x00]) + bytes(32)  # MPEG 1, layer III, 44 100 Hz
    path = tmp_path / "vbri.mp3"
    path.write_bytes(frame + struct.pack(">4sHHHII", b"VBRI", 1, 0, 0, 9, 2297) + bytes(500))

    with path.open("rb") as file:
        assert xing_seconds(file) == pytest.approx(2297 * 1152 / 44_100)


@pytest.mark.parametrize(
    ("duration", "starts", "length"),
    [
        (12.0, [0.0], 12.0),
        (99.9, [0.0], 99.9),
        (100.0, [23.777], 52.446),
        (167.5, [23.777], 119.946),
        (200.0, [23.777, 80.0, 136.223], 40.0),
        (3600.0, [23.777, 1780.0, 3536.223], 40.0),
    ],
)
def test_excerpts_are_spread_from_the_usable_start_to_its_end(
    duration: float, starts: list[float], length: float
) -> None:
    spans = excerpt_spans(duration)

    assert [span.start for span in spans] == pytest.approx(starts, abs=1e-3)
    assert [span.seconds for span in spans] == pytest.approx([length] * len(starts), abs=1e-3)
    edge = SCHEDULE.edge_seconds if duration >= SCHEDULE.whole_below else 0.0
    assert spans[-1].start + spans[-1].seconds == pytest.approx(duration - edge)


def test_a_song_under_twelve_seconds_is_too_short(tmp_path: Path) -> None:
    path = write(tmp_path / "short.flac", clicks(120, 11.5, 22_050), 22_050)

    with pytest.raises(TooShortError, match=r"11\.5 s long; at least 12 s"):
        read_excerpts(path, SPEC)


def test_a_silent_stretch_is_left_out_but_the_rest_is_heard(tmp_path: Path) -> None:
    song = clicks(120, 200, 8_000)
    song[: 100 * 8_000] = 0
    path = write(tmp_path / "late.wav", song, 8_000)

    assert read_excerpts(path, SPEC).starts == pytest.approx((80.0, 136.223), abs=1e-3)


@pytest.mark.parametrize("kind", [".flac", ".mp3", ".m4a"])
def test_silence_is_an_error(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path / f"silent{kind}", np.zeros(20 * 44_100), 44_100)

    assert reason_of(path) == "there is only silence in it"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_samples_that_are_no_numbers_are_an_error(tmp_path: Path, value: float) -> None:
    song = sine(440, 20, 22_050)
    song[22_050] = value
    path = tmp_path / "nan.wav"
    soundfile.write(path, song, 22_050, subtype="FLOAT")

    assert reason_of(path) == "some samples are not numbers"


def test_a_file_without_channels_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / "none.wav", sine(440, 20, 22_050), 22_050)
    data = bytearray(path.read_bytes())
    struct.pack_into("<H", data, 22, 0)
    path.write_bytes(data)

    assert "hannel" in reason_of(path)


# ADTS (.aac) and Ogg have no place to say how long they are.
PROMISING = [kind for kind in CONTAINERS if kind not in {".aac", ".ogg", ".opus", ".oga"}]


@pytest.mark.parametrize("kind", PROMISING)
def test_a_file_that_lacks_much_of_its_sound_is_an_error(
    tmp_path: Path, whole_files: dict[str, Path], kind: str
) -> None:
    """16 of 40 s."""
    short = cut(whole_files[kind], tmp_path, 0.6)

    assert reason_of(short).startswith("cut off")
    assert "of its 40 s are there, and nine tenths must be" in reason_of(short)


@pytest.mark.parametrize("kind", CONTAINERS)
def test_a_file_that_lacks_little_of_its_sound_is_heard(
    tmp_path: Path, whole_files: dict[str, Path], kind: str
) -> None:
    """3 of 40 s are missing: players play the rest."""
    excerpts = read_excerpts(cut(whole_files[kind], tmp_path, 0.93), SPEC)

    heard = len(excerpts.samples[0]) / SPEC.sample_rate
    assert 34 < heard < 39
    assert excerpts.duration == pytest.approx(heard, abs=1.5)


@pytest.mark.parametrize("kind", [".ogg", ".opus", ".oga", ".aac"])
def test_of_a_file_that_promises_nothing_all_that_is_there_is_heard(
    tmp_path: Path, whole_files: dict[str, Path], kind: str
) -> None:
    """Its last Ogg page is cut."""
    excerpts = read_excerpts(cut(whole_files[kind], tmp_path, 0.6), SPEC)

    assert 15 < excerpts.duration < 28


def test_an_m4a_whose_index_is_lost_is_an_error(tmp_path: Path) -> None:
    """The index of samples stands last unless the writer moved it to the front."""
    path = write(tmp_path / "clicks.m4a", clicks(120, 20, 44_100), 44_100)
    short = cut(path, path.parent, 0.9)

    assert reason_of(short) == "no known kind of audio, or its end is missing"


def test_a_wav_from_a_pipe_claims_no_length_and_is_read(tmp_path: Path) -> None:
    """Programs that cannot seek back leave 2^32 - 1 as the size."""
    path = write(tmp_path / "piped.wav", clicks(120, 20, 22_050), 22_050)
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, 40, 0xFFFFFFFF)
    path.write_bytes(data)

    assert read_excerpts(path, SPEC).duration == pytest.approx(20, abs=0.01)


def test_a_flac_without_a_length_is_read(tmp_path: Path) -> None:
    """A streaming encoder leaves the 36 bits of STREAMINFO's total at zero."""
    path = write(tmp_path / "streamed.flac", clicks(120, 20, 22_050), 22_050)
    data = bytearray(path.read_bytes())
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    path.write_bytes(data)

    assert read_excerpts(path, SPEC).duration == pytest.approx(20, abs=0.1)


@pytest.mark.parametrize("kind", [".mp3", ".m4a", ".flac"])
def test_a_few_spoilt_bytes_do_not_cost_the_song(
    tmp_path: Path, whole_files: dict[str, Path], kind: str
) -> None:
    data = bytearray(whole_files[kind].read_bytes())
    middle = len(data) // 2
    data[middle : middle + 300] = b"\x55" * 300
    path = tmp_path / f"spoilt{kind}"
    path.write_bytes(data)

    (samples,) = read_excerpts(path, SPEC).samples

    assert len(samples) / SPEC.sample_rate == pytest.approx(40, abs=1)


@pytest.mark.parametrize("kind", [".mp3", ".flac", ".m4a"])
def test_content_decides_and_not_the_name(
    tmp_path: Path, whole_files: dict[str, Path], kind: str
) -> None:
    path = tmp_path / "song.ogg"
    path.write_bytes(whole_files[kind].read_bytes())

    assert read_excerpts(path, SPEC).duration == pytest.approx(40, abs=0.1)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("diary.mp3", b"Dear diary, this is no music.\n" * 3000, "no sound can be decoded"),
        ("zeros.mp3", bytes(200_000), "no sound can be decoded"),
        ("empty.flac", b"", "the file is empty"),
        ("text.flac", b"fLaC is only a word here. " * 99, ""),
        ("text.ogg", b"OggS is only a word here. " * 99, ""),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:10,\nother.aac\n#EXT-X-ENDLIST\n", ""),
        ("list.mp3", b"ffconcat version 1.0\nfile other.wav\n", ""),
        (
            "picture.mp3",
            struct.pack("<2sIIIIiiHH", *BMP) + bytes(24 + 1024),
            "there is no audio in it",
        ),
        ("page.m4a", b"<html><body>Not found</body></html>", "no known kind of audio"),
    ],
)
def test_what_is_no_audio_is_a_quiet_error(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str, content: bytes, reason: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    assert reason in reason_of(path)
    assert capfd.readouterr() == ("", "")


def test_a_list_of_other_files_is_no_song(tmp_path: Path) -> None:
    """FFmpeg would play the other file; tags would then be written into the list."""
    write(tmp_path / "other.wav", clicks(120, 20, 22_050), 22_050)
    path = tmp_path / "list.mp3"
    path.write_text("ffconcat version 1.0\nfile other.wav\n")

    assert reason_of(path) == "it is a list of other files"


def test_damaged_mp3s_put_nothing_on_the_terminal(
    tmp_path: Path, whole_files: dict[str, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    data = bytearray(whole_files[".mp3"].read_bytes())
    data[5_000:90_000:7] = bytes(len(range(5_000, 90_000, 7)))
    path = tmp_path / "noise.mp3"
    path.write_bytes(data)

    with pytest.raises(DecodeError):
        read_excerpts(path, SPEC)
    with pytest.raises(DecodeError):
        read_excerpts(cut(whole_files[".mp3"], tmp_path, 0.5), SPEC)
    assert capfd.readouterr() == ("", "")


def test_a_folder_a_pipe_and_a_missing_file_are_errors(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.mp3"
    os.mkfifo(pipe)

    assert reason_of(tmp_path) == "it is a folder"
    assert reason_of(pipe) == "it is not a plain file"
    assert reason_of(tmp_path / "gone.mp3") == "there is no such file"


def test_a_file_that_may_not_be_read_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forged, since root may read everything."""
    path = write(tmp_path / "secret.flac", clicks(120, 20, 22_050), 22_050)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)

    assert reason_of(path) == "permission denied"


@pytest.mark.parametrize("kind", [".flac", ".mp3"])
def test_a_name_of_any_bytes_can_be_opened(
    tmp_path: Path, whole_files: dict[str, Path], kind: str
) -> None:
    path = tmp_path / os.fsdecode(b"http: caf\xe9 %d" + kind.encode())
    path.write_bytes(whole_files[kind].read_bytes())

    assert len(read_window(path, 0, 10, SPEC)) == 10 * SPEC.sample_rate


@pytest.mark.parametrize("kind", [".flac", ".mp3", ".m4a"])
def test_a_window_is_exactly_what_was_asked_for(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path / f"clock{kind}", clock(90, 16_000), 16_000)

    window = read_window(path, 40.0, 30.0, SPEC)

    assert len(window) == 30 * SPEC.sample_rate
    assert time_on_clock(window) == pytest.approx(40.0, abs=0.03)


@pytest.mark.parametrize("kind", [".flac", ".mp3"])
def test_a_window_ends_with_the_song(whole_files: dict[str, Path], kind: str) -> None:
    window = read_window(whole_files[kind], 30.0, 40.0, SPEC)

    assert len(window) / SPEC.sample_rate == pytest.approx(10, abs=0.1)
    with pytest.raises(DecodeError, match="nothing after 50 s"):
        read_window(whole_files[kind], 50.0, 40.0, SPEC)


@pytest.fixture
def sample_width_file(tmp_path: Path) -> Callable[[str], Path]:
    def make(subtype: str) -> Path:
        path = tmp_path / f"{subtype}.wav"
        soundfile.write(path, 0.5 * sine(1000, 15, 22_050), 22_050, subtype=subtype)
        return path

    return make


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW"])
def test_every_sample_width_has_the_same_full_scale(
    sample_width_file: Callable[[str], Path], subtype: str
) -> None:
    (samples,) = read_excerpts(sample_width_file(subtype), SPEC).samples

    assert np.abs(samples).max() == pytest.approx(0.5, rel=0.05)
