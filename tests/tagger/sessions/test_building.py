"""From a plan and an index to a run: what stands in which block, when, and how it is played."""

import random
from pathlib import PurePath
from typing import Any

import pytest

from pacetag.db.index import SongIndex
from pacetag.tagger.library.presence import Presence
from pacetag.tagger.playlist.entries import WITHIN
from pacetag.tagger.sessions.building import build_session
from pacetag.tagger.sessions.grammar import parse_plan
from pacetag.tagger.sessions.losses import fits
from pacetag.tagger.sessions.pool_of_plan import Wishes
from pacetag.tagger.sessions.session import FilledBlock, Session, SessionSong
from pacetag.tagger.stretching.factor import factor_of
from tests.tagger.sessions.conftest import Put


def run(index: SongIndex, text: str, **wishes: object) -> Session:
    plan = parse_plan(text)
    wanted = Wishes(tolerances=(0.04,) * len(plan.blocks), **wishes)  # type: ignore[arg-type]
    return build_session(index, plan, wanted, Presence())


def names(session: Session) -> list[list[str]]:
    return [[PurePath(s.song.path).stem for s in each.songs] for each in session.blocks]


@pytest.fixture
def library(put: Put) -> None:
    """Two hundred songs from 120 to 190."""
    rng = random.Random(1)
    for number in range(200):
        bpm = rng.uniform(120, 190)
        put(f"{number:03}.mp3", {bpm: rng.uniform(0.6, 1), bpm / 2: 0.7}, rng.uniform(120, 320))


PLANS = ("45m@165", "10m@150 20m@165 5m@140", "10m@140-160 2x(5m@160 4m@150)")


@pytest.mark.parametrize("text", PLANS)
@pytest.mark.parametrize("seed", [None, 3])
@pytest.mark.usefixtures("library")
def test_blocks_stand_in_order_are_filled_in_time_and_every_pace_fits(
    text: str, seed: int | None, index: SongIndex
) -> None:
    found = run(index, text, seed=seed)

    assert [each.block for each in found.blocks] == list(parse_plan(text).blocks)
    assert found.missed == ()
    assert found == run(index, text, seed=seed)
    clock = 0.0
    for each in found.blocks:
        assert abs(each.seconds - each.block.seconds) <= WITHIN
        begun = clock
        for song in each.songs:
            assert song.start == pytest.approx(clock)
            middle = each.block.cadence_at(clock - begun + song.play / 2)
            assert song.cadence == pytest.approx(middle)
            assert fits(song.pace.bpm, middle, 0.04)
            clock += song.play
    played = [song.song.fingerprint for song in found.entries]
    assert len(set(played)) == len(played)


@pytest.mark.parametrize("text", ["20m@165 20m@300 3x(4m@175 3m@155)", "10m@150 1h@300 30m@165"])
@pytest.mark.usefixtures("library")
def test_a_block_that_nothing_fits_spoils_no_other(text: str, index: SongIndex) -> None:
    found = run(index, text)

    assert found.missed == (1,)


@pytest.mark.usefixtures("library")
def test_seeds_vary_the_run(index: SongIndex) -> None:
    assert len({str(names(run(index, "45m@165", seed=seed))) for seed in range(4)}) > 1


def test_a_block_shorter_than_any_song_gets_a_part_of_one(index: SongIndex, put: Put) -> None:
    for number in range(3):
        put(f"quick {number}.mp3", {180.0 + number: 0.9}, 200.0)
        put(f"slow {number}.mp3", {160.0 + number: 0.9}, 60.0 + 30)

    found = run(index, "2x(1m@180 1m@160)")

    assert found.missed == ()
    songs = [each.songs[0] for each in found.blocks]
    assert [song.start for song in songs] == [0, 60, 120, 180]
    assert all(song.is_cut and song.play == 60 for song in songs)
    assert [song.begins for song in songs] == [24, 0, 24, 0]  # 90 s have no time to wait
    assert len({song.song.path for song in songs}) == 4


def test_short_blocks_share_a_song_that_has_a_pace_for_each(index: SongIndex, put: Put) -> None:
    put("both.mp3", {180.0: 0.9, 90.0: 0.8}, 125.0)
    for number in range(4):
        put(f"quick {number}.mp3", {180.0: 0.9}, 200.0 + number)
        put(f"slow {number}.mp3", {90.0: 0.9}, 200.0 + number)

    found = run(index, "1m@180 1m@90 1m@180")

    first, second, third = (each.songs[0] for each in found.blocks)
    assert first.song == second.song
    assert (first.pace.bpm, second.pace.bpm) == (180.0, 90.0)
    assert (first.goes_on, second.goes_on, third.goes_on) == (False, True, False)
    assert (second.start, second.begins, second.play) == (60, 60, 65)
    assert third.is_cut
    assert third.song != first.song
    assert len(found.entries) == 2


