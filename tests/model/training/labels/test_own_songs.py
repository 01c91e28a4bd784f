"""What is taught of a user's own songs, and who is on which side."""

from collections import Counter
from pathlib import Path

import pytest
import soundfile

from pacetag.model.training.labels.match import LabelledSong
from pacetag.model.training.labels.own_songs import (
    OwnSettings,
    own_training_songs,
    own_truth,
    song_windows,
    split_artists,
)
from pacetag.model.training.songs import LabelledTempo
from tests.conftest import RATE, ClickTrack

LOOKING = own_truth((172.0, 86.0))


def said(labels: list[LabelledTempo]) -> dict[float, bool]:
    return {tempo.bpm: tempo.compatible for tempo in labels}


def labelled(path: Path, artist: str | None = "Legs", *paces: float) -> LabelledSong:
    return LabelledSong(
        path=path, name=path.name, artist=artist, paces=paces, unclear=(), where=f"row {path.stem}"
    )


def test_candidates_near_a_listed_pace_are_right_and_others_wrong() -> None:
    labels = said(LOOKING.label(0, [86.5, 172.0 * 1.039, 115.0, 258.0, 60.0]))

    assert labels[86.5] is labels[172.0 * 1.039] is True
    assert labels[115.0] is labels[258.0] is labels[60.0] is False


def test_between_near_and_far_nothing_is_taught() -> None:
    assert 172.0 * 1.05 not in said(LOOKING.label(0, [172.0 * 1.05]))
    assert said(LOOKING.label(0, [172.0 * 1.061]))[172.0 * 1.061] is False


def test_the_tolerance_of_2019_can_be_had() -> None:
    wide = own_truth((172.0,), settings=OwnSettings(tolerance=0.05))

    assert said(wide.label(0, [172.0 * 1.049]))[172.0 * 1.049] is True
    assert 172.0 * 1.055 not in said(wide.label(0, [172.0 * 1.055]))


def test_halves_and_doubles_that_are_not_listed_are_wrong_within_what_people_list() -> None:
    """In the Mood: 176 only. Its half was there to be listed, its double is beyond the range."""
    labels = said(own_truth((176.0,)).label(0, [88.0, 352.0, 44.0]))

    assert labels[88.0] is False
    assert 352.0 not in labels
    assert 44.0 not in labels


def test_a_listed_pace_beyond_what_people_list_is_right_all_the_same() -> None:
    assert said(own_truth((300.0, 48.0)).label(0, [300.0, 48.5])) == {
        300.0: True,
        48.5: True,
        **dict.fromkeys((200.0, 225.0, 72.0, 64.0), False),
    }


def test_the_tempting_mistakes_are_taught_unless_they_are_listed() -> None:
    labels = said(LOOKING.label(0, []))

    assert sorted(labels) == pytest.approx([57.33, 64.5, 114.67, 129.0, 229.33, 258.0], abs=0.01)
    assert not any(labels.values())
    assert 129.0 not in said(own_truth((172.0, 86.0), (129.0,)).label(0, [129.0]))


def test_where_no_pace_fits_every_candidate_is_wrong() -> None:
    truth = own_truth(())

    assert said(truth.label(0, [45.0, 120.0, 300.0])) == {45.0: False, 120.0: False, 300.0: False}
    assert truth.right == truth.unclear == truth.family == ()


def test_the_family_holds_the_levels_around_the_listed_paces() -> None:
    truth = own_truth((172.0, 86.0))

    assert set(truth.family) == {21.5, 43.0, 86.0, 172.0, 344.0, 688.0}
    assert truth.unclear == ()
    assert truth.right == (172.0, 86.0)


@pytest.mark.parametrize(
    ("seconds", "windows"),
    [
        (30, [(0.0, 30.0)]),
        (90, [(0.0, 40.0), (50.0, 40.0)]),
        (110, [(23.78, 62.45)]),
        (240, [(23.78, 40.0), (176.22, 40.0)]),
    ],
)
def test_windows_lie_within_a_song_without_its_edges(
    seconds: int, windows: list[tuple[float, float]], tmp_path: Path, click_track: ClickTrack
) -> None:
    path = tmp_path / "song.flac"
    soundfile.write(path, click_track(120, seconds=seconds), RATE)

    found = song_windows(path)

    assert [pytest.approx((w.start, w.seconds), abs=0.01) for w in found] == windows


