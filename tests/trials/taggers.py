"""Programs that read and write tags: Quod Libet, Picard, Kid3, ExifTool, FFmpeg and beets."""

import json
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.trials.sandbox import (
    CADENCE,
    NAMES,
    NOTHING,
    AbsentError,
    Row,
    Sandbox,
    needs,
    seen,
    version,
)

PYTHON = "/usr/bin/python3"  # the system's, which has the modules of Quod Libet and Picard
QUODLIBET = """
import json, os, sys
import quodlibet
quodlibet.init_cli()
from quodlibet.formats import MusicFile
from quodlibet.query import Query
saved, *songs = sys.argv[1:]
lines = open(saved, encoding="utf-8").read().splitlines() if os.path.exists(saved) else []
found = {}
for path in songs:
    song = MusicFile(path)
    finds = [Query(query).search(song) for query in lines[::2]]
    found[os.path.basename(path)] = [song.list("pace"), song.list("bpm"), finds]
    song["title"] = "New"
    song.write()
json.dump(found, sys.stdout)
"""
PICARD = """
import importlib, json, os, pkgutil, sys
sys.path.insert(0, "/usr/lib/picard")
from unittest.mock import MagicMock
from PyQt5 import QtCore, QtWidgets
app = QtWidgets.QApplication([])
QtCore.QObject.tagger = MagicMock()
from picard import config
ini, *songs = sys.argv[1:]
config.setup_config(app, ini)
import picard.ui.options
for module in pkgutil.iter_modules(picard.ui.options.__path__):
    importlib.import_module("picard.ui.options." + module.name)
from picard.formats import open_
from picard.metadata import Metadata
found = {}
for path in songs:
    file = open_(path)
    there = file._load(path)
    file.orig_metadata = there
    file.metadata.copy(there)
    shown = {key.lower(): there.getall(key) for key in there}
    found[os.path.basename(path)] = [shown.get("pace", []), shown.get("bpm", [])]
    new = Metadata()
    new["title"] = "New"
    file.copy_metadata(new)
    file._save(path, file.metadata)
json.dump(found, sys.stdout)
"""
INI = "[application]\nversion=2.8.5.final0\n\n[setting]\nclear_existing_tags={clear}\n"


def quodlibet(box: Sandbox) -> Row:
    """Its own reader, its own search by the saved query, and its own save."""
    needs("quodlibet")
    folder = box.home / ".config/quodlibet"
    folder.mkdir(parents=True)
    box.set_up("quodlibet")
    before = box.tags()
    found = _json(box, QUODLIBET, folder / "lists/queries.saved")
    finds = [kind for kind, name in NAMES.items() if any(found[name][2])]
    return Row(
        program=f"Quod Libet {version('quodlibet')}",
        pace=_cells(found, 0),
        bpm=_cells(found, 1),
        kept=box.kept(before),
        setup=f"the saved search finds {_listed(finds)}",
    )


def picard(box: Sandbox) -> Row:
    """Its own reader, and its save with "clear existing tags", without and with its set-up."""
    needs("picard")
    file = box.home / ".config/MusicBrainz/Picard.ini"
    file.parent.mkdir(parents=True)
    before = box.tags()
    file.write_text(INI.format(clear="false"))
    found = _json(box, PICARD, file)
    kept = box.kept(before)
    _restore(box)
    file.write_text(INI.format(clear="true"))
    box.set_up("picard")
    _json(box, PICARD, file)
    cleared = box.kept(before)
    _restore(box)
    box.pacetag("setup", "picard", "--undo")
    _json(box, PICARD, file)
    return Row(
        program=f"Picard {version('picard')}",
        pace=_cells(found, 0),
        bpm=_cells(found, 1),
        kept=kept,
        setup=f"when it clears tags: {cleared}; without it: {box.kept(before)}",
    )


def _restore(box: Sandbox) -> None:
    for song in box.songs.values():
        song.write_bytes((box.home.parent / "songs" / song.name).read_bytes())


def kid3(box: Sandbox) -> Row:
    """Its command line."""
    needs("kid3-cli")
    before, pace, bpm = box.tags(), {}, {}
    for kind, song in box.songs.items():
        shown = box.run("kid3-cli", "-c", "get all 2", song)
        pace[kind] = seen(re.findall(r"^\s+PACE\s+(.*)$", shown, re.MULTILINE))
        bpm[kind] = _number(re.findall(r"^\s+BPM\s+(.*)$", shown, re.MULTILINE))
        box.run("kid3-cli", "-c", 'set title "New" 2', "-c", "save", song)
    return Row(
        program=f"Kid3 {version('kid3-cli')}",
        pace=pace,
        bpm=bpm,
        kept=box.kept(before),
        setup="needs none",
    )


