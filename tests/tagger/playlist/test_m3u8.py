"""Playlist files in which players find all songs."""

import os
import random
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from pacetag.db.records import SongRecord
from pacetag.tagger.errors import TaggerError, UsageError
from pacetag.tagger.playlist import writing
from pacetag.tagger.playlist.entries import Playlist
from pacetag.tagger.playlist.formats import M3U8
from pacetag.tagger.playlist.m3u8 import song_line
from pacetag.tagger.playlist.tracks import Listing as Listed
from pacetag.tagger.playlist.tracks import tracks_of
from pacetag.tagger.playlist.writing import playlist_output

Song = Callable[..., SongRecord]
Listing = Callable[..., Playlist]


def listed(playlist: Playlist) -> Listed:
    """A playlist as a file holds it."""
    return Listed(tracks=tracks_of(playlist), title="165 steps a minute", value=dict)


def m3u8_text(playlist: Playlist, folder: Path) -> str:
    """The content of a playlist file in a folder."""
    return M3U8.text(listed(playlist), folder, None)


def write_m3u8(playlist: Playlist, output: Path) -> None:
    """Write a playlist to a place."""
    writing.write_listing(listed(playlist), playlist_output(output))


def body(text: str) -> str:
    """A playlist without the line that marks it as pacetag's."""
    header, mark, *rest = text.splitlines(keepends=True)
    assert mark.startswith("# Made by pacetag")
    return header + "".join(rest)


def _songs_as_a_player_reads(playlist: Path) -> list[bytes]:
    """Read lines, skip comments, take file:// addresses and paths from the playlist's folder."""
    found = []
    for line in playlist.read_bytes().decode("utf-8").split("\n"):
        entry = line.strip()
        if not entry or entry.startswith("#"):
            continue
        if entry.startswith("file://"):
            found.append(unquote_to_bytes(entry.removeprefix("file://")))
        else:
            found.append(os.fsencode(playlist.parent / entry))
    return found


def test_the_text_is_as_the_format_wants_it(song: Song, listing: Listing) -> None:
    playlist = listing(
        song("/music/Legs/hill.mp3", duration=200.6),
        song("/music/b.mp3", artist=None, title="Only", duration=None),
        song("/else/01 c.d.flac", artist="Æ", title=None, duration=59.4),
        song("/else/e.ogg", artist=None, title=None, duration=1.0),
    )

    assert body(m3u8_text(playlist, Path("/music"))) == (
        "#EXTM3U\n"
        "#EXTINF:201,Legs - Hill\n"
        "Legs/hill.mp3\n"
        "#EXTINF:-1,Only\n"
        "b.mp3\n"
        "#EXTINF:59,Æ - 01 c.d\n"
        "../else/01 c.d.flac\n"
        "#EXTINF:1,e\n"
        "../else/e.ogg\n"
    )


def test_the_file_is_utf8_without_a_mark(tmp_path: Path, song: Song, listing: Listing) -> None:
    output = tmp_path / "run.m3u8"

    write_m3u8(listing(song(str(tmp_path / "Sæglópur 🏃.mp3"), artist="Sigur Rós")), output)

    assert body(output.read_bytes().decode()) == (
        "#EXTM3U\n#EXTINF:200,Sigur Rós - Hill\nSæglópur 🏃.mp3\n"
    )


def test_names_on_several_lines_come_on_one(song: Song, listing: Listing) -> None:
    playlist = listing(song("/m/a.mp3", artist="Two\r\nlines", title=" tab\there \u2028 "))

    assert m3u8_text(playlist, Path("/m")).splitlines()[2] == "#EXTINF:200,Two lines - tab here"


