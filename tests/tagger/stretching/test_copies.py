"""Which copies are wanted, which are there, their names, and their room."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from pacetag.db.records import SongRecord
from pacetag.tagger.errors import TaggerError
from pacetag.tagger.stretching import copies
from pacetag.tagger.stretching.copies import Wanted, check_folder, check_room, copies_of
from pacetag.tagger.stretching.formats import Format
from pacetag.tagger.stretching.making import make
from pacetag.tagger.stretching.mark import Mark, parse_mark
from tests.tagger.stretching.conftest import WantedCopy

Record = Callable[..., SongRecord]


def test_a_song_within_three_per_mille_needs_no_copy(
    click_song: Path, record: Record, tmp_path: Path
) -> None:
    near = Wanted(song=record(click_song, 160.0), pace=160.0, cadence=160.4)
    far = replace(near, cadence=160.6)

    assert list(copies_of([near, far], tmp_path / "none", Format.FLAC)) == [far]


def test_a_copy_that_is_there_is_kept_for_the_same_sound_factor_and_format_alone(
    click_song: Path, wanted_copy: WantedCopy
) -> None:
    first = wanted_copy(click_song, 160.0, 165.0)
    make(first)

    again = wanted_copy(click_song, 160.0, 165.0)
    slower = wanted_copy(click_song, 160.0, 158.0)
    other = wanted_copy(click_song, 160.0, 165.0, Format.OPUS)

    assert (again.is_there, again.path) == (True, first.path)
    assert not slower.is_there
    assert not other.is_there


def test_another_file_of_that_name_has_the_copy_named_otherwise(
    click_song: Path, wanted_copy: WantedCopy
) -> None:
    first = wanted_copy(click_song, 160.0, 165.0)
    first.path.write_bytes(b"a letter")

    assert wanted_copy(click_song, 160.0, 165.0).path.name == "Clicks @165 (2).flac"


def test_two_songs_of_one_name_get_two_copies(
    click_song: Path, record: Record, tmp_path: Path
) -> None:
    song = record(click_song, 160.0)
    twin = replace(song, path=str(tmp_path / "b" / "Clicks.mp3"), fingerprint="ab")
    both = [Wanted(song=each, pace=160.0, cadence=165.0) for each in (song, twin)]

    found = copies_of(both, tmp_path / "none", Format.FLAC).values()

    assert [copy.path.name for copy in found] == ["Clicks @165.flac", "Clicks @165 (2).flac"]


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ('What? "No" <1:2>.mp3', "What_ _No_ _1_2_ @165.flac"),
        ("...And So On.mp3", "And So On @165.flac"),
        ("\udcff.mp3", "song @165.flac"),
        (f"{'é' * 125}.mp3", f"{'é' * 90} @165.flac"),
    ],
)
def test_names_fit_every_disk(
    click_song: Path, record: Record, tmp_path: Path, name: str, made: str
) -> None:
    song = replace(record(click_song, 160.0), path=str(tmp_path / name))
    wanted = Wanted(song=song, pace=160.0, cadence=165.0)

    found = copies_of([wanted], tmp_path / "none", Format.FLAC)

    assert found[wanted].path.name == made


def test_a_full_disk_is_said_before_anything_is_made(
    click_song: Path, wanted_copy: WantedCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = wanted_copy(click_song, 160.0, 165.0)
    usage = SimpleNamespace(total=1 << 40, free=65 << 20)
    monkeypatch.setattr(copies.shutil, "disk_usage", lambda _: usage)  # type: ignore[attr-defined]

    with pytest.raises(TaggerError, match=r"nearly full: the copies need \d+ MiB, 65 are free"):
        check_room([copy], copy.path.parent)
    check_room([replace(copy, is_there=True)], copy.path.parent)


def test_a_file_in_the_place_of_the_folder_is_refused(click_song: Path, tmp_path: Path) -> None:
    with pytest.raises(TaggerError, match="is no folder"):
        check_folder(click_song)
    with pytest.raises(TaggerError, match="there is no such folder"):
        check_folder(tmp_path / "a" / "b")


def test_a_mark_is_read_as_it_was_written() -> None:
    mark = Mark(source="0af3", factor=1.031251, format="flac")

    assert parse_mark(mark.text) == mark
    assert parse_mark(mark.text + " ") is None
    assert parse_mark(None) is None
