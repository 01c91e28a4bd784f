"""Which songs of the free corpora are learnt from, and which are held out."""

from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from pacetag.model.training import free_music
from pacetag.model.training.drummers.takes import TakesError
from pacetag.model.training.free_music import free_songs
from pacetag.model.training.songs import FreeMusic


@dataclass(frozen=True)
class Song:
    """As much of a song as counts here."""

    corpus: str
    split: str


def test_chamber_music_is_learnt_from_and_never_held_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: dict[str, int] = {}

    def build(folder: Path, count: int, *_: object) -> None:
        built[folder.name] = count

    def compose(folder: Path, *, songs: int, **_: object) -> None:
        built[folder.name] = songs

    def play(folder: Path, source: Path, **_: object) -> None:
        built[folder.name] = len(source.name)

    def read(folder: Path) -> list[Song]:
        return [Song(folder.name, split) for split in ("train", "validation", "test") * 100]

    monkeypatch.setattr(free_music, "build_corpus", build)
    monkeypatch.setattr(free_music, "groove_songs", read)
    monkeypatch.setattr(free_music, "build_metres", compose)
    monkeypatch.setattr(free_music, "build_beatless", compose)
    monkeypatch.setattr(free_music, "build_expressive", compose)
    monkeypatch.setattr(free_music, "build_drummers", play)
    monkeypatch.setattr(free_music, "load_takes", lambda source: ())
    monkeypatch.setattr(free_music, "training_songs", lambda songs, folder, source: read(folder))

    songs = free_songs(
        tmp_path,
        FreeMusic(songs=30, fetched=False, drummers=Path("groove")),
        seed=1,
        jobs=1,
        console=Console(file=StringIO()),
    )

    assert built == {
        **{"grooves": 30, "further": 12, "human": 6, "chamber": 12},
        **{"metres": 18, "beatless": 4, "expressive": 12, "drummers": 6},
    }
    found = [(song.corpus, song.split) for song in songs]
    sides = ("train", "validation", "test")
    assert [found.count(("grooves", side)) for side in sides] == [10, 10, 10]
    assert [found.count(("further", side)) for side in sides] == [4, 4, 4]
    assert [found.count(("chamber", side)) for side in sides] == [4, 0, 0]
    for kind in ("metres", "beatless", "expressive", "drummers"):
        assert [found.count((kind, side)) for side in sides] == [100, 100, 100]


def test_a_folder_without_takes_is_said_before_anything_is_rendered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[Path] = []
    monkeypatch.setattr(free_music, "build_corpus", lambda folder, *_: built.append(folder))

    with pytest.raises(TakesError, match=r"info\.csv: cannot be read"):
        free_songs(
            tmp_path,
            FreeMusic(songs=30, fetched=False, drummers=tmp_path / "nothing"),
            seed=1,
            jobs=1,
            console=Console(file=StringIO()),
        )

    assert built == []