@pytest.mark.parametrize("text", [*PLANS, "1m@180 1m@90 10m@165-170"])
@pytest.mark.usefixtures("library")
def test_blocks_are_met_by_the_lengths_of_songs_that_are_stretched(
    text: str, index: SongIndex
) -> None:
    found = run(index, text, exact=True)

    assert found.missed == ()
    assert any(song.factor != 1 for song in found.entries)
    for each in found.blocks:
        assert abs(each.seconds - each.block.seconds) <= WITHIN
    for song in found.entries:
        assert song.factor == factor_of(song.pace.bpm, song.cadence)
        if not song.is_cut and song not in shared(found):
            assert song.play == pytest.approx((song.song.duration or 0) * song.factor)


def shared(found: Session) -> list[SessionSong]:
    paths = {song.song.path for song in found.shared}
    return [song for song in found.entries if song.song.path in paths]


def test_a_song_that_serves_two_blocks_is_stretched_once(index: SongIndex, put: Put) -> None:
    put("both.mp3", {176.4: 0.9, 88.2: 0.8}, 122.45)

    first, second = (each.songs[0] for each in run(index, "1m@180 1m@90", exact=True).blocks)

    assert (first.factor, second.factor) == (0.98, 0.98)
    assert first.play + second.play == pytest.approx(122.45 * 0.98)
    assert (second.goes_on, second.begins) == (True, 60)


def test_hard_blocks_get_driving_songs_and_easy_ones_gentle_songs(
    index: SongIndex, put: Put
) -> None:
    for number in range(60):
        drive = number * 0.618 % 1
        put(f"slow {number}.mp3", {150.0: 0.9}, 130.0 + 3 * number, intensity=drive)
        put(f"quick {number}.mp3", {165.0: 0.9}, 130.0 + 3 * number, intensity=drive)

    found = run(index, "15m@150 20m@165 15m@150 steady")

    means = [sum(intensities(each)) / len(each.songs) for each in found.blocks]
    assert found.missed == ()
    for mean, each in zip(means, found.blocks, strict=True):
        assert each.block.asked is not None
        assert each.block.asked.distance(mean) == 0


def test_songs_without_an_intensity_are_as_good_as_middling_ones(
    index: SongIndex, put: Put
) -> None:
    put("driving.mp3", {165.0: 0.9}, 300.0, intensity=0.9)
    put("unknown.mp3", {165.0: 0.9}, 300.0)
    put("gentle.mp3", {165.0: 0.9}, 300.0, intensity=0.3)

    assert names(run(index, "5m@165 hard")) == [["driving"]]
    assert sorted(names(run(index, "10m@165 hard"))[0]) == ["driving", "unknown"]
    assert len(run(index, "15m@165 hard").entries) == 3


def test_where_nothing_is_asked_a_lullaby_comes_after_others(index: SongIndex, put: Put) -> None:
    put("lullaby.mp3", {165.0: 0.92}, 300.0, intensity=0.05)
    put("song.mp3", {165.0: 0.9}, 300.0, intensity=0.3)

    assert names(run(index, "5m@165")) == [["song"]]


def intensities(each: FilledBlock) -> list[float]:
    return [song.song.analysis.intensity or 0.0 for song in each.songs]


def test_without_cuts_a_short_run_takes_a_whole_song(index: SongIndex, put: Put) -> None:
    put("a.mp3", {165.0: 0.9}, 180.0)

    found = run(index, "2m@165", cuts=False)

    assert (found.seconds, found.missed, found.cut) == (180.0, (0,), ())


def test_a_piece_comes_once_and_by_the_file_that_is_there(index: SongIndex, put: Put) -> None:
    put("a.mp3", {165.0: 0.9}, 200.0, there=False, title="Hill", artist="Legs")
    put("b.opus", {165.1: 0.9}, 200.5, title="Hill", artist="Legs")
    put("c.mp3", {165.0: 0.8}, 200.0, there=False)
    put("d.mp3", {164.0: 0.7}, 200.0)
    put("e.mp3", {164.0: 0.7}, None)

    found = run(index, "10m@165")

    assert sorted(names(found)[0]) == ["b", "d"]
    assert (found.gone, found.silent) == (2, 0)
    assert found.missed == (0,)
    assert (found.blocks[0].fitting, found.blocks[0].fitting_seconds) == (2, 400.5)


def test_a_large_library_is_not_read_whole(
    index: SongIndex, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(120):
        put(f"near {number}.mp3", {165.0: 1.0}, 100.0 + number)
        put(f"far {number}.mp3", {171.0: 1.0}, 100.0 + number)
    read: list[float] = []
    offered = index.offered

    def noted(**wanted: Any) -> Any:
        read.append(wanted["high"])
        return offered(**wanted)

    monkeypatch.setattr(index, "offered", noted)

    found = run(index, "20m@165")

    assert found.missed == ()
    assert max(read) < 171