def exiftool(box: Sandbox) -> Row:
    """It reads only."""
    needs("exiftool")
    pace, bpm = {}, {}
    for kind, song in box.songs.items():
        shown = box.run("exiftool", "-a", "-s", song)
        found = re.findall(r"^PACE\s*: (.*)$", shown, re.MULTILINE | re.IGNORECASE)
        found += re.findall(r"^UserDefinedText\s*: \(PACE\) (.*)$", shown, re.MULTILINE)
        pace[kind] = seen(found)
        bpm[kind] = _number(re.findall(r"^(?:Bpm|BeatsPerMinute)\s*: (.*)$", shown, re.MULTILINE))
    return Row(
        program=f"ExifTool {version('libimage-exiftool-perl')}",
        pace=pace,
        bpm=bpm,
        kept="reads only",
        setup="needs none",
    )


def ffmpeg(box: Sandbox) -> Row:
    """What ffprobe shows, and what a copy by FFmpeg keeps."""
    needs("ffprobe", "ffmpeg")
    before, pace, bpm = box.tags(), {}, {}
    for kind, song in box.songs.items():
        shown = box.run("ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams",
                        song)  # fmt: skip
        tags = _tags(json.loads(shown))
        pace[kind] = seen([tags.get("PACE", "")])
        bpm[kind] = _number([tags.get(name, "") for name in ("BPM", "TBPM", "WM/BEATSPERMINUTE")])
        copy = song.with_name(f"copy-{song.name}")
        box.run("ffmpeg", "-v", "error", "-i", song, "-c", "copy", copy)
        copy.replace(song)
    return Row(
        program=f"FFmpeg {version('ffmpeg')}",
        pace=pace,
        bpm=bpm,
        kept=f"a copy: {box.kept(before)}",
        setup="needs none",
    )


def _tags(shown: dict[str, Any]) -> dict[str, str]:
    parts = [*shown["streams"], shown["format"]]
    return {key.upper(): value for part in parts for key, value in part.get("tags", {}).items()}


def beets(box: Sandbox) -> Row:
    """An import without tags looked up, and a write of its own; with the plug-in if it is there."""
    if find_spec("beets") is None:
        raise AbsentError("beets")
    beet = [sys.executable, "-m", "beets"]
    config = box.home / ".config/beets/config.yaml"
    config.parent.mkdir(parents=True)
    config.write_text(
        f"directory: {box.music}\nlibrary: {box.home}/library.db\n"
        "import: {copy: no, write: no}\nmusicbrainz: {}\n"
    )
    before = box.tags()
    box.set_up("beets")
    box.run(*beet, "import", "-qA", box.music)
    shown = box.run(*beet, "ls", "-f", "$title|$pace|$bpm")
    rows = {line.split("|")[0]: line.split("|")[1:] for line in shown.splitlines()}
    plugged = "pacetag" in box.run(*beet, "version").partition("plugins:")[2]
    found = box.run(*beet, "ls", f"pace:{CADENCE}").splitlines() if plugged else []
    box.run(*beet, "modify", "-y", "genre=Trial")
    return Row(
        program=f"beets {box.run(*beet, 'version').split()[2]}",
        pace={kind: seen([_known(rows.get(kind, ["", ""])[0])]) for kind in NAMES},
        bpm={kind: _number([rows.get(kind, ["", ""])[1]]) for kind in NAMES},
        kept=box.kept(before),
        setup=f"`pace:{CADENCE}` finds {len(found)} songs" if plugged else "the plug-in is absent",
    )


def _known(text: str) -> str:
    return "" if text.startswith("$") else text


def _number(values: list[str]) -> str:
    found = [value.strip() for value in values if value.strip() not in ("", "0")]
    return found[0] if found else NOTHING


def _json(box: Sandbox, program: str, file: Path) -> dict[str, Any]:
    words: list[str | Path] = [PYTHON, "-c", program, file, *box.songs.values()]
    found: dict[str, Any] = json.loads(box.run(*words, timeout=120))
    return found


def _cells(found: dict[str, Any], place: int) -> dict[str, str]:
    """Cells by kind: of PACE (place 0) or BPM (place 1)."""
    show = seen if place == 0 else _number
    return {kind: show(found[name][place]) for kind, name in NAMES.items()}


def _listed(kinds: list[str]) -> str:
    if len(kinds) == len(NAMES):
        return "all songs"
    return ", ".join(kinds) or "nothing"
