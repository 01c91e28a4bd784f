"""Naming an output file never costs the user another file."""

import functools
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from pacetag.db.errors import SongIndexError
from pacetag.db.index import SongIndex
from pacetag.model.evidence import evidence
from pacetag.model.evidence.evidence import Evidence, gather_evidence
from pacetag.tagger.errors import TaggerError, UsageError
from pacetag.tagger.files import never_replaced, output_files
from pacetag.tagger.files.never_replaced import is_sound
from pacetag.tagger.files.output_files import OutputFile
from pacetag.tagger.playlist.m3u8 import song_lines
from pacetag.tagger.playlist.writing import playlist_output
from pacetag.tagger.plots import reliability
from pacetag.tagger.plots import song as plot
from pacetag.tagger.plots.image_files import is_our_picture
from pacetag.tagger.workers import pool
from pacetag.tagger.workers.judging import JudgeRef
from tests.tagger.conftest import FAKES

MakeSong = Callable[..., Path]
Run = Callable[..., Any]
Write = Callable[..., Any]

SAMPLES = Path(__file__).parents[3] / "sample_audio"
ASKED = ("playlist", "--cadence", "172")
FOREIGN = {
    "text": b"what I want to remember\n",
    "another program's playlist": b"#EXTM3U\n#EXTINF:201,Legs - Hill\nhill.mp3\n",
    "a bare playlist": b"172.mp3\n",
    "another program's picture": b"\x89PNG\r\n\x1a\n\0\0\0\x11tEXtSoftware\0pacetaxi\0\0\0\0",
    "a picture of another kind": b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0",
    "white space": b"\n",
}


@pytest.fixture(autouse=True)
def one_song(make_song: MakeSong, pacetag: Run, worker_threads: None) -> Path:
    """A library of one song, that the index knows."""
    song = make_song("172.mp3")
    assert pacetag("scan", "--jobs", "1", song.parent).exit_code == 0
    return song


@pytest.fixture
def seeing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that shows evidence."""
    ref = JudgeRef(bundle="fake-1", factory="seeing_judge:load_seeing")
    monkeypatch.setattr(pool, "shipped_judge", lambda: ref)


@functools.cache
def _evidence(song: Path) -> Evidence:
    return gather_evidence(import_module("seeing_judge").load_seeing(), song)


@pytest.fixture
def small_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiny figures in place of those that take a second each, of a song that is heard once."""

    def tiny(*_: object, **__: object) -> Figure:
        return Figure(figsize=(0.5, 0.5))

    monkeypatch.setattr(evidence, "gather_evidence", lambda _, song, __: _evidence(song))
    monkeypatch.setattr(plot, "evidence_figure", tiny)
    monkeypatch.setattr(reliability, "reliability_figure", tiny)


@pytest.fixture(params=["playlist", "show", "evaluate"])
def write(
    request: pytest.FixtureRequest,
    pacetag: Run,
    tmp_path: Path,
    seeing: None,
    small_pictures: None,
    library: Path,
) -> Write:
    """Have one of the commands write to a place."""
    (tmp_path / "set.csv").write_text("file,paces\n172.mp3,172\n")
    command = {
        "playlist": (*ASKED, "--output"),
        "show": ("show", SAMPLES / "10-fog.opus", "--plot"),
        "evaluate": ("evaluate", tmp_path / "set.csv", "--music", library, "--jobs", "1", "--plot"),
    }[request.param]

    if request.param == "evaluate":  # by a judge that need not open the file
        ref = JudgeRef(bundle="fake-1", factory="fake_judge:load")
        request.getfixturevalue("monkeypatch").setattr(pool, "shipped_judge", lambda: ref)
    return lambda place, *more: pacetag(*command, place, *more)


def refused(done: Any, place: Path, *, remedy: str = "") -> None:
    """Raise AssertionError unless a command said no, in one sentence."""
    assert done.exit_code == 2, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert done.stderr.startswith(f"pacetag: {place}: ")
    assert done.stderr.count("\n") == 1
    assert "name another file" in done.stderr
    assert remedy in done.stderr


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_pacetag_did_not_write_is_replaced_only_on_demand(
    kind: str, write: Write, tmp_path: Path
) -> None:
    place = tmp_path / "notes"
    place.write_bytes(FOREIGN[kind])

    refused(write(place), place, remedy="--overwrite")
    assert place.read_bytes() == FOREIGN[kind]
    done = write(place, "--overwrite")

    assert done.exit_code == 0, done.stderr
    assert place.read_bytes() != FOREIGN[kind]
    again = write(place)
    assert again.exit_code == 0, again.stderr


