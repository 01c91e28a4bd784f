"""`scan --read-only-check DIR`: a scan that touches more than tags is found out."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen.flac
import mutagen.id3
import pytest

from pacetag.tagger.scanning import noted_write
from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.tags.safety.replace import stamp_of
from pacetag.tagger.tags.writer import Written
from tests.tagger.writing import write_tags

MakeSong = Callable[..., Path]
Run = Callable[..., Any]
Fault = Callable[[Path], None]

pytestmark = pytest.mark.usefixtures("worker_threads")


@pytest.fixture
def check(pacetag: Run, library: Path) -> Run:
    """Scan the library and check it."""

    def run(*arguments: str | Path) -> Any:
        options = ("--jobs", "1", "--read-only-check", library)
        return pacetag("scan", library, *options, *arguments)

    return run


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> Callable[[Fault], None]:
    """Have the writer do something more to each file."""

    def plant(fault: Fault) -> None:
        def write(path: Path, fields: Any, **analysed: Any) -> Written:
            written = write_tags(path, fields, **analysed)
            fault(path)
            return Written(changed=written.changed, old=written.old, stamp=stamp_of(path.stat()))

        monkeypatch.setattr(noted_write, "write_tags", write)

    return plant


def edit_flac(song: Path, **fields: str) -> None:
    audio: Any = mutagen.flac.FLAC(song)  # type: ignore[no-untyped-call]
    audio.update(fields)
    audio.save()


def test_an_index_in_a_folder_that_a_link_leads_to_does_not_count(
    make_song: MakeSong, pacetag: Run, library: Path, tmp_path: Path
) -> None:
    make_song("172.flac")
    link = tmp_path / "link"
    link.symlink_to(library)
    index = ("--index", link / "songs.db")

    for _ in range(2):
        done = pacetag("scan", link, "--read-only-check", link, *index)
        assert (done.exit_code, done.stderr.count("\n")) == (0, 1), done.stderr
        assert pacetag("undo", link, *index).exit_code == 0  # so that the next is in its place


def spoil(song: Path) -> None:
    """Change one byte of the sound."""
    with song.open("r+b") as file:
        file.seek(-3, os.SEEK_END)
        last = file.read(1)
        file.seek(-3, os.SEEK_END)
        file.write(bytes([last[0] ^ 1]))


def differences(stdout: str) -> list[str]:
    """What it says of single files."""
    return [line for line in stdout.splitlines() if line.startswith("/")]


def test_an_honest_scan_passes(make_song: MakeSong, check: Run, library: Path) -> None:
    for suffix in (".mp3", ".flac", ".ogg", ".opus", ".m4a", ".wav"):
        make_song(f"album/172{suffix}")
    make_song("broken.mp3")
    edit_flac(make_song("130.flac"), PACE="130", title="Mine")
    edit_flac(make_song("131.flac"), PACE="7")
    (library / "cover.jpg").write_bytes(b"picture")
    (library / "link").symlink_to("album")

    done = check("--bpm", "overwrite")

    assert differences(done.stdout) == []
    last = f"Checked 13 files and folders in {library}: nothing but tags has changed."
    assert done.stdout.splitlines()[-1] == last
    assert done.exit_code == 1  # for the one that is broken
    assert read_tags(library / "album/172.mp3").bpm == ("172",)
    (library / "broken.mp3").unlink()
    assert check("--force").exit_code == 0


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (lambda song: edit_flac(song, genre="Noise"), "the tag GENRE is new"),
        (lambda song: edit_flac(song, TITLE="Theirs"), "the tag TITLE is not what it was"),
        (lambda song: edit_flac(song, BPM="172"), "the tag BPM is new"),
        (spoil, "the sound is not what it was"),
        (lambda song: song.chmod(0o600), "the mode was 0644, is 0600"),
        (lambda song: os.link(song, song.with_suffix(".new")), "the number of names was 1, is 2"),
        (lambda song: song.with_name(".rest").touch(), None),
        (lambda song: song.with_name("cover.jpg").write_bytes(b"Picture"), None),
        (lambda song: song.with_name("cover.jpg").touch(), None),
        (lambda song: song.with_name("cover.jpg").unlink(), None),
    ],
)
def test_a_planted_fault_is_named(
    fault: Fault, said: str | None, make_song: MakeSong, check: Run, faulty: Any, library: Path
) -> None:
    song = make_song("172.flac")
    song.chmod(0o644)
    edit_flac(song, title="Mine")
    (library / "cover.jpg").write_bytes(b"picture")
    os.utime(library / "cover.jpg", (1, 1))
    faulty(fault)

    done = check()

    found = differences(done.stdout)
    assert done.exit_code == 1
    if said is not None:
        assert f"{song}: {said}" in found
    else:
        assert found
        assert all(line.startswith((f"{library}/.rest", f"{library}/cover")) for line in found)
    assert f"{len(found)} differences besides tags." in done.stdout


def test_an_extended_attribute_that_changes_is_named(
    make_song: MakeSong, check: Run, faulty: Any
) -> None:
    song = make_song("172.flac")
    try:
        os.setxattr(song, "user.rating", b"5 stars")
    except (AttributeError, OSError):
        pytest.skip("no extended attributes here")
    faulty(lambda path: os.setxattr(path, "user.rating", b"4 stars"))

    assert differences(check().stdout) == [f"{song}: the attribute user.rating is not what it was"]


def test_a_tag_that_vanishes_from_an_mp3_is_named(
    make_song: MakeSong, check: Run, faulty: Any
) -> None:
    song = make_song("172.mp3")
    tags: Any = mutagen.id3.ID3()  # type: ignore[no-untyped-call]
    tags.add(mutagen.id3.PRIV(owner="someone", data=b"secret"))  # type: ignore[no-untyped-call]
    tags.save(song)

    def drop(path: Path) -> None:
        tags: Any = mutagen.id3.ID3(path)  # type: ignore[no-untyped-call]
        tags.delall("PRIV")
        tags.save()

    faulty(drop)

    found = differences(check().stdout)

    assert any("PRIV" in line and line.endswith("is gone") for line in found)


@pytest.mark.parametrize("option", ["--dry-run", "--no-tags"])
def test_where_no_tags_may_be_written_every_byte_must_stay(
    option: str, make_song: MakeSong, check: Run, library: Path
) -> None:
    song = make_song("172.flac")

    done = check(option)

    assert (done.exit_code, differences(done.stdout)) == (0, [])
    assert read_tags(song).pace == ()


def test_a_pace_from_another_program_must_stay(
    make_song: MakeSong, check: Run, faulty: Any
) -> None:
    song = make_song("172.flac")
    edit_flac(song, PACE="150")
    faulty(lambda path: edit_flac(path, PACE="151"))

    assert f"{song}: the tag PACE is not what it was" in differences(check().stdout)


def test_the_index_may_lie_in_the_folder(make_song: MakeSong, check: Run, library: Path) -> None:
    make_song("172.flac")
    index = library / "index.sqlite3"
    check("--index", index)

    done = check("--index", index, "--force", "--bpm", "overwrite")

    assert differences(done.stdout) == []


def test_as_json_differences_are_objects_before_the_sum(
    make_song: MakeSong, check: Run, faulty: Any
) -> None:
    song = make_song("172.flac")
    song.chmod(0o644)
    faulty(lambda path: path.chmod(0o640))

    done = check("--json")

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[1:-1] == [{"path": str(song), "difference": "the mode was 0644, is 0640"}]
    assert "counts" in lines[-1]
    assert done.exit_code == 1


def test_unreadable_and_odd_files_do_no_harm(
    make_song: MakeSong, check: Run, library: Path
) -> None:
    make_song("172.flac")
    os.mkfifo(library / "pipe.mp3")
    (library / "loop").symlink_to("loop")
    (library / os.fsdecode(b"\xff.txt")).touch()

    done = check()

    assert (done.exit_code, differences(done.stdout)) == (0, [])


def test_a_path_that_is_not_a_folder_is_a_usage_error(
    make_song: MakeSong, pacetag: Run, library: Path
) -> None:
    song = make_song("172.flac")

    for wrong in (song, library / "nowhere"):
        assert pacetag("scan", library, "--read-only-check", wrong).exit_code == 2
    assert read_tags(song).pace == ()
