"""Playlist files of every format: what players and programs find in them, and whose they are."""

import csv
import io
import json
import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from pacetag.db.records import SongRecord
from pacetag.model.judgement import Pace
from pacetag.tagger.errors import UsageError
from pacetag.tagger.playlist.formats import FORMATS, format_of, is_ours
from pacetag.tagger.playlist.tracks import Listing, Track
from pacetag.tagger.playlist.writing import playlist_output, write_listing

Song = Callable[..., SongRecord]

ODD = 'Bells, "Whistles"\r\n& <Æ> \x1b[31m \ufffe'
SPACE = "{http://xspf.org/ns/0/}"
# The XSPF specification, version 1: elements that may come once, several times, or must come.
ONCE = {
    "playlist": {"title", "creator", "annotation", "info", "location", "identifier", "image"}
    | {"date", "license", "attribution", "trackList"},
    "track": {"title", "creator", "annotation", "info", "image", "album", "trackNum", "duration"},
}
OFTEN = {
    "playlist": {"link", "meta", "extension"},
    "track": {"location", "identifier", "link", "meta", "extension"},
    "trackList": {"track"},
}
ADDRESS = re.compile(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*")  # RFC 3986


@pytest.fixture
def listing(song: Song) -> Listing:
    """Two tracks in two blocks, the second one cut."""
    pace = Pace(bpm=165.25, confidence=0.9)
    songs = (
        song("/music/A #1/50% of, it?.mp3", title=ODD, artist="Legs, & Co", duration=200.6),
        song("/else/ü.ogg", title=None, artist=None, duration=300.0),
    )
    return Listing(
        tracks=(
            Track(song=songs[0], pace=pace, cadence=165, start=0, play=200.6, heading="Block 1: x"),
            Track(
                song=songs[1],
                pace=pace,
                cadence=180,
                start=200.6,
                play=60.0,
                begins=24.0,
                is_cut=True,
                block=2,
                heading="Block 2: y",
            ),
        ),
        title="a < b",
        value=lambda: {"songs": [song.path for song in songs]},
    )


def text(suffix: str, listing: Listing, folder: str | None = "/music") -> str:
    place = None if folder is None else Path(folder)
    return FORMATS[suffix].text(listing, place, None)


def check_xspf(root: ET.Element) -> None:
    """Check a file against the rules of the specification."""
    assert root.tag == f"{SPACE}playlist"
    assert root.attrib == {"version": "1"}
    for element in root.iter():
        name = element.tag.removeprefix(SPACE)
        if name not in OFTEN:
            continue
        children = [child.tag.removeprefix(SPACE) for child in element]
        known = ONCE.get(name, set()) | OFTEN[name]
        assert set(children) <= known
        assert all(children.count(child) == 1 for child in children if child not in OFTEN[name])
    assert len(root.findall(f"{SPACE}trackList")) == 1
    for name in ("location", "identifier", "info", "image"):
        for element in root.iter(f"{SPACE}{name}"):
            assert ADDRESS.fullmatch(element.text or "")
    for element in root.iter(f"{SPACE}duration"):
        assert (element.text or "").isdecimal()
    for element in root.iter(f"{SPACE}extension"):
        assert ADDRESS.fullmatch(element.attrib["application"])


def test_xspf_holds_to_its_specification(listing: Listing) -> None:
    root = ET.fromstring(text(".xspf", listing))

    check_xspf(root)
    first, second = root.iter(f"{SPACE}track")
    values = {child.tag.removeprefix(SPACE): child.text for child in first}
    assert unquote(values["location"] or "") == "A #1/50% of, it?.mp3"
    assert values["title"] == 'Bells, "Whistles" & <Æ> �[31m �'
    assert (values["creator"], values["duration"]) == ("Legs, & Co", "200600")
    assert [option.text for option in second.iter() if option.tag.endswith("}option")] == [
        "start-time=24",
        "stop-time=84",
    ]
    assert root.findtext(f"{SPACE}title") == "a < b"


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("C:\\Music\\a b.mp3", "file:///C:/Music/a%20b.mp3"),
        ("/srv/a b.mp3", "file:///srv/a%20b.mp3"),
        ("./a:b.mp3", "./a%3Ab.mp3"),
        ("file:///a%FF.mp3", "file:///a%FF.mp3"),
    ],
)
def test_xspf_names_songs_by_addresses(line: str, address: str, listing: Listing) -> None:
    root = ET.fromstring(FORMATS[".xspf"].text(listing, Path("/music"), lambda _: line))

    check_xspf(root)
    assert {element.text for element in root.iter(f"{SPACE}location")} == {address}
    assert urlsplit(address).path


