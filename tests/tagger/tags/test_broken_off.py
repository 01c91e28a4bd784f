"""An unfinished download is judged but not tagged, since the download may be resumed."""

import subprocess
from pathlib import Path

import pytest

from pacetag.tagger.tags.errors import NotWritableError
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.reader import read_tags
from tests.ogg_pages import changed
from tests.tagger.conftest import ScanJson
from tests.tagger.writing import write_tags

pytestmark = pytest.mark.outside("ffmpeg")

KINDS = {
    "ogg": "-c:a libvorbis",
    "opus": "-c:a libopus",
    "oga": "-c:a flac",
    "spx": "-c:a libspeex",
    "flac": "",
    "mp3": "-q:a 4",
    "cbr.mp3": "-b:a 128k",
    "m4a": "-movflags +faststart",
    "wv": "",
    "wav": "",
    "aiff": "",
    "wma": "",
}
TONE = ["-f", "lavfi", "-i", "anoisesrc=d=20:r=44100:a=0.1"]


def made(folder: Path, kind: str) -> Path:
    song = folder / f"song.{kind}"
    subprocess.run(["ffmpeg", "-v", "error", *TONE, *KINDS[kind].split(), song], check=True)
    return song


@pytest.mark.parametrize("kind", KINDS)
def test_a_song_whose_end_is_missing_is_not_written(kind: str, tmp_path: Path) -> None:
    song = made(tmp_path, kind)
    assert read_tags(song).writable
    song.write_bytes(song.read_bytes()[: song.stat().st_size * 92 // 100])
    before = song.read_bytes()

    assert not read_tags(song).writable
    with pytest.raises(NotWritableError):
        write_tags(song, {"pace": ["172"]})
    assert song.read_bytes() == before


@pytest.mark.parametrize("kind", ["ogg", "opus", "oga", "spx", "flac", "mp3", "cbr.mp3", "wv"])
def test_a_part_that_a_program_cut_out_is_written(kind: str, tmp_path: Path) -> None:
    whole, song = made(tmp_path, kind), tmp_path / f"part.{kind}"
    cut = ["-ss", "3", "-t", "14", "-i", str(whole), "-c", "copy", str(song)]
    subprocess.run(["ffmpeg", "-v", "error", *cut], check=True)
    sound = file_fingerprint(song)

    assert write_tags(song, {"pace": ["172"]}).changed

    assert read_tags(song).pace == ("172",)
    assert file_fingerprint(song) == sound


@pytest.mark.usefixtures("worker_threads")
def test_a_scan_indexes_it_and_says_why_it_is_not_written(
    library: Path, scan_json: ScanJson
) -> None:
    song = made(library, "flac")
    song.write_bytes(song.read_bytes()[: song.stat().st_size * 92 // 100])

    for _ in range(2):
        scanned = scan_json()
        assert scanned.result.exit_code == 0
        assert scanned.outcomes == {"song.flac": "unchanged"}
    found = scan_json("--force").songs["song.flac"]["reason"]
    assert found == "indexed only: its end is missing, as of a download that broke off"


@pytest.mark.parametrize("kind", ["ogg", "opus", "oga", "spx"])
@pytest.mark.usefixtures("worker_threads")
def test_ogg_that_lost_a_page_is_indexed_and_no_failure(
    kind: str, library: Path, scan_json: ScanJson
) -> None:
    song = made(library, kind)
    data = song.read_bytes()
    song.write_bytes(changed(data, lambda _, at, flags: (at, flags), left_out={9}))

    for _ in range(2):
        scanned = scan_json()
        assert scanned.result.exit_code == 0
        assert scanned.outcomes == {song.name: "unchanged"}
    found = scan_json("--force").songs[song.name]["reason"]
    assert found == "indexed only: its Ogg pages are damaged (order)"
