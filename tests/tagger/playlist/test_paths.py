"""Paths in playlists for players that see the music in another folder."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord
from pacetag.tagger.playlist.entries import Playlist
from pacetag.tagger.playlist.paths import PathStyle, Root, nameable, parse_root, parse_roots
from tests.tagger.mpd_server import Ask, mpd_server

Song = Callable[..., SongRecord]
Listing = Callable[..., Playlist]
Run = Callable[..., Any]

BAD = os.fsdecode(b"/m/caf\xe9.mp3")


def mapped(path: str, *maps: str) -> str | None:
    return PathStyle(roots=[parse_root(text) for text in maps]).line(path)


@pytest.mark.parametrize(
    "path", ["/m/a.mp3", "/m/#1 hit.mp3", "/m/ start.mp3", "/m/AC: DC/a.mp3", "/m/é 🏃.mp3"]
)
def test_an_absolute_path_stays_as_it_is(path: str) -> None:
    assert PathStyle().line(path) == path


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/m/a.mp3", "a.mp3"),
        ("/m/sub/é.mp3", "sub/é.mp3"),
        ("/m/#1 hit.mp3", "./#1 hit.mp3"),
        ("/m/ start.mp3", "./ start.mp3"),
        ("/m/AC: DC/a.mp3", "./AC: DC/a.mp3"),
        ("/else/a.mp3", "../else/a.mp3"),
    ],
)
@pytest.mark.parametrize("folder", ["/m", "/m/", "/m/../m"])
def test_a_path_can_begin_in_any_folder(path: str, line: str, folder: str) -> None:
    assert PathStyle(relative_to=Path(folder)).line(path) == line


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("/m=/srv/music", "/m/A/a.mp3", "/srv/music/A/a.mp3"),
        ("/m/=/srv/music/", "/m/A/a.mp3", "/srv/music/A/a.mp3"),
        ("/m//=/srv/music//", "/m/A/a.mp3", "/srv/music/A/a.mp3"),
        ("/m=/", "/m/A/a.mp3", "/A/a.mp3"),
        ("/=/srv", "/m/a.mp3", "/srv/m/a.mp3"),
        ("/m=", "/m/A/a.mp3", "A/a.mp3"),
        ("/m=", "/m/#1.mp3", "./#1.mp3"),
        ("/m=Music", "/m/A/a.mp3", "Music/A/a.mp3"),
        ("/m=smb://nas/music", "/m/a.mp3", "./smb://nas/music/a.mp3"),
        ("/m=/srv", "/music/a.mp3", "/music/a.mp3"),  # not below /m
        ("/m=/srv/é ü", "/m/é.mp3", "/srv/é ü/é.mp3"),
        ("/m=/srv/a=b", "/m/a.mp3", "/srv/a=b/a.mp3"),
        (r"/m=D:\Music", "/m/A/a.mp3", r"D:\Music\A\a.mp3"),
        ("/m=D:\\Music\\", "/m/A/a.mp3", r"D:\Music\A\a.mp3"),
        ("/m=D:", "/m/A/#1.mp3", r"D:\A\#1.mp3"),
        ("/m=D:\\", "/m/a.mp3", r"D:\a.mp3"),
        ("/m=D:/Music", "/m/A/a.mp3", "D:/Music/A/a.mp3"),
        (r"/m=\\nas\music", "/m/A/a.mp3", r"\\nas\music\A\a.mp3"),
    ],
)
def test_a_folder_can_stand_for_another(text: str, path: str, line: str) -> None:
    assert mapped(path, text) == line


@pytest.mark.parametrize("order", [1, -1])
def test_the_deepest_of_several_folders_counts_in_any_order(order: int) -> None:
    maps = ["/m=/srv", "/m/new=/new", "/other=/o"][::order]

    found = [mapped(path, *maps) for path in ("/m/new/a.mp3", "/m/newer/a.mp3", "/other/a.mp3")]

    assert found == ["/new/a.mp3", "/srv/newer/a.mp3", "/o/a.mp3"]


def test_a_folder_with_an_equals_sign_is_found_where_it_exists(tmp_path: Path) -> None:
    folder = tmp_path / "a=b"
    folder.mkdir()

    assert parse_root(f"{folder}=/srv=1") == Root(here=str(folder), there="/srv=1")


def test_a_folder_may_be_named_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to("disk")
    style = PathStyle(roots=parse_roots([f"{tmp_path}/link=/srv"]))

    for name in ("link", "disk"):
        assert style.line(f"{tmp_path}/{name}/a.mp3") == "/srv/a.mp3"


@pytest.mark.parametrize("text", ["", "/m", "=/srv", "=", "=="])
def test_what_names_no_two_folders_is_refused(text: str) -> None:
    if text == "==":
        assert parse_root("/m==") == Root(here="/m", there="=")
        return
    with pytest.raises(ValueError, match="write FROM=TO, as in /home/me/Music=/mnt/music"):
        parse_root(text)


@pytest.mark.parametrize("path", ["/m/two\nlines.mp3", "/m/two\rlines.mp3", "/m/end.mp3 ", BAD])
@pytest.mark.parametrize(
    "style",
    [PathStyle(), PathStyle(relative_to=Path("/m")), PathStyle(roots=[parse_root("/m=/srv")])],
    ids=["absolute", "relative", "mapped"],
)
def test_a_name_that_a_line_cannot_hold_has_none(path: str, style: PathStyle) -> None:
    assert style.line(path) is None


def test_windows_has_no_names_with_a_backslash() -> None:
    assert mapped("/m/a\\b.mp3", r"/m=D:\Music") is None
    assert mapped("/m/a\\b.mp3", "/m=/srv") == "/srv/a\\b.mp3"


def test_what_has_no_line_is_left_out_and_so_is_its_time(song: Song, listing: Listing) -> None:
    playlist = listing(song("/m/a.mp3"), song("/m/b\n.mp3"))

    found = nameable(playlist, PathStyle())

    assert [entry.song.path for entry in found.entries] == ["/m/a.mp3"]
    assert (playlist.total, found.total) == (400.0, 200.0)


class TestCommand:
    @pytest.fixture
    def music(self, tmp_path: Path, index_file: Path, song: Song) -> Path:
        """A folder with a song of a plain name and one of two lines, in the index."""
        folder = tmp_path / "music"
        with SongIndex.open(index_file) as index:
            for number, name in enumerate(("A/é.mp3", "two\nlines.mp3")):
                path = folder / name
                path.parent.mkdir(exist_ok=True, parents=True)
                path.write_bytes(b"sound")
                index.store(song(str(path), {165.0 - number: 0.9}, title=f"{number}"))
        return folder

    def lines(self, pacetag: Run, *options: str | Path) -> tuple[list[str], str]:
        done = pacetag("playlist", "--cadence", "165", "--output", "-", *options)
        assert done.exit_code == 0, done.stderr
        named = [line for line in done.stdout.splitlines() if not line.startswith("#")]
        return named, done.stderr

    def test_the_usual_way_names_every_song(self, pacetag: Run, music: Path) -> None:
        named, said = self.lines(pacetag)

        assert len(named) == 2
        assert "left out" not in said

    def test_each_style_names_what_it_can_and_says_what_it_cannot(
        self, pacetag: Run, music: Path
    ) -> None:
        for options, line in (
            (("--absolute",), f"{music}/A/é.mp3"),
            (("--relative-to", music), "A/é.mp3"),
            (("--root-map", f"{music}/=/srv/"), "/srv/A/é.mp3"),
            (("--absolute", "--root-map", f"{music}=D:\\M"), r"D:\M\A\é.mp3"),
            (("--root-map", "/else=/x", "--root-map", f"{music}="), "A/é.mp3"),
        ):
            named, said = self.lines(pacetag, *options)
            assert named == [line]
            assert "lines.mp3: left out, since a line of the playlist cannot hold its name" in said
            assert said.splitlines()[-1] == "1 song, 3:20, for 165 steps a minute"
            assert "none of the folders" not in said

    def test_songs_outside_of_what_was_named_are_counted(
        self, pacetag: Run, music: Path, tmp_path: Path
    ) -> None:
        for options in (("--root-map", "/else=/x"), ("--relative-to", tmp_path / "else")):
            _, said = self.lines(pacetag, *options)
            assert "1 song lies in none of the folders that were named\n" in said

    @pytest.mark.usefixtures("music")
    def test_a_file_of_any_style_is_pacetag_s_own(self, pacetag: Run, tmp_path: Path) -> None:
        for style in ("--absolute", "--root-map=/=/srv", "--absolute"):
            done = pacetag("playlist", "--cadence", "165", "--output", tmp_path / "run.m3u", style)
            assert done.exit_code == 0, done.stderr

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (["--absolute"], "name it with --output"),
            (["--root-map", "/a=/b", "--json"], "name it with --output"),
            (["--relative-to", "/m", "--absolute", "--output", "-"], "--relative-to excludes"),
            (["--relative-to", "/m", "--root-map", "/a=/b", "--output", "-"], "excludes"),
            (["--root-map", "/a", "--output", "-"], "--root-map: '/a' names no two folders"),
            (["--root-map", "", "--output", "-"], "--root-map: '' names no two folders"),
            (["--root-map", "~no-such-user/a=/b", "--output", "-"], "--root-map: "),
        ],
    )
    def test_what_cannot_be_meant_is_wrong_usage(
        self, pacetag: Run, options: list[str], said: str
    ) -> None:
        done = pacetag("playlist", "--cadence", "165", *options)

        assert done.exit_code == 2
        assert said in done.stderr
        assert done.stdout == ""


@pytest.mark.outside("mpd", "mpc")
class TestServer:
    """A real MPD, whose playlists lie elsewhere than its music."""

    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        for name in ("music/A", "lists"):
            (tmp_path / name).mkdir(parents=True)
        return tmp_path

    @pytest.fixture
    def names(self) -> tuple[str, ...]:
        return ("A/plain.wav", "#1 hit.wav", "é ü.wav", "AC: DC.wav", "100% a=b.wav")

    @pytest.fixture
    def mpc(self, home: Path, names: tuple[str, ...]) -> Iterator[Ask]:
        from tests.tagger.conftest import _noise, write_sound

        for name in names:
            write_sound(home / "music" / name, _noise(1))
        with mpd_server(home / "music", home, playlists=home / "lists") as ask:
            yield ask

    def test_each_style_loads_and_the_usual_one_does_not(
        self,
        home: Path,
        names: tuple[str, ...],
        mpc: Ask,
        pacetag: Run,
        index_file: Path,
        song: Song,
    ) -> None:
        with SongIndex.open(index_file) as index:
            for name in names:
                index.store(song(str(home / "music" / name), {165.0: 0.9}, title=name))
        styles: dict[str, tuple[str | Path, ...]] = {
            "usual": (),
            "absolute": ("--absolute",),
            "relative": ("--relative-to", home / "music"),
            "bare": ("--root-map", f"{home}/music="),
        }
        loaded = {}
        for name, options in styles.items():
            output = home / "lists" / f"{name}.m3u"
            done = pacetag("playlist", "--cadence", "165", "--output", output, *options)
            assert done.exit_code == 0, done.stderr
            mpc("clear")
            mpc("load", name)
            loaded[name] = sorted(mpc("-f", "%file%", "playlist"))

        assert loaded.pop("usual") == []
        assert loaded == dict.fromkeys(loaded, sorted(names))
