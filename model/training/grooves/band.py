"""A bass and a harmony for drum patterns: Zoom's library holds drums alone."""

import random
from collections.abc import Mapping, Sequence

from pacetag.model.training.grooves.styles import Style

_BASSES = ("AcousticBass", "FingeredBass", "PickedBass", "SlapBass1", "SynthBass1")
_HARMONIES = (
    "Piano1", "RhodesPiano", "Organ1", "NylonGuitar", "SteelGuitar", "CleanGuitar",
    "OverdriveGuitar", "Strings", "WarmPad", "SynthBrass1",
)  # fmt: skip
_LOUDNESS = (60, 100)

# Places in the bar, in beats. Only what the drums divide as well is played there.
_BASS_LINES: Mapping[str, tuple[tuple[float, ...], ...]] = {
    "4/4": ((0,), (0, 2), (0, 2, 3), (0, 1, 2, 3)),
    "3/4": ((0,), (0, 2), (0, 1, 2)),
    "6/8": ((0,), (0, 1), (0, 2 / 3, 1, 5 / 3)),
}
_HARMONY_LINES: Mapping[str, tuple[tuple[float, ...], ...]] = {
    "4/4": ((0,), (0, 2), (1, 3), (0, 1, 2, 3)),
    "3/4": ((0,), (1, 2), (0, 1, 2)),
    "6/8": ((0,), (0, 1), (1 / 3, 2 / 3, 4 / 3, 5 / 3)),
}


def draw_band(rng: random.Random, style: Style) -> tuple[str, ...]:
    """Draw the lines of MMA's language that add a bass and a harmony to a groove."""
    bass, harmony = rng.choice(_BASS_LINES[style.metre]), rng.choice(_HARMONY_LINES[style.metre])
    return (
        f"Bass-Band Voice {rng.choice(_BASSES)}",
        "Bass-Band Octave 3",
        f"Bass-Band Sequence {_places(rng, bass, style, ' 1')}",
        f"Chord-Band Voice {rng.choice(_HARMONIES)}",
        "Chord-Band Octave 5",
        f"Chord-Band Sequence {_places(rng, harmony, style, '')}",
    )


def _places(rng: random.Random, beats: Sequence[float], style: Style, degree: str) -> str:
    """Write a bar of MMA's sequence: each note lasts until the next; a bass has a degree too."""
    ends = (*beats[1:], style.beats_per_bar)
    loudness = rng.randint(*_LOUDNESS)
    notes = [
        f"{1 + beat * style.quarters_per_beat:g}"
        f" {round(192 * (end - beat) * style.quarters_per_beat) - 12}t{degree} {loudness}"
        for beat, end in zip(beats, ends, strict=True)
    ]
    return f"{{{'; '.join(notes)}}}"
