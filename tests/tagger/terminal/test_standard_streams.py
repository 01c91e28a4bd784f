"""The work is done even if standard input, output or error is closed, full or abandoned."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.tags.reader import read_tags

MakeSong = Callable[..., Path]
FAKES = Path(__file__).parents[1] / "fakes"
SCRIPT = FAKES / "pacetag_with_fake_judge.py"
CLOSED, FULL = ">&-", ">/dev/full"
REASONS = {CLOSED: "it is closed", FULL: "No space left on device"}
ASKED = ("playlist", "--cadence", "172")

Shell = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def shell() -> Shell:
    """Run the command as a shell does that closes or redirects its descriptors."""

    def run(
        redirections: str, *arguments: str | Path, script: Path = SCRIPT
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", f'"$@" {redirections}', "bash", sys.executable, script, *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.mark.parametrize("redirection", [CLOSED, FULL])
@pytest.mark.parametrize("options", [(), ("--json",), ("--dry-run",)], ids=" ".join)
def test_a_scan_that_cannot_say_anything_finishes_and_says_so_in_one_sentence(
    options: tuple[str, ...], redirection: str, shell: Shell, make_song: MakeSong, library: Path
) -> None:
    songs = [make_song(f"{number}.mp3") for number in (120, 130, 172)]

    done = shell(redirection, "scan", library, "--jobs", "1", *options)

    assert done.returncode == 1
    assert done.stderr == (
        f"pacetag: standard output cannot be written ({REASONS[redirection]}), so that what was "
        "said is incomplete; send it elsewhere with > or |\n"
    )
    assert [bool(read_tags(song).pace) for song in songs] == [options != ("--dry-run",)] * 3


@pytest.mark.parametrize("errors", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize("output", ["", CLOSED, FULL])
def test_a_scan_tags_also_without_anywhere_to_complain(
    output: str, errors: str, shell: Shell, make_song: MakeSong, library: Path
) -> None:
    song = make_song("172.mp3")

    done = shell(f"{output} {errors} <&-", "scan", library, "--jobs", "1")

    assert (done.returncode, done.stderr) == (1 if output else 0, "")
    assert ("1 tagged" in done.stdout) is not bool(output)
    assert read_tags(song).pace == ("172",)


COMMANDS: list[tuple[str, ...]] = [
    ("--help",),
    ("--version",),
    ("scan", "--help"),
    ASKED,
    (*ASKED, "--json"),
    ("stats",),
    ("stats", "--json"),
    ("undo", "--list"),
    ("undo", "--list", "--json"),
    ("undo", "--all", "--dry-run"),
    ("undo", "--all"),
    ("show", "SONG"),
    ("show", "SONG", "--json"),
    ("evaluate", "SET", "--jobs", "1"),
    ("evaluate", "SET", "--jobs", "1", "--json"),
]


@pytest.fixture
def words(make_song: MakeSong, scan_json: Any, tmp_path: Path) -> dict[str, str]:
    """A song that the index knows, and a set with it, for the words SONG and SET."""
    song = make_song("172.mp3")
    scan_json()
    table = tmp_path / "set.csv"
    table.write_text(f"file,paces\n{song},172\n")
    return {"SONG": str(song), "SET": str(table)}


@pytest.mark.parametrize("redirection", [CLOSED, FULL])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.usefixtures("worker_threads")
def test_every_command_says_that_its_output_is_lost(
    command: tuple[str, ...], redirection: str, shell: Shell, words: dict[str, str]
) -> None:
    done = shell(redirection, *(words.get(word, word) for word in command))

    assert done.returncode == 1
    assert done.stderr.startswith("pacetag: standard output cannot be written (")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.usefixtures("worker_threads")
def test_a_reader_that_has_seen_enough_is_no_reason_to_complain(
    command: tuple[str, ...], words: dict[str, str]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, SCRIPT, *(words.get(word, word) for word in command)],
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=120,
        check=False,
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (1, b"")


def test_a_scan_goes_on_when_its_reader_has_gone(make_song: MakeSong, library: Path) -> None:
    songs = [make_song(f"{number}.mp3") for number in (120, 130, 172)]
    scan = '"$@" --json | head -1; exit "${PIPESTATUS[0]}"'
    done = subprocess.run(
        ["bash", "-c", scan, "bash", sys.executable, SCRIPT, "scan", library, "--jobs", "1"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout)["outcome"] == "tagged"
    assert all(read_tags(song).pace for song in songs)


def test_a_watcher_ends_when_its_reader_has_gone(make_song: MakeSong, library: Path) -> None:
    make_song("172.mp3")
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, SCRIPT, "watch", library, "--jobs", "1", "--settle", "0.2"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )
    os.close(writing)

    assert done.returncode == 1
    assert done.stderr == f"Watching {library}; Ctrl-C ends it.\n"


NOTING = """
import os, sys
from pathlib import Path
sys.path.insert(0, {fakes!r})
from pacetag.tagger.scanning import noted_write
from pacetag.tagger.workers import pool
from pacetag.tagger.__main__ import main
from pacetag.tagger.workers.judging import JudgeRef
def noting(*given, _write=noted_write.write_tags, **named):
    places = (Path(f"/proc/self/fd/{{number}}").readlink() for number in range(3))
    Path({notes!r}).write_text("\\n".join(map(str, places)))
    return _write(*given, **named)
