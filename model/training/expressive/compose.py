"""From a plan to a written piece: its form, the chords of each section, what every part plays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from pacetag.model.training.expressive.chorale import write_voice
from pacetag.model.training.expressive.figures import FIGURES, play_figure
from pacetag.model.training.expressive.harmony import Harmony, write_harmony
from pacetag.model.training.expressive.kinds import KINDS
from pacetag.model.training.expressive.lines import Line
from pacetag.model.training.expressive.melody import write_melody, write_rhythm
from pacetag.model.training.expressive.piece import METRES, Metre, Part, Piece, Tone
from pacetag.model.training.expressive.plan import PiecePlan
from pacetag.model.training.grooves.draw import song_random

_FORMS = ("AABA", "ABAC", "AABB", "ABAB", "AABC", "ABCA")
_PHRASE = 4  # bars
_SAME_FIGURE = 0.6  # share of the sections that keep a line's first figure
_HELD_CHORDS = 0.3  # share of the bars of a chorale with a chord of two beats
_RANGE = (21, 108)  # keys of a piano


def compose(plan: PiecePlan, attempt: int = 0) -> Piece:
    """Write the piece of a plan; another attempt gives other notes."""
    kind, metre = KINDS[plan.kind], METRES[plan.metre]
    rng = song_random(plan.seed, plan.number, f"expressive piece {attempt}")
    lines = kind.bands[plan.band]
    parts = _parts(rng, lines, together=kind.together)
    sections = _sections(plan, metre)
    form = rng.choice(_FORMS)
    tones, harmonies, bar = list[Tone](), list[float](), 0
    for number, phrases in enumerate(sections):
        letter = form[number % len(form)]
        # Chords change with the beat where voices sing them.
        lengths = (0.0,) if lines[0].voice == 0 else kind.chords
        chords = _harmonies(plan, lengths, metre, phrases, f"{attempt} {letter}")
        start, leading = bar * metre.beats, list[Tone]()
        for part, line in enumerate(lines):
            own = song_random(plan.seed, plan.number, f"expressive {attempt} {letter} {part}")
            if line.double is not None:
                written = [replace(tone, key=tone.key + line.double) for tone in leading]
            else:
                written = _play(
                    line, own, rng, metre, chords, phrases, first=number == 0, lines=lines
                )
            leading = leading or written
            tones += (replace(tone, beat=tone.beat + start, part=part) for tone in written)
        harmonies += (start + chord.beat for chord in chords)
        bar += sum(phrases)
    kept = (tone for tone in tones if _RANGE[0] <= tone.key <= _RANGE[1])
    return Piece(
        bpm=plan.bpm,
        metre=metre,
        parts=parts,
        tones=tuple(sorted(kept)),
        bars=bar,
        phrases=_starts([bars for phrases in sections for bars in phrases]),
        sections=_starts([sum(phrases) for phrases in sections]),
        harmonies=tuple(harmonies),
    )


def _parts(rng: Random, lines: Sequence[Line], *, together: bool) -> tuple[Part, ...]:
    shared = rng.choice(list(lines[0].programs))
    return tuple(
        Part(
            program=shared if together else rng.choice(list(line.programs)),
            role=line.role,
            loudness=line.loudness,
            legato=rng.uniform(*line.legato),
            pedal=line.pedal,
        )
        for line in lines
    )


def _sections(plan: PiecePlan, metre: Metre) -> list[list[int]]:
    """The phrases of each section, in bars: two phrases, or one where the bars are long."""
    bar = metre.beats * 60 / plan.bpm
    left = max(_PHRASE, 2 * round(plan.seconds / bar / 2))
    per_section = 2 if bar < 4 else 1
    found: list[list[int]] = []
    while left > 0:
        phrases: list[int] = []
        while left > 0 and len(phrases) < per_section:
            # No phrase of two bars is left alone.
            phrases.append(left if left < 2 * _PHRASE and left % _PHRASE else _PHRASE)
            left -= phrases[-1]
        found.append(phrases)
    return found


def _harmonies(
    plan: PiecePlan, chords: Sequence[float], metre: Metre, phrases: Sequence[int], letter: str
) -> list[Harmony]:
    rng = song_random(plan.seed, plan.number, f"expressive chords {letter}")
    length = rng.choice(list(chords))
    return write_harmony(
        rng,
        tonic=plan.tonic,
        minor=plan.minor,
        phrases=[_slots(rng, bars, length, metre) for bars in phrases],
        sung=not length,
    )


def _slots(rng: Random, bars: int, length: float, metre: Metre) -> list[float]:
    """The lengths of the chords of a phrase, in beats; its last bar is one chord.

    `length` is in bars; without one, chords change with the beat, and now and then after two.
    """
    beats = metre.beats
    if not length:
        found = [each for _ in range(bars - 1) for each in _uneven(rng, beats)]
        return [*found, float(beats)]
    if length > 1:
        pairs = (bars - 1) // 2
        return [2.0 * beats] * pairs + [float(beats)] * (bars - 2 * pairs)
    step = max(1, round(length * beats + 0.01))
    bar = [float(min(step, beats - place)) for place in range(0, beats, step)]
    return bar * (bars - 1) + [float(beats)]


def _uneven(rng: Random, beats: int) -> list[float]:
    """A bar of chords of one beat, or with one of two beats."""
    bar = [1.0] * beats
    if beats > 2 and rng.random() < _HELD_CHORDS:
        place = rng.randrange(beats - 1)
        bar[place : place + 2] = [2.0]
    return bar


def _play(
    line: Line,
    own: Random,
    rng: Random,
    metre: Metre,
    chords: Sequence[Harmony],
    phrases: Sequence[int],
    *,
    first: bool,
    lines: Sequence[Line],
) -> list[Tone]:
    """What a line plays in a section: `own` is the same whenever the section comes back."""
    if line.voice is not None:
        return write_voice(own, line.voice, chords, line.centre)
    if line.figure:
        return _accompany(line, own, rng, metre, chords, sum(phrases))
    subject = None
    if any(other.enters for other in lines):
        shared = Random(f"{chords[0]}{len(chords)}")
        subject = write_rhythm(shared, metre, line.motions[0], metre.beats)
    found = write_melody(
        own, metre, own.choice(line.motions), chords, phrases, centre=line.centre, subject=subject
    )
    waits = line.enters * metre.beats if first else 0
    return [tone for tone in found if tone.beat >= waits]


def _accompany(
    line: Line, own: Random, rng: Random, metre: Metre, chords: Sequence[Harmony], bars: int
) -> list[Tone]:
    """A figure, and often a quieter one in the last bar of each phrase."""
    figures = FIGURES[line.figure][metre.name]
    figure = own.choice(figures)
    if rng.random() > _SAME_FIGURE:
        figure = rng.choice(figures)
    found, rests = list[Tone](), rng.random() < 0.6
    for start in range(0, bars, _PHRASE):
        end = min(bars, start + _PHRASE)
        calm = end - 1 if rests and end - start > 1 else end
        play = range(start, calm)
        found += play_figure(figure, metre, chords, play, centre=line.centre)
        if calm < end:
            held = "b" if line.role == "bass" else "bc" if "b" in figure else "c"
            close = " ".join([held, *"-" * (metre.beats - 1)])
            found += play_figure(close, metre, chords, range(calm, end), centre=line.centre)
    return found


def _starts(lengths: Sequence[int]) -> tuple[int, ...]:
    return tuple(sum(lengths[:number]) for number in range(len(lengths)))
