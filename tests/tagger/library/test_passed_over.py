"""Which file names are songs, and which are hidden, unfinished, deleted or no songs."""

from pathlib import Path

import pytest

from pacetag.tagger.library.passed_over import (
    BINS,
    TO_CONVERT,
    TOOLS,
    is_bin,
    is_hidden,
    is_off_the_way,
    lies_in_bin,
    may_hold_music,
)
from pacetag.tagger.library.song_names import is_named_song, is_song
from pacetag.tagger.library.walk import walk
from pacetag.tagger.tags.containers.registry import RARE_SUFFIXES

TITLES = (
    "...And So On", "...And You Will Know Us by the Trail of Dead", ".38 Band", ".38special",
    "..Famous Last Words", "...", "....", ".Rockets", ".O.rang", ".hack SIGN", ".\u96fb\u6c17",
    ". Period", ".(untitled)", ".357 String Band", "...ish", ".In Flames", ".'68",
)  # fmt: skip
HIDDEN_FOLDERS = (
    ".git", ".hg", ".svn", ".cache", ".config", ".local", ".var", ".stfolder", ".sync",
    ".AppleDouble", ".TemporaryItems", ".Spotlight-V100", ".DocumentRevisions-V100", ".fseventsd",
    ".dropbox.cache", ".rsync-partial", ".~tmp~", ".mozilla", ".steam", ".venv", ".old",
    ".VirtualBox", ".X11-unix", "._And So On", ".tmp.drivedownload", ".Skype",
)  # fmt: skip
HALF_WRITTEN = (
    "._x.mp3", "._...Intro.mp3", "._38 Band.mp3", ".~x.mp3", ".#My Song.mp3", ".a.mp3",
    ".trashed-1700000000-My Song.mp3", ".pending-1700000000-My Song.mp3", ".in.My Song.mp3",
    ".wh.My Song.mp3", ".tmp-My Song.mp3", ".temp My Song.mp3", ".syncthing.My Song.mp3.tmp",
    ".My Song.mp3.Ab3dEf", ".My Song.mp3.~1a2b", ".My Song.mp3.part", "My Song.mp3.part",
    ".nfs000000000123abcd", ".fuse_hidden0000001", ".goutputstream-ABC123.mp3", ".mp3",
    ".pacetag-0123456789ab.tmp", ".pacetag-0123456789ab.new", ".DS_Store", "My Song.mp3.crdownload",
)  # fmt: skip
THROWN_AWAY = (
    "$RECYCLE.BIN", "$Recycle.Bin", "RECYCLER", "Recycled", "#recycle", "#Recycle", "@Recycle",
    "@Recently-Snapshot", "#snapshot", "@eaDir", "@EADIR", "@tmp", "lost+found", "LOST+FOUND",
    ".Trash", ".Trash-1000", ".Trashes", ".trash", "System Volume Information", ".snapshots",
    ".snapshot", ".zfs", "~snapshot", "~SNAPSHOT", ".@__thumb", "@__thumb", ".recycle",
    "Network Trash Folder", "Temporary Items", "TheVolumeSettingsFolder", ".timemachine",
    ".Recycle_Bin", "__MACOSX", "__macosx", ".stversions", ".thumbnails", ".TemporaryItems",
    "@GMT-2026.01.01-00.00.00", "@SynoResource",
)  # fmt: skip
MUSIC = (
    "Recycle", "Trash", "Snapshot", "Snapshots", "Thumbnails", "@", "#", "#1 Hits", "@peace",
    "$ign", "~", "Trash Talk", "The Recycled Orchestra", "Lost and Found", "tmp", "Temporary",
    "System", "_", "__", "Bin", "$", "Trash-1000", "Zfs", "#", "@home",
)  # fmt: skip


@pytest.mark.parametrize("name", TITLES)
def test_a_title_that_begins_with_dots_is_a_band_a_folder_and_a_song(name: str) -> None:
    assert not is_hidden(name)
    assert not is_bin(name)
    assert is_song(f"{name}.mp3")


@pytest.mark.parametrize("name", HIDDEN_FOLDERS)
def test_folders_of_programs_are_hidden(name: str) -> None:
    assert is_hidden(name)


