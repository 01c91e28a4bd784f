"""Which files are songs, and what tells that one has changed."""

import os
from pathlib import Path

import pytest

from pacetag.tagger.errors import UsageError
from pacetag.tagger.library.walk import check_paths, is_gone, stamp, walk


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"sound")
    return path


def names(folder: Path, *, deep: bool = True) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in walk([folder], deep=deep)]


def test_songs_are_found_by_suffix_in_any_case_and_sorted_within_their_folder(
    tmp_path: Path,
) -> None:
    for name in ("b.MP3", "a.flac", "z/c.opus", "d/e/f.m4a", "cover.jpg", "notes.txt", "mp3"):
        touch(tmp_path / name)

    assert names(tmp_path) == ["a.flac", "b.MP3", "d/e/f.m4a", "z/c.opus"]


def test_hidden_and_temporary_files_and_hidden_folders_are_left_out(tmp_path: Path) -> None:
    for name in (".a.mp3", "._b.mp3", ".trash/c.mp3", "d.mp3.part", "e.mp3~", "f.mp3.tmp", "g.mp3"):
        touch(tmp_path / name)

    assert names(tmp_path) == ["g.mp3"]


def test_a_hidden_folder_that_is_named_is_walked(tmp_path: Path) -> None:
    song = touch(tmp_path / ".music" / "a.mp3")

    assert list(walk([tmp_path / ".music"])) == [song]


def test_links_that_lead_in_a_circle_end(tmp_path: Path) -> None:
    touch(tmp_path / "a" / "song.mp3")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to("self")

    assert names(tmp_path) == ["a/song.mp3"]


def test_a_song_that_a_link_leads_to_as_well_is_found_once_where_it_lies(tmp_path: Path) -> None:
    touch(tmp_path / "z" / "song.mp3")
    (tmp_path / "a").symlink_to(tmp_path / "z")

    assert names(tmp_path) == ["z/song.mp3"]


def test_a_linked_folder_outside_is_followed(tmp_path: Path) -> None:
    touch(tmp_path / "disk" / "song.mp3")
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "link").symlink_to(tmp_path / "disk")

    assert names(tmp_path / "music") == ["link/song.mp3"]


def test_a_song_and_its_folder_named_twice_come_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = touch(tmp_path / "a" / "song.mp3")
    monkeypatch.chdir(tmp_path)

    assert list(walk([Path("a"), tmp_path / "a" / ".", tmp_path])) == [song]
    assert list(walk([song, Path("a/song.mp3")])) == [song]


def test_a_named_file_that_is_not_a_song_is_left_out(tmp_path: Path) -> None:
    assert list(walk([touch(tmp_path / "cover.jpg")])) == []


def test_shallow_walks_stay_in_the_folder(tmp_path: Path) -> None:
    for name in ("a.mp3", "b/c.mp3"):
        touch(tmp_path / name)

    assert names(tmp_path, deep=False) == ["a.mp3"]


def test_a_name_that_is_not_text_comes_through(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9.mp3"
    Path(os.fsdecode(raw)).write_bytes(b"sound")

    assert [os.fsencode(path) for path in walk([tmp_path])] == [raw]


def test_a_folder_called_like_a_song_is_no_song(tmp_path: Path) -> None:
    (tmp_path / "band.mp3").mkdir()
    touch(tmp_path / "band.mp3" / "a.ogg")
    os.mkfifo(tmp_path / "pipe.mp3")

    assert names(tmp_path) == ["band.mp3/a.ogg"]


def test_a_path_that_is_not_there_is_a_usage_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere: there is no such file or folder"):
        check_paths([tmp_path, tmp_path / "nowhere"])


def test_a_stamp_tells_a_rewrite_a_touch_and_a_replacement(tmp_path: Path) -> None:
    song = touch(tmp_path / "a.mp3")
    first = stamp(song)
    os.utime(song, ns=(1, first.mtime_ns))
    same_times = stamp(song)
    touch(tmp_path / "b.mp3").replace(song)

    assert same_times.mtime_ns == first.mtime_ns
    assert same_times != first  # ctime cannot be set back
    assert stamp(song).inode != first.inode


def test_gone_means_that_nothing_lies_there_not_even_a_broken_link(tmp_path: Path) -> None:
    (tmp_path / "link.mp3").symlink_to("nowhere")
    touch(tmp_path / "file")

    assert not is_gone(str(tmp_path / "link.mp3"))
    assert is_gone(str(tmp_path / "other.mp3"))
    assert is_gone(str(tmp_path / "file" / "below.mp3"))


def test_a_folder_that_may_not_be_entered_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:  # root, whom tests may run as, is never refused
        raise PermissionError(13, "Permission denied")

    song = touch(tmp_path / "locked" / "a.mp3")
    monkeypatch.setattr(os, "lstat", refuse)
    monkeypatch.setattr(os, "scandir", refuse)

    assert not is_gone(str(song))
    assert names(tmp_path) == []
