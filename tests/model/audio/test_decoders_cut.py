"""Parts cut out of songs, joined songs and odd headers: all that players play is decoded."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pacetag.model.audio.excerpts import read_excerpts, read_window
from pacetag.model.audio.flac_end import is_broken_off
from pacetag.model.spec import FeatureSpec
from tests.model.audio.test_excerpts import clock, time_on_clock
from tests.ogg_pages import changed
from tests.outside import needs

pytestmark = pytest.mark.outside("ffmpeg")

SPEC = FeatureSpec()
SECONDS = 30
KINDS = {  # suffix, after a name where there are several: arguments of FFmpeg
    "ogg": "-c:a libvorbis",
    "opus": "-c:a libopus",
    "oga": "-c:a flac",
    "spx": "-c:a libspeex",
    "flac": "",
    "wv": "",
    "mp3": "",
    "tta": "",
    "wma": "",
    "m4a": "",
    "mka": "-c:a libvorbis",
}
OGG = ["ogg", "opus", "oga", "spx"]
THREE_HOURS = 3 * 3600 * 48_000  # samples


def run(*command: str | Path) -> None:
    subprocess.run(["ffmpeg", "-v", "error", *command], check=True)


@pytest.fixture(scope="module")
@needs("ffmpeg")
def songs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Songs of 30 s whose pitch tells the time."""
    folder = tmp_path_factory.mktemp("songs")
    plain = folder / "plain.wav"
    soundfile.write(plain, np.stack([clock(SECONDS, 44_100)] * 2, axis=1), 44_100)
    for kind, told in KINDS.items():
        run("-i", plain, *told.split(), folder / f"song.{kind}")
    return {kind: folder / f"song.{kind}" for kind in KINDS}


def heard(song: Path) -> float:
    """Seconds that are heard, in one piece."""
    (samples,) = read_excerpts(song, SPEC).samples
    return len(samples) / SPEC.sample_rate


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_a_part_that_was_copied_out_of_a_song_is_heard(
    kind: str, before: bool, tmp_path: Path, songs: dict[str, Path]
) -> None:
    part = tmp_path / f"part.{kind}"
    cut = ["-ss", "8", "-t", "15"]
    source = ["-i", str(songs[kind])]
    run(*(cut + source if before else source + cut), "-c", "copy", part)

    early, late = (time_on_clock(read_window(part, start, 3, SPEC)) for start in (2, 9))
    assert read_excerpts(part, SPEC).duration == pytest.approx(15, abs=3.2)  # from a key on
    assert heard(part) == pytest.approx(15, abs=3.2)
    assert early == pytest.approx(10, abs=3.2)
    assert late - early == pytest.approx(7, abs=0.1)


@pytest.mark.parametrize("kind", OGG)
def test_positions_that_begin_hours_later_are_heard(
    kind: str, tmp_path: Path, songs: dict[str, Path]
) -> None:
    """As in what was recorded off a station."""
    song = tmp_path / f"song.{kind}"
    data = songs[kind].read_bytes()
    song.write_bytes(changed(data, lambda _, at, f: (at + THREE_HOURS if at > 0 else at, f)))

    assert heard(song) == pytest.approx(SECONDS, abs=0.2)
    assert time_on_clock(read_window(song, 12, 3, SPEC)) == pytest.approx(12, abs=0.5)


@pytest.mark.parametrize("kind", OGG)
def test_a_first_page_with_a_position_of_its_own_is_heard(
    kind: str, tmp_path: Path, songs: dict[str, Path]
) -> None:
    song = tmp_path / f"song.{kind}"
    data = songs[kind].read_bytes()
    song.write_bytes(changed(data, lambda n, at, f: (at + 7_777_777 if n == 2 else at, f)))

    assert heard(song) == pytest.approx(SECONDS, abs=2)


@pytest.mark.parametrize("kind", OGG)
def test_no_end_or_rubbish_behind_it_is_no_bar(
    kind: str, tmp_path: Path, songs: dict[str, Path]
) -> None:
    data = songs[kind].read_bytes()
    endless = changed(data, lambda _, at, flags: (at, flags & ~4))
    for song in (endless, data + bytes(5000), data + b"TAG" + bytes(125), data + b"\xa5" * 3000):
        (tmp_path / f"song.{kind}").write_bytes(song)

        assert heard(tmp_path / f"song.{kind}") == pytest.approx(SECONDS, abs=0.2)


@pytest.mark.parametrize("kind", OGG)
def test_a_page_that_is_lost_costs_no_more_than_itself(
    kind: str, tmp_path: Path, songs: dict[str, Path]
) -> None:
    song = tmp_path / f"song.{kind}"
    data = songs[kind].read_bytes()
    song.write_bytes(changed(data, lambda _, at, f: (at, f), left_out={15}))

    assert heard(song) == pytest.approx(SECONDS, abs=2)


def test_vorbis_that_was_joined_is_heard(tmp_path: Path, songs: dict[str, Path]) -> None:
    song, other = tmp_path / "song.ogg", tmp_path / "other.ogg"
    run("-i", songs["ogg"], "-c:a", "libvorbis", "-q:a", "1", other)
    song.write_bytes(songs["ogg"].read_bytes() + other.read_bytes())

    assert heard(song) >= SECONDS - 4


@pytest.mark.parametrize("total", [0, 1000, 45 * 44_100, (1 << 36) - 1])
@pytest.mark.parametrize("checksum", [None, bytes(16), b"x" * 16])
def test_flac_with_a_wrong_length_or_checksum_is_heard(
    total: int, checksum: bytes | None, tmp_path: Path, songs: dict[str, Path]
) -> None:
    data = bytearray(songs["flac"].read_bytes())
    numbers = int.from_bytes(data[18:26]) & ~((1 << 36) - 1) | total
    data[18:26] = numbers.to_bytes(8)
    data[26:42] = checksum if checksum is not None else data[26:42]
    song = tmp_path / "song.flac"
    song.write_bytes(data)

    assert heard(song) == pytest.approx(SECONDS, abs=0.1)


@pytest.mark.parametrize("kind", ["flac", "wv", "opus", "ogg", "m4a"])
def test_an_id3_tag_in_front_is_passed_over(
    kind: str, tmp_path: Path, songs: dict[str, Path]
) -> None:
    song = tmp_path / f"song.{kind}"
    song.write_bytes(b"ID3\3\0\0\0\0\0\x1e" + bytes(30) + songs[kind].read_bytes())

    assert heard(song) == pytest.approx(SECONDS, abs=0.2)


def test_an_mp3_is_heard_from_the_middle_of_a_frame_on(
    tmp_path: Path, songs: dict[str, Path]
) -> None:
    data = songs["mp3"].read_bytes()
    song = tmp_path / "song.mp3"
    song.write_bytes(data[len(data) // 3 + 17 :] + b"\xa5" * 50_000)

    assert heard(song) == pytest.approx(SECONDS * 2 / 3, abs=0.5)


def test_a_cut_flac_frame_is_distinguished_from_a_whole_one(
    tmp_path: Path, songs: dict[str, Path]
) -> None:
    part = tmp_path / "part.flac"
    run("-i", songs["flac"], "-t", "15", "-c", "copy", part)
    with part.open("rb") as file:
        size = part.stat().st_size
        assert not is_broken_off(file, 0, size)
        assert all(is_broken_off(file, 0, size - lost) for lost in (1, 2, 100, 5000, size // 2))
    with songs["flac"].open("rb") as file:
        assert not is_broken_off(file, 0, songs["flac"].stat().st_size)
