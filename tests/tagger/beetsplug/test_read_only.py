"""No command of beets writes or deletes what pacetag wrote into songs."""

from pathlib import Path

import beets
import mutagen
import pytest
from PIL import Image

from tests.tagger.beetsplug.conftest import Beet, StartBeet, TitledSong, put, tag_of, written

SUFFIXES = ("mp3", "flac", "ogg", "opus", "m4a")
PLUGINS = ("scrub", "zero", "embedart", "convert")
QUIET = {
    "embedart": {"auto": False},
    "zero": {"auto": True, "keep_fields": ["title"], "update_database": True},
    "convert": {"no_convert": "title::."},  # so that files are copied
}
ALL = "title::."
COMMANDS = (
    ("write",),
    ("write", "-f"),
    ("modify", "-y", "artist=Someone"),
    ("modify", "-y", "pace=170"),
    ("modify", "-y", "pacetag=x"),
    ("modify", "-y", "pace!"),
    ("update",),
    ("move",),
    ("zero", ALL),
    ("scrub",),
    ("embedart", "-y", "-f", "cover.png"),
    ("clearart", "-y"),
    ("convert", "-y", "-d", "converted"),
)


def held(beet: Beet) -> dict[str, tuple[str, ...]]:
    """PACE and PACETAG of all files, by titles; ID3v2.3 holds several values as one."""
    found = {title: written(item.filepath) for title, item in beet.items().items()}
    return {
        title: ("/".join(fields["PACE"]), *fields["PACETAG"]) for title, fields in found.items()
    }


@pytest.fixture
def beet_with_songs(
    start_beet: StartBeet, titled_song: TitledSong, library: Path, tmp_path: Path
) -> Beet:
    """A library whose files were tagged when beets had imported them."""
    for suffix in SUFFIXES:
        titled_song(f"{suffix}.{suffix}")
    beet = start_beet(*PLUGINS, **QUIET)
    beet("import", str(library))
    for item in beet.items().values():
        put(Path(item.filepath), tag_of(160, 80), tmp_path)
    return beet


@pytest.mark.parametrize("knows", [False, True])
def test_no_command_changes_the_fields_in_a_file(
    beet_with_songs: Beet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, knows: bool
) -> None:
    """Neither where the library has other values, nor where it has none."""
    beet = beet_with_songs
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (2, 2)).save("cover.png")
    if knows:
        beet("pacetag")
        for item in beet.items().values():
            put(Path(item.filepath), tag_of(84, 168), tmp_path)
    before = held(beet)
    assert before["mp3"][0] == ("84/168" if knows else "160/80")

    changed = {}
    for command in COMMANDS:
        beet(*command)
        changed[command] = {title for title, found in held(beet).items() if found != before[title]}

    assert changed == {command: set() for command in COMMANDS}


def test_the_commands_do_write_what_is_beets_own(beet_with_songs: Beet) -> None:
    """Else the test above could not fail."""
    beet = beet_with_songs
    song = beet.items()["flac"].filepath
    audio = mutagen.File(song)
    audio["artist"] = "Someone"
    audio.save()

    beet("zero", "title:flac")
    beet("modify", "-y", "title=Other", "title:flac")

    song = beet.items()["Other"].filepath  # beets moved it
    assert "artist" not in mutagen.File(song)
    assert mutagen.File(song)["title"] == ["Other"]


def test_a_library_that_was_told_another_pace_learns_the_files_again(beet_with_songs: Beet) -> None:
    beet = beet_with_songs

    beet("modify", "-y", "pace=170", "title:mp3")

    assert beet.items()["mp3"].pace == (160, 80)


@pytest.mark.parametrize("v23", [True, False])
def test_converted_copies_and_older_id3_keep_the_fields(
    beet_with_songs: Beet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, v23: bool
) -> None:
    beet = beet_with_songs
    beets.config["id3v23"] = v23

    beet("convert", "-y", "-d", str(tmp_path / "converted"), "title:mp3")

    fields = written(tmp_path / "converted/mp3.mp3")
    assert "/".join(fields["PACE"]) == "160/80"
    assert len(fields["PACETAG"]) == 1


def test_an_import_that_moves_keeps_the_fields(
    start_beet: StartBeet, titled_song: TitledSong, library: Path
) -> None:
    for suffix in SUFFIXES:
        titled_song(f"{suffix}.{suffix}", tag_of(160, 80))
    beet = start_beet("scrub", **{"import": {"move": True}})  # which scrubs what is imported

    beet("import", str(library))

    assert {found[0] for found in held(beet).values()} == {"160/80"}
    assert len(held(beet)) == len(SUFFIXES)
    assert {item.pace for item in beet.items().values()} == {(160, 80)}


def test_a_song_that_is_imported_again_has_the_paces_of_its_file(
    start_beet: StartBeet, titled_song: TitledSong, library: Path, tmp_path: Path
) -> None:
    """Though beets keeps the fields that its library had."""
    song = titled_song("song.mp3", tag_of(160, 80))
    beet = start_beet(**{"import": {"copy": False, "write": False}})
    beet("import", str(library))
    put(song, tag_of(84, 168), tmp_path)

    beet("import", "-L", "title:song")

    assert beet.items()["song"].pace == (84, 168)


def test_scrub_still_removes_other_fields(beet_with_songs: Beet) -> None:
    beet = beet_with_songs
    path = beet.items()["flac"].filepath
    audio = mutagen.File(path)
    audio["mood"] = "calm"
    audio.save()
    before = written(path)

    beet("scrub", "title:flac")

    assert "mood" not in mutagen.File(path)
    assert written(path) == before
    assert beet.items()["flac"].title == "flac"


def test_scrub_leaves_no_tags_where_that_is_asked_for(beet_with_songs: Beet) -> None:
    beet_with_songs("scrub", "--nowrite", "title:mp3")

    assert held(beet_with_songs)["mp3"] == ("",)


def test_a_scrub_that_cannot_be_guarded_is_said(
    start_beet: StartBeet, monkeypatch: pytest.MonkeyPatch
) -> None:
    from beetsplug.scrub import ScrubPlugin

    monkeypatch.delattr(ScrubPlugin, "_scrub_item")

    assert "deletes PACE and PACETAG" in start_beet("scrub")("ls")


def test_a_song_that_pacetag_cannot_write_is_not_scrubbed(beet_with_songs: Beet) -> None:
    path = beet_with_songs.items()["ogg"].filepath
    path.write_bytes(path.read_bytes()[:-1000])  # as a download that broke off
    before = path.read_bytes()

    said = beet_with_songs("scrub", "title:ogg")

    assert path.read_bytes() == before
    assert f"{path}: scrub left its tags alone, since PACE and PACETAG could not be put" in said


def test_fields_that_cannot_be_put_back_are_said(
    beet_with_songs: Beet, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pacetag.tagger.tags.errors import ObstacleError

    def fail(path: Path, *_: object, **__: object) -> None:
        raise ObstacleError(path, "the disk is full")

    monkeypatch.setattr("pacetag.tagger.tags.writer.write_tags", fail)

    said = beet_with_songs("scrub", "title:mp3")

    assert "could not be put back" in said
    assert "the disk is full" in said
