"""Which file a row of labels means: one that is sure, or none."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pacetag.model.training.labels.match import (
    LabelledSong,
    MusicFolder,
    SongNames,
    folded,
    gather,
    main_artist,
    match_rows,
)
from pacetag.model.training.labels.table import LabelRow, LeftOut


def row(song: str, artist: str | None = None, *, line: int = 2, pace: float = 172.0) -> LabelRow:
    return LabelRow(where=f"labels.csv, line {line}", song=song, artist=artist, paces=(pace,))


@dataclass(kw_only=True)
class Shelf:
    """A folder of empty songs with the tags that are made up for them."""

    root: Path
    tags: dict[Path, SongNames] = field(default_factory=dict)
    listed: int = 0

    def add(self, name: str, title: str | None = None, artist: str | None = None) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        self.tags[path] = SongNames(title=title, artist=artist)
        return path

    def folder(self) -> MusicFolder:
        def files() -> list[Path]:
            self.listed += 1
            return list(self.tags)

        return MusicFolder(self.root, files, self.tags.__getitem__)

    def find(self, song: str, artist: str | None = None) -> Path | None:
        try:
            return self.folder().find(row(song, artist))
        except LookupError:
            return None


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(root=tmp_path)


def test_a_path_is_taken_at_its_word_and_nothing_else_is_looked_at(shelf: Shelf) -> None:
    path = shelf.add("rock/hill.mp3")

    assert shelf.find("rock/hill.mp3") == shelf.find("rock\\hill.mp3") == path
    assert shelf.listed == 0


@pytest.mark.parametrize(
    "name",
    [
        "hill.mp3",
        "hill",
        "Legs/Road/03 Hill",
        "Hill",
        "HILL!",
        "Legs - Hill",
        "The Legs – Hill",
    ],
)
def test_a_song_is_found_by_what_it_is_called(name: str, shelf: Shelf) -> None:
    path = shelf.add("Legs/Road/03 Hill.mp3", title="Hill", artist="Legs")
    other = shelf.add("Arms/Road/04 Valley.mp3", title="Valley", artist="Arms")

    assert shelf.find(name) == (path if name != "hill.mp3" else None)
    assert shelf.find("03 Hill.mp3") == path
    assert shelf.find("Valley") == other


def test_names_of_files_serve_where_there_are_no_tags(shelf: Shelf) -> None:
    path = shelf.add("01 - Legs - Hill.mp3")
    shelf.add("02 - Arms - Hill.mp3")

    assert shelf.find("Legs - Hill") == path
    assert shelf.find("Hill", "The Legs") == path
    assert shelf.find("Hill") is None


def test_the_same_title_by_two_artists_is_not_guessed(shelf: Shelf) -> None:
    legs = shelf.add("a.mp3", title="Hill", artist="Legs")
    shelf.add("b.mp3", title="Hill", artist="Arms")

    with pytest.raises(LookupError, match=r"may be any of a\.mp3, b\.mp3; give its path"):
        shelf.folder().find(row("Hill"))
    assert shelf.find("Hill", "legs") == legs
    assert shelf.find("Hill", "Feet") is None


def test_two_copies_of_one_song_are_not_guessed(shelf: Shelf) -> None:
    shelf.add("Legs/Road/Hill.mp3", title="Hill", artist="Legs")
    shelf.add("Legs/Best of/Hill.flac", title="Hill", artist="Legs")

    assert shelf.find("Hill", "Legs") is None
    assert shelf.find("Legs/Road/Hill") is not None


def test_a_file_that_does_not_say_who_plays_is_taken_by_its_title(shelf: Shelf) -> None:
    path = shelf.add("Hill.mp3")

    assert shelf.find("Hill", "Legs") == path
    shelf.add("Arms/Hill.mp3")
    assert shelf.find("Hill", "Legs") == path
    assert shelf.find("Hill", "Arms") == shelf.root / "Arms/Hill.mp3"


def test_a_file_by_another_artist_is_not_taken(shelf: Shelf) -> None:
    shelf.add("Hill.mp3", title="Hill", artist="Arms")

    assert shelf.find("Hill", "Legs") is None
    assert shelf.find("Legs - Hill") is None


def test_a_remaster_is_the_same_song_and_a_live_version_is_not(shelf: Shelf) -> None:
    path = shelf.add("1.mp3", title="Hill (Remastered 2009)", artist="Legs")
    shelf.add("2.mp3", title="Valley (Live)", artist="Legs")

    assert shelf.find("Hill") == path
    assert shelf.find("Legs - Hill - 2011 Remaster") == path
    assert shelf.find("Valley") is None


def test_a_name_of_nothing_but_signs_matches_nothing(shelf: Shelf) -> None:
    shelf.add("1.mp3", title="???", artist="Legs")

    assert shelf.find("!!!") is None


def test_letters_count_and_how_they_are_written_does_not() -> None:
    assert folded("Don’t  Stop!") == folded("DONT STOP")
    assert folded("Beyoncé & Björk") == "beyonce and bjork"
    assert folded("が") != folded("か")  # what is above it makes another letter
    assert folded("й") != folded("и")
    assert folded("कि") != folded("कु")


def test_guests_are_not_the_artist() -> None:
    assert main_artist("Legs feat. Arms") == main_artist("Legs; Arms") == "Legs"
    assert main_artist("Ft. Worth") == "Ft. Worth"
    assert main_artist("Simon & Garfunkel") == "Simon & Garfunkel"


def test_the_artist_comes_from_the_table_the_tags_the_name_or_the_folder(shelf: Shelf) -> None:
    shelf.add("Folder/1.mp3", artist="Tags")
    shelf.add("Folder/Name - Hill.mp3")
    shelf.add("Folder/Road/3.mp3")
    shelf.add("4.mp3")
    rows = [
        row("Folder/1.mp3", "Table"),
        *(row(name) for name in ("Folder/1.mp3", "Folder/Name - Hill.mp3", "Folder/Road/3.mp3")),
        row("4.mp3"),
    ]

    found = [
        one.artist for one in match_rows(rows, shelf.folder()) if isinstance(one, LabelledSong)
    ]

    assert found == ["Table", "Tags", "Name", "Folder", None]


def test_rows_without_a_file_are_reported_and_the_others_go_on(shelf: Shelf) -> None:
    shelf.add("hill.mp3", title="Hill")

    found = gather(match_rows([row("Nowhere"), row("Hill", line=3)], shelf.folder()))

    assert [song.name for song in found.songs] == ["hill.mp3"]
    assert [str(one) for one in found.left_out] == [
        f"labels.csv, line 2: no song below {shelf.root} is called 'Nowhere'; give its path"
    ]


def test_of_two_rows_about_one_file_the_first_counts(shelf: Shelf) -> None:
    path = shelf.add("hill.mp3", title="Hill")
    (shelf.root / "link.mp3").symlink_to(path)
    rows = [row("hill.mp3"), row("link.mp3", line=3, pace=86.0)]

    found = gather(match_rows(rows, MusicFolder(shelf.root, list, lambda _: shelf.tags[path])))

    assert [song.paces for song in found.songs] == [(172.0,)]
    assert found.left_out == (
        LeftOut(where="labels.csv, line 3", reason="the same song as labels.csv, line 2"),
    )


def test_a_name_that_is_no_text_can_still_be_written(shelf: Shelf) -> None:
    (song,) = gather(
        match_rows([row("caf\udce9.mp3")], (shelf.add("caf\udce9.mp3"), shelf.folder())[1])
    ).songs

    assert song.name.encode() == rb"caf\udce9.mp3"
