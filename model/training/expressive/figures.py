"""Accompaniments as figures: which notes of the chord are struck in each part of a bar.

A figure is a line of tokens that divide the bar evenly, `|` between bars that take turns. A dot is
a rest, a dash holds what sounds; `b` is the bass and `o` its octave, digits are the notes of the
chord from below (3 and more lie an octave above), `c` is the whole chord, `u` its two upper notes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pacetag.model.training.expressive.harmony import Harmony, harmony_at, to_octave
from pacetag.model.training.expressive.piece import Metre, Tone

FIGURES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "nocturne": {
        "4/4": (
            "b 0 2 3 2 0 2 0",
            "b 0 1 2 3 2 1 0",
            "b - u - b - u -",
            "bo - 0 2 3 - 2 0",
            "b 2 3 4 3 2 3 2 | b 0 2 3 2 - - -",
            "b u u u b u u u",
            "b - c c b - c c",
        ),
        "12/8": (
            "b 0 2 3 2 0 b 0 2 3 2 0",
            "b 0 1 2 1 0 b 0 1 2 1 0",
            "b c c b c c b c c b c c",
            "b 1 2 3 4 5 4 3 2 3 2 1",
            "b - 2 3 - 2 b - 2 3 - 2",
        ),
        "6/8": ("b 0 2 3 2 0", "b 1 2 3 2 1 | b 2 3 4 3 2", "b c c b c c", "b - 2 3 - 2"),
        "3/4": ("b 0 2 3 2 0", "b 2 3 2 3 2", "b u u", "b - c - c -", "b 0 2 3 4 3"),
    },
    "waltz": {
        "3/4": (
            "b c c",
            "b u u",
            "bo c c | b c c",
            "b c - | b c c",
            "b . c",
            "b c c | b - -",
            "b - 0 1 2 1",
            "b c c | b c c | b c c | b c .",
        )
    },
    "stride": {
        "4/4": (
            "bo c b c",
            "o c b c",
            "bo c 0 c",
            "b c b c | bo - b o",
            "bo . c . b . c c",
            "bo c b c | b c 0 b",
        ),
        "2/4": ("bo c b c", "o c b c", "b c o c | b c c -", "bo c - c"),
    },
    "alberti": {
        "4/4": ("0 2 1 2 0 2 1 2", "0 2 1 2 0 2 1 2 0 2 1 2 0 2 1 2", "b c c c", "c c c c c c c c"),
        "2/4": ("0 2 1 2 0 2 1 2", "0 2 1 2", "b u u u"),
        "3/4": ("0 2 1 2 1 2", "b u u", "0 1 2 1 2 1"),
    },
    "gigue": {
        "6/8": (
            "0 1 2 0 1 2", "b - c b - c", "b c c b c c", "b - - c - -", "0 2 1 0 2 1",
            "b . c b . c",
        ),
    },
    "etude": {
        "4/4": (
            "b - 2 3 b - 2 -", "b - - - b - - -", "b . c . b . c .", "c - b - c - b -",
            "b 0 1 2 3 2 1 0",
        ),
        "2/4": ("b - c -", "b c b c", "b - - c", "b 1 2 1"),
        "3/4": ("b - c - c -", "b c c", "b - - - c -"),
    },
    "sweep": {
        "4/4": (
            "0 1 2 3 4 3 2 1 0 1 2 3 4 3 2 1",
            "0 2 1 3 2 4 3 5 4 3 3 2 2 1 1 0",
            "4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1",
        ),
        "2/4": ("0 1 2 3 4 3 2 1", "3 2 1 0 3 2 1 0", "0 3 1 3 2 3 1 3"),
        "3/4": ("0 1 2 3 4 5 4 3 2 3 2 1", "3 2 1 2 3 2 1 2 3 2 1 2"),
    },
    "strings": {
        "4/4": (
            "c - - - | c - c -",
            "c c c c",
            "c - c c | c - - -",
            ". c c c",
            "c c c c c c c c",
            "c - - c c - c -",
            ". c . c . c . c",
        ),
        "3/4": ("c - - | c - c", ". c c", "c c c", "c c c c c c", "c - c | c - -"),
        "2/4": ("c c", "c - | c c", ". c . c", "c c c c"),
        "6/8": ("c - - c - -", "c - c c - c", ". c c . c c", "c c c c c c"),
    },
    "cello": {
        "4/4": ("b - - - | b - b -", "b - b -", "b b b b", "b . b .", "b - - 0 b - 0 -"),
        "3/4": ("b - -", "b - - | b - b", "b . .", "b - 0"),
        "2/4": ("b b", "b - | b b", "b . b ."),
        "6/8": ("b - - b - -", "b - b b - b", "b - - - - -"),
    },
    "plucked": {
        "4/4": (
            "c . c c . c c .", ". c . c . c . c", "c c c c", "c . c . c c c .", "0 . 1 . 2 . 1 .",
        ),
        "3/4": (". c c", "c . c c . c", "c c c", "0 1 2 1 2 1"),
        "2/4": (". c . c", "c . c c", "c c c c"),
    },
    "guitar": {
        "4/4": (
            "b 0 1 2 3 2 1 0",
            "b 1 2 3 b 1 2 3",
            "b 0 2 0 1 0 2 0",
            "b - 1 2 3 - 2 1",
            "b 1 2 1 3 1 2 1 b 1 2 1 3 1 2 1",
            "b3 - 1 2 b 1 2 -",
        ),
        "3/4": ("b 0 1 2 1 0", "b3 1 2 1 2 1", "b - 1 2 3 2", "b c c", "b 1 2 3 4 3"),
        "6/8": ("b 0 1 2 1 0", "b 1 2 b 1 2", "b3 1 2 3 2 1", "b 2 3 4 3 2"),
        "12/8": ("b 1 2 3 2 1 b 1 2 3 2 1", "b 2 1 b 2 1 b 2 1 b 2 1"),
    },
    "harp": {
        "4/4": (
            "b 0 1 2 3 4 5 4 3 2 1 0 3 2 1 0",
            "b 0 1 2 3 4 3 2",
            "bc - - - 3 2 1 0",
            "b 1 3 4 5 4 3 1",
            "b 0 1 2 3 4 5 -",
        ),
        "3/4": ("b 0 1 2 3 4", "bc - 3 2 1 0", "b 0 1 2 3 4 5 4 3 2 1 0"),
        "6/8": ("b 0 1 2 3 4", "b 0 1 2 1 0 | b 2 3 4 3 2", "bc - - 3 2 1"),
    },
    "march": {
        "4/4": ("c - c - | c c c -", "c . c . c . c c", "c - - c c - c -", "c c c c"),
        "3/4": ("c - - | c c c", ". c c", "c c c c c c"),
        "6/8": ("c - c c - c", "c - - c - -", ". c c . c c"),
    },
    "timpani": {
        "4/4": ("b . . . | b . b .", "b . b b", "b . . . b . b b", ". . . . | b . . b"),
        "3/4": ("b . . | b . b", "b . .", "b . . | b b b"),
        "6/8": ("b . . b . .", "b . . . . . | b . b b . .", "b . . . . ."),
    },
    "box": {
        "4/4": ("0 1 2 1 0 1 2 1", "0 . 2 . 1 . 2 .", "0 - u - 0 - u -", ". 0 . u . 0 . u"),
        "3/4": ("0 u u", "0 1 2 1 2 1", "0 . u . u ."),
        "6/8": ("0 1 2 0 1 2", "0 . u 0 . u", "0 1 2 1 2 1"),
    },
    "pad": {
        "4/4": ("c - - - | c - c -", "c - c -", "c - - c", "c c c c", "c - - - c - c -"),
        "3/4": ("c - - | c - c", "c - c", "c c -"),
        "6/8": ("c - - c - -", "c - c c - -"),
    },
    "deep": {
        "4/4": ("b - b -", "b b b b", "b - - b", "b - - - b - b -"),
        "3/4": ("b - -", "b - b", "b b b"),
        "6/8": ("b - - b - -", "b - b b - b"),
    },
    "support": {
        "4/4": (
            "b - c - b - c -", "bc - c -", "b c c c", "c c c c c c c c", "b 0 2 0 b 0 2 0",
            "bc - - c",
        ),
        "3/4": ("b c c", "bc - c", "b 0 2 0 2 0", "b - - c - c"),
        "6/8": ("b - c b - c", "bc - - c - -", "b 0 2 b 0 2", "bc c c c c c"),
    },
}  # fmt: skip


def play_figure(
    figure: str,
    metre: Metre,
    harmonies: Sequence[Harmony],
    bars: range,
    *,
    centre: int,
) -> list[Tone]:
    """Play a figure over the chords of a section, in some of its bars.

    What is held ends where the harmony changes, and the new chord is struck there.
    """
    turns, found = figure.split("|"), list[Tone]()
    changes = {round(one.beat * 12) for one in harmonies}
    for number, bar in enumerate(bars):
        tokens = turns[number % len(turns)].split()
        step, start = metre.beats / len(tokens), bar * metre.beats
        sounding = ""
        for place, token in enumerate(tokens):
            beat = start + place * step
            renewed = token == "-" and sounding and round(beat * 12) in changes
            if token == "-" and not renewed:
                continue
            sounding = sounding if renewed else token.replace(".", "")
            length = step * (1 + _held(tokens[place + 1 :], beat, step, changes))
            keys = _keys(sounding, harmony_at(harmonies, beat), centre)
            found += (Tone(beat=beat, key=key, length=length) for key in keys)
    return found


def _held(tokens: Sequence[str], beat: float, step: float, changes: set[int]) -> int:
    """How many of the following tokens hold the note."""
    for count, token in enumerate(tokens):
        if token != "-" or round((beat + (count + 1) * step) * 12) in changes:
            return count
    return len(tokens)


def _keys(token: str, chord: Harmony, centre: int) -> list[int]:
    lowest = to_octave(chord.upper[0], centre)
    upper = [key + lowest - chord.upper[0] for key in chord.upper]
    keys = set[int]()
    for sign in token:
        if sign.isdigit():
            octave, place = divmod(int(sign), 3)
            keys.add(upper[place] + 12 * octave)
        else:
            named = {"b": [chord.bass], "o": [chord.bass - 12], "c": upper, "u": upper[1:]}
            keys.update(named[sign])
    return sorted(keys)