def test_a_name_that_is_not_text_is_shown_as_far_as_possible(song: Song, listing: Listing) -> None:
    playlist = listing(song(os.fsdecode(b"/m/caf\xe9.mp3"), artist=None, title=None))

    assert m3u8_text(playlist, Path("/m")).splitlines()[2] == "#EXTINF:200,caf?"


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/m/a.mp3", "a.mp3"),
        ("/m/sub/a.mp3", "sub/a.mp3"),
        ("/a.mp3", "../a.mp3"),
        ("/m/#1 hit.mp3", "./#1 hit.mp3"),
        ("/m/sub/#1 hit.mp3", "sub/#1 hit.mp3"),
        ("/m/ start.mp3", "./ start.mp3"),
        ("/m/AC: DC/a.mp3", "./AC: DC/a.mp3"),
        ("/m/sub/AC: DC.mp3", "sub/AC: DC.mp3"),
        ("/m/..dots.mp3", "..dots.mp3"),
        ("/m/100%20.mp3", "100%20.mp3"),
        ("/m/end.mp3 ", "file:///m/end.mp3%20"),
        ("/m/two\nlines.mp3", "file:///m/two%0Alines.mp3"),
        ("/m/two\rlines.mp3", "file:///m/two%0Dlines.mp3"),
        (os.fsdecode(b"/m/caf\xe9.mp3"), "file:///m/caf%E9.mp3"),
        (os.fsdecode(b"/m/\xe9/100%#?.mp3"), "file:///m/%E9/100%25%23%3F.mp3"),
    ],
)
def test_each_path_gets_the_line_that_a_player_can_follow(path: str, line: str) -> None:
    assert song_line(path, Path("/m")) == line


def test_a_way_through_a_folder_that_is_no_text_becomes_an_address(tmp_path: Path) -> None:
    real = tmp_path / os.fsdecode(b"\xe9")
    real.mkdir()
    (tmp_path / "music").symlink_to(real)
    (tmp_path / "lists").mkdir()

    line = song_line(f"{tmp_path}/music/a.mp3", tmp_path / "lists")

    assert line == f"file://{tmp_path}/music/a.mp3"


def test_without_a_way_to_the_song_its_path_is_absolute(monkeypatch: pytest.MonkeyPatch) -> None:
    def another_drive(path: str, start: str) -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr(os.path, "relpath", another_drive)

    assert song_line("/d:/music/a.mp3", Path("/m")) == "/d:/music/a.mp3"


def test_a_player_finds_songs_with_names_of_any_bytes(
    tmp_path: Path, song: Song, listing: Listing
) -> None:
    """Real files with names of random bytes; one folder up, down and beside the playlist."""
    rng = random.Random(9)
    letters = [*b"ab #:%\n\r\t\\\"'?&", *"é🏃".encode(), 0xE9, 0xFF]
    folders = [tmp_path / "lists", tmp_path / "lists" / "sub", tmp_path / "beside", tmp_path]
    paths = []
    for number in range(120):
        folder = rng.choice(folders)
        folder.mkdir(exist_ok=True, parents=True)
        name = bytes(rng.choices(letters, k=rng.randrange(1, 9))) + b"%d" % number
        path = os.fsencode(folder) + b"/" + name + rng.choice([b".mp3", b" ", b"\n"])
        Path(os.fsdecode(path)).write_bytes(path)
        paths.append(path)
    output = tmp_path / "lists" / "run.m3u8"

    write_m3u8(listing(*(song(os.fsdecode(path), title=None) for path in paths)), output)

    found = _songs_as_a_player_reads(output)
    assert [Path(os.fsdecode(one)).read_bytes() for one in found] == paths


class TestLinks:
    def test_a_song_below_a_linked_folder_is_reached_through_the_link(self, tmp_path: Path) -> None:
        """So that music and playlist can be copied together, links followed."""
        (tmp_path / "disk").mkdir()
        (tmp_path / "music").mkdir()
        (tmp_path / "music" / "new").symlink_to(tmp_path / "disk")

        line = song_line(str(tmp_path / "music" / "new" / "a.mp3"), tmp_path / "music")

        assert line == "new/a.mp3"

    @pytest.mark.parametrize("folder", ["lists", "real/deep"])
    def test_the_way_up_from_a_linked_folder_is_the_real_one(
        self, tmp_path: Path, song: Song, listing: Listing, folder: str
    ) -> None:
        (tmp_path / "real" / "deep").mkdir(parents=True)
        (tmp_path / "lists").symlink_to(tmp_path / "real" / "deep")
        music = tmp_path / "music" / "a.mp3"
        music.parent.mkdir()
        music.write_text("sound")
        output = tmp_path / folder / "run.m3u8"

        write_m3u8(listing(song(str(music))), output)

        (found,) = _songs_as_a_player_reads(output)
        assert Path(os.fsdecode(found)).read_text() == "sound"

    def test_dots_behind_a_link_are_followed_as_the_system_does(
        self, tmp_path: Path, song: Song, listing: Listing
    ) -> None:
        (tmp_path / "real" / "deep").mkdir(parents=True)
        (tmp_path / "lists").symlink_to(tmp_path / "real" / "deep")
        (tmp_path / "a.mp3").write_text("sound")
        output = tmp_path / "lists" / ".." / "run.m3u8"

        write_m3u8(listing(song(str(tmp_path / "a.mp3"))), output)

        (found,) = _songs_as_a_player_reads(tmp_path / "real" / "run.m3u8")
        assert Path(os.fsdecode(found)).read_text() == "sound"

    def test_a_playlist_that_is_a_link_stays_one(
        self, tmp_path: Path, song: Song, listing: Listing
    ) -> None:
        (tmp_path / "target.m3u8").touch()
        (tmp_path / "run.m3u8").symlink_to("target.m3u8")

        write_m3u8(listing(song("/m/a.mp3")), tmp_path / "run.m3u8")

        assert (tmp_path / "run.m3u8").is_symlink()
        assert (tmp_path / "target.m3u8").read_text().startswith("#EXTM3U\n")