def test_songs_that_cannot_be_heard_are_left_out_and_named(
    tmp_path: Path, click_track: ClickTrack
) -> None:
    for name, seconds in (("long", 30), ("short", 5)):
        soundfile.write(tmp_path / f"{name}.flac", click_track(120, seconds=seconds), RATE)
    (tmp_path / "noise.mp3").write_bytes(b"no sound at all")
    names = ("long.flac", "short.flac", "noise.mp3", "lost.mp3")

    found = own_training_songs([labelled(tmp_path / name, "Legs", 120.0) for name in names], seed=1)

    (song,) = found.songs
    assert (song.name, song.source, song.group) == ("own long.flac", "own", "legs")
    assert [one.where for one in found.left_out] == ["row short", "row noise", "row lost"]
    assert "12 s are needed" in found.left_out[0].reason


def test_an_artist_is_one_however_the_name_is_written(
    tmp_path: Path, click_track: ClickTrack
) -> None:
    artists = ["The Legs", "legs", "Legs, The", None, ""]
    for number in range(len(artists)):
        soundfile.write(tmp_path / f"{number}.flac", click_track(120, seconds=13), RATE)

    found = own_training_songs(
        [labelled(tmp_path / f"{n}.flac", artist, 120.0) for n, artist in enumerate(artists)],
        seed=1,
    )

    assert [song.group for song in found.songs] == ["legs", "legs", "legs", "unknown", "unknown"]
    assert len({song.split for song in found.songs if song.group == "legs"}) == 1


def shares(songs: dict[str, int], seed: int) -> dict[str, float]:
    sides = split_artists(songs, seed)
    count = Counter[str]()
    for artist, number in songs.items():
        count[sides[artist]] += number
    return {side: number / count.total() for side, number in count.items()}


@pytest.mark.parametrize("seed", range(5))
def test_songs_are_split_in_three_fifths_and_two_of_one(seed: int) -> None:
    songs = {f"artist {n}": 1 + n % 4 for n in range(60)}

    found = shares(songs, seed)

    assert found["train"] == pytest.approx(0.6, abs=0.03)
    assert found["validation"] == pytest.approx(0.2, abs=0.03)
    assert found["test"] == pytest.approx(0.2, abs=0.03)


@pytest.mark.parametrize("counts", [(1, 1, 1), (1, 1, 40), (40, 1, 1), (90, 90, 1, 1)])
@pytest.mark.parametrize("seed", range(8))
def test_three_artists_are_enough_for_three_sides(counts: tuple[int, ...], seed: int) -> None:
    songs = {f"artist {n}": count for n, count in enumerate(counts)}

    assert set(split_artists(songs, seed).values()) == {"train", "validation", "test"}


def test_fewer_artists_fill_the_first_sides() -> None:
    assert split_artists({}, 1) == {}
    assert split_artists({"legs": 3}, 1) == {"legs": "train"}
    assert sorted(split_artists({"legs": 3, "arms": 9}, 1).values()) == ["train", "validation"]


def test_the_seed_alone_shuffles() -> None:
    songs = {f"artist {n}": 2 for n in range(20)}
    turned = dict(reversed(list(songs.items())))

    assert split_artists(songs, 1) == split_artists(turned, 1)
    assert split_artists(songs, 1) != split_artists(songs, 2)


def test_more_artists_move_few_of_those_that_were_there() -> None:
    """So that what was trained on before is not what is tested on now."""
    songs = {f"artist {n}": 2 for n in range(50)}
    before = split_artists(songs, 1)

    after = split_artists(songs | {f"newcomer {n}": 2 for n in range(10)}, 1)

    assert sum(after[artist] != side for artist, side in before.items()) <= 8