def test_empty_files_and_what_pacetag_wrote_are_replaced(write: Write, tmp_path: Path) -> None:
    place = tmp_path / "out.png"
    place.touch()
    before = set(tmp_path.iterdir())

    for _ in range(2):
        done = write(place)
        assert done.exit_code == 0, done.stderr
        assert place.stat().st_size

    assert set(tmp_path.iterdir()) <= before | {tmp_path / "judged"}


@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".ogg", ".opus", ".wav", ".m4a"])
def test_a_song_is_never_replaced_under_any_name(
    suffix: str, write: Write, make_song: MakeSong, tmp_path: Path
) -> None:
    song = make_song(f"other{suffix}")
    content = song.read_bytes()
    copy, link, hard = (tmp_path / name for name in ("a.txt", "b.m3u8", "c.png"))
    copy.write_bytes(content)
    link.symlink_to(song)
    hard.hardlink_to(song)

    for place in (song, copy, link, hard):
        for more in ((), ("--overwrite",)):
            refused(write(place, *more), place)
            assert place.read_bytes() == content
    assert link.is_symlink()
    assert hard.samefile(song)


def test_a_name_of_a_song_is_no_place_for_anything_else(write: Write, library: Path) -> None:
    for name in ("new.mp3", "NEW.FLAC", "empty.ogg"):
        place = library / name
        if "empty" in name:
            place.touch()
        refused(write(place, "--overwrite"), place)
        assert not place.exists() or not place.stat().st_size


def test_indexes_and_what_lies_beside_them_are_never_replaced(
    write: Write, index_file: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.png"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE t (c)")
    database.close()
    (tmp_path / "link.png").symlink_to(index_file)
    log = tmp_path / "other.png-wal"
    journal = index_file.parent / "journal" / "1"
    journal.parent.mkdir(exist_ok=True)
    contents = {}
    for place in (log, journal):
        place.write_bytes(b"pages")
    for place in (index_file, other, tmp_path / "link.png", log):
        contents[place] = place.read_bytes()

    for place, content in contents.items():
        refused(write(place, "--overwrite"), place)
        assert place.read_bytes() == content
    journal.unlink()
    refused(write(journal, "--overwrite"), journal)


def test_a_network_is_never_replaced(write: Write, tmp_path: Path) -> None:
    folder = tmp_path / "own-1"
    folder.mkdir()
    for name in ("bundle.json", "model.keras", "notes.txt"):
        (folder / name).write_text("{}")
    (tmp_path / "single.tflite").write_text("x")

    for place in (*folder.iterdir(), folder / "new.png", tmp_path / "single.tflite", folder):
        refused(write(place, "--overwrite"), place)
    assert {each.read_text() for each in folder.iterdir()} == {"{}"}
    assert len(list(folder.iterdir())) == 3


def test_safety_copies_and_read_only_files_stay(write: Write, tmp_path: Path) -> None:
    backup = tmp_path / ".pacetag-0123456789ab.bak"
    backup.write_bytes(b"sound")
    locked = tmp_path / "locked"
    locked.touch()
    locked.chmod(0o444)

    for place in (backup, locked):
        refused(write(place, "--overwrite"), place)
    assert backup.read_bytes() == b"sound"
    assert locked.read_bytes() == b""


def test_what_a_command_reads_is_not_replaced(pacetag: Run, seeing: None, tmp_path: Path) -> None:
    song = tmp_path / "broken"
    song.write_bytes(b"no sound at all")
    table = tmp_path / "set.csv"
    table.write_text("file,paces\nbroken,172\n")
    (tmp_path / "twin").hardlink_to(table)
    (tmp_path / "link").symlink_to(song)

    for place in (song, tmp_path / "link"):
        refused(pacetag("show", song, "--plot", place, "--overwrite"), place)
    for place in (table, tmp_path / "twin", song):
        refused(pacetag("evaluate", table, "--plot", place, "--overwrite"), place)
    assert song.read_bytes() == b"no sound at all"
    assert table.read_text() == "file,paces\nbroken,172\n"


