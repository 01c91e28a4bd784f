"""What the parsers promise for any bytes: a LayoutError, or a result that can be relied on."""

import io
import json
import re
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from pacetag.db.functions import add_functions
from pacetag.model.training.labels.table import LabelsError, read_table
from pacetag.tagger.filters.errors import QueryError
from pacetag.tagger.filters.query import parse_query
from pacetag.tagger.runs.proposal import propose
from pacetag.tagger.runs.reading import read_run
from pacetag.tagger.runs.run import RunFileError
from pacetag.tagger.sessions.grammar import parse_plan
from pacetag.tagger.sessions.plan_errors import PlanError
from pacetag.tagger.tags.binary.content import chunks
from pacetag.tagger.tags.containers.apev2.layout import ApeLayout
from pacetag.tagger.tags.containers.apev2.sound import check_packets_before_sound
from pacetag.tagger.tags.containers.asf.attributes import attributes
from pacetag.tagger.tags.containers.asf.layout import AsfLayout
from pacetag.tagger.tags.containers.asf.objects import split_objects
from pacetag.tagger.tags.containers.dsf import DsfLayout
from pacetag.tagger.tags.containers.flac.comments import Comments
from pacetag.tagger.tags.containers.flac.layout import FlacLayout
from pacetag.tagger.tags.containers.id3.frames import frame_names, split_frames
from pacetag.tagger.tags.containers.id3.layout import Id3Layout
from pacetag.tagger.tags.containers.iff import IffLayout
from pacetag.tagger.tags.containers.mp4.atoms import atoms_in
from pacetag.tagger.tags.containers.mp4.layout import Mp4Layout
from pacetag.tagger.tags.containers.ogg.headers import is_known, parse_headers
from pacetag.tagger.tags.containers.ogg.layout import OggLayout
from pacetag.tagger.tags.containers.ogg.pages import header_packets
from pacetag.tagger.tags.errors import LayoutError
from pacetag.tagger.tags.fingerprint import fingerprint_of
from pacetag.tagger.tags.pacetag import format_pacetag, parse_pacetag
from pacetag.tagger.tags.safety.copy_note import CopyNote
from pacetag.tagger.tags.safety.in_place import PatchNote
from pacetag.tagger.tags.safety.journal import _digest, _parse, render
from tests.tagger.runs.recordings import (
    CADENCE,
    FIT_START,
    RECORD,
    STEADY,
    TIME,
    fit_file,
    gpx,
    message,
    tcx,
    tcx_activity,
)

FIELDS = {"pace": ["172", "86"], "pacetag": ["1 bundle=b paces=none audio=0f"], "bpm": []}
NONE: dict[str, list[str]] = {"pace": [], "pacetag": [], "bpm": []}

_LOADERS: tuple[Callable[[Any], Any], ...] = (
    Id3Layout.load,
    FlacLayout.load,
    OggLayout.load,
    Mp4Layout.load,
    IffLayout.load_wave,
    IffLayout.load_aiff,
    DsfLayout.load,
    AsfLayout.load,
    ApeLayout.load_wavpack,
    ApeLayout.load,
)


class BrokenPromiseError(Exception):
    """A parser let something pass that it should have refused."""


def _written(load: Callable[[Any], Any], data: bytes, fields: dict[str, list[str]]) -> bytes | None:
    """The file with these fields; None where that is refused.

    What is written need not be readable, since the writer looks at it before it replaces anything;
    but where it is, and the sound is the same, all that must stay has stayed.
    """
    source, target = io.BytesIO(data), io.BytesIO()
    try:
        layout = load(source)
        kept = layout.kept(FIELDS)
        layout.write(source, target, fields)
    except LayoutError:
        return None
    written = target.getvalue()
    try:
        after = load(io.BytesIO(written)).kept(FIELDS)
    except LayoutError:
        return None
    if fingerprint_of(io.BytesIO(written)) != fingerprint_of(io.BytesIO(data)):
        return None
    return written if after == kept else None


