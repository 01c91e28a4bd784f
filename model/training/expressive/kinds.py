"""The kinds of pieces: who plays what, how fast, in which metres, on which side of the split."""

from __future__ import annotations

from collections.abc import Mapping

from pacetag.model.training.expressive.lines import PIANOS, Kind, Line, choir, hand, tune

_GRAND = (0, 0, 1)
_VIOLIN, _VIOLA, _CELLO = (40,), (41,), (42,)
_SECTION = (48, 49)
_SHORT = (0.3, 0.7)
KINDS: Mapping[str, Kind] = {
    "piano nocturne": Kind(
        split="validation",
        tempos=(50, 92),
        metres={"4/4": 4, "12/8": 3, "6/8": 2, "3/4": 3},
        bands=((tune("calm", "flowing"), hand("nocturne", 46)),),
        together=True,
    ),
    "piano etude": Kind(
        tempos=(66, 150),
        metres={"4/4": 3, "2/4": 2, "3/4": 2},
        bands=(
            (tune("running", loudness=66), hand("etude", 58)),
            (hand("sweep", 58, centre=67), hand("etude", 64, centre=50)),
            (tune("flowing", loudness=76), hand("sweep", 50, centre=52)),
        ),
        together=True,
    ),
    "piano chorale": Kind(
        tempos=(54, 104),
        metres={"4/4": 4, "3/4": 3},
        bands=(choir((PIANOS,), 62, pedal=True), choir(((0,),), 70, pedal=True)),
        chords=(0.25, 0.25, 0.5),
        together=True,
    ),
    "piano waltz": Kind(
        tempos=(84, 180),
        metres={"3/4": 1},
        bands=((tune("calm", "flowing"), hand("waltz", 50)),
               (tune("flowing", "lively"), hand("waltz", 54))),
        chords=(1.0, 1.0, 2.0),
        together=True,
    ),
    "piano stride": Kind(
        split="validation",
        tempos=(80, 180),
        metres={"4/4": 4, "2/4": 1},
        bands=((tune("lively", programs=(0, 1, 3), loudness=80, pedal=False),
                hand("stride", 66, (0, 1, 3), legato=_SHORT, pedal=False)),
               (tune("flowing", "lively", loudness=76, pedal=False),
                hand("stride", 58, PIANOS, legato=(0.5, 0.9), pedal=False))),
        together=True,
    ),
    "alberti sonata": Kind(
        tempos=(66, 160),
        metres={"4/4": 3, "2/4": 2, "3/4": 3},
        bands=((tune("flowing", "lively", programs=(0, 1, 6), pedal=False),
                hand("alberti", 52, (0, 1, 6), centre=57, pedal=False)),),
        together=True,
    ),
    "compound sonata": Kind(
        tempos=(50, 112),
        metres={"6/8": 1},
        bands=((tune("flowing", "lively"), hand("gigue", 54)),
               (tune("calm", "flowing", pedal=False), hand("gigue", 50, pedal=False))),
        together=True,
    ),
    "string quartet": Kind(
        split="validation",
        tempos=(58, 150),
        metres={"4/4": 4, "3/4": 3, "2/4": 1, "6/8": 1},
        bands=(
            (tune("calm", "flowing", "lively", programs=_VIOLIN, pedal=False),
             hand("strings", 54, _VIOLA, centre=60, pedal=False),
             Line(programs=_CELLO, centre=45, loudness=62, figure="cello")),
            (tune("calm", "flowing", programs=_SECTION, pedal=False),
             hand("strings", 54, _SECTION, centre=60, pedal=False),
             Line(programs=(42, 43), centre=45, loudness=62, figure="cello")),
            choir((_VIOLIN, _VIOLIN, _VIOLA, _CELLO), 66),
        ),
        chords=(1.0, 0.5, 0.25),
    ),
    "contrapuntal quartet": Kind(
        tempos=(58, 132),
        metres={"4/4": 3, "3/4": 3, "6/8": 1},
        bands=(
            (tune("flowing", "lively", programs=_VIOLIN, pedal=False, loudness=70),
             tune("flowing", programs=_VIOLIN, centre=67, pedal=False, enters=2, loudness=66),
             tune("calm", "flowing", programs=_VIOLA, centre=60, pedal=False, enters=4,
                   loudness=64),
             Line(programs=_CELLO, centre=45, loudness=64, figure="cello")),
            (tune("flowing", programs=_VIOLIN, pedal=False, loudness=70),
             tune("flowing", programs=_CELLO, centre=52, pedal=False, enters=2, loudness=70)),
        ),
        chords=(1.0, 0.5),
    ),
    "pizzicato": Kind(
        tempos=(76, 168),
        metres={"4/4": 3, "3/4": 2, "2/4": 2},
        bands=(
            (tune("flowing", "lively", programs=(45,), pedal=False, legato=_SHORT),
             hand("plucked", 58, (45,), centre=58, pedal=False, legato=_SHORT),
             Line(programs=(45,), centre=45, loudness=66, figure="cello", legato=_SHORT)),
            (tune("calm", "flowing", programs=(40, 41, 73), pedal=False),
             hand("plucked", 56, (45,), centre=58, pedal=False, legato=_SHORT)),
        ),
    ),
    "choir chorale": Kind(
        split="validation",
        tempos=(52, 112),
        metres={"4/4": 4, "3/4": 3},
        bands=(choir(((52,),)), choir(((53,), (52,), (52,), (53,))), choir(((52,), (53, 52)))),
        chords=(0.25, 0.25, 0.5),
    ),
    "organ": Kind(
        tempos=(54, 126),
        metres={"4/4": 4, "3/4": 2},
        bands=(
            choir(((19, 20),), 80),
            choir(((16, 19),), 80),
            (tune("flowing", "lively", programs=(19,), pedal=False, loudness=84),
             tune("flowing", programs=(19,), centre=65, pedal=False, enters=2, loudness=82),
             tune("calm", "flowing", programs=(19,), centre=50, pedal=False, enters=4,
                   loudness=84)),
        ),
        chords=(0.25, 0.5, 0.5),
        together=True,
    ),
    "guitar study": Kind(
        split="validation",
        tempos=(56, 140),
        metres={"4/4": 4, "3/4": 3, "6/8": 2, "12/8": 1},
        bands=(
            (hand("guitar", 64, (24, 24, 25), centre=57, legato=(1.0, 1.6), pedal=False),),
            (tune("calm", "flowing", programs=(24, 25), centre=69, loudness=76, pedal=False),
             hand("guitar", 56, (24, 25), centre=57, legato=(1.0, 1.5), pedal=False)),
        ),
        together=True,
    ),
    "harp": Kind(
        tempos=(54, 120),
        metres={"4/4": 3, "3/4": 3, "6/8": 2},
        bands=(
            (hand("harp", 62, (46,), centre=60, legato=(1.0, 2.0)),),
            (tune("calm", "flowing", programs=(46, 73, 40), loudness=74, pedal=False),
             hand("harp", 56, (46,), centre=58, legato=(1.0, 2.0))),
        ),
    ),
    "wind quintet": Kind(
        tempos=(66, 160),
        metres={"4/4": 3, "3/4": 3, "6/8": 2},
        bands=(
            (tune("flowing", "lively", programs=(73, 68), centre=76, pedal=False),
             tune("calm", programs=(71, 68), centre=67, pedal=False, loudness=60),
             hand("strings", 54, (60, 71), centre=58, pedal=False, legato=(0.5, 0.95)),
             Line(programs=(70,), centre=45, loudness=62, figure="cello", legato=(0.5, 0.95))),
            choir(((73, 68), (68, 71), (60,), (70,)), 68),
        ),
        chords=(1.0, 0.5),
    ),
    "orchestra": Kind(
        tempos=(64, 168),
        metres={"4/4": 4, "3/4": 3, "6/8": 1},
        bands=(
            (tune("calm", "flowing", "lively", programs=_SECTION, pedal=False, loudness=84),
             Line(programs=(73, 68, 56), centre=86, loudness=72, double=12),
             hand("march", 66, (60, 61), centre=60, pedal=False),
             hand("strings", 62, _SECTION, centre=58, pedal=False),
             Line(programs=(43, 42), centre=43, loudness=72, figure="cello"),
             Line(programs=(47,), centre=43, loudness=76, figure="timpani")),
            (tune("flowing", "lively", programs=(56, 60, 61), centre=70, pedal=False, loudness=86),
             hand("march", 70, _SECTION, centre=60, pedal=False),
             Line(programs=(58, 43), centre=43, loudness=76, figure="cello"),
             Line(programs=(47,), centre=43, loudness=80, figure="timpani")),
        ),
    ),
    "melody with piano": Kind(
        tempos=(56, 144),
        metres={"4/4": 4, "3/4": 3, "6/8": 2},
        bands=tuple(
            (tune("calm", "flowing", programs=solo, pedal=False, loudness=80),
             hand("support", 50, _GRAND))
            for solo in ((40, 42), (71, 68, 73), (53, 52, 65), (56, 60), (40, 110, 22))
        ),
    ),
    "music box": Kind(
        tempos=(64, 150),
        metres={"4/4": 3, "3/4": 4, "6/8": 2},
        bands=((tune("calm", "flowing", programs=(10, 8, 9), centre=81),
                hand("box", 56, (10, 8, 11), centre=67)),),
        together=True,
    ),
    "voices and pad": Kind(
        tempos=(56, 104),
        metres={"4/4": 4, "3/4": 2, "6/8": 1},
        bands=(
            (tune("calm", programs=(53, 54, 85, 91), centre=69, pedal=False),
             hand("pad", 60, (89, 91, 48, 52), centre=60, pedal=False),
             Line(programs=(89, 43, 32), centre=43, loudness=66, figure="deep")),
            (hand("pad", 66, (52, 89, 94, 50), centre=62, pedal=False),
             Line(programs=(32, 43, 38), centre=43, loudness=68, figure="deep")),
        ),
        chords=(1.0, 2.0, 0.5),
    ),
}  # fmt: skip
