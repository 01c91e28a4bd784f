"""Songs with charts, out of packages that are made here."""

import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from rich.console import Console

from pacetag.model.training.benchmark_sets.frets import (
    FOLDER,
    Album,
    ChartError,
    build_frets,
    chart_tempo,
    song_name,
)
from pacetag.model.training.sources.deb_files import PackageError
from tests.model.training import midi_files
from tests.outside import needs

RATE = 22_050
ALBUM = {
    "songs-of-someone": Album(artist="Someone", genre="rock", folder="someone", songs=("A song",))
}


def chart(*tempos: float, metre: tuple[int, int] | None = None) -> bytes:
    """A MIDI file that plays a note on each of eight quarters."""
    events = [(480 * 4 * n, midi_files.tempo(bpm)) for n, bpm in enumerate(tempos)]
    if metre is not None:
        events.append((0, midi_files.metre(*metre)))
    events += [(480 * n, midi_files.note()) for n in range(8)]
    events.sort(key=lambda event: event[0])
    return midi_files.midi_bytes(events, division=480)


def ogg(frequency: float, seconds: float, height: float) -> bytes:
    sound = height * np.sin(2 * np.pi * frequency * np.arange(round(seconds * RATE)) / RATE)
    out = io.BytesIO()
    soundfile.write(out, sound, RATE, format="OGG", subtype="VORBIS")
    return out.getvalue()


@pytest.fixture
@needs("dpkg-deb")
def make_deb(tmp_path: Path) -> Callable[[dict[str, bytes]], Path]:
    """Build a package of one song, with files beside what a song has or in their place."""

    def make(files: dict[str, bytes]) -> Path:
        song = {
            "notes.mid": chart(95.0),
            "song.ini": b"[song]\nname = A 100 % song \xe9\nscores = 1\n",
            "song.ogg": ogg(200.0, 2.0, 0.8),
            "guitar.ogg": ogg(900.0, 3.0, 0.8),
        }
        root = tmp_path / "root"
        folder = root / FOLDER / "someone" / "A song"
        folder.mkdir(parents=True)
        for name, content in (song | files).items():
            (folder / name).write_bytes(content)
        document = root / "usr/share/doc/songs-of-someone/copyright"
        document.parent.mkdir(parents=True)
        document.write_text("free")
        (root / "DEBIAN").mkdir()
        (root / "DEBIAN" / "control").write_text(
            "Package: songs-of-someone\nVersion: 1-1\nArchitecture: all\n"
            "Maintainer: Someone <someone@example.org>\nDescription: music\n"
        )
        target = tmp_path / "debs" / "songs-of-someone_1-1_all.deb"
        target.parent.mkdir()
        subprocess.run(
            ["dpkg-deb", "-Znone", "-b", str(root), str(target)], check=True, capture_output=True
        )
        return target.parent

    return make


@pytest.fixture
def spoken() -> Console:
    return Console(file=io.StringIO(), width=200)


def text_of(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_chart_says_tempo_and_metre() -> None:
    tempo, beats = chart_tempo(chart(170.0, metre=(3, 4)))

    assert tempo == pytest.approx(170.0, abs=0.01)
    assert beats == 3


def test_a_chart_without_a_metre_is_in_four() -> None:
    assert chart_tempo(chart(150.0))[1] == 4


@pytest.mark.parametrize("data", [chart(100.0, 120.0), chart(100.0, metre=(6, 8))])
def test_charts_of_changing_tempo_or_other_beats_are_refused(data: bytes) -> None:
    with pytest.raises(ChartError):
        chart_tempo(data)


@pytest.mark.parametrize("text", ["", "no section", "[song]\nartist = x", "[other]\nname = x"])
def test_a_song_that_tells_no_name_has_none(text: str) -> None:
    assert song_name(text) == ""


def test_song_and_guitar_are_mixed(
    make_deb: Callable[[dict[str, bytes]], Path], tmp_path: Path, spoken: Console
) -> None:
    debs = make_deb({})

    (song,) = build_frets(tmp_path / "out", spoken, debs=debs, albums=ALBUM)

    assert (song.file, song.tempo, song.beats_per_bar) == ("someone-a_song.flac", 95.0, 4)
    assert (song.artist, song.genre) == ("Someone", "rock")
    assert song.remarks.startswith("A 100 % song")
    mix, _ = soundfile.read(tmp_path / "out" / song.file)
    assert mix.shape == (3 * RATE, 2)
    assert np.abs(mix).max() <= 0.991  # both together would be louder than a file can be
    strength = np.abs(np.fft.rfft(mix[:RATE, 0]))
    assert set(np.argsort(strength)[-2:]) == {200, 900}
    late = np.abs(np.fft.rfft(mix[2 * RATE :, 1]))
    assert late[900] > 50 * late[200]


def test_what_is_there_is_not_made_again(
    make_deb: Callable[[dict[str, bytes]], Path], tmp_path: Path, spoken: Console
) -> None:
    debs = make_deb({})
    first = build_frets(tmp_path / "out", spoken, debs=debs, albums=ALBUM)
    before = (tmp_path / "out" / first[0].file).stat()
    shutil.rmtree(debs)

    assert build_frets(tmp_path / "out", spoken, debs=debs, albums=ALBUM) == first
    assert (tmp_path / "out" / first[0].file).stat() == before


def test_a_song_that_changes_its_tempo_is_left_out_with_a_sentence(
    make_deb: Callable[[dict[str, bytes]], Path], tmp_path: Path, spoken: Console
) -> None:
    debs = make_deb({"notes.mid": chart(100.0, 120.0)})

    assert build_frets(tmp_path / "out", spoken, debs=debs, albums=ALBUM) == ()
    assert "left out: Someone, A song: the chart changes its tempo" in text_of(spoken)


def test_a_package_that_lacks_a_file_says_which(
    make_deb: Callable[[dict[str, bytes]], Path], tmp_path: Path, spoken: Console
) -> None:
    debs = make_deb({})
    album = Album(artist="Someone", genre="rock", folder="someone", songs=("Another",))

    with pytest.raises(PackageError, match=r"does not hold .*Another/notes\.mid"):
        build_frets(tmp_path / "out", spoken, debs=debs, albums={"songs-of-someone": album})


def test_without_apt_the_reason_is_said(
    tmp_path: Path, spoken: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(PackageError, match="apt-get is not installed"):
        build_frets(tmp_path / "out", spoken, albums=ALBUM)