def song(data: bytes) -> None:
    """Any container: what was written can be written again, and taken back."""
    fingerprint_of(io.BytesIO(data))
    for load in _LOADERS:
        written = _written(load, data, FIELDS)
        if written is None:
            continue
        if _written(load, written, FIELDS) is None:
            raise BrokenPromiseError(f"{load.__qualname__}: cannot be written a second time")
        if _written(load, written, NONE) is None:
            raise BrokenPromiseError(f"{load.__qualname__}: cannot be taken back")


def id3_frames(data: bytes) -> None:
    """The body of an ID3 tag, its version first."""
    version = 2 + (data[0] if data else 0) % 3
    try:
        frames, _, _ = split_frames(version, data[1:])
    except LayoutError:
        return
    for frame in frames:
        for unsynchronised in (False, True):
            frame_names(version, frame, unsynchronised=unsynchronised)
    if not data[1:].startswith(b"".join(frames)):
        raise BrokenPromiseError("frames are not what was there")


def headers(data: bytes) -> None:
    """Parse the headers of other containers; each parser may refuse."""

    def ogg() -> None:
        first, *packets = data.split(b"OggS")
        count = header_packets(first) - 1
        if is_known(first) and len(packets) >= count:
            parse_headers(first, packets[:count])

    def comments() -> None:
        found = Comments.parse(data)
        again = Comments.parse(b"".join(chunks(found.render(NONE))))
        if again.foreign(NONE) != found.foreign(NONE):
            raise BrokenPromiseError("comments changed")

    def objects() -> None:
        for each in split_objects(data):
            attributes(each)

    for attempt in (
        lambda: list(atoms_in(data)),
        comments,
        objects,
        ogg,
        lambda: check_packets_before_sound(io.BytesIO(data)),
    ):
        with suppress(LayoutError):
            attempt()


def pacetag(data: bytes) -> None:
    """The line of a PACETAG."""
    line = data.decode("utf-8", "surrogateescape")
    tag = parse_pacetag(line)
    if tag is not None and parse_pacetag(format_pacetag(tag)) != tag:
        raise BrokenPromiseError(f"not read back: {line!r}")


def journal(data: bytes) -> None:
    """A journal as it lies, and one whose hash is right."""
    _parse(data)
    try:
        record = json.loads(data)
    except (ValueError, RecursionError):
        return
    if not isinstance(record, dict):
        return
    content = render(record)
    if _digest(content.split(b"\n")[0]) not in content:
        raise BrokenPromiseError("the journal has no hash")
    for kind in (PatchNote, CopyNote):
        with suppress(ValueError, KeyError, TypeError):
            kind.read(_parse(content) or {}, Path())


class _Memory:
    """A file that is not on a disk, as far as `read_table` asks."""

    name = "labels.csv"

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read_text(self, encoding: str) -> str:
        """What is in it."""
        return io.TextIOWrapper(io.BytesIO(self._data), encoding).read()

    def __str__(self) -> str:
        return self.name


def labels(data: bytes) -> None:
    """A table of songs and paces."""
    table: Any = _Memory(data)
    with suppress(LabelsError):
        read_table(table)


def _songs() -> sqlite3.Connection:
    """An index as far as conditions on songs look at it, with one song."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.executescript(
        """
        CREATE TABLE song_records (id, path, title, artist, album, album_artist, genre, year,
                                   duration, added, fingerprint);
        CREATE TABLE paces (song_id, bpm, confidence);
        CREATE TABLE opinions (fingerprint, opinion);
        INSERT INTO song_records (id, path, title, genre) VALUES (1, '/a.mp3', 'Hill', 'Rock');
        INSERT INTO paces VALUES (1, 165.0, 0.9);
        """
    )
    add_functions(connection)
    return connection


_SONGS = _songs()


def query(data: bytes) -> None:
    """A query is understood, and SQLite can ask for it, or its error is one line."""
    try:
        where = parse_query(data.decode("utf-8", "surrogateescape"))
    except QueryError:
        return
    _SONGS.execute(f"SELECT id FROM song_records WHERE {where.sql}", where.values).fetchall()


def plan(data: bytes) -> None:
    """A plan has blocks with a length and a cadence, or its error points into it."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        blocks = parse_plan(text).blocks
    except PlanError:
        return
    if not blocks or any(block.seconds <= 0 or not block.lowest > 0 for block in blocks):
        raise BrokenPromiseError(f"blocks without a length or a cadence: {text!r}")