if __name__ == "__main__":
    noted_write.write_tags = noting
    pool.shipped_judge = lambda: JudgeRef(bundle="fake-1", factory="fake_judge:load")
    main()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="descriptors have names there alone")
def test_no_song_and_no_index_gets_the_number_of_a_closed_stream(
    shell: Shell, make_song: MakeSong, library: Path, tmp_path: Path
) -> None:
    make_song("172.mp3")
    notes, script = tmp_path / "notes", tmp_path / "noting.py"
    script.write_text(NOTING.format(fakes=str(FAKES), notes=str(notes)))

    done = shell("<&- >&- 2>&-", "scan", library, "--jobs", "1", script=script)

    assert done.returncode == 1
    assert notes.read_text().splitlines() == ["/dev/null"] * 3


@pytest.mark.usefixtures("words")
def test_a_playlist_that_goes_to_a_closed_output_is_one_sentence(shell: Shell) -> None:
    done = shell(CLOSED, *ASKED, "--output", "-")

    assert done.returncode == 1
    assert done.stderr == (
        "pacetag: standard output: the playlist cannot be written (it is closed); choose another "
        "place with --output\n"
    )


@pytest.mark.usefixtures("words")
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_an_output_file_that_finds_no_room_leaves_what_was_there(
    code: int, pacetag: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "run.m3u8"
    assert pacetag(*ASKED, "--output", place, "--absolute").exit_code == 0
    before = place.read_bytes()

    def half(draft: Path, pieces: Iterable[bytes]) -> None:
        content = b"".join(pieces)
        draft.write_bytes(content[: len(content) // 2])
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("pacetag.tagger.files.output_files.fill", half)
    done = pacetag(*ASKED, "--output", place)

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        f"pacetag: {place}: the playlist cannot be written ({os.strerror(code)}); choose another "
        "place with --output\n"
    )
    assert place.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


FLOOD = """
from pacetag.tagger.terminal.standard_streams import keep_streams
keep_streams()
for _ in range(1000):
    print("x" * 1000)
"""


def test_an_output_that_cannot_take_everything_at_once_gets_all_of_it() -> None:
    """Another program can have made the pipe non-blocking; it is shared with this one."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with subprocess.Popen([sys.executable, "-c", FLOOD], stdout=writing) as process:
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            got = pipe.read()
        assert process.wait(timeout=60) == 0
    assert got.count(b"x") == 1_000_000
