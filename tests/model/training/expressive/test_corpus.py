"""Pieces of every kind are written, played and rendered, and their truth is that of their notes."""

from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pacetag.model.training.expressive.__main__ import main
from pacetag.model.training.expressive.corpus import SONGS, SOURCE, build_expressive
from pacetag.model.training.expressive.figures import FIGURES
from pacetag.model.training.expressive.kinds import KINDS
from pacetag.model.training.expressive.perform import Performance
from pacetag.model.training.expressive.piece import METRES, Piece
from pacetag.model.training.expressive.plan import PiecePlan, draw_plan, draw_plans
from pacetag.model.training.expressive.render import play, to_midi
from pacetag.model.training.grooves.truth import Level
from pacetag.model.training.rendered import load_rendered, rendered_songs
from pacetag.model.training.sources.midi import song_of
from tests.outside import FONTS

PLANS = draw_plans(SONGS, 1)


def of_kind(kind: str, metre: str | None = None) -> PiecePlan:
    """The first plan of a kind, in a metre, at a tempo with clear levels on both sides."""
    plan = next(plan for plan in PLANS if plan.kind == kind)
    return replace(plan, metre=metre or plan.metre, bpm=112.0)


def verdicts(levels: tuple[Level, ...]) -> dict[str, str]:
    return {level.name: level.verdict for level in levels}


def struck(piece: Piece, parts: int, of: tuple[int, ...]) -> float:
    """Share of some of the even parts of the beats on which a note is written."""
    written = {round(tone.beat * 12) for tone in piece.tones}
    wanted = [beat * 12 + 12 * part // parts for beat in range(piece.beats) for part in of]
    return float(np.mean([place in written for place in wanted]))


def test_a_kind_is_on_one_side_of_the_split() -> None:
    sides = Counter((KINDS[plan.kind].split, plan.kind) for plan in PLANS)

    assert {side for side, _ in sides} == {"train", "validation"}
    assert len({kind for side, kind in sides if side == "validation"}) == 5
    assert len(sides) == len(KINDS)
    assert sum(count for (side, _), count in sides.items() if side == "validation") >= 100
    assert sum(count for (side, _), count in sides.items() if side == "train") >= 190


def test_equal_seeds_draw_equal_songs_and_others_do_not() -> None:
    assert draw_plan(1, 7) == draw_plan(1, 7) == PLANS[7]
    assert draw_plan(2, 7) != PLANS[7]

    once, again = play(PLANS[7]), play(PLANS[7])
    assert once[0] == again[0]
    assert once[1].notes == again[1].notes


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_figure_in_each_of_its_metres(kind: str) -> None:
    for band in KINDS[kind].bands:
        for line in band:
            assert not line.figure or set(KINDS[kind].metres) <= set(FIGURES[line.figure])


@pytest.mark.parametrize("kind", KINDS)
def test_the_beat_of_every_kind_sounds_and_is_right(kind: str) -> None:
    plans = (plan for plan in PLANS if plan.kind == kind and plan.bpm > 52)
    played = (play(plan) for plan in plans)
    # Without a melody, arpeggios in three may not tell which three: those are unclear.
    clear = list(islice((one for one in played if verdicts(one[2])["beat"] == "compatible"), 2))

    assert len(clear) == 2
    for piece, _, levels in clear:
        assert struck(piece, 1, (0,)) >= 0.5
        if verdicts(levels).get("beat*2") == "compatible":
            assert struck(piece, 2, (1,)) >= 0.45
        elif verdicts(levels).get("beat*2") == "wrong" and not piece.metre.compound:
            assert struck(piece, 2, (1,)) < 0.2


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "3/4" in KINDS[kind].metres])
def test_half_the_beat_of_three_is_wrong(kind: str) -> None:
    _, _, levels = play(of_kind(kind, "3/4"))

    half = next(level for level in levels if level.name == "beat/2")
    assert (half.bpm, half.verdict) == (56.0, "wrong")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "6/8" in KINDS[kind].metres])
def test_in_compound_metres_two_and_three_halves_of_the_beat_are_wrong(kind: str) -> None:
    piece, _, levels = play(of_kind(kind, "6/8"))

    said = verdicts(levels)
    assert said["beat*2"] == "wrong"
    if said["beat"] == "compatible":
        assert (said["beat*3/2"], said["beat*3/4"]) == ("wrong", "wrong")
    thirds = struck(piece, 3, (1, 2))
    if said.get("beat*3") == "compatible":
        assert thirds >= 0.45


def test_songs_last_about_a_minute() -> None:
    for plan in PLANS[:20]:
        piece, played, _ = play(plan)
        assert 55 < played.tempo_map.seconds[-1] < 82
        assert piece.beats == piece.bars * METRES[plan.metre].beats


def test_rhythms_vary_and_not_every_subdivision_sounds() -> None:
    shares, lengths = [], Counter[float]()
    for plan in PLANS[:24]:
        piece, _, _ = play(plan)
        shares.append(struck(piece, 2, (1,)))
        lengths.update(round(tone.length, 2) for tone in piece.tones)

    assert min(shares) < 0.3
    assert max(shares) > 0.8
    assert len(lengths) > 8


def midi_onsets(piece: Piece, played: Performance, plan: PiecePlan) -> list[tuple[int, int]]:
    song = song_of(to_midi(piece, played, plan.expression))
    assert song.tempo == 120.0
    assert song.ticks_per_quarter == 500
    return sorted((note.tick, note.key) for note in song.notes)


def test_a_tick_of_the_midi_file_is_a_millisecond() -> None:
    piece, played, _ = play(PLANS[3])

    wanted = sorted((round(1000 * note.start), note.key) for note in played.notes)
    assert midi_onsets(piece, played, PLANS[3]) == wanted


@pytest.mark.outside("fluidsynth", *FONTS)
def test_songs_are_rendered_with_their_truth_and_beats(tmp_path: Path) -> None:
    (made,) = build_expressive(tmp_path, songs=1, seed=1, jobs=1)

    piece, played, levels = play(PLANS[0])
    assert load_rendered(tmp_path) == (made,)
    assert (made.group, made.split) == (PLANS[0].kind, KINDS[PLANS[0].kind].split)
    assert (made.tempo, made.levels) == (PLANS[0].bpm, levels)
    beats = np.array(made.made["beats"])
    assert len(beats) == piece.beats
    assert np.allclose(beats, played.tempo_map.beats, atol=5e-4)
    sound, rate = soundfile.read(tmp_path / made.audio)
    assert rate == 22_050
    assert len(sound) / rate == pytest.approx(made.seconds, abs=0.01)
    assert made.seconds > beats[-1]
    first = np.flatnonzero(np.abs(sound) > 0.01)[0] / rate
    assert first == pytest.approx(beats[0], abs=0.15)
    (song,) = rendered_songs(tmp_path, SOURCE)
    assert PLANS[0].bpm in song.truth.right


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    tmp_path.joinpath("mine.txt").write_text("mine\n")

    assert main([str(tmp_path)]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
