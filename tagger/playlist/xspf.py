"""Playlists as XSPF files, version 1 (https://xspf.org/spec): XML with addresses for paths."""

import re
from pathlib import Path, PurePath, PureWindowsPath
from urllib.parse import quote
from xml.sax.saxutils import escape

from pacetag.db.urls import is_url
from pacetag.tagger.playlist.m3u8 import Line
from pacetag.tagger.playlist.tracks import Listing, Track, named
from pacetag.tagger.text.formatting import printable

XSPF_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
VLC, VLC_NAMES = (f"http://www.videolan.org/vlc/playlist/{name}" for name in ("0", "ns/0/"))
_ON_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_NO_CHARACTERS = re.compile("[\ufffe\uffff]")  # which XML 1.0 cannot hold; `printable` has the rest


def xspf_body(listing: Listing, folder: Path | None, line: Line | None) -> str:
    """Return the file from its second line on."""
    tracks = "".join(_track(track, folder, line) for track in listing.tracks)
    return (
        f'<playlist version="1" xmlns="http://xspf.org/ns/0/" xmlns:vlc="{VLC_NAMES}">\n'
        f" <title>{_text(listing.title)}</title>\n"
        f" <trackList>\n{tracks} </trackList>\n"
        "</playlist>\n"
    )


def _track(track: Track, folder: Path | None, line: Line | None) -> str:
    song = track.song
    parts = [("location", address(named(track, folder, line)))]
    parts.append(("title", song.title or PurePath(song.path).stem))
    if song.artist:
        parts.append(("creator", song.artist))
    if song.album:
        parts.append(("album", song.album))
    if track.heading:
        parts.append(("annotation", track.heading))
    if track.play is not None:
        parts.append(("duration", str(round(1000 * track.play))))  # ms
    lines = [f"   <{name}>{_text(value)}</{name}>\n" for name, value in parts]
    if track.is_part:
        lines.append(_part_of_song(track))
    return f"  <track>\n{''.join(lines)}  </track>\n"


def _part_of_song(track: Track) -> str:
    """What has VLC play a part of a song."""
    options = "".join(f"<vlc:option>{each}</vlc:option>" for each in track.vlc_options)
    return f'   <extension application="{VLC}">{options}</extension>\n'


def address(line: str) -> str:
    """Return the address (RFC 3986) of a song that a line of a playlist names."""
    if is_url(line):
        return line
    if _ON_WINDOWS.match(line):
        return PureWindowsPath(line).as_uri()
    if line.startswith("/"):
        return PurePath(line).as_uri()
    return quote(line)


def _text(text: str) -> str:
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return escape(
        _NO_CHARACTERS.sub("\N{REPLACEMENT CHARACTER}", printable(" ".join(clean.split())))
    )
