"""What another system lacks keeps no module from being imported, and no query from being answered.

Only simulated: see tests/other_system.py. Nothing was run on macOS or Windows.
"""

import ast
import json
import ntpath
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace
from typing import Any

import pytest

from pacetag.db import rows
from pacetag.db.index import SongIndex
from pacetag.db.records import NEVER, SongRecord
from pacetag.model.audio import source as sources
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger import cancellation
from pacetag.tagger.errors import TaggerError
from pacetag.tagger.playlist import m3u8, paths
from pacetag.tagger.playlist.paths import PathStyle, Root
from pacetag.tagger.tags.safety import disk
from pacetag.tagger.targets.names import plain_name
from tests.other_system import MACOS, NEXT, POSIX_MODULES, POSIX_NAMES, ROOT, WINDOWS, modules

DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{each}{n}" for each in ("COM", "LPT") for n in "123")}
GUARDS = {"ImportError", "ModuleNotFoundError"}


def at_import(nodes: list[ast.stmt]) -> Iterator[ast.AST]:
    """Every node that runs when a module is imported: no bodies of functions."""
    for node in nodes:
        if isinstance(node, ast.Try) and any(_is_guard(each) for each in node.handlers):
            yield from at_import([*node.orelse, *node.finalbody])
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for each in (*node.decorator_list, *node.args.defaults, *node.args.kw_defaults):
                yield from ast.walk(each) if each is not None else ()
        elif isinstance(node, ast.ClassDef):
            for decorator in node.decorator_list:
                yield from ast.walk(decorator)
            yield from at_import(node.body)
        elif isinstance(node, ast.If):
            yield from ast.walk(node.test)
            if "TYPE_CHECKING" not in ast.dump(node.test):
                yield from at_import([*node.body, *node.orelse])
        else:
            yield from ast.walk(node)


def _is_guard(handler: ast.ExceptHandler) -> bool:
    return isinstance(handler.type, ast.Name) and handler.type.id in GUARDS


def of_posix(source: str) -> list[str]:
    """What a module needs when it is imported that POSIX alone has."""
    found = []
    for node in at_import(ast.parse(source).body):
        if isinstance(node, ast.Import):
            found += [each.name for each in node.names if each.name in POSIX_MODULES]
        elif isinstance(node, ast.ImportFrom) and node.module in POSIX_MODULES:
            found.append(node.module)
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.attr in POSIX_NAMES.get(node.value.id, ())
        ):
            found.append(f"{node.value.id}.{node.attr}")
    return found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import fcntl", ["fcntl"]),
        ("from pwd import getpwuid", ["pwd"]),
        ("import os\nFLAGS = os.O_RDONLY | os.O_CLOEXEC", ["os.O_CLOEXEC"]),
        ("import signal\nclass A:\n    number = signal.SIGHUP", ["signal.SIGHUP"]),
        ("import os\ndef f(me=os.getuid()): return os.geteuid()", ["os.getuid"]),
        ("try:\n    import fcntl\nexcept ImportError:\n    fcntl = None", []),
        ("import os\nFLAG = getattr(os, 'O_CLOEXEC', 0)", []),
        ("def f():\n    import fcntl", []),
    ],
)
def test_what_posix_alone_has_is_found_where_it_runs_at_import(
    source: str, found: list[str]
) -> None:
    assert of_posix(source) == found


def test_no_module_needs_posix_to_be_imported() -> None:
    found = {}
    for name in modules():
        path = ROOT / Path(*name.split(".")[1:])
        file = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
        if names := of_posix(file.read_text(encoding="utf-8")):
            found[name] = names

    assert found == {}