def test_it_is_refused_before_a_song_is_heard(
    write: Write, one_song: Path, judged: Callable[[], list[str]]
) -> None:
    judged()

    refused(write(one_song), one_song)

    assert judged() == []


def test_a_playlist_that_was_edited_by_hand_is_not_replaced(pacetag: Run, tmp_path: Path) -> None:
    place = tmp_path / "run.m3u8"
    assert pacetag(*ASKED, "--output", place).exit_code == 0
    place.write_bytes(place.read_bytes() + b"music/mine.mp3\n")
    content = place.read_bytes()

    refused(pacetag(*ASKED, "--output", place), place, remedy="--overwrite")

    assert place.read_bytes() == content


def test_playlists_of_before_the_mark_are_known_by_every_line(
    pacetag: Run, tmp_path: Path, one_song: Path, index_file: Path
) -> None:
    place = tmp_path / "run.m3u8"
    with SongIndex.open(index_file) as index:
        song = index.song(str(one_song))
    assert song is not None
    name, line = song_lines(song, tmp_path)
    for text in (
        f"#EXTM3U\n{name}\n{line}\n# mine\n",
        f"#EXTM3U\n{name}!\n{line}\n",
        f"#EXTM3U\n{name}\nelse/{line}\n",
        f"#EXTM3U\n{name}\n{line}",
        f"#EXTM3U\n\n{name}\n{line}\n",
    ):
        place.write_text(text)
        refused(pacetag(*ASKED, "--output", place), place)
        assert place.read_text() == text
    place.write_text(f"#EXTM3U\n{name}\n{line}\n")

    assert pacetag(*ASKED, "--output", place).exit_code == 0
    assert "Made by pacetag" in place.read_text()


def test_a_picture_says_that_pacetag_drew_it(pacetag: Run, seeing: None, tmp_path: Path) -> None:
    place = tmp_path / "out.png"
    assert pacetag("show", SAMPLES / "10-fog.opus", "--plot", place).exit_code == 0

    assert is_our_picture(place.read_bytes())
    assert not is_our_picture(place.read_bytes().replace(b"pacetag", b"patecag"))
    assert not is_our_picture(place.read_bytes()[:20])


@pytest.mark.parametrize("place", ["none/out.png", "n" * 300 + ".png", "self/out.png", "file/out"])
def test_places_that_cannot_be_had_are_one_sentence(
    place: str, write: Write, tmp_path: Path
) -> None:
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "file").write_text("")
    before = sorted(tmp_path.iterdir())

    done = write(tmp_path / place)

    assert done.exit_code == 1, done.stderr
    assert done.stderr.startswith(f"pacetag: {tmp_path / place}: ")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert sorted(tmp_path.iterdir()) == before


def _output(place: Path, **options: Any) -> OutputFile:
    return playlist_output(place, **options)


