"""A user's labels: a table or an index, matched with real files, and a run that trains on them."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import soundfile
from mutagen import flac
from typer.testing import CliRunner

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord, Stamp
from pacetag.model.bundle import load_bundle
from pacetag.model.judgement import Analysis, Pace
from pacetag.model.network import Stage0Settings
from pacetag.model.training.settings import TrainingSettings
from pacetag.tagger.cli import app
from pacetag.tagger.errors import TaggerError, UsageError
from pacetag.tagger.evaluating.labelled_songs import labelled_songs
from tests.conftest import ClickTrack

RATE = 22_050
MakeSong = Callable[..., Path]


def paces_of(labels: Path) -> list[tuple[Path, tuple[float, ...]]]:
    return [(song.path, song.paces) for song in labelled_songs([labels]).songs]


def tag(path: Path, **fields: str) -> Path:
    song = flac.FLAC(path)  # type: ignore[no-untyped-call]
    for name, value in fields.items():
        song[name] = value
    song.save()
    return path


def table(folder: Path, *lines: str, name: str = "labels.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def record(path: Path, paces: dict[float, float], **fields: object) -> SongRecord:
    values: dict[str, object] = {
        "stamp": Stamp(size=1, mtime_ns=2, ctime_ns=3, inode=4),
        "fingerprint": f"audio of {path!a}",
        "title": path.stem,
        "artist": "Legs; Arms",
        "album": None,
        "genre": None,
        "bundle": "ear-1",
    }
    return SongRecord(
        path=str(path),
        analysis=Analysis(
            paces=tuple(Pace(bpm=bpm, confidence=sure) for bpm, sure in paces.items()),
            duration=60.0,
        ),
        **(values | fields),  # type: ignore[arg-type]
    )


def test_rows_are_matched_with_the_tags_of_real_files(
    library: Path, tmp_path: Path, make_song: MakeSong
) -> None:
    hill = tag(make_song("a/01.flac"), title="Hill", artist="The Legs")
    other = tag(make_song("b/01.flac"), title="Hill", artist="Arms")
    by_path = make_song("c/no tags.wav")
    labels = table(
        tmp_path,
        "song,artist,pace,pace2,pace3,remarks",
        "Hill,Legs,172,86,,",
        "Arms - Hill,,120,,,",
        "c/no tags.wav,,90,180,,",
        "Hill,,100,,,",
        "Valley,,100,,,",
    )

    found = labelled_songs([labels], library)

    assert [(song.path, song.paces, song.artist) for song in found.songs] == [
        (hill, (172.0, 86.0), "Legs"),
        (other, (120.0,), "Arms"),
        (by_path, (90.0, 180.0), "c"),
    ]
    assert [one.where for one in found.left_out] == ["labels.csv, line 5", "labels.csv, line 6"]
    assert "may be any of a/01.flac, b/01.flac" in found.left_out[0].reason
    assert found.files == ("labels.csv",)


def test_without_a_folder_songs_lie_beside_the_table(library: Path, make_song: MakeSong) -> None:
    path = make_song("a.flac")

    assert paces_of(table(library, "file,paces", "a.flac,172 86")) == [(path, (172.0, 86.0))]


def test_of_two_tables_the_first_counts(library: Path, make_song: MakeSong) -> None:
    make_song("a.flac")
    first = table(library, "file,paces", "a.flac,172", name="1.csv")
    second = table(library, "file,paces", "a.flac,86", name="2.csv")

    found = labelled_songs([first, second])

    assert [song.paces for song in found.songs] == [(172.0,)]
    assert [str(one) for one in found.left_out] == ["2.csv, line 2: the same song as 1.csv, line 2"]


@pytest.fixture
def index(library: Path, index_file: Path, make_song: MakeSong) -> Path:
    """Songs that can be learnt from and such that cannot."""
    with SongIndex.open(index_file) as opened:
        for name, paces, fields in (
            ("sure", {172.0: 0.9, 86.0: 0.5, 115.0: 0.2}, {}),
            ("missing", {172.0: 0.9}, {"missing": True}),
            ("failed", {}, {"failure": "cut off"}),
            ("unsure", {172.0: 0.4}, {}),
            ("none", {}, {}),
        ):
            opened.store(record(make_song(f"{name}.wav"), paces, **fields))
        opened.store(record(library / "gone.wav", {172.0: 0.9}))
        opened.store(record(library.parent / "elsewhere.wav", {172.0: 0.9}))
    return index_file


def test_an_index_gives_its_sure_paces(index: Path, library: Path) -> None:
    found = labelled_songs([index], library)

    (song,) = found.songs
    assert (song.path, song.name, song.artist) == (library / "sure.wav", "sure.wav", "Legs")
    assert song.paces == (172.0, 86.0)
    assert song.unclear == (115.0,)
    assert [str(one) for one in found.left_out] == [
        "index.sqlite3: 1 song not below " + str(library),
        "index.sqlite3: 1 song no longer there",
    ]


def test_an_index_knows_where_its_songs_are_and_stays_as_it_was(index: Path, library: Path) -> None:
    before = {path.name: path.read_bytes() for path in index.parent.iterdir()}

    assert paces_of(index) == [(library / "sure.wav", (172.0, 86.0))]
    assert {path.name: path.read_bytes() for path in index.parent.iterdir()} == before


def test_a_table_corrects_an_index_that_is_named_after_it(index: Path, library: Path) -> None:
    labels = table(library, "file,paces", "sure.wav,120")

    found = labelled_songs([labels, index], library)

    assert [song.paces for song in found.songs] == [(120.0,)]


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE things (name TEXT)")

    with pytest.raises(TaggerError, match=r"other\.db: a database of another program; labels are"):
        labelled_songs([path])


@pytest.mark.parametrize("name", ["lost.csv", "music"])
def test_labels_that_are_not_there_are_wrong_usage(name: str, library: Path) -> None:
    with pytest.raises(UsageError, match=name):
        labelled_songs([library.parent / name])


@pytest.mark.parametrize("option", [["--only-own"], ["--music", "."]])
def test_own_songs_need_labels(option: list[str], tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["train", str(tmp_path), *option])

    assert done.exit_code == 2
    assert "need --labels" in done.output


@pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed")
def test_labels_of_nothing_that_is_there_end_the_run_before_it_begins(
    library: Path, tmp_path: Path
) -> None:
    labels = table(tmp_path, "song,pace", "Hill,172")

    done = CliRunner().invoke(
        app, ["train", str(tmp_path / "work"), "--labels", str(labels), "--music", str(library)]
    )

    assert done.exit_code == 1
    assert "labels.csv, line 2: no song below" in done.stderr.replace("\n", " ")
    assert "no song in it can be learnt from" in done.output
    assert not (tmp_path / "work").exists()


def test_training_on_own_songs_alone_ends_in_a_bundle_and_notes(
    library: Path, tmp_path: Path, click_track: ClickTrack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six artists with a song each teach nothing, but everything from label to note has run."""
    pytest.importorskip("keras")
    one = partial(TrainingSettings, networks=(Stage0Settings(),))  # half of the time
    monkeypatch.setattr("pacetag.model.training.settings.TrainingSettings", one)
    lines = ["song,artist,pace,pace2,pace3,remarks"]
    for number, bpm in enumerate(np.linspace(100, 170, 6)):
        sound = click_track(bpm, seconds=14, seed=number)
        soundfile.write(library / f"Hill {number}.flac", sound, RATE)
        lines.append(f"Hill {number},Artist {number},{bpm:.1f},{bpm / 2:.1f},{2 * bpm:.1f},")
    labels = table(tmp_path, *lines, "Lost,Unknown,120,,,", "Suite,,120,,,changes tempo")
    work = tmp_path / "work"
    arguments = ["--labels", str(labels), "--music", str(library), "--only-own", "--epochs", "1"]
    arguments += ["--teachers", "2"]  # the network of 2019 has none

    done = CliRunner().invoke(
        app, ["train", str(work), *arguments, "--jobs", "1", "--tolerance", "0.05"]
    )

    assert done.exit_code == 0, done.output
    assert "own songs: 6 of 6 artists" in done.stderr
    bundle = load_bundle(work / "bundles/own-1")
    sides = {side: number for side, number in bundle.training["songs"].items() if "own" in side}
    assert sides == {"own test": 1, "own train": 4, "own validation": 1}
    assert set(bundle.scores) == {"networks", "validation own", "test own"}
    assert bundle.training["settings"]["own"]["tolerance"] == 0.05
    assert bundle.training["settings"]["distillation"]["teachers"] == 2
    notes = (work / "experiments.md").read_text()
    assert "labels.csv (rows left out: 2)" in notes
    assert "| test own | stride-5 (before) | 1 |" in notes
    assert "| test own | own-1 | 1 |" in notes
