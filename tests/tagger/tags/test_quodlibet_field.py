"""The field that Quod Libet reads as `pace`: in ID3 alone, and in the case that it needs."""

from collections.abc import Callable

import pytest

from pacetag.tagger.tags.reader import read_tags
from tests.tagger.tags.conftest import Song
from tests.tagger.writing import write_tags


@pytest.mark.parametrize("kind", ["mp3-v24", "mp3-v23", "mp3-v22", "mp3-bare", "wav", "dsf"])
def test_every_version_of_id3_keeps_the_spelling_that_quod_libet_needs(
    kind: str, copy_of: Callable[[str], Song]
) -> None:
    song = copy_of(kind).path
    before = song.read_bytes()

    write_tags(song, {"quodlibet": ["172", "86"]})
    assert read_tags(song).quodlibet == ("172", "86")
    assert b"QuodLibet::pace" in song.read_bytes().replace(b"\0", b"")
    write_tags(song, {"quodlibet": ["165"]})
    assert read_tags(song).quodlibet == ("165",)
    write_tags(song, {"quodlibet": []})

    assert read_tags(song).quodlibet == ()
    assert song.read_bytes().replace(b"\0", b"")[-500:] == before.replace(b"\0", b"")[-500:]


@pytest.mark.parametrize("kind", ["flac", "ogg", "m4a", "wma", "wv"])
def test_where_quod_libet_reads_pace_there_is_no_such_field(
    kind: str, copy_of: Callable[[str], Song]
) -> None:
    assert read_tags(copy_of(kind).path).quodlibet is None
