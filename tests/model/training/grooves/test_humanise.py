"""People play unevenly, and the truth stays exact."""

import random
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model.training.grooves.humanise import Feel, draw_feel, humanise, send_away
from pacetag.model.training.grooves.score import Score, Track, read_score, write_score
from pacetag.model.training.sources.midi import Note, song_of
from tests.model.training.midi_files import tempo

QUARTERS, TEMPO, SIZE = 160, 120.0, 192


def straight(*channels: int, velocity: int = 90) -> Score:
    """Every channel on every quarter."""
    notes = [
        Note(tick=SIZE * quarter, length=90, channel=channel, key=60, velocity=velocity)
        for quarter in range(QUARTERS)
        for channel in channels
    ]
    others = ((0, tempo(120)),)
    return Score(ticks_per_quarter=SIZE, tracks=(Track(notes=tuple(sorted(notes)), others=others),))


def play(feel: Feel, seed: int = 0, *channels: int, starts: tuple[float, ...] = (0.0,)) -> Score:
    return humanise(
        straight(*channels or (0,)),
        feel,
        random.Random(seed),
        tempo=TEMPO,
        quarters=QUARTERS,
        section_starts=starts,
    )


def lateness(played: Score, channel: int = 0) -> NDArray[np.float64]:
    """Milliseconds after the quarter, of all notes but the first, which cannot be early."""
    ticks = np.array(
        [note.tick for note in played.tracks[0].notes if note.channel == channel], dtype=float
    )
    off = (ticks / played.ticks_per_quarter + 0.5) % 1 - 0.5
    return np.asarray(off[1:] * 60_000 / TEMPO)


def tempos(played: Score) -> NDArray[np.float64]:
    """The set tempos, as quarters per minute."""
    lengths = [
        event.tempo
        for track in write_score(played).tracks
        for event in track
        if event.type == "set_tempo"
    ]
    return 60e6 / np.array(lengths)


def test_a_feel_of_zeros_moves_nothing() -> None:
    played = play(Feel(), 0, 0, 9)
    expected = straight(0, 9).refined(5)

    assert played.tracks[0].notes == expected.tracks[0].notes
    assert tempos(played) == pytest.approx(TEMPO, rel=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_onsets_scatter_within_what_was_drawn(seed: int) -> None:
    spread = lateness(play(Feel(timing=10), seed)).std()

    assert 3.2 < spread < 12


def test_each_player_has_a_lag_of_their_own() -> None:
    played = play(Feel(lag=8), 3, 0, 1, 9)
    lags = [lateness(played, channel) for channel in (0, 1, 9)]

    assert all(lag.std() < 0.01 for lag in lags)
    assert len({round(lag[0], 1) for lag in lags}) == 3
    assert all(abs(lag).max() <= 20.6 for lag in lags)


@pytest.mark.parametrize("seed", range(5))
def test_the_tempo_drifts_as_far_as_was_drawn_and_its_mean_stays(seed: int) -> None:
    found = tempos(play(Feel(drift=0.01), seed))

    assert len(found) == QUARTERS
    assert 60 / np.mean(60 / found) == pytest.approx(TEMPO, rel=1e-5)
    assert np.abs(TEMPO / found - 1).max() == pytest.approx(0.01, rel=0.01)
    assert np.abs(np.diff(found)).max() < 0.005 * TEMPO  # slow: no one jumps


def test_velocities_scatter_and_sections_differ() -> None:
    uneven = play(Feel(touch=10)).tracks[0].notes
    sections = play(Feel(softer=0.5), 1, 0, starts=(0.0, 80.0)).tracks[0].notes
    loudness = [note.velocity for note in sections]

    assert 3 < np.std([note.velocity for note in uneven]) < 12
    assert all(1 <= note.velocity <= 127 for note in uneven)
    assert (len(set(loudness[:80])), len(set(loudness[80:]))) == (1, 1)
    assert loudness[0] != loudness[80]
    assert min(loudness) >= 45


def test_the_same_people_play_the_same_twice() -> None:
    feel = Feel(timing=9, lag=4, touch=8, drift=0.008, softer=0.3)

    assert play(feel, 7, 0, 9) == play(feel, 7, 0, 9)
    assert play(feel, 7, 0, 9) != play(feel, 8, 0, 9)


def test_what_was_played_can_be_written_and_read() -> None:
    data = write_score(play(Feel(timing=12, lag=8, touch=12, drift=0.01), 2, 0, 9))

    assert len(song_of(data).notes) == 2 * QUARTERS
    assert len(read_score(data).tracks[0].notes) == 2 * QUARTERS


@pytest.mark.parametrize(
    ("feel", "channels"),
    [
        (Feel(), {0, 9}),
        (Feel(players="no drums"), {0}),
        (Feel(players="drums only"), {9}),
    ],
)
def test_who_does_not_play_is_silent(feel: Feel, channels: set[int]) -> None:
    left = send_away(straight(0, 9), feel.players)

    assert {note.channel for note in left.tracks[0].notes} == channels


def test_feels_are_drawn_within_their_bounds_and_a_tenth_is_no_full_band() -> None:
    drawn = [draw_feel(random.Random(seed)) for seed in range(1000)]
    missing = [feel for feel in drawn if feel.players != "all"]

    assert all(0 <= feel.timing <= 12 and 0 <= feel.touch <= 12 for feel in drawn)
    assert all(0 <= feel.drift <= 0.01 and 0 <= feel.softer <= 0.5 for feel in drawn)
    assert len(missing) / 1000 == pytest.approx(0.1, abs=0.03)
    assert {feel.players for feel in missing} == {"no drums", "drums only"}
    assert not any(feel.voice for feel in missing if feel.players == "drums only")
    assert sum(feel.voice for feel in drawn) / 1000 == pytest.approx(0.4, abs=0.06)


def test_where_drums_are_alone_they_stay() -> None:
    drawn = [draw_feel(random.Random(seed), drums_alone=True) for seed in range(300)]

    assert "no drums" not in {feel.players for feel in drawn}
    assert replace(drawn[0], players="all") == replace(draw_feel(random.Random(0)), players="all")
