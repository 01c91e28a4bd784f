"""The pool of a run: light candidates that tell pieces and artists apart."""

from collections.abc import Callable

import pytest

from pacetag.db.index import SongIndex
from pacetag.db.records import Condition, Opinion, SaidOpinion, SongRecord
from pacetag.db.write_log import NOTHING
from pacetag.tagger.playlist.listener import listener_of
from pacetag.tagger.playlist.pool import Candidate, song_pool
from pacetag.tagger.text.piece_names import stored_name

Song = Callable[..., SongRecord]


def _pool(index: SongIndex, **options: object) -> list[Candidate]:
    return list(song_pool(index, low=158.4, high=171.6, **options).candidates)  # type: ignore[arg-type]


def test_a_song_comes_with_each_pace_in_the_range(index: SongIndex, song: Song) -> None:
    index.store(song("/a.mp3", {165.0: 0.9, 170.0: 0.8, 82.5: 0.9}, title="A"))
    index.store(song("/b.mp3", {172.0: 0.9}, title="B"))

    assert [(one.path, one.pace.bpm) for one in _pool(index)] == [
        ("/a.mp3", 165.0),
        ("/a.mp3", 170.0),
    ]


def test_files_of_one_piece_share_its_number_and_the_best_file_comes_first(
    index: SongIndex, song: Song
) -> None:
    index.store(song("/b.mp3", {165.0: 0.9}))
    index.store(song("/other.mp3", {164.0: 0.9}, title="Other"))
    index.store(song("/a.flac", {165.0: 0.9}, duration=230.0))
    index.store(song("/tagged.mp3", {165.0: 0.9}), found=NOTHING)

    found = [(one.path, one.piece) for one in _pool(index)]

    assert found == [("/tagged.mp3", 1), ("/a.flac", 1), ("/b.mp3", 1), ("/other.mp3", 2)]


@pytest.mark.parametrize(
    ("artist", "album_artist"),
    [
        ("Legs", None),
        ("THE LEGS", None),
        ("Legs, The", None),
        ("Legs feat. Arms", None),
        ("Legs (ft. Arms)", "Various Artists"),
        ("Legs; Arms", None),
        ("Legs & Arms", "Legs"),
        ("Légs", "Legs"),
    ],
)
def test_forms_of_one_artist_are_one(
    index: SongIndex, song: Song, artist: str, album_artist: str | None
) -> None:
    names = {"artist": artist, "album_artist": album_artist}
    index.store(song("/a.mp3", {165.0: 0.9}, title="A", **names))

    assert [one.artist for one in _pool(index)] == ["legs"]


def test_a_condition_chooses_among_songs(index: SongIndex, song: Song) -> None:
    index.store(song("/a.mp3", {165.0: 0.9}, title="A", genre="Räp"))
    index.store(song("/b.mp3", {165.0: 0.9}, title="B", genre="Rock"))
    where = Condition(sql="has_text(genre, :q0)", values={"q0": "räp"})

    assert [one.path for one in _pool(index, where=where)] == ["/a.mp3"]


def test_what_the_listener_said_holds_for_another_format_of_the_piece(
    index: SongIndex, song: Song
) -> None:
    for opinion, title in ((Opinion.EXCLUDED, "No"), (Opinion.LOVED, "Yes")):
        said = song(f"/{title}.mp3", {165.0: 0.9}, title=title)
        index.listening.say(
            SaidOpinion(
                opinion=opinion,
                fingerprint=str(said.fingerprint),
                name=stored_name(said),
                duration=said.duration,
            )
        )
        index.store(song(f"/{title}.flac", {165.0: 0.9}, title=title.upper()))
    index.store(song("/plain.mp3", {165.0: 0.9}, title="Plain"))

    pool = song_pool(index, low=160, high=170, listener=listener_of(index))

    assert pool.excluded == 1
    assert [(one.path, one.loved) for one in pool.candidates] == [
        ("/Yes.flac", True),
        ("/plain.mp3", False),
    ]
    loved, plain = pool.candidates
    assert loved.worth(165, 0.04) == pytest.approx(1.1 * plain.worth(165, 0.04))


def test_songs_of_the_last_playlists_rest_and_come_back_for_less(
    index: SongIndex, song: Song
) -> None:
    for title in "abcd":
        index.store(song(f"/{title}.mp3", {165.0: 0.9}, title=title))
    for title in "abc":
        index.listening.wrote(f"/{title}.m3u8", [(f"audio of '/{title}.mp3'", None)])

    pool = song_pool(index, low=160, high=170, listener=listener_of(index, resting=2))
    free = song_pool(index, low=160, high=170, listener=listener_of(index, resting=0))

    assert (pool.resting, [one.path for one in pool.candidates]) == (2, ["/a.mp3", "/d.mp3"])
    assert (free.resting, [one.ago for one in free.candidates]) == (0, [3, 2, 1, None])
    worths = [one.worth(165, 0.04) for one in free.candidates]
    assert worths == pytest.approx([0.9 * 0.872, 0.9 * 0.84, 0.9 * 0.8, 0.9])


def test_a_tempo_that_wanders_costs_up_to_a_tenth(index: SongIndex, song: Song) -> None:
    from dataclasses import replace

    for name, stability in (("a", 0.01), ("b", 0.5), ("c", None)):
        plain = song(f"/{name}.mp3", {165.0: 1.0}, title=name)
        index.store(replace(plain, analysis=replace(plain.analysis, stability=stability)))

    assert [one.worth(165, 0.04) for one in _pool(index)] == pytest.approx([0.98, 0.9, 1.0])
