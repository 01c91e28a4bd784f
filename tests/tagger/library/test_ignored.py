"""What a person wants to be passed over is not scanned, and stays in the index as it is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.library.ignored import Ignored
from pacetag.tagger.library.trail import Trail
from pacetag.tagger.library.walk import walk
from tests.tagger.watch.said import in_index

MakeSong = Callable[..., Path]
Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("pattern", "place"),
    [
        ("Audiobooks", "/music/a/Audiobooks"),
        ("Audiobooks/", "/music/Audiobooks"),
        ("*.part.mp3", "/music/a.part.mp3"),
        ("Pod*/*.mp3", "/music/Podcasts/1.mp3"),
        ("/music/Books", "/music/Books"),
        ("[!a]*", "/music/b"),
    ],
)
def test_a_pattern_names_files_and_folders(pattern: str, place: str) -> None:
    assert Path(place) in Ignored([pattern])


@pytest.mark.parametrize(
    ("pattern", "place"),
    [
        ("Audiobooks", "/music/My Audiobooks"),
        ("books", "/music/Books"),
        ("/Books", "/music/Books"),
        ("Podcasts/*.mp3", "/music/1.mp3"),
    ],
)
def test_a_pattern_names_no_more_than_it_says(pattern: str, place: str) -> None:
    assert Path(place) not in Ignored([pattern])


def test_a_walk_passes_over_them_but_not_over_what_is_named(tmp_path: Path) -> None:
    for name in ("a.mp3", "Books/b.mp3", "c/d.part.mp3", "c/e.mp3"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    ignored = Ignored(["Books", "*.part.mp3"])

    def found(place: Path) -> list[str]:
        return [path.name for path in walk([place], trail=Trail(ignored=ignored))]

    assert found(tmp_path) == ["a.mp3", "e.mp3"]
    assert found(tmp_path / "Books") == ["b.mp3"]


def test_a_folder_is_covered_only_where_every_way_to_it_is() -> None:
    ignored = Ignored(["Books"])

    assert ignored.covers(Path("/m/Books/a"), [Path("/m")])
    assert not ignored.covers(Path("/m/Books/a"), [Path("/m"), Path("/m/Books")])
    assert not ignored.covers(Path("/m/a"), [Path("/m")])


@pytest.mark.usefixtures("worker_threads")
def test_a_song_that_the_index_knows_stays_there_when_it_is_ignored(
    make_song: MakeSong, scan_json: Run, index_file: Path, judged: Callable[[], list[str]]
) -> None:
    make_song("120.mp3"), make_song("Books/130.mp3")
    scan_json()
    judged()
    make_song("Books/140.mp3")

    assert set(scan_json("--ignore", "Books").outcomes) == {"120.mp3"}
    assert in_index(index_file) == {"120.mp3": False, "130.mp3": False}
    assert judged() == []


@pytest.mark.usefixtures("worker_threads")
def test_patterns_of_the_settings_count_unless_others_are_typed(
    make_song: MakeSong, scan_json: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.toml"
    config.write_text('ignore = ["Books"]\n')
    monkeypatch.setenv("PACETAG_CONFIG", str(config))
    make_song("120.mp3"), make_song("Books/130.mp3")

    assert set(scan_json().outcomes) == {"120.mp3"}
    assert set(scan_json("--ignore", "12*").outcomes) == {"130.mp3"}
