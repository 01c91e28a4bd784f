"""Files that still grow are told from those that are complete."""

from pathlib import Path

from pacetag.tagger.library.walk import stamp
from pacetag.tagger.watch.keeper import changed_songs, settled


def test_a_song_that_grows_between_two_looks_is_not_ready(tmp_path: Path) -> None:
    done, growing, going = (tmp_path / name for name in ("a.mp3", "b.mp3", "c.mp3"))
    for song in (done, growing, going):
        song.write_bytes(b"sound")

    def meanwhile() -> None:
        with growing.open("ab") as file:
            file.write(b"more")
        going.unlink()

    assert settled([done, growing, going], meanwhile) == ([done], [growing])


def test_without_songs_nobody_waits() -> None:
    def meanwhile() -> None:
        raise AssertionError("waited for nothing")

    assert settled([], meanwhile) == ([], [])


def test_songs_are_changed_when_the_index_knows_them_otherwise_or_not_at_all(
    tmp_path: Path,
) -> None:
    known, changed, new = (tmp_path / name for name in ("a.mp3", "b.mp3", "c.mp3"))
    for song in (known, changed, new):
        song.write_bytes(b"sound")
    stamps = {str(known): stamp(known), str(changed): stamp(changed)}
    changed.write_bytes(b"other sound")

    assert changed_songs([known, changed, new], stamps) == [changed, new]
