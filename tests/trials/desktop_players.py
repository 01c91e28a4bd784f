"""Players with a window, on a screen of memory: Strawberry, Mixxx, Rhythmbox and Kodi.

What they show is read from their libraries after they have scanned the songs.
"""

import json
import os
import re
import shutil
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.trials.command_players import running
from tests.trials.sandbox import CADENCE, NAMES, NOTHING, Row, Sandbox, needs, version, wait_for

FILLING = 60  # more songs: with few, Mixxx 2.3 ends its transaction before it has stored them


@contextmanager
def screen(box: Sandbox) -> Iterator[str]:
    """A screen of memory; its name."""
    needs("Xvfb", "dbus-run-session")
    name = f":{100 + os.getpid() % 1000}"
    with running(box, "Xvfb", name, "-screen", "0", "1280x800x24", "+extension", "GLX"):
        wait_for(Path(f"/tmp/.X11-unix/X{name[1:]}").exists)
        yield name


def _rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as library:
        return library.execute(query).fetchall()


def _add_folder(file: Path, statement: str, folder: Path) -> None:
    with closing(sqlite3.connect(file)) as library, library:
        library.execute(statement, (str(folder),))


def _numbers(found: Mapping[str, float | None]) -> dict[str, str]:
    return {kind: f"{found.get(kind) or 0:g}".replace("0", NOTHING, 1)
            if not found.get(kind) else f"{found[kind]:g}" for kind in NAMES}  # fmt: skip


def _row(name: str, package: str, bpm: Mapping[str, str], kept: str, setup: str) -> Row:
    nothing = dict.fromkeys(NAMES, NOTHING)
    return Row(
        program=f"{name} {version(package)}",
        pace=nothing,
        bpm=bpm,
        kept=kept,
        setup=setup,
    )


def _session(box: Sandbox, display: str, *words: str | Path, until: Callable[[], bool]) -> bool:
    with running(box, "dbus-run-session", "--", *words, DISPLAY=display, QT_QPA_PLATFORM="xcb"):
        return wait_for(until, 40)


def strawberry(box: Sandbox) -> Row:
    """Its library, after it was told of the folder."""
    needs("strawberry")
    file = box.home / ".local/share/strawberry/strawberry/strawberry.db"

    def songs() -> list[tuple[Any, ...]]:
        return _rows(file, "SELECT title FROM songs")

    before = box.tags()
    with screen(box) as display:
        _session(box, display, "strawberry", until=lambda: _has_started(file))
        _add_folder(file, "INSERT INTO directories VALUES (?, 1)", box.music)
        for _ in range(3):  # it does not scan at every start
            if _session(box, display, "strawberry", until=lambda: len(songs()) >= len(NAMES)):
                break
    columns = {row[1] for row in _rows(file, "PRAGMA table_info(songs)")}
    bpm = dict(_rows(file, "SELECT title, bpm FROM songs")) if "bpm" in columns else {}
    setup = f"it knows {len(songs())} songs; " + (
        "its library has BPM" if "bpm" in columns else "its library has no BPM"
    )
    return _row(
        "Strawberry", "strawberry", _numbers(bpm), f"after its scan: {box.kept(before)}", setup
    )


def _has_started(library: Path) -> bool:
    """Whether there is a library, and was long enough to be complete."""
    _rows(library, "SELECT 1 FROM directories")
    time.sleep(8)
    return True


def mixxx(box: Sandbox) -> Row:
    """Its library, after it was told of the folder."""
    needs("mixxx")
    settings = box.home / "mixxx"
    settings.mkdir()
    (settings / "mixxx.cfg").write_text(
        f"[Library]\nRescanOnStartup 1\n[Playlist]\nDirectory {box.music}\n[Config]\n"
        "Version 2.3.3\nPath /usr/share/mixxx/\n"
    )
    more = box.music / "more/songs"
    more.mkdir(parents=True)
    for number in range(FILLING):
        shutil.copy(box.songs["Opus"], more / f"{number}.opus")
    file = settings / "mixxxdb.sqlite"
    words = ["mixxx", "--settingsPath", f"{settings}/"]

    def songs() -> int:
        return len(_rows(file, "SELECT 1 FROM library"))

    before = box.tags()
    with screen(box) as display:
        _session(box, display, *words, until=lambda: _has_started(file))
        _add_folder(file, "INSERT OR REPLACE INTO directories VALUES (?)", box.music)
        _session(box, display, *words, until=lambda: songs() >= FILLING + len(NAMES) - 1)
    bpm = dict(_rows(file, "SELECT title, bpm FROM library"))
    setup = f"it knows {sum(kind in bpm for kind in NAMES)} of {len(NAMES)} songs"
    return _row("Mixxx", "mixxx", _numbers(bpm), f"after its scan: {box.kept(before)}", setup)