def run(data: bytes) -> None:
    """A recorded run is read, and what is proposed is a plan, or its error is one line."""
    with tempfile.NamedTemporaryFile(suffix=".run") as file:
        file.write(data)
        file.flush()
        try:
            proposed = propose(read_run(Path(file.name))).plan
        except RunFileError:
            return
    parse_plan(proposed)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "song": song,
    "id3_frames": id3_frames,
    "headers": headers,
    "pacetag": pacetag,
    "journal": journal,
    "labels": labels,
    "query": query,
    "plan": plan,
    "run": run,
}


def seeds(songs: Path) -> dict[str, list[bytes]]:
    """What each target begins with, from a folder of songs of each kind."""
    small = [_short(each.read_bytes()) for each in sorted(songs.iterdir())]
    line = b"1 bundle=b paces=172.34@0.98,86.17@0.95 changes=100.00,141.00 audio=0f0f"
    patches = {
        "format": 1,
        "kind": "patches",
        "path": "/a.mp3",
        "size": 9,
        "around": "0f",
        "patches": [{"place": 1, "old": "AAA=", "new": "AQE="}],
    }
    name = ".pacetag-0123456789ab"
    copied = {
        "format": 1,
        "kind": "copy",
        "path": "/a.mp3",
        "inode": 7,
        "draft": f"{name}.tmp",
        "spare": f"{name}.tmp",
        "digest": "0f",
    }
    return {
        "song": small,
        "id3_frames": [b"\x02" + each[10:3000] for each in small if each[:3] == b"ID3"],
        "headers": [
            part
            for each in small
            for found in re.finditer(
                rb"\x01vorbis|\x03vorbis|OpusHead|OpusTags|\x7fFLAC|Speex  "
                rb"|moov|\x30\x26\xb2\x75|MPCK",
                each,
            )
            for part in (each[found.start() : found.start() + 2000],)
        ],
        "pacetag": [line, b"1 bundle=b paces=none opinion=loved audio=00", b"2 bundle=x"],
        "journal": [json.dumps(each).encode() for each in (patches, copied)]
        + [render(each) for each in (patches, copied)],
        "labels": [
            "artist,song,pace,pace2,remark\nOne,Two,172,86,\nÅ,Ö,,,changes tempo\n".encode(),
            b"file;paces;unclear\na.mp3;172,5 86;60\nb.mp3;none;\n",
            "song\tpace\nÄ\t100\n".encode("utf-16"),
        ],
        "query": [
            'genre:rock ^artist:"a b" year:1970..1979 , ::x title:=Räp'.encode(),
            b"length:2:00..6:00 added:-1m.. pace:160..170 path:/m/rock confidence:.9..",
            b"title::^[a-c]+$ -added:2024-05..2024-06-07T08:09 opinion:loved a\\:b, 'c d'",
        ],
        "plan": [
            b"10m@150 20m@165 5x(2m30s@175 2m30s@155) 5m@140",
            b"2x(5m@165 3x(1m@180 1m@160)), 10m@150-165; 1:30:00@160\n5x1m@180",
        ],
        "run": _runs(),
    }


def _runs() -> list[bytes]:
    """Short recordings of each format."""
    short = ((90, STEADY[0][1]),)
    records = (message(RECORD, {TIME: FIT_START + at, CADENCE: 82}) for at in range(90))
    return [gpx(short).encode(), tcx(tcx_activity(short)).encode(), fit_file(*records)]


def _short(data: bytes) -> bytes:
    """A song without most of its sound, where the container does not say how much there is."""
    if data.startswith((b"ID3", b"fLaC")) or data[:1] == b"\xff":
        return data[:8000]
    return data
