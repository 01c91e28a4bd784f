"""What a playlist takes: each piece once, every artist its share, what rests and what is loved."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from pacetag.db.index import SongIndex
from pacetag.db.records import Opinion, SaidOpinion, SongRecord
from pacetag.tagger.playlist import query
from pacetag.tagger.playlist.choosing import artist_of
from pacetag.tagger.playlist.entries import Playlist
from pacetag.tagger.playlist.listener import listener_of
from pacetag.tagger.playlist.query import build_playlist
from pacetag.tagger.text.piece_names import piece_name, stored_name

Song = Callable[..., SongRecord]


@pytest.fixture
def library(index: SongIndex, song: Song) -> SongIndex:
    """150 songs of a few artists, in one or two formats, some loved, excluded or played lately."""
    draw = random.Random(6)
    for number in range(150):
        artist = draw.choice(["Legs", "Legs feat. Arms", "The Legs", "Toes", "Ribs", "Ears", None])
        names = {"artist": artist, "title": draw.choice([f"Song {number}", None])}
        paces = {draw.uniform(158, 172): draw.choice([0.6, 0.8, 1.0]), 82.0: 0.9}
        one = song(f"/{number}.mp3", paces, duration=draw.choice([150.0, 200.0, None]), **names)
        analysis = replace(one.analysis, stability=draw.choice([None, 0.001, 0.02]))
        index.store(replace(one, analysis=analysis))
        if draw.random() < 0.3:
            index.store(replace(one, path=f"/{number}.flac", fingerprint=f"flac {number}"))
        if draw.random() < 0.2:
            said = SaidOpinion(
                opinion=draw.choice([Opinion.LOVED, Opinion.EXCLUDED]),
                fingerprint=str(one.fingerprint),
                name=stored_name(one),
                duration=one.duration,
            )
            index.listening.say(said)
        if draw.random() < 0.2:
            index.listening.wrote(f"/{number}.m3u8", [(one.fingerprint, stored_name(one))])
    return index


def _songs(playlist: Playlist) -> list[str]:
    return [entry.song.path for entry in playlist.entries]


@pytest.mark.parametrize("seed", [None, 1, 2])
@pytest.mark.parametrize("options", [{}, {"limit": 12}, {"duration": 2_700.0}, {"limit": 70}])
def test_every_playlist_keeps_its_promises(
    library: SongIndex, options: dict[str, float], seed: int | None
) -> None:
    listener = listener_of(library, resting=3)

    found = build_playlist(library, 165, listener=listener, seed=seed, **options)  # type: ignore[arg-type]
    again = build_playlist(library, 165, listener=listener, seed=seed, **options)  # type: ignore[arg-type]

    assert found == again
    named = [name for entry in found.entries if (name := piece_name(entry.song)) is not None]
    assert len(set(named)) == len(named)
    sounds = [entry.song.fingerprint for entry in found.entries]
    assert len(set(sounds)) == len(sounds)
    for entry in found.entries:
        assert abs(entry.pace.bpm / 165 - 1) <= 0.04
        assert entry.opinion is not Opinion.EXCLUDED
        assert entry.ago is None or entry.ago > 3
    artists = [artist_of(entry) for entry in found.entries]
    if options:
        assert not [pair for pair in pairwise(artists) if pair[0] == pair[1] != ""]
        assert max(Counter(filter(None, artists)).values()) <= (len(artists) + 1) // 2


@pytest.mark.parametrize("seed", [None, 4])
@pytest.mark.parametrize("first", [1, 5, 64])
def test_what_is_taken_does_not_depend_on_how_much_was_read(
    library: SongIndex, monkeypatch: pytest.MonkeyPatch, first: int, seed: int | None
) -> None:
    monkeypatch.setattr(query, "FIRST", first)
    listener = listener_of(library, resting=3)
    whole = build_playlist(library, 165, listener=listener, seed=seed)
    chosen = sorted(whole.entries, key=lambda entry: entry.rank)

    for limit in (1, 7, 30, len(chosen)):
        part = build_playlist(library, 165, listener=listener, seed=seed, limit=limit)
        assert sorted(part.entries, key=lambda entry: entry.rank) == chosen[:limit]


def test_another_seed_draws_other_songs_and_the_better_ones_more_often(
    index: SongIndex, song: Song
) -> None:
    for number in range(40):
        paces = {165.0: 1.0} if number % 2 else {171.5: 0.5}
        index.store(song(f"/{number}.mp3", paces, title=f"{number}", artist=f"{number}"))

    drawn = [build_playlist(index, 165, limit=10, seed=seed) for seed in range(20)]

    assert len({tuple(sorted(_songs(one))) for one in drawn}) == 20
    good = sum(entry.pace.bpm == 165 for one in drawn for entry in one.entries)
    assert good > 0.7 * 200


def test_a_loved_song_goes_before_one_that_is_as_good(index: SongIndex, song: Song) -> None:
    for name in "ab":
        index.store(song(f"/{name}.mp3", {165.0: 0.9}, title=name, artist=name))
    loved = SaidOpinion(
        opinion=Opinion.LOVED, fingerprint="audio of '/b.mp3'", name=None, duration=None
    )
    assert _songs(build_playlist(index, 165, limit=1, listener=listener_of(index))) == ["/a.mp3"]

    index.listening.say(loved)

    assert _songs(build_playlist(index, 165, limit=1, listener=listener_of(index))) == ["/b.mp3"]


def test_a_loved_song_is_found_far_down_and_by_its_name_where_its_file_is_gone(
    index: SongIndex, song: Song, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "FIRST", 3)
    for number in range(40):
        paces = {165.0 + number / 20: 0.9}
        index.store(song(f"/{number}.mp3", paces, title=f"{number}", artist=f"{number}"))
    for number, fingerprint in ((20, "audio of '/20.mp3'"), (21, "of a file that is gone")):
        said = SaidOpinion(
            opinion=Opinion.LOVED, fingerprint=fingerprint, name=f"{number}\n{number}", duration=200
        )
        index.listening.say(said)

    found = build_playlist(index, 165, limit=2, listener=listener_of(index))

    assert _songs(found) == ["/20.mp3", "/21.mp3"]


def test_the_songs_that_rest_are_counted_and_those_excluded(index: SongIndex, song: Song) -> None:
    for name in "abcd":
        index.store(song(f"/{name}.mp3", {165.0: 0.9}, title=name, artist=name))
    index.listening.wrote("/x.m3u8", [("audio of '/a.mp3'", None), ("audio of '/b.mp3'", None)])
    index.listening.say(
        SaidOpinion(
            opinion=Opinion.EXCLUDED, fingerprint="audio of '/c.mp3'", name=None, duration=None
        )
    )

    found = build_playlist(index, 165, limit=5, listener=listener_of(index, resting=1))

    assert (_songs(found), found.resting, found.excluded) == (["/d.mp3"], 2, 1)


def test_a_song_that_rests_is_missed_where_it_would_have_come(index: SongIndex, song: Song) -> None:
    for number in range(10):
        paces = {165.0 + number / 2: 0.9}
        index.store(song(f"/{number}.mp3", paces, title=f"{number}", artist=f"{number}"))
    index.listening.wrote("/x.m3u8", [(f"audio of '/{number}.mp3'", None) for number in (0, 1, 9)])

    found = build_playlist(index, 165, limit=4, listener=listener_of(index))

    assert (_songs(found), found.resting) == ([f"/{number}.mp3" for number in (2, 3, 4, 5)], 2)


def test_a_wider_tolerance_does_not_promise_what_is_excluded(index: SongIndex, song: Song) -> None:
    for name in "ab":
        index.store(song(f"/{name}.mp3", {173.0: 0.9}, title=name))
    index.listening.say(
        SaidOpinion(
            opinion=Opinion.EXCLUDED, fingerprint="audio of '/a.mp3'", name=None, duration=None
        )
    )

    found = build_playlist(index, 165, listener=listener_of(index))

    assert [near.songs for near in found.near] == [1]


def test_an_artist_has_no_more_than_its_share_while_others_fit(
    index: SongIndex, song: Song
) -> None:
    for number in range(20):
        index.store(song(f"/{number}.mp3", {165.0: 1.0}, title=f"{number}"))
    for number in range(3):
        index.store(song(f"/x{number}.mp3", {171.0: 0.5}, title="x", artist=f"x{number}"))

    few, many = (build_playlist(index, 165, limit=limit) for limit in (7, 12))

    assert [artist_of(entry) for entry in few.entries][::2] == ["legs"] * 4
    assert Counter(artist_of(entry) for entry in many.entries)["legs"] == 9
