"""Copies that `playlist --stretch` made are no songs of the library."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mutagen.flac import FLAC

from pacetag.db.index import SongIndex


def test_a_scan_passes_over_a_stretched_copy(
    make_song: Callable[..., Path],
    scan_json: Callable[..., Any],
    judged: Callable[[], list[str]],
    index_file: Path,
    worker_threads: None,
) -> None:
    make_song("song.flac")
    copy = make_song("run (stretched)/song @165.flac")
    tags: Any = FLAC(copy)  # type: ignore[no-untyped-call]
    tags["PACETAG_COPY"] = ["1 factor=1.031250 format=flac engine=signalsmith-1 source=ab"]
    tags.save()
    before = copy.read_bytes()

    scanned = scan_json()

    assert scanned.outcomes == {"song.flac": "tagged", "song @165.flac": "skipped"}
    assert "stretched copy" in scanned.songs["song @165.flac"]["reason"]
    assert scanned.result.exit_code == 0
    assert judged() == ["song.flac"]
    assert copy.read_bytes() == before
    with SongIndex.open(index_file) as index:
        assert index.song(str(copy)) is None