def test_a_relative_output_is_one_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, song: Song, listing: Listing
) -> None:
    monkeypatch.chdir(tmp_path)

    write_m3u8(listing(song(str(tmp_path / "m" / "a.mp3"))), Path("run.m3u8"))

    assert (tmp_path / "run.m3u8").read_text().splitlines()[-1] == "m/a.mp3"


class TestWriting:
    def test_an_empty_playlist_is_a_file_with_a_header(
        self, tmp_path: Path, listing: Listing
    ) -> None:
        write_m3u8(listing(), tmp_path / "run.m3u8")

        assert body((tmp_path / "run.m3u8").read_text()) == "#EXTM3U\n"

    def test_nothing_else_is_left_in_the_folder(
        self, tmp_path: Path, song: Song, listing: Listing
    ) -> None:
        write_m3u8(listing(song("/m/a.mp3")), tmp_path / "run.m3u8")
        write_m3u8(listing(), tmp_path / "run.m3u8")

        assert list(tmp_path.iterdir()) == [tmp_path / "run.m3u8"]

    def test_a_failure_leaves_the_old_file_whole_and_no_rest(
        self, tmp_path: Path, song: Song, listing: Listing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        output = tmp_path / "run.m3u8"
        write_m3u8(listing(), output)
        old = output.read_text()

        def no_space(descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", no_space)

        with pytest.raises(TaggerError, match="No space left"):
            write_m3u8(listing(song("/m/a.mp3")), output)

        assert output.read_text() == old
        assert list(tmp_path.iterdir()) == [output]

    def test_a_new_file_has_the_rights_of_any_new_file(
        self, tmp_path: Path, listing: Listing
    ) -> None:
        """A server that runs as another user must be able to read it."""
        (tmp_path / "plain").touch()

        write_m3u8(listing(), tmp_path / "run.m3u8")

        assert _rights(tmp_path / "run.m3u8") == _rights(tmp_path / "plain")

    def test_a_file_that_was_there_keeps_its_rights(self, tmp_path: Path, listing: Listing) -> None:
        output = tmp_path / "run.m3u8"
        output.touch()
        output.chmod(0o640)

        write_m3u8(listing(), output)

        assert _rights(output) == 0o640

    def test_a_name_as_long_as_names_can_be_is_written(
        self, tmp_path: Path, listing: Listing
    ) -> None:
        output = tmp_path / ("n" * 250 + ".m3u8")

        write_m3u8(listing(), output)

        assert output.exists()

    def test_a_pipe_is_written_into_not_replaced(self, tmp_path: Path, listing: Listing) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        read: list[str] = []
        reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
        reader.start()

        write_m3u8(listing(), pipe)

        reader.join(timeout=10)
        assert [body(text) for text in read] == ["#EXTM3U\n"]
        assert stat.S_ISFIFO(pipe.stat().st_mode)

    def test_a_folder_is_refused(self, tmp_path: Path, listing: Listing) -> None:
        with pytest.raises(UsageError, match="is a folder"):
            write_m3u8(listing(), tmp_path)

    def test_a_folder_that_is_not_there_is_reported(self, tmp_path: Path, listing: Listing) -> None:
        with pytest.raises(TaggerError, match="No such file"):
            write_m3u8(listing(), tmp_path / "none" / "run.m3u8")


def _rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