class TestWriting:
    @pytest.mark.parametrize("call", ["fsync", "link", "fill", "fchmod"])
    def test_a_failure_leaves_nothing(
        self, call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "out"
        folder.mkdir()

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(output_files if call == "fill" else os, call, full)

        with pytest.raises(TaggerError, match=r"cannot be written \(No space left"):
            _output(folder / "a").write(b"text")

        assert list(folder.iterdir()) == []

    def test_a_piece_that_cannot_be_made_leaves_what_was_there(self, tmp_path: Path) -> None:
        def pieces() -> Iterator[bytes]:
            yield b"new"
            raise SongIndexError(tmp_path, "the index cannot be read")

        place = tmp_path / "out/a"
        place.parent.mkdir()
        place.write_text("old")

        with pytest.raises(SongIndexError):
            _output(place, overwrite=True).write_pieces(pieces())

        assert place.read_text() == "old"
        assert list(place.parent.iterdir()) == [place]

    def test_something_that_came_meanwhile_is_not_replaced(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place = tmp_path / "a"
        link = os.link

        def late(source: Path, target: Path) -> None:
            target.write_text("mine")
            link(source, target)

        monkeypatch.setattr(os, "link", late)

        with pytest.raises(TaggerError, match="File exists"):
            _output(place).write(b"text")

        assert place.read_text() == "mine"

    def test_what_was_put_there_since_the_check_is_judged_again(self, tmp_path: Path) -> None:
        output = _output(tmp_path / "a")
        output.check()
        (tmp_path / "a").write_text("mine")

        with pytest.raises(UsageError, match="did not write"):
            output.write(b"text")

        assert (tmp_path / "a").read_text() == "mine"

    def test_without_hard_links_it_is_renamed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "out"
        folder.mkdir()

        def none(*_: object) -> None:
            raise OSError(1, "Operation not permitted")

        monkeypatch.setattr(os, "link", none)

        _output(folder / "a").write(b"text")

        assert [each.read_bytes() for each in folder.iterdir()] == [b"text"]

    @pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
    def test_new_files_have_the_rights_that_the_umask_leaves(
        self, mask: int, tmp_path: Path
    ) -> None:
        before = os.umask(mask)
        try:
            _output(tmp_path / "a").write(b"text")
        finally:
            os.umask(before)

        assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o666 & ~mask

    def test_a_dangling_link_gets_its_target(self, tmp_path: Path) -> None:
        (tmp_path / "a").symlink_to("b")

        _output(tmp_path / "a").write(b"text")

        assert (tmp_path / "a").is_symlink()
        assert (tmp_path / "b").read_bytes() == b"text"

    def test_a_killed_write_leaves_a_hidden_file_that_the_next_one_sweeps(
        self, tmp_path: Path
    ) -> None:
        folder = tmp_path / "out"
        folder.mkdir()
        (folder / "a").touch()
        probe = (
            "import os, signal, sys\n"
            "from pathlib import Path\n"
            "from pacetag.tagger.playlist.writing import playlist_output\n"
            "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
            "playlist_output(Path(sys.argv[1])).write(b'new')\n"
        )
        done = subprocess.run([sys.executable, "-c", probe, folder / "a"], check=False)
        assert done.returncode == -signal.SIGKILL
        left = [each.name for each in folder.iterdir() if each.name != "a"]
        assert len(left) == 1
        assert left[0].startswith(".pacetag-")
        assert (folder / "a").read_bytes() == b""

        _output(folder / "a").write(b"new")

        assert [each.name for each in folder.iterdir()] == ["a"]
        assert (folder / "a").read_bytes() == b"new"

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_folder_that_is_read_only_is_one_sentence(self, tmp_path: Path) -> None:
        folder = tmp_path / "out"
        folder.mkdir(mode=0o555)

        with pytest.raises(TaggerError, match="nothing can be written in its folder"):
            _output(folder / "a").check()


@pytest.fixture
def process() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Run the command with its output where a test wants it."""

    def run(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, FAKES / "pacetag_with_fake_judge.py", *arguments],
            **{"stdout": subprocess.PIPE, **options},
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )

    return run


Process = Callable[..., subprocess.CompletedProcess[bytes]]


class TestPipes:
    @pytest.mark.parametrize("place", ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
    def test_standard_output_gets_the_playlist_and_nothing_else(
        self, place: str, process: Process, one_song: Path
    ) -> None:
        done = process(*ASKED, "--output", place)

        assert done.returncode == 0
        assert done.stdout.startswith(b"#EXTM3U\n")
        assert done.stdout.endswith(f"\n{one_song}\n".encode())
        assert b"1 song" in done.stderr

    def test_a_socket_that_another_program_opened_is_like_a_pipe(self, process: Process) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            done = process(*ASKED, "--output", "-", stdout=theirs)
            assert done.returncode == 0, done.stderr
            assert ours.recv(100).startswith(b"#EXTM3U\n")

    def test_a_full_disk_behind_standard_output_is_one_sentence(self, process: Process) -> None:
        with Path("/dev/full").open("wb") as full:
            done = process(*ASKED, "--output", "-", stdout=full)

        assert done.returncode == 1, done.stderr
        assert done.stderr.count(b"\n") == 1

    def test_json_goes_elsewhere_then(self, process: Process) -> None:
        done = process(*ASKED, "--output", "-", "--json")

        assert done.stdout.startswith(b"#EXTM3U\n")
        assert done.stderr.startswith(b'{"cadence"')

    def test_nothing_that_fits_leaves_it_empty(self, process: Process) -> None:
        done = process("playlist", "--cadence", "50", "--output", "-")

        assert (done.returncode, done.stdout) == (0, b"")
        assert b"No song fits" in done.stderr

    def test_a_file_called_dash_can_be_named(self, process: Process, tmp_path: Path) -> None:
        done = process(*ASKED, "--output", "./-", cwd=tmp_path)

        assert done.returncode == 0
        assert (tmp_path / "-").read_text().startswith("#EXTM3U\n")

    def test_process_substitution_null_and_full_devices(
        self, process: Process, tmp_path: Path
    ) -> None:
        reading, writing = os.pipe()
        done = process(*ASKED, "--output", f"/dev/fd/{writing}", pass_fds=[writing])
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            assert pipe.read().startswith(b"#EXTM3U\n")
        assert done.returncode == 0
        assert b"1 song" in done.stdout
        assert process(*ASKED, "--output", "/dev/null").returncode == 0
        assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
        full = process(*ASKED, "--output", "/dev/full")
        assert full.returncode == 1
        assert full.stderr.count(b"\n") == 1

    def test_standard_output_that_is_a_song_is_left_alone(
        self, process: Process, one_song: Path, index_file: Path
    ) -> None:
        for place in (one_song, index_file):
            content = place.read_bytes()
            for name in ("-", "/dev/stdout"):
                with place.open("r+b") as file:
                    done = process(*ASKED, "--output", name, stdout=file)
                assert done.returncode == 2, done.stderr
            assert place.read_bytes() == content

    def test_a_descriptor_that_stands_before_other_content_is_refused(
        self, process: Process, tmp_path: Path
    ) -> None:
        place = tmp_path / "notes"
        place.write_bytes(b"mine\n" * 99)
        with place.open("r+b") as file:
            for name in ("-", f"/dev/fd/{file.fileno()}"):
                to = {"stdout": file} if name == "-" else {"pass_fds": [file.fileno()]}
                assert process(*ASKED, "--output", name, **to).returncode == 2
        assert place.read_bytes() == b"mine\n" * 99

    def test_a_redirected_playlist_comes_behind_what_is_there(
        self, process: Process, tmp_path: Path
    ) -> None:
        place = tmp_path / "lists"
        place.write_bytes(b"# mine\n")
        with place.open("ab") as file:
            assert process(*ASKED, "--output", "-", stdout=file).returncode == 0

        assert place.read_bytes().startswith(b"# mine\n#EXTM3U\n")

    def test_a_picture_goes_to_a_pipe_but_not_to_a_terminal(
        self, process: Process, tmp_path: Path
    ) -> None:
        table = tmp_path / "set.csv"
        table.write_text("file,paces\n172.mp3,172\n")
        music = tmp_path / "music"
        command = ("evaluate", table, "--music", music, "--jobs", "1", "--plot")
        done = process(*command, "-")

        assert done.returncode == 0
        assert is_our_picture(done.stdout)
        assert done.stdout.endswith(b"IEND\xaeB`\x82")
        assert b"judged by current" in done.stderr
        ours, theirs = os.openpty()
        for place in ("-", os.ttyname(theirs)):
            refusal = process(*command, place, stdout=theirs)
            assert refusal.returncode == 2
            assert b"a terminal cannot show the picture" in refusal.stderr
        assert process(*ASKED, "--output", "-", stdout=theirs).returncode == 0
        assert os.read(ours, 100).startswith(b"#EXTM3U")
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize("song", sorted(SAMPLES.glob("*-*.*")), ids=lambda path: str(path.name))
def test_sample_songs_are_known_for_sound(song: Path) -> None:
    content = song.read_bytes()

    assert is_sound(content[:65_536], content[-160:])


@pytest.mark.parametrize(
    "content",
    [b"", b"text\n" * 30, bytes(range(256)) * 8, b"\xff\xfe" + "text".encode("utf-16-le") * 99],
)
def test_other_content_is_not_taken_for_sound(content: bytes) -> None:
    assert not is_sound(content, content[-160:])


def test_nothing_heavy_is_needed() -> None:
    probe = (
        "import sys\n"
        f"import {output_files.__name__}, {never_replaced.__name__}\n"
        "print(*sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)

    assert {"numpy", "mutagen", "rich", "matplotlib", "av"}.isdisjoint(done.stdout.split())


def test_two_frames_by_chance_in_a_picture_do_not_make_it_a_song() -> None:
    frame = b"\xff\xfb\x90\x00" + bytes(413)  # 128 kbit/s at 44.1 kHz
    frames = frame + b"\xff\xfb\x90\x00" + bytes(413)

    assert is_sound(b"junk" + frames, b"")
    assert not is_sound(b"\x89PNG\r\n\x1a\n" + frames, b"")
