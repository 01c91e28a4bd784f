"""Players without a window: MPD, mpv, VLC and cmus."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.trials.sandbox import (
    CADENCE,
    NAMES,
    NOTHING,
    Row,
    Sandbox,
    needs,
    seen,
    version,
    wait_for,
)


@contextmanager
def running(box: Sandbox, *words: str | Path, **more: str) -> Iterator[None]:
    """Have a program run for a while."""
    with subprocess.Popen(
        words,
        env={**box.env, **more},
        cwd=box.home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            yield
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program and all that it has started."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)


def mpd(box: Sandbox) -> Row:
    """The comments that a client gets, and stickers with the database that was set up."""
    needs("mpd")
    from mpd import MPDClient

    conf = box.home / ".config/mpd/mpd.conf"
    conf.parent.mkdir(parents=True)
    socket = box.home / "s"
    conf.write_text(
        f'music_directory "{box.music}"\ndb_file "{box.home}/db"\nbind_to_address "{socket}"\n'
        'audio_output {\n  type "null"\n  name "n"\n}\n'
    )
    box.set_up("mpd", "--file", conf)
    client, pace, bpm = MPDClient(), {}, {}
    with running(box, "mpd", "--no-daemon", conf):
        wait_for(socket.exists)
        client.connect(str(socket))
        client.update()
        wait_for(lambda: "updating_db" not in client.status())
        for kind, name in NAMES.items():
            found = client.readcomments(name)
            pace[kind] = seen(_listed(found.get("pace")))
            bpm[kind] = next(iter(_listed(found.get("bpm") or found.get("tbpm"))), NOTHING)
        box.pacetag("scan", box.music)
        box.run(sys.executable, "-m", "pacetag.tagger", "mpd", "sync", MPD_HOST=str(socket))
        setup = _sticker(client)
        client.disconnect()
    return Row(program=f"MPD {version('mpd')}", pace=pace, bpm=bpm, kept="reads only", setup=setup)


def _sticker(client: Any) -> str:
    try:
        found = client.sticker_find("song", "", "pace", "=", str(CADENCE))
    except Exception as error:
        return f"no stickers: {error}"
    return f"after `pacetag mpd sync` the sticker `pace = {CADENCE}` finds {len(found)} songs"


def _listed(value: Any) -> list[str]:
    return [] if value is None else value if isinstance(value, list) else [value]


def mpv(box: Sandbox) -> Row:
    """The metadata that it shows while it plays, and a playlist of pacetag's."""
    needs("mpv")
    asked = "PACE=[${metadata/by-key/PACE:}] BPM=[${metadata/by-key/BPM:}${metadata/by-key/TBPM:}]"
    pace, bpm = {}, {}
    for kind, song in box.songs.items():
        shown = box.run("mpv", "--no-config", "--vo=null", "--ao=null", "--length=0.1",
                        f"--term-playing-msg={asked}", song)  # fmt: skip
        found = re.search(r"PACE=\[(.*?)\] BPM=\[(.*?)\]", shown)
        pace[kind] = seen([found[1]] if found else [])
        bpm[kind] = (found[2] if found else "") or NOTHING
    return Row(
        program=f"mpv {version('mpv')}", pace=pace, bpm=bpm, kept="reads only", setup="needs none"
    )


def vlc(box: Sandbox) -> Row:
    """The metadata that its web interface shows while it plays."""
    needs("cvlc")
    port = 21_650
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if os.geteuid() == 0:  # it refuses to run as root
        for path in (box.home, *box.home.rglob("*")):
            os.chown(path, 65534, 65534)
        for folder in box.home.parents[:2]:
            folder.chmod(folder.stat().st_mode | 0o055)
    pace, bpm = {}, {}
    for number, (kind, song) in enumerate(box.songs.items()):
        words = ["cvlc", "-I", "http", "--http-host", "127.0.0.1", "--http-password", "x"]
        words += ["--http-port", str(port + number), "--aout=none", "--no-video", "--loop"]
        with running(box, *(user if os.geteuid() == 0 else []), *words, song):
            wait_for(lambda at=port + number: bool(_vlc_meta(at)), 15)  # type: ignore[misc]
            told = _vlc_meta(port + number)
        pace[kind] = seen([str(told.get("PACE", ""))])
        bpm[kind] = str(told.get("BPM") or told.get("TBPM") or NOTHING)
    return Row(
        program=f"VLC {version('vlc-bin')}", pace=pace, bpm=bpm, kept="reads only",
        setup="needs none",
    )  # fmt: skip


def _vlc_meta(port: int) -> dict[str, Any]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/requests/status.json")
    request.add_header("Authorization", f"Basic {b64encode(b':x').decode()}")
    with urllib.request.urlopen(request, timeout=2) as answer:
        shown = json.load(answer)
    found: dict[str, Any] = shown["information"]["category"]["meta"]
    if "title" not in found:
        raise LookupError("it has not read the tags yet")
    return found


def cmus(box: Sandbox) -> Row:
    """Its library, the filter that was set up, and playlists of two kinds."""
    needs("cmus", "tmux")
    (box.home / ".config/cmus").mkdir(parents=True)
    box.set_up("cmus")
    socket, name = box.home / "s", f"trial-{os.getpid()}"
    tmux = ["tmux", "-L", name]

    def ask(*commands: str) -> str:
        return box.run("cmus-remote", "--server", socket, "-C", *commands, timeout=5)

    box.run(*tmux, "new-session", "-d", f"cmus --listen {socket}", timeout=10)
    try:
        for _ in range(4):  # it wants a key where there is no sound card
            time.sleep(0.7)
            box.run(*tmux, "send-keys", "Enter", timeout=5)
        ask(f"add -l {box.music}")
        wait_for(lambda: len(ask("save -l -").split()) >= 6, 10)
        told = _cmus_songs(ask("save -l -e -"))
        ask(f"factivate cadence{CADENCE}")
        inside = len(ask("save -L -").splitlines())
        ask("fset other=bpm>=1&bpm<=20", "factivate other")
        outside = len(ask("save -L -").splitlines())
        loads = [end for end in (".m3u", ".m3u8") if _loads(box, ask, end)]
    finally:
        ask("quit")
        box.run(*tmux, "kill-server", timeout=5)
    playlists = f"it loads {' and '.join(loads) or 'no playlist'}"
    return Row(
        program=f"cmus {version('cmus')}",
        pace={kind: seen([told.get(name, {}).get("pace", "")]) for kind, name in NAMES.items()},
        bpm={kind: told.get(name, {}).get("bpm", NOTHING) for kind, name in NAMES.items()},
        kept="reads only",
        setup=f"the filter has {inside} of {len(told)} songs, another {outside}; {playlists}",
    )


def _cmus_songs(text: str) -> Mapping[str, dict[str, str]]:
    songs: dict[str, dict[str, str]] = {}
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        if word == "file":
            songs[Path(rest).name] = {}
        elif word == "tag" and songs:
            key, _, value = rest.partition(" ")
            songs[next(reversed(songs))][key] = value
    return songs


def _loads(box: Sandbox, ask: Any, suffix: str) -> bool:
    """Whether it takes the songs of a playlist into its library."""
    playlist = box.home / f"run{suffix}"
    playlist.write_text(f"#EXTM3U\n{box.songs['FLAC']}\n", encoding="utf-8")
    ask("factivate", "clear -l")
    box.run("cmus-remote", "--server", box.home / "s", "-l", playlist, timeout=5)
    return wait_for(lambda: NAMES["FLAC"] in ask("save -l -"), 3)