def rhythmbox(box: Sandbox) -> Row:
    """Its library, which it writes when it ends."""
    needs("rhythmbox", "rhythmbox-client", "gsettings")
    place, key = "org.gnome.rhythmbox.rhythmdb", f"['file://{box.music}']"
    (box.home / ".config/glib-2.0/settings").mkdir(parents=True)
    box.run("gsettings", "set", place, "locations", key)
    box.run("gsettings", "set", place, "monitor-library", "true")
    before = box.tags()
    file = box.home / ".local/share/rhythmbox/rhythmdb.xml"
    script = "rhythmbox & sleep 15; timeout 5 rhythmbox-client --no-start --quit; wait"
    with screen(box) as display:
        box.run("dbus-run-session", "--", "sh", "-c", script, timeout=60, DISPLAY=display)
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    found: dict[str, float | None] = {}
    for entry in re.findall(r'<entry type="song">.*?</entry>', text, re.DOTALL):
        title = re.search(r"<title>(.*?)</title>", entry)
        bpm = re.search(r"<beats-per-minute>(.*?)</", entry)
        found[title[1] if title else ""] = float(bpm[1]) if bpm else None
    setup = f"it knows {sum(kind in found for kind in NAMES)} of {len(NAMES)} songs"
    return _row(
        "Rhythmbox", "rhythmbox", _numbers(found), f"after its scan: {box.kept(before)}", setup
    )


def kodi(box: Sandbox) -> Row:
    """What it answers by JSON-RPC, and the smart playlist that was set up."""
    needs("kodi")
    userdata = box.home / ".kodi/userdata"
    userdata.mkdir(parents=True)
    source = f'<source><name>m</name><path pathversion="1">{box.music}/</path></source>'
    (userdata / "sources.xml").write_text(f"<sources><music>{source}</music></sources>")
    box.set_up("kodi")
    box.pacetag("setup", "kodi", "--cadence", "100", "--apply")
    before = box.tags()
    playlist = "special://musicplaylists/cadence-{}.xsp"
    with screen(box) as display, running(
        box, "dbus-run-session", "--", "kodi", "--standalone", DISPLAY=display
    ):  # fmt: skip
        wait_for(lambda: bool(_kodi("JSONRPC.Ping")), 40)
        time.sleep(2)
        _kodi("AudioLibrary.Scan", directory=f"{box.music}/")
        wait_for(lambda: len(_kodi_songs()) >= len(NAMES))
        found = {song["title"]: song["bpm"] for song in _kodi_songs()}
        fits, others = (
            _kodi("Files.GetDirectory", directory=playlist.format(each), media="music")
            for each in (CADENCE, 100)
        )
        with suppress(OSError):
            _kodi("Application.Quit")
    counts = [len(each.get("files") or []) for each in (fits, others)]
    setup = f"the smart playlist has {counts[0]} songs, one for cadence 100 has {counts[1]}"
    return _row("Kodi", "kodi", _numbers(found), f"after its scan: {box.kept(before)}", setup)


def _kodi_songs() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _kodi("AudioLibrary.GetSongs", properties=["title", "bpm"]).get(
        "songs", []
    )
    return found


def _kodi(method: str, **params: Any) -> Any:
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    with socket.create_connection(("127.0.0.1", 9090), 5) as line:
        line.settimeout(10)
        line.sendall(json.dumps(request).encode())
        text = ""
        while True:
            text += line.recv(65_536).decode()
            for part in _objects(text):
                if part.get("id") == 1:
                    return part.get("result", {})


def _objects(text: str) -> Iterator[dict[str, Any]]:
    decoder = json.JSONDecoder()
    with suppress(ValueError):
        while text:
            found, end = decoder.raw_decode(text)
            yield found
            text = text[end:].lstrip()
