"""In the sound of a mix the beats of all songs fall on the steps of the run."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pacetag.model import Judge
from pacetag.tagger.mixing.cues import Extras, click_times
from pacetag.tagger.mixing.mix_plan import LEAD, MixPlan
from pacetag.tagger.mixing.rendering import SongLostError, render
from pacetag.tagger.mixing.slots import Slot
from pacetag.tagger.mixing.warping import chunks_of, crossed
from pacetag.tagger.sessions.plan import Block
from pacetag.tagger.stretching.levels import true_peak
from tests.tagger.mixing.conftest import RATE, DrumSong, heard_mix, open_slot

CEILING = 10 ** (-1 / 20)


def sound_of(plan: MixPlan, extras: Extras = Extras()) -> NDArray[np.float32]:  # noqa: B008
    return np.concatenate(list(render(plan, RATE, CEILING, extras)), axis=1)


def kicks(sound: NDArray[np.float32]) -> NDArray[np.float64]:
    """s at which what is loud begins."""
    loud = np.flatnonzero(np.abs(sound[0]) > 0.3 * np.abs(sound[0]).max())
    return np.asarray(loud[np.concatenate([[True], np.diff(loud) > 0.15 * RATE])] / RATE)


@pytest.fixture(scope="module")
def mixed(drum_song: DrumSong) -> tuple[MixPlan, NDArray[np.float32]]:
    """Three songs of 40 and 20 s at 165, of other tempos and with other beginnings."""
    songs = (
        drum_song(160.0, 40.0, lead=0.3, tone=110.0),
        drum_song(169.0, 20.0, lead=1.7, tone=87.0),
        drum_song(163.0, 20.0, lead=0.9, tone=131.0),
    )
    plan = heard_mix([open_slot(165.0, *songs)])
    return plan, sound_of(plan)


def test_every_beat_lies_within_20_ms_of_its_step(
    mixed: tuple[MixPlan, NDArray[np.float32]],
) -> None:
    plan, sound = mixed

    found = kicks(sound)

    steps = plan.clock.steps_at(found - LEAD)
    off = np.abs(steps - np.rint(steps)) * 60 / 165
    assert len(found) > 130
    assert np.median(off) < 0.008
    assert np.quantile(off, 0.98) < 0.02


def test_beats_go_on_through_a_join(mixed: tuple[MixPlan, NDArray[np.float32]]) -> None:
    plan, sound = mixed

    heard = Judge().beats_of_samples(sound, RATE, 165.0).times

    for join in plan.joins:
        near = heard[(heard > join.at - 6) & (heard < join.at + 6)]
        assert np.abs(np.diff(near) - 60 / 165).max() < 0.02
        assert join.apart is not None
        assert join.apart < 0.01


def test_the_mix_is_as_long_as_its_plan_and_below_its_ceiling(
    mixed: tuple[MixPlan, NDArray[np.float32]],
) -> None:
    plan, sound = mixed

    assert sound.shape[1] == round(plan.seconds * RATE)
    assert true_peak(sound) <= CEILING * 1.003


def test_nothing_drops_out_at_joins(mixed: tuple[MixPlan, NDArray[np.float32]]) -> None:
    plan, sound = mixed
    tenths = np.square(sound[:, : sound.shape[1] // RATE * RATE]).mean(axis=0).reshape(-1, RATE)

    level = 10 * np.log10(tenths.mean(axis=1) + 1e-9)

    inside = level[1 : int(plan.seconds) - 3]
    assert inside.min() > np.median(inside) - 6


def test_on_a_ramp_and_behind_it_beats_follow_the_plan(drum_song: DrumSong) -> None:
    blocks = (
        Block(seconds=10.0, first=150.0, last=150.0),
        Block(seconds=40.0, first=150.0, last=170.0),
        Block(seconds=10.0, first=170.0, last=170.0),
    )
    songs = (
        drum_song(152.0, 15.0, tone=95.0),
        drum_song(160.0, 50.0, tone=120.0),
        drum_song(168.0, 15.0, tone=140.0),
    )
    plan = heard_mix([Slot(blocks=(b,), songs=(s,)) for b, s in zip(blocks, songs, strict=True)])

    found = kicks(sound_of(plan))

    steps = plan.clock.steps_at(found - LEAD)
    off = np.abs(steps - np.rint(steps)) * 60 / 160
    assert np.median(off) < 0.012
    assert np.quantile(off, 0.95) < 0.03
    assert abs(plan.songs[1].start - LEAD - 10.0) <= 2.05 * 60 / 150
    assert abs(plan.songs[2].start - LEAD - 50.0) <= 2.05 * 60 / 170
    assert plan.seconds == pytest.approx(60.1, abs=1.0)


def test_a_song_with_an_even_tempo_is_stretched_by_one_factor(
    mixed: tuple[MixPlan, NDArray[np.float32]],
) -> None:
    plan, _ = mixed

    chunks = chunks_of(plan, plan.parts[0])

    assert len(chunks) == 2  # of 30 s at most
    assert [chunk.speed for chunk in chunks] == pytest.approx([165 / 160] * 2, rel=1e-3)
    assert chunks[0].speed == pytest.approx(chunks[1].speed, rel=1e-6)


def test_sounds_that_cancel_each_other_are_not_lost_at_a_seam() -> None:
    tone = np.sin(np.linspace(0, 60, 2_000)).astype(np.float32)[np.newaxis]

    same, against = crossed(tone, tone), crossed(tone, -tone)

    assert same == pytest.approx(tone, abs=1e-3)
    assert np.square(against).mean() > 0.2 * np.square(tone).mean()


def test_a_click_falls_on_each_step_at_the_level_that_is_asked_for(drum_song: DrumSong) -> None:
    plan = heard_mix([open_slot(165.0, drum_song(160.0, 25.0))])

    beside = sound_of(plan, Extras(click=-12.0)) - sound_of(plan)

    times = click_times(plan)
    assert np.diff(times) == pytest.approx(60 / 165)
    high = np.abs(np.diff(beside[0]))
    for at in times[2:-4]:
        place = round(at * RATE)
        assert high[place : place + 300].max() > 0.01
    assert np.abs(beside).max() < 10 ** (-12 / 20) * 1.5


def test_tones_rise_or_fall_to_each_border_and_the_music_is_softer(drum_song: DrumSong) -> None:
    cadences = (160.0, 168.0, 168.0, 162.0)
    slots = [
        Slot(
            blocks=(Block(seconds=12.0, first=each, last=each),),
            songs=(drum_song(each, 25.0, tone=70.0 + place),),
        )
        for place, each in enumerate(cadences)
    ]
    plan = heard_mix(slots)

    sound = sound_of(plan, Extras(cues=True))

    heard = [[_tone_at(sound, plan, border, back) for back in (2, 1, 0)] for border in plan.borders]
    assert heard == [[660, 784, 988], [784, 784, 784], [988, 784, 660]]


def _tone_at(sound: NDArray[np.float32], plan: MixPlan, border: float, back: int) -> int:
    """The loudest of the tones that cues have, on a step before a border."""
    step = round(float(plan.clock.steps_at(border - LEAD))) - back
    place = round((plan.time_of(step) + 0.02) * RATE)
    part = sound[0, place : place + round(0.1 * RATE)] * np.hanning(round(0.1 * RATE))
    clock = np.arange(len(part)) / RATE
    return max((660, 784, 988), key=lambda hertz: abs(part @ np.exp(2j * np.pi * hertz * clock)))


def test_a_song_that_vanishes_is_named(drum_song: DrumSong) -> None:

    song = drum_song(161.0, 25.0, tone=77.0)
    plan = heard_mix([open_slot(165.0, song)])
    Path(song.song.path).unlink()

    with pytest.raises(SongLostError) as caught:
        sound_of(plan)

    assert caught.value.path == song.song.path
