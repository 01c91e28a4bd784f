"""Queries in beets' language choose songs of the index, and errors name the word and its place."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from pacetag.db.index import SongIndex
from pacetag.db.records import Condition, Opinion, SaidOpinion, SongRecord, Stamp
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.filters.errors import QueryError
from pacetag.tagger.filters.options import FilterOptions, filter_condition
from pacetag.tagger.filters.query import parse_query

Ask = Callable[[str], str]
MAY, JUNE = (datetime(2024, month, 15, 12).timestamp() for month in (5, 6))


def _song(path: str, *paces: float, **fields: object) -> SongRecord:
    values: dict[str, object] = {"title": None, "artist": None, "album": None, "genre": None}
    duration = fields.pop("duration", None)
    return SongRecord(
        path=path,
        stamp=Stamp(size=1, mtime_ns=2, ctime_ns=3, inode=4),
        fingerprint=path,
        bundle="ear-1",
        analysis=Analysis(
            paces=tuple(Pace(bpm=bpm, confidence=0.9) for bpm in (165.0, *paces)),
            duration=duration,  # type: ignore[arg-type]
        ),
        **(values | fields),  # type: ignore[arg-type]
    )


SONGS = (
    _song(
        "/m/a.mp3",
        82.5,
        title="What a Day",
        artist="Sigur Rós",
        album="Ágætis",
        genre="Post-Rock; Ambient",
        year=1975,
        duration=180.0,
        added=MAY,
    ),
    _song(
        "/m/rock/b.flac",
        title="Don't stop: now",
        artist="x",
        album_artist="The Band",
        genre="Rock",
        year=1999,
        duration=400.0,
        added=JUNE,
    ),
    _song("/m/rock/c.ogg", 120.0, title="STRASSE", genre="rock", year=0),
    _song("/m/rockets/\udcff.ogg", title="Air", artist="AIR"),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SongIndex]:
    """Four songs: a, b, c and one whose path is no text, d."""
    with SongIndex.open(tmp_path_factory.mktemp("filters") / "songs.db") as opened:
        for song in SONGS:
            opened.store(song)
        opened.listening.say(
            SaidOpinion(opinion=Opinion.LOVED, fingerprint="/m/a.mp3", name=None, duration=None)
        )
        yield opened


def _found(index: SongIndex, where: Condition) -> str:
    offered = index.offered(low=164, high=166, min_confidence=0.5, where=where)
    return "".join(sorted("abcd"[one.song_id - 1] for one in offered))


@pytest.fixture
def ask(index: SongIndex) -> Ask:
    """The letters of the songs that a query finds."""
    return lambda query: _found(index, parse_query(query))


@pytest.mark.parametrize(
    ("query", "songs"),
    [
        ("", "abcd"),
        ("rock", "abc"),
        ("ROCK ambient", "a"),
        ("rós", "a"),
        ("RO\u0301S", "a"),  # the accent apart, as macOS types it
        ("ägætis", ""),
        ("ágÆTIS", "a"),
        ("straße", "c"),
        ("genre:rock", "abc"),
        ("genre:=rock", "c"),
        ("genre:=~rock", "bc"),
        ("genre:=~ambient", "a"),  # one of several values
        ("genre:=", "d"),
        ("genres::^Rock$", "b"),
        (":^Rock$", "b"),
        ("artist::^$", "c"),
        ("=AIR", "d"),
        ("=~air", "d"),
        ("^rock", "d"),
        ("-genre:rock", "d"),
        ("^artist:x", "acd"),
        ("^year:1970..1979", "bcd"),  # a song without a year is not of the seventies
        ("rock ^artist:x", "ac"),
        ("title:what , artist:air", "ad"),
        ("title:what,artist:air", ""),
        ("title:what, artist:air", "ad"),
        ("title:what ,artist:air", "ad"),
        (", , title:what ,", "a"),
        ('"what a day"', "a"),
        ('title:"what a"', "a"),
        ("title:'what a'", "a"),
        ("title:what\\ a", "a"),
        ("don't", "b"),
        ("stop\\:", "b"),
        ("title:stop\\:", "b"),
        ("albumartist:band", "b"),
        ("band", "b"),
        ("year:1975", "a"),
        ("year:1970..1979", "a"),
        ("year:1979..1970", "a"),
        ("year:1990..", "b"),
        ("year:..1990", "a"),
        ("YEAR::^19", "ab"),
        ("length:3:00", "a"),
        ("length:2:00..6:00", "a"),
        ("length:6m30s..", "b"),
        ("duration:..180", "a"),
        ("pace:160..170", "abcd"),
        ("pace:120", "c"),
        ("pace:80..85", "a"),
        ("pace:82", ""),  # as the tag PACE has it, 82.5 is 83
        ("pace:83", "a"),
        ("^pace:80..85", "bcd"),
        ("confidence:0.95..", ""),
        ("confidence:0.9", "abcd"),
        ("added:2024-05", "a"),
        ("added:2024", "ab"),
        ("added:2024-06-15..", "bcd"),
        ("added:..2024-05-15", "a"),
        ("added:2024-05-15T12", "a"),
        ("added:-1d..", "cd"),
        ("added:1w", "cd"),
        ("added:..-1w", "ab"),
        ("path:/m/rock", "bc"),
        ("/m/rock", ""),  # no such folder here, so it is a word
        ("path:/m/rock/", "bc"),
        ("path:/m/rock/b.flac", "b"),
        ("path::flac$", "b"),
        ("path:/m/rockets", "d"),
        ("opinion:loved", "a"),
        ("opinion:none", "bcd"),
        ("year+x", ""),
        ("100%", ""),
        ("_", ""),
    ],
)
def test_a_query_finds(ask: Ask, query: str, songs: str) -> None:
    assert ask(query) == songs


def test_a_word_that_is_a_folder_is_a_path(index: SongIndex, tmp_path: Path) -> None:
    index.store(replace(SONGS[0], path=f"{tmp_path}/a.mp3"))

    found = list(
        index.offered(low=164, high=166, min_confidence=0, where=parse_query(str(tmp_path)))
    )
    index.forget([f"{tmp_path}/a.mp3"])

    assert [one.path for one in found] == [f"{tmp_path}/a.mp3"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            "rock gnere:pop",
            "\"gnere:pop\" at character 6: there is no field 'gnere'; did you mean ",
        ),
        ("xyzzy:1", "there are title, artist"),
        ("year:nineteen", '"nineteen" is no number'),
        ("^year:19x..", '"19x" is no number'),
        ("year:..", "neither a beginning nor an end"),
        ("length:long", "write 4:30, 4m30s or 270"),
        ("added:yesterday", "write 2024"),
        ("added:99999y..", "too long ago"),
        ("title::(", "is no regular expression"),
        ("opinion:great", "write loved, excluded or none"),
        ("genre:", "needs a value"),
        ("genre: rock", "needs a value"),
        ("rock year+", "sorts"),
        ("artist- x", "sorts"),
        ("^", "nothing to leave out"),
        ('a "b c', '""b c" at character 3: is not closed'),
        ('""', "is empty"),
        ("a " * 300, "at most 200 words"),
        ("path:\0", "is no path"),
    ],
)
def test_an_error_names_the_word_and_its_place(query: str, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(query)

    assert said in str(caught.value)
    assert str(caught.value).startswith("--query: ")
    assert "\n" not in str(caught.value)


def test_no_text_at_all_breaks_a_query(index: SongIndex) -> None:
    """Each random text is a condition that SQLite takes, or a usage error that says why."""
    draw = random.Random(5)
    parts = [
        *("genre:", "year:", "pace:", "added:", "length:", "path:", "::", ":=", ":=~", "^", "-"),
        *(
            ",",
            " ",
            "..",
            '"',
            "'",
            "\\",
            "(",
            "[a-",
            "*",
            "?",
            "%",
            "_",
            "rock",
            "1970",
            "9" * 400,
        ),
        *("é", "\udcff", "\0", "\n", "𝔘", "-1m", "2:00", "1e5", "NaN", "inf", "~", "~nobody/", "/"),
        *("{where}", ":q0", "';--", "+", "0x10", "٣", "..1", "99999999999999999999d", "2024-13"),
    ]
    good = 0
    for _ in range(1_500):
        text = "".join(draw.choice(parts) for _ in range(draw.randrange(1, 9)))
        try:
            where = parse_query(text)
        except QueryError:
            continue
        _found(index, where)
        good += 1
    assert good > 100


@pytest.mark.parametrize(
    ("options", "songs"),
    [
        ({}, "abcd"),
        ({"genre": ["ambient", "=~rock"]}, "abc"),
        ({"genre": ["rock"], "year": ["1990.."]}, "b"),
        ({"artist": ["band"]}, "b"),
        ({"artist": ["sigur"], "album": ["ág"]}, "a"),
        ({"path": ["/m/rock", "/m/rockets"]}, "bcd"),
        ({"added": ["2024-05..2024-06"]}, "ab"),
        ({"query": ["rock", "^artist:x"]}, "ac"),
        ({"query": [""]}, "abcd"),
        ({"exclude": ["artist:x , year:1975"]}, "cd"),
        ({"exclude": ["", "ambient"]}, "bcd"),
        ({"max_length": "6m"}, "acd"),  # of unknown length: nothing speaks against them
        ({"min_length": "3:01"}, "bcd"),
    ],
)
def test_options_must_all_hold(index: SongIndex, options: dict[str, object], songs: str) -> None:
    assert _found(index, filter_condition(FilterOptions(**options))) == songs  # type: ignore[arg-type]
