"""The lead voice keeps to the accompaniment's grid and has a rhythm of its own."""

import random
from typing import Any

import numpy as np
import pytest
from mido import MidiFile
from numpy.typing import NDArray

from pacetag.model.training.grooves.lead import add_lead
from pacetag.model.training.sources.midi import MidiSong, song_of

TICKS = 192
EMPTY = MidiFile(ticks_per_beat=TICKS, tracks=[])


def accompaniment(*twelfths: int, beats: int = 64) -> NDArray[np.bool_]:
    struck = np.zeros((beats, 12), dtype=bool)
    struck[:, list(twelfths)] = True
    return struck


def song(channels: frozenset[int] = frozenset({0, 9})) -> MidiSong:
    return MidiSong(ticks_per_quarter=TICKS, tempo=120, notes=(), channels=channels)


def lead(struck: NDArray[np.bool_], seed: int = 0, **changes: Any) -> MidiSong:
    settings: dict[str, Any] = {
        "beats_per_bar": 4,
        "quarters_per_beat": 1.0,
        "compound": False,
        "key": 2,
        "minor": False,
    } | changes
    data = add_lead(EMPTY, song(), struck, random.Random(seed), **settings)
    assert data is not None
    return song_of(data)


def places(played: MidiSong, quarters_per_beat: float = 1.0) -> set[int]:
    """Twelfths of the beat that are struck."""
    return {round(n.tick / (TICKS * quarters_per_beat) * 12) % 12 for n in played.notes}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("twelfths", "allowed"),
    [((0, 6), {0, 3, 6, 9}), ((0, 8), {0, 8}), ((0, 4, 8), {0, 4, 8})],
    ids=["straight", "swing", "triplets"],
)
def test_it_divides_the_beat_as_the_accompaniment_does(
    twelfths: tuple[int, ...], allowed: set[int], seed: int
) -> None:
    assert places(lead(accompaniment(*twelfths), seed)) <= allowed


def test_in_a_compound_metre_it_plays_eighths_of_the_dotted_beat() -> None:
    found = lead(accompaniment(0), beats_per_bar=2, compound=True, quarters_per_beat=3.0)

    assert places(found, 3.0) <= {0, 4, 8}


def test_it_has_rests_and_syncopation() -> None:
    played = [lead(accompaniment(0, 6), seed).notes for seed in range(20)]
    beats = [{note.tick // TICKS for note in notes} for notes in played]
    off_beats = [sum(note.tick % TICKS != 0 for note in notes) for notes in played]

    assert all(len(struck) < 64 for struck in beats)
    assert sum(count > 0 for count in off_beats) >= 15


def test_seeds_make_different_rhythms_and_the_same_seed_the_same() -> None:
    assert lead(accompaniment(0, 6), 1) == lead(accompaniment(0, 6), 1)
    assert lead(accompaniment(0, 6), 1).notes != lead(accompaniment(0, 6), 2).notes


def test_it_takes_a_free_channel_and_stays_inside_the_song() -> None:
    played = lead(accompaniment(0, 6))

    assert {note.channel for note in played.notes} == {1}
    assert max(note.tick for note in played.notes) < 64 * TICKS


def test_a_full_band_leaves_no_room_for_it() -> None:
    full = song(frozenset(range(16)))
    struck = accompaniment(0)

    assert (
        add_lead(
            EMPTY,
            full,
            struck,
            random.Random(0),
            beats_per_bar=4,
            quarters_per_beat=1.0,
            compound=False,
            key=0,
            minor=True,
        )
        is None
    )
