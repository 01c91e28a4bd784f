"""Musepack: FFmpeg knows neither its length nor the places in it."""

import subprocess
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from pacetag.model.audio.decoders import open_decoder
from pacetag.model.audio.excerpts import read_excerpts
from pacetag.model.audio.ffmpeg_frames import planes_of
from pacetag.model.audio.musepack import MOST, read_packets
from pacetag.model.audio.seven_bits import leading_number
from pacetag.model.errors import DecodeError
from pacetag.model.spec import FeatureSpec
from tests.model.audio.test_excerpts import clock
from tests.tagger.tags.dressing import dress_ape

FRAME = 1152  # samples
HEADER = 4 + 3 + 5  # bytes before the number of samples: magic, key and size, checksum, version


def encode(
    path: Path, seconds: float, rate: int = 44_100, channels: int = 2, quality: str = "5"
) -> Path:
    plain = path.with_suffix(".wav")
    soundfile.write(plain, np.stack([clock(seconds, rate)] * channels, axis=1), rate)
    command = ["mpcenc", "--silent", "--quality", quality, str(plain), str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path


def from_the_start(path: Path) -> NDArray[np.float32]:
    """The whole song, decoded in one go without any seeking."""
    with av.open(str(path)) as container:
        planes = planes_of(list(container.decode(audio=0)))
    return np.asarray(np.mean(planes, axis=0, dtype=np.float32) / np.float32(2**15))


def claiming(data: bytes, samples: int) -> bytes:
    """The same file, whose header says that it has so many samples."""
    _, width = leading_number(data[HEADER:])
    claim = bytes(samples >> 7 * at & 0x7F | (0x80 if at else 0) for at in reversed(range(width)))
    return data[:HEADER] + claim + data[HEADER + width :]


@pytest.mark.outside("mpcenc")
@pytest.mark.parametrize("rate", [44_100, 48_000, 32_000])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("seconds", [12.0, 12.7, 13.4, 14.0, 15.05, 33.5])
def test_a_song_of_any_length_is_as_long_as_it_was(
    seconds: float, channels: int, rate: int, tmp_path: Path
) -> None:
    song = encode(tmp_path / "song.mpc", seconds, rate, channels)

    excerpts = read_excerpts(song, FeatureSpec())

    assert excerpts.duration == pytest.approx(seconds, abs=1e-3)
    assert len(excerpts.samples[0]) == pytest.approx(seconds * 22_050, abs=2)


@pytest.mark.outside("mpcenc")
@pytest.mark.parametrize("quality", ["5", "7", "9"])
@pytest.mark.parametrize("seconds", [14.0, 100.0])
def test_every_excerpt_is_exactly_what_lies_there(
    seconds: float, quality: str, tmp_path: Path
) -> None:
    """With a tag and without. Below quality 5 FFmpeg fills bands with noise of its own."""
    song = encode(tmp_path / "song.mpc", seconds, quality=quality)
    whole = from_the_start(song)

    check_excerpts(song, whole, seconds)
    dress_ape(song)
    assert (from_the_start(song) == whole).all()
    check_excerpts(song, whole, seconds)


def check_excerpts(song: Path, whole: NDArray[np.float32], seconds: float) -> None:
    with open_decoder(song) as decoder:
        for start in (0, 0.6, 1.7, 2.2, 3.1, 5.0, seconds / 2, seconds - 4, seconds - 0.5):
            window = decoder.read(start, 3.0)
            first = round(start * decoder.rate)
            same = np.isclose(window, whole[first : first + len(window)], atol=1e-4)
            # FFmpeg's filter still holds what it read last, where there is nothing before.
            assert same[FRAME if start == 0 else 0 :].all()
            assert len(window) >= min(3.0, seconds - start) * decoder.rate


@pytest.mark.outside("mpcenc")
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_song_that_is_cut_off_says_where(share: float, tmp_path: Path) -> None:
    song = encode(tmp_path / "song.mpc", 40.0)
    data = song.read_bytes()
    song.write_bytes(data[: round(share * len(data))])

    with pytest.raises(DecodeError, match=r"cut off: \d+ of its 40 s are there"):
        read_excerpts(song, FeatureSpec())


@pytest.mark.outside("mpcenc")
@pytest.mark.parametrize("claimed", [16.0, 28.0])
def test_a_header_that_claims_more_than_is_there_is_an_error(
    claimed: float, tmp_path: Path
) -> None:
    song = encode(tmp_path / "song.mpc", 14.0)
    song.write_bytes(claiming(song.read_bytes(), round(claimed * 44_100)))

    with pytest.raises(DecodeError, match=f"cut off: 14 of its {claimed:.0f} s are there"):
        read_excerpts(song, FeatureSpec())


@pytest.mark.outside("mpcenc")
@pytest.mark.parametrize("claimed", [0, 1, 44_100])
def test_a_header_that_claims_nothing_or_less_is_not_believed(claimed: int, tmp_path: Path) -> None:
    """An encoder that writes to a pipe cannot go back to say how much it was."""
    song = encode(tmp_path / "song.mpc", 14.0)
    song.write_bytes(claiming(song.read_bytes(), claimed))

    assert read_excerpts(song, FeatureSpec()).duration == pytest.approx(14, abs=0.03)


def test_no_end_of_tiny_packets_is_followed(tmp_path: Path) -> None:
    song = tmp_path / "song.mpc"
    song.write_bytes(b"MPCK" + b"RG\3" * (MOST + 1))

    with song.open("rb") as file:
        assert read_packets(file, song.stat().st_size) is None


@pytest.mark.outside("mpcenc")
@pytest.mark.parametrize("length", range(0, 60, 7))
def test_cut_heads_have_no_packets(length: int, tmp_path: Path) -> None:
    song = encode(tmp_path / "song.mpc", 2.0)
    song.write_bytes(song.read_bytes()[:length])

    with song.open("rb") as file:
        assert read_packets(file, length) is None
