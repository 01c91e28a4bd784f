"""A performer leads with the melody, rolls chords, swells with the phrase and holds the pedal."""

from random import Random

import numpy as np
from numpy.typing import NDArray

from pacetag.model.training.expressive.expression import Expression
from pacetag.model.training.expressive.perform import Performance, perform
from pacetag.model.training.expressive.piece import METRES, Part, Piece, Tone

BARS = 16
CHORD = (48, 60, 64, 67)
MELODY, CHORDS = 0, 1


def piece() -> Piece:
    """A melody in quarters over a chord on each of them."""
    tones = [Tone(beat=float(beat), key=76, length=1.0, part=MELODY) for beat in range(BARS * 4)]
    tones += [
        Tone(beat=float(beat), key=key, length=1.0, part=CHORDS)
        for beat in range(BARS * 4)
        for key in CHORD
    ]
    return Piece(
        bpm=100.0,
        metre=METRES["4/4"],
        parts=(
            Part(program=0, role="melody", loudness=80, legato=1.0, pedal=True),
            Part(program=0, role="accompaniment", loudness=50, legato=1.0, pedal=True),
        ),
        tones=tuple(sorted(tones)),
        bars=BARS,
        phrases=tuple(range(0, BARS, 4)),
        sections=(0, 8),
        harmonies=tuple(map(float, range(0, BARS * 4, 4))),
    )


def play(expression: Expression, seed: int = 1) -> Performance:
    return perform(piece(), expression, Random(seed))


def lateness(played: Performance, part: int, key: int | None = None) -> NDArray[np.float64]:
    """Milliseconds after the beat, by beat."""
    own = [n for n in played.notes if n.part == part and key in (None, n.key)]
    own.sort(key=lambda note: note.beat)
    return np.array([1000 * (n.start - played.tempo_map.at(np.array([n.beat]))[0]) for n in own])


def test_without_expression_notes_lie_on_their_beats() -> None:
    played = play(Expression())

    assert np.abs(lateness(played, MELODY)).max() < 1e-6
    assert np.abs(lateness(played, CHORDS)).max() < 1e-6


def test_the_melody_leads() -> None:
    played = play(Expression(lead=30.0))

    assert lateness(played, MELODY).max() <= -10
    assert lateness(played, MELODY).min() >= -30.1
    assert np.abs(lateness(played, CHORDS)).max() < 1e-6


def test_rolled_chords_spread_from_below() -> None:
    played = play(Expression(rolled=1.0, spread=120.0))

    by_key = np.stack([lateness(played, CHORDS, key) for key in CHORD])
    assert (np.diff(by_key, axis=0) > 0).all()
    spread = by_key[-1] - by_key[0]
    assert spread.min() >= 20
    assert spread.max() <= 120.1
    assert spread.max() - spread.min() > 20  # no two are rolled alike
    assert np.abs(lateness(played, MELODY)).max() < 1e-6


def test_a_phrase_swells_and_the_accompaniment_is_softer() -> None:
    played = play(Expression(dynamics=0.45))

    melody, chords = (
        np.array([n.velocity for n in sorted(played.notes, key=lambda n: n.beat) if n.part == part])
        for part in (MELODY, CHORDS)
    )
    middle, end = melody.reshape(-1, 16)[:, 7:9].mean(), melody.reshape(-1, 16)[:, [0, 15]].mean()
    assert middle > end + 10
    assert chords.mean() < melody.mean() - 15
    assert min(melody.min(), chords.min()) >= 30


def test_the_pedal_changes_with_the_harmony() -> None:
    played = play(Expression())

    lifted = [second for second, down in played.pedals if not down][:-1]
    assert np.allclose(lifted, played.tempo_map.at(np.array(piece().harmonies)))
    assert not play(Expression(pedalled=False)).pedals


def test_a_performance_is_what_its_seed_makes_it() -> None:
    free = Expression(arc=0.05, walk=0.02, lead=20.0, timing=10.0, rolled=0.3, spread=60.0)

    assert play(free, 4).notes == play(free, 4).notes
    assert play(free, 4).notes != play(free, 5).notes
