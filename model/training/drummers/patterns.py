"""What a band plays with a drummer: rhythms, chords and instruments for each kind of music."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["jazz", "shuffle", "rock", "funk", "latin"]

# One character a step, eight or sixteen a bar: x a stroke, o a soft one, . none.
_WALK = ("x.x.x.x.", "x.x.x.x.", "x.x.x.xo", "x.xox.x.", "x...x...")


@dataclass(frozen=True, kw_only=True)
class Part:
    """Rhythms of one player, of which a song takes two, and what it is played on."""

    rhythms: tuple[str, ...]
    programs: tuple[int, ...]  # General MIDI, from 0
    long: bool = False  # whether notes sound until the next one


@dataclass(frozen=True, kw_only=True)
class Arrangement:
    """Who plays in a kind of music."""

    bass: Part
    chords: Part
    second: Part  # other chords, or a pad
    lead: Part
    walks: tuple[tuple[int, ...], ...]  # roots of the bars, in semitones above the tonic
    walking: bool = False  # the bass takes another note of the scale with every stroke


_BLUES = (0, 5, 0, 0, 5, 5, 0, 0, 7, 5, 0, 7)
_PADS = (16, 48, 50, 89, 52)
_LEADS = (11, 56, 65, 66, 71, 73, 26, 22)

ARRANGEMENTS: Mapping[Kind, Arrangement] = {
    "jazz": Arrangement(
        bass=Part(rhythms=_WALK, programs=(32, 32, 32, 33, 35), long=True),
        chords=Part(
            rhythms=("x..x....", "...x...x", ".x..x...", "x......x", "...x.x..", ".....x.."),
            programs=(0, 0, 1, 4, 26, 16),
        ),
        second=Part(rhythms=("x.x.x.x.", "..x...x.", "x......."), programs=(24, 26, 11, 48)),
        lead=Part(
            rhythms=("xxxxx.x.", "..xxxx.x", "x..xxxxx", ".x.xx...", "xxxxxxxx", "...x...."),
            programs=_LEADS,
        ),
        walks=((2, 7, 0, 9), (0, 9, 2, 7), (2, 7, 0, 0, 4, 9, 2, 7), _BLUES),
        walking=True,
    ),
    "shuffle": Arrangement(
        bass=Part(
            rhythms=("x.x.x.x.", "xxxxxxxx", "x..xx..x", "x.xxx.xx"),
            programs=(32, 33, 34),
            long=True,
        ),
        chords=Part(
            rhythms=("xoxoxoxo", ".x.x.x.x", "..x...x.", "x..x...x", "xoxox.x."),
            programs=(0, 1, 27, 26, 29, 30),
        ),
        second=Part(rhythms=("x.......", "...x...x", ".x.x.x.x"), programs=(16, 18, 61, 62)),
        lead=Part(
            rhythms=("x.xxx...", "..xxx.xx", "xx.x....", "xxxxxxxx"), programs=(22, 29, 65, 66, 56)
        ),
        walks=(_BLUES, (0, 0, 5, 7), (0, 10, 5, 0), (0, 9, 5, 7)),
    ),
    "rock": Arrangement(
        bass=Part(
            rhythms=("xxxxxxxx", "xoxoxoxo", "x.x.x.x.", "x..xx.x.", "x..x..x.", "x...x..."),
            programs=(33, 34, 33, 38),
            long=True,
        ),
        chords=Part(
            rhythms=("x.xox.xo", "xxxxxxxx", "x.......", "x.x.x.x.", "x..x..x.", "..x...x."),
            programs=(27, 29, 30, 25, 0, 4),
        ),
        second=Part(rhythms=("x.......", "x...x..."), programs=_PADS, long=True),
        lead=Part(
            rhythms=("x.x.x.xx", "x..x..x.", "....x.xx", "xxxx...."), programs=(30, 81, 62, 22, 73)
        ),
        walks=((0, 7, 9, 5), (0, 5, 7, 7), (9, 5, 0, 7), (0, 10, 5, 5), (0, 0, 5, 5)),
    ),
    "funk": Arrangement(
        bass=Part(
            rhythms=(
                "x..x..x...x.x...",
                "x.....xx..x....x",
                "x...x..x..x..x..",
                "xx.x..x.x.x..xo.",
                "x..............x",
                "x..x....x..x....",
            ),
            programs=(33, 36, 37, 38, 39),
        ),
        chords=Part(
            rhythms=(
                "..x..xo...x..x..",
                "xoxxoxxoxoxxoxxo",
                "....x.......x...",
                "x......x..x.....",
                "..xo..xo..xo..xo",
            ),
            programs=(7, 27, 28, 4, 5),
        ),
        second=Part(
            rhythms=("x...............", "x......x........", "......x.......x."),
            programs=(16, 61, 48, 62, 89),
        ),
        lead=Part(
            rhythms=("x..xx.x.....x.x.", "....x.xxx...x...", "x.x..x.x........"),
            programs=(56, 61, 65, 81, 73),
        ),
        walks=((0, 0, 0, 0), (0, 0, 5, 5), (0, 3, 5, 0), (2, 7, 2, 7), (0, 10, 0, 10)),
    ),
    "latin": Arrangement(
        bass=Part(
            rhythms=("x..x..x.", "...x..x.", "x..xx..x", "x.xxx.xx", "x...x.x."),
            programs=(32, 33, 35),
            long=True,
        ),
        chords=Part(
            rhythms=("x.xx.x.x", ".xx.x.xx", "x..x..x.", "xxxxxxxx", ".x.x.x.x"),
            programs=(0, 1, 24, 27, 12),
        ),
        second=Part(rhythms=("x.......", "..x...x.", "x..x...."), programs=(61, 48, 16, 56)),
        lead=Part(rhythms=("xx.xx.x.", "x..x..xx", "..xx.x.."), programs=(73, 56, 65, 12)),
        walks=((0, 5, 7, 5), (0, 9, 2, 7), (0, 0, 7, 7), (2, 7, 0, 0)),
    ),
}


def kind_of(style: str, *, swung: bool) -> Kind:
    """What a band plays to a take of a style of the data set, `swung` by the band's own eighths."""
    if swung:
        return "jazz" if "jazz" in style else "shuffle"
    for words, kind in _KINDS:
        if any(word in style for word in words):
            return kind
    return "rock"


_KINDS: tuple[tuple[tuple[str, ...], Kind], ...] = (
    (("latin", "afro", "highlife", "klezmer", "brazil"), "latin"),
    (("funk", "soul", "hiphop", "jazz", "disco"), "funk"),
)