def test_m3u8_has_blocks_as_comments_and_tells_vlc_where_a_song_is_cut(listing: Listing) -> None:
    lines = text(".m3u8", listing).splitlines()

    assert lines[0] == "#EXTM3U"
    assert lines[2:] == [
        "# Block 1: x",
        '#EXTINF:201,Legs, & Co - Bells, "Whistles" & <Æ> �[31m \ufffe',
        "A #1/50% of, it?.mp3",
        "# Block 2: y",
        "#EXTINF:60,ü",
        "#EXTVLCOPT:start-time=24",
        "#EXTVLCOPT:stop-time=84",
        "../else/ü.ogg",
    ]


def test_m3u_has_only_what_every_player_knows(listing: Listing) -> None:
    lines = text(".m3u", listing).splitlines()

    assert lines[0] == "#EXTM3U"
    assert [line for line in lines if not line.startswith(("#EXTINF:", "#EXTM3U", "# Made"))] == [
        "A #1/50% of, it?.mp3",
        "../else/ü.ogg",
    ]


def test_pls_numbers_its_entries(listing: Listing) -> None:
    head, *lines = text(".pls", listing).splitlines()

    assert head == "[playlist]"
    values = dict(line.split("=", 1) for line in lines if not line.startswith(";"))
    assert values["File1"] == "A #1/50% of, it?.mp3"
    assert values["Title1"].startswith('Legs, & Co - Bells, "Whistles" & <Æ>')
    assert (values["Length1"], values["Length2"]) == ("201", "60")
    assert (values["NumberOfEntries"], values["Version"]) == ("2", "2")
    assert len(values) == 8


def test_csv_keeps_titles_with_commas_quotes_and_line_ends(listing: Listing) -> None:
    first, second = csv.DictReader(io.StringIO(text(".csv", listing), newline=""))

    assert first["title"] == ODD
    assert (first["artist"], first["path"]) == ("Legs, & Co", "A #1/50% of, it?.mp3")
    assert (first["pace"], first["cadence"], first["duration"]) == ("165.25", "165", "200.6")
    assert [second[key] for key in ("block", "start", "play", "begins")] == [
        "2",
        "200.6",
        "60",
        "24",
    ]


def test_json_is_the_value_with_a_mark(listing: Listing) -> None:
    found = json.loads(text(".json", listing))

    assert found.pop("made").startswith("Made by pacetag")
    assert found == listing.value()


@pytest.mark.parametrize("suffix", FORMATS)
def test_files_are_utf_8_and_known_until_they_are_changed(suffix: str, listing: Listing) -> None:
    content = text(suffix, listing).encode("utf-8")

    assert is_ours(content) == (suffix != ".csv")
    for changed in (
        content + b"\n",
        content.replace(b"Legs", b"Arms"),
        content[: len(content) // 2],
    ):
        assert changed == content or not is_ours(changed)


@pytest.mark.parametrize("suffix", FORMATS)
def test_only_what_pacetag_wrote_is_replaced(suffix: str, listing: Listing, tmp_path: Path) -> None:
    place = tmp_path / f"run{suffix}"
    write_listing(listing, playlist_output(place))
    if suffix == ".csv":
        with pytest.raises(UsageError, match="that pacetag did not write"):
            write_listing(listing, playlist_output(place))
        write_listing(listing, playlist_output(place, overwrite=True))
        return
    write_listing(listing, playlist_output(place))
    mine = place.read_bytes() + b"\nmine\n"
    place.write_bytes(mine)

    with pytest.raises(UsageError, match="--overwrite"):
        write_listing(listing, playlist_output(place))
    assert place.read_bytes() == mine


def test_other_suffixes_are_m3u8() -> None:
    assert format_of(Path("/dev/stdout")) is format_of(Path("run.txt")) is FORMATS[".m3u8"]
    assert format_of(Path("RUN.XSPF")) is FORMATS[".xspf"]


@pytest.mark.parametrize("suffix", FORMATS)
def test_names_that_are_no_text_are_addresses(suffix: str, song: Song) -> None:
    odd = song(os.fsdecode(b"/music/\xff\n.mp3"), title="a\udcff", artist=None)
    track = Track(song=odd, pace=Pace(bpm=1, confidence=1), cadence=1, start=0, play=None)
    listing = Listing(tracks=(track,), title="", value=lambda: {"path": odd.path})

    content = text(suffix, listing).encode("utf-8")

    assert b"file:///music/%FF%0A.mp3" in content or suffix == ".json"
