"""Playlist files by suffix: M3U8, M3U, XSPF, PLS, CSV and JSON."""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pacetag.tagger.playlist.m3u8 import HEADER, Line, shown_name, song_lines
from pacetag.tagger.playlist.tracks import MADE, Listing, Track, named
from pacetag.tagger.playlist.xspf import XSPF_HEAD, xspf_body

Body = Callable[[Listing, Path | None, Line | None], str]


@dataclass(frozen=True, kw_only=True)
class Format:
    """A kind of playlist file: its head, a comment with the mark of pacetag, and its body."""

    head: str
    opens: str = ""  # the comment; "": the format has none, so no file is known as pacetag's
    closes: str = ""
    body: Body

    def text(self, listing: Listing, folder: Path | None, line: Line | None) -> str:
        """Return the content of a file that lies in `folder`."""
        return self.whole(self.body(listing, folder, line))

    def whole(self, body: str) -> str:
        """Return the content with its head and the mark."""
        mark = f"{self.opens}{MADE}{_hash(body)}{self.closes}\n" if self.opens else ""
        return f"{self.head}{mark}{body}"

    def is_ours(self, content: bytes) -> bool:
        """Whether content is a file that pacetag wrote and nothing has changed since."""
        head = f"{self.head}{self.opens}{MADE}".encode()
        if not self.opens or not content.startswith(head):
            return False
        mark, newline, body = content.removeprefix(head).partition(b"\n")
        noted = mark.removesuffix(self.closes.encode())
        return bool(newline) and noted == _hash(body).encode()


def _hash(body: str | bytes) -> str:
    return hashlib.sha256(body.encode() if isinstance(body, str) else body).hexdigest()[:32]


def _m3u8_body(listing: Listing, folder: Path | None, line: Line | None) -> str:
    return "".join(_m3u_lines(track, folder, line, whole=True) for track in listing.tracks)


def _m3u_body(listing: Listing, folder: Path | None, line: Line | None) -> str:
    """Only what every player knows: MPD takes no options, and reads the file as UTF-8."""
    return "".join(_m3u_lines(track, folder, line, whole=False) for track in listing.tracks)


def _m3u_lines(track: Track, folder: Path | None, line: Line | None, *, whole: bool) -> str:
    about, usual = song_lines(track.song, folder)
    if track.is_part:
        about = f"#EXTINF:{round(track.play or 0)},{shown_name(track.song)}"
    lines = [about]
    if whole and track.heading:
        lines.insert(0, f"# {track.heading}")
    if whole and track.is_part:
        lines += [f"#EXTVLCOPT:{option}" for option in track.vlc_options]
    lines.append((line and line(track.song.path)) or usual)
    return "".join(f"{each}\n" for each in lines)


def _pls_body(listing: Listing, folder: Path | None, line: Line | None) -> str:
    lines = []
    for number, track in enumerate(listing.tracks, 1):
        seconds = -1 if track.play is None else round(track.play)  # -1 is unknown
        lines.append(f"File{number}={named(track, folder, line)}")
        lines.append(f"Title{number}={shown_name(track.song)}")
        lines.append(f"Length{number}={seconds}")
    lines += [f"NumberOfEntries={len(listing.tracks)}", "Version=2"]
    return "".join(f"{each}\n" for each in lines)


CSV_COLUMNS = (
    *("path", "artist", "title", "pace", "confidence", "cadence", "block"),
    *("start", "play", "begins", "duration"),
)


def _csv_body(listing: Listing, folder: Path | None, line: Line | None) -> str:
    """A row a track, by RFC 4180; times in seconds."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(CSV_COLUMNS)
    for track in listing.tracks:
        song = track.song
        numbers = (track.start, track.play, track.begins, song.duration)
        table.writerow(
            [
                named(track, folder, line),
                _utf8(song.artist),
                _utf8(song.title),
                f"{track.pace.bpm:g}",
                f"{track.pace.confidence:g}",
                f"{track.cadence:.6g}",
                track.block,
                *("" if seconds is None else f"{round(seconds, 3):.12g}" for seconds in numbers),
            ]
        )
    return text.getvalue()


def _utf8(text: str | None) -> str:
    return (text or "").encode("utf-8", "replace").decode("utf-8")


def _json_body(listing: Listing, _folder: Path | None, _line: Line | None) -> str:
    """The object of --json, of which the mark is the first key."""
    return json.dumps(listing.value(), indent=1).removeprefix("{\n") + "\n"


def _no_songs(listing: Listing, _folder: Path | None, _line: Line | None) -> str:
    raise ValueError(f"rules hold no songs, so not {listing.title}")


M3U8 = Format(head=HEADER, opens="# ", body=_m3u8_body)
FORMATS: Mapping[str, Format] = {  # by suffix; of other names M3U8 is written
    ".m3u8": M3U8,
    ".m3u": Format(head=HEADER, opens="# ", body=_m3u_body),
    ".xspf": Format(head=XSPF_HEAD, opens="<!-- ", closes=" -->", body=xspf_body),
    ".pls": Format(head="[playlist]\n", opens="; ", body=_pls_body),
    ".csv": Format(head="", body=_csv_body),
    ".json": Format(head="{\n", opens=' "made": "', closes='",', body=_json_body),
}


# Files that hold rules and no songs: `navidrome` and `quodlibet` make their bodies.
_RULES: Mapping[str, Format] = {
    ".nsp": Format(head="{\n", opens=' "comment": "', closes='",', body=_no_songs),
    ".qlquery": Format(head="", body=_no_songs),
}


def rules_format(suffix: str) -> Format:
    """Return the format of a file that holds rules."""
    return _RULES[suffix]


def format_of(path: Path) -> Format:
    """Return the format that a file's suffix names."""
    return FORMATS.get(path.suffix.lower(), M3U8)


def is_ours(content: bytes) -> bool:
    """Whether content is a playlist file of any format that pacetag wrote, and is unchanged."""
    return any(each.is_ours(content) for each in (*FORMATS.values(), *_RULES.values()))
