"""The corpus of music without a beat: kinds, plans, and their sound on disk.

`python -m pacetag.model.training.beatless OUT_DIR` renders it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mido import Message, MetaMessage, MidiFile
from rich.console import Console

from pacetag.model.training.beatless.voices import SECONDS, Composer, Voice
from pacetag.model.training.grooves.draw import song_random
from pacetag.model.training.grooves.score import Score, Track, write_score
from pacetag.model.training.rendered import RenderedSong, build_rendered
from pacetag.model.training.sources.midi import DRUM_CHANNEL, Note
from pacetag.model.training.sources.sound import (
    FONTS,
    SAMPLE_RATE,
    require_synthesiser,
    synthesise_mono,
    write_flac,
)

SOURCE = "beatless"
SONGS = 120

_TICKS = 500  # a quarter of half a second: one tick is a millisecond
_GAIN = (0.3, 1.4)
_EXPRESSION = 11  # controller
_SWELL_STEPS = 8


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Music of one kind: it is on one side of the split."""

    voices: Sequence[Sequence[str]]  # methods of Composer; one row is drawn
    split: str = "train"


KINDS: Mapping[str, Kind] = {
    "loops out of step": Kind(voices=(("loops",), ("loops", "drone")), split="validation"),
    "swelling pads": Kind(voices=(("pads",), ("pads", "bells"), ("pads", "pads"))),
    "drone and bells": Kind(voices=(("drone", "bells"), ("drone", "rain"), ("drone", "drone"))),
    "recitative": Kind(
        voices=(("recitative",), ("recitative", "drone"), ("recitative", "pads")),
        split="validation",
    ),
    "slow air": Kind(voices=(("free_piano",), ("free_piano", "pads"), ("free_piano", "drone"))),
    "trembling strings": Kind(voices=(("tremolo",), ("tremolo", "pads"), ("tremolo", "drone"))),
    "rain": Kind(voices=(("rain",), ("rain", "pads"), ("rain", "bells"))),
    "scene": Kind(
        voices=(("drone", "booms"), ("tremolo", "booms", "pads"), ("pads", "booms", "rain"))
    ),
    "free choir": Kind(voices=(("choir",), ("choir", "choir"), ("choir", "bells"))),
}


@dataclass(frozen=True, kw_only=True)
class BeatlessPlan:
    """Everything that makes one song; equal plans give equal songs."""

    seed: int  # of the corpus
    number: int  # of the song
    kind: str
    voices: Sequence[str]
    font: str  # path
    gain: float
    reverb: bool

    @property
    def name(self) -> str:
        """The song's name, unique within its corpus."""
        return f"{self.number:04d} {self.kind}"


def build_beatless(
    folder: Path,
    *,
    songs: int = SONGS,
    seed: int = 1,
    jobs: int | None = None,
    console: Console | None = None,
) -> tuple[RenderedSong, ...]:
    """Render songs 0 .. `songs`-1 into `folder`, keeping those that are there already.

    Raises:
        ToolsMissingError: FluidSynth or a sound font is not installed.
        RenderError: FluidSynth failed.
    """
    require_synthesiser("rendering music without a beat")
    plans = [draw_plan(seed, number) for number in range(songs)]
    return build_rendered(
        folder,
        plans,
        render,
        seed=seed,
        title="Rendering beatless music",
        jobs=jobs,
        console=console,
    )


def draw_plan(seed: int, number: int) -> BeatlessPlan:
    """Draw what one song will be; the kinds take turns."""
    rng = song_random(seed, number, "beatless plan")
    kind = tuple(KINDS)[number % len(KINDS)]
    return BeatlessPlan(
        seed=seed,
        number=number,
        kind=kind,
        voices=rng.choice(KINDS[kind].voices),
        font=rng.choice(tuple(FONTS)),
        gain=round(math.exp(rng.uniform(*map(math.log, _GAIN))), 3),
        reverb=rng.random() < 0.7,
    )


def compose(plan: BeatlessPlan) -> tuple[Voice, ...]:
    """Write what a song's instruments play."""
    composer = Composer(song_random(plan.seed, plan.number, "beatless notes"))
    return tuple(voice for name in plan.voices for voice in getattr(composer, name)())


def to_midi(voices: Sequence[Voice]) -> MidiFile:
    """Write voices in ticks of a millisecond, a track for each."""
    tracks = [Track(notes=(), others=((0, MetaMessage("set_tempo", tempo=1000 * _TICKS)),))]
    for number, voice in enumerate(voices):
        channel = number + (number >= DRUM_CHANNEL)
        notes = tuple(
            Note(
                tick=_tick(tone.at),
                channel=channel,
                key=tone.key,
                velocity=tone.velocity,
                length=_tick(tone.length),
            )
            for tone in voice.tones
        )
        program = Message("program_change", channel=channel, program=voice.program)
        swells = _swells(voice, channel) if voice.swells else ()
        tracks.append(Track(notes=tuple(sorted(notes)), others=((0, program), *swells)))
    return write_score(Score(ticks_per_quarter=_TICKS, tracks=tuple(tracks)))


def render(plan: BeatlessPlan, folder: Path) -> RenderedSong:
    """Render one song into `folder` as mono FLAC. Raises RenderError."""
    voices = compose(plan)
    mono = synthesise_mono(
        to_midi(voices),
        plan.font,
        gain=plan.gain,
        reverb=plan.reverb,
        seconds=SECONDS,
        what=plan.name,
    )
    audio = f"{plan.name.replace(' ', '-')}.flac"
    write_flac(folder / audio, mono, SAMPLE_RATE)
    return RenderedSong(
        name=plan.name,
        group=plan.kind,
        split=KINDS[plan.kind].split,
        tempo=None,
        seconds=round(len(mono) / SAMPLE_RATE, 2),
        audio=audio,
        levels=(),
        made={
            "voices": list(plan.voices),
            "programs": [voice.program for voice in voices],
            "font": Path(plan.font).name,
            "gain": plan.gain,
            "reverb": plan.reverb,
        },
    )


def _swells(voice: Voice, channel: int) -> Iterator[tuple[int, Message]]:
    """The soft beginning of each chord: half of the time to the next one, at most two seconds."""
    onsets = sorted({tone.at for tone in voice.tones})
    for onset, after in zip(onsets, [*onsets[1:], SECONDS], strict=True):
        length = min(2.0, (after - onset) / 2)
        for step in range(_SWELL_STEPS if length > 0.3 else 0):
            value = round(127 * (0.3 + 0.7 * step / (_SWELL_STEPS - 1)))
            tick = _tick(onset + length * step / _SWELL_STEPS)
            yield tick, Message("control_change", channel=channel, control=_EXPRESSION, value=value)


def _tick(second: float) -> int:
    return round(1000 * second)