@pytest.mark.parametrize("name", HALF_WRITTEN)
def test_what_programs_hide_or_have_not_written_to_its_end_is_no_song(name: str) -> None:
    assert not is_song(name)


@pytest.mark.parametrize("name", THROWN_AWAY)
def test_trash_snapshots_and_thumbnails_are_known_in_any_case(name: str) -> None:
    assert is_bin(name)
    assert is_bin(name.upper())
    assert is_bin(name.lower())


@pytest.mark.parametrize("name", MUSIC)
def test_a_word_without_its_mark_is_music(name: str) -> None:
    assert not is_bin(name)
    assert not is_hidden(name)


def touch(*path: Path) -> None:
    for each in path:
        each.parent.mkdir(parents=True, exist_ok=True)
        each.write_bytes(b"sound")


def test_a_walk_passes_over_them_at_any_depth_unless_they_are_named(tmp_path: Path) -> None:
    top = tmp_path / "m"
    inside = top / "#recycle" / "Band"
    touch(top / "a.mp3", inside / "b.mp3", inside / "@eaDir" / "c.mp3", top / "x" / ".Trash" / "d")
    touch(top / "...And So On" / "e.mp3", top / ".git" / "f.mp3", inside / "._g.mp3")

    assert list(walk([top])) == [top / "a.mp3", top / "...And So On" / "e.mp3"]
    for named in (top / "#recycle", inside):
        assert list(walk([named])) == [inside / "b.mp3"]
    assert list(walk([inside / "@eaDir"])) == [inside / "@eaDir" / "c.mp3"]
    assert list(walk([top / ".git"])) == [top / ".git" / "f.mp3"]
    assert list(walk([inside / "._g.mp3"])) == [inside / "._g.mp3"]


@pytest.mark.parametrize("name", ["._x.mp3", ".a.mp3", ".mp3", "book.m4b", ".x.WEBM"])
def test_a_song_named_on_the_command_line_counts_under_any_name(tmp_path: Path, name: str) -> None:
    touch(tmp_path / name)

    assert list(walk([tmp_path / name])) == [tmp_path / name]
    assert list(walk([tmp_path])) == []


@pytest.mark.parametrize("name", [".pacetag-0123456789ab.tmp", "cover.jpg", "mp3", "x.mod"])
def test_a_draft_of_pacetag_and_what_is_no_song_never_count(tmp_path: Path, name: str) -> None:
    touch(tmp_path / name)

    assert list(walk([tmp_path / name])) == []
    assert not is_named_song(name)


def test_the_way_from_the_nearest_named_folder_decides() -> None:
    root, bin_ = Path("/m"), Path("/m/a/#recycle")

    assert lies_in_bin(bin_ / "x" / "b.mp3", [root])
    assert not lies_in_bin(bin_ / "x" / "b.mp3", [root, bin_])
    assert not lies_in_bin(Path("/m/#recycle.mp3"), [root])
    assert not lies_in_bin(Path("/#recycle/m/b.mp3"), [Path("/#recycle/m")])
    assert not lies_in_bin(bin_ / "b.mp3", [Path("/elsewhere")])
    assert is_off_the_way(Path("/m/.git/x"), [root])
    assert is_off_the_way(bin_, [root])
    assert not is_off_the_way(Path("/m/.38 Band/...x"), [root])
    assert not is_off_the_way(Path("/m/.git/x"), [root, Path("/m/.git")])


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a.m4b", "m4b"),
        ("A.WEBM", "webm"),
        ("a.mod", "mod"),
        ("go.mod", None),
        ("a.mp3", None),
        ("a.jpg", None),
        ("m4b", None),
        ("._a.m4b", None),
        (".a.mkv", None),
        ("a.m4b.part", None),
        ("...Intro.m4b", "m4b"),
    ],
)
def test_files_that_may_hold_music_are_known_by_their_suffix(name: str, suffix: str | None) -> None:
    assert may_hold_music(name) == suffix


def test_the_page_on_what_is_scanned_lists_all_of_it(root: Path) -> None:
    page = (root / "docs" / "what-is-scanned.md").read_text().lower()

    assert [name for name in BINS if f"`{name}`" not in page] == []
    assert [name for name in TOOLS if f"`{name}`" not in page] == []
    assert [suffix for suffix in RARE_SUFFIXES | TO_CONVERT if f".{suffix}" not in page] == []