def other(system: str, *arguments: str, index: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.other_system", system, *arguments],
        cwd=ROOT,
        env={**os.environ, "PACETAG_INDEX": str(index)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def index_file(tmp_path: Path) -> Path:
    """An index that knows a song."""
    song = tmp_path / "Hill.mp3"
    song.touch()
    with SongIndex.open(tmp_path / "index.sqlite3") as index:
        index.store(
            SongRecord(
                path=str(song),
                stamp=NEVER,
                fingerprint="1",
                title="Hill",
                artist="Legs",
                album=None,
                genre=None,
                bundle="ear-1",
                analysis=Analysis(paces=(Pace(bpm=165.0, confidence=0.9),), duration=180.0),
            )
        )
    return tmp_path / "index.sqlite3"


def test_all_modules_can_be_imported_on_macos(tmp_path: Path) -> None:
    done = other(MACOS, "--version", index=tmp_path / "none.sqlite3")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "imported"


def test_windows_can_ask_and_is_told_why_it_cannot_write(index_file: Path) -> None:
    song = index_file.with_name("Hill.mp3")
    before = index_file.read_bytes()
    commands = (
        ("playlist", "--cadence", "165", "--json"),
        ("stats",),
        ("config", "jobs"),
        ("set", str(song), "80"),
        ("watch", str(song.parent)),
    )
    words = [word for command in commands for word in (*command, NEXT)]

    done = other(WINDOWS, *words[:-1], index=index_file)

    assert done.returncode == 0
    assert re.findall("exit code (.+)", done.stdout) == ["0", "0", "0", "1", "1"]
    imported, playlist, *_ = done.stdout.splitlines()
    assert (imported, json.loads(playlist)["songs"][0]["title"]) == ("imported", "Hill")
    assert done.stderr == "".join(
        f"pacetag: {what} needs the locks of POSIX, which this system lacks; run pacetag within "
        "the Windows Subsystem for Linux\n"
        for what in ("writing tags and index", "watching folders")
    )
    assert (song.read_bytes(), index_file.read_bytes()) == (b"", before)


def test_locks_are_asked_for_before_anything_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    disk.check_locks("writing")
    monkeypatch.setattr(disk, "fcntl", None)

    with pytest.raises(TaggerError, match=r"^writing needs the locks of POSIX"):
        disk.check_locks("writing")
    with pytest.raises(OSError, match="not supported"):
        disk.hold(0)


def test_ctrl_c_still_ends_a_command_where_signals_cannot_be_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cancellation, "_WAKE_MAIN", None)
    monkeypatch.delattr(signal, "pthread_sigmask")
    stop = cancellation.Stop()

    with cancellation.stop_on_signals(stop):
        signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), cancellation.answering_signals():
        signal.raise_signal(signal.SIGINT)

    assert stop.signal is signal.SIGINT


def test_a_song_is_read_where_bytes_cannot_be_read_from_a_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    song = tmp_path / "song.mp3"
    song.write_bytes(bytes(range(100)))
    monkeypatch.delattr(os, "pread")

    source = sources.Source(song)
    source.seek(50)

    assert source.read(3) == bytes((50, 51, 52))
    assert source.read(2) == bytes((53, 54))
    source.close()


@pytest.fixture
def windows_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have playlists take paths as Windows does."""
    system = SimpleNamespace(
        path=ntpath, pardir="..", sep="\\", fspath=os.fspath, getcwd=lambda: "C:\\"
    )
    for module in (m3u8, paths):
        monkeypatch.setattr(module, "os", system)
        monkeypatch.setattr(module, "Path", PureWindowsPath)
        monkeypatch.setattr(module, "PurePath", PureWindowsPath)
    monkeypatch.setattr(paths, "_absolute", str)


@pytest.mark.usefixtures("windows_paths")
@pytest.mark.parametrize(
    ("song", "folder", "line"),
    [
        ("C:\\Music\\Legs\\Hill.mp3", "C:\\Music", "Legs/Hill.mp3"),
        ("C:\\Music\\Legs\\Hill.mp3", "C:\\Lists", "../Music/Legs/Hill.mp3"),
        ("D:\\Music\\Hill.mp3", "C:\\Lists", "D:/Music/Hill.mp3"),
        ("\\\\nas\\music\\Hill.mp3", "C:\\Lists", "//nas/music/Hill.mp3"),
        ("C:\\Music\\#1.mp3", "C:\\Music", "./#1.mp3"),
    ],
)
def test_playlists_name_songs_of_windows_with_slashes(song: str, folder: str, line: str) -> None:
    place: Any = PureWindowsPath(folder)

    assert m3u8.song_line(song, place) == line
    assert (PathStyle(relative_to=place).line(song) or "").replace("\\", "/") == line


@pytest.mark.usefixtures("windows_paths")
def test_roots_of_windows_are_moved_to_those_of_a_player() -> None:
    root = Root(here="C:\\Music", there="/mnt/music")

    assert root.holds("C:\\Music\\Legs\\Hill.mp3")
    assert not root.holds("C:\\Musical\\Hill.mp3")
    assert root.moved("C:\\Music\\Legs\\Hill.mp3") == "/mnt/music/Legs/Hill.mp3"
    style = PathStyle(roots=[Root(here="C:\\Music", there="E:")])
    assert style.line("C:\\Music\\Legs\\Hill.mp3") == "E:\\Legs\\Hill.mp3"


def test_the_index_bounds_a_folder_of_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "os", SimpleNamespace(sep="\\", fsencode=os.fsencode))

    bounds: Any = rows.path_ranges("C:\\Music")

    assert bounds["text_from"] <= "C:\\Music\\Legs\\Hill.mp3" < bounds["text_to"]
    assert not bounds["text_from"] <= "C:\\Musical\\Hill.mp3" < bounds["text_to"]


@pytest.mark.parametrize("title", ["Con", "a:b", "What?", "end. ", "lpt1.remix", "a\\b/c"])
def test_names_on_targets_are_names_of_windows(title: str) -> None:
    name = PureWindowsPath(f"{plain_name(title)}.mp3")

    assert name.name.split(".")[0].upper() not in DEVICES
    assert len(name.parts) == 1
    assert not set(name.name) & set('<>:"/\\|?*')
    assert not name.stem.endswith((".", " "))
