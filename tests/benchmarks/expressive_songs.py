"""Render songs that breathe, with the time of every beat: a corpus for `beats.py`.

`python tests/benchmarks/expressive_songs.py FOLDER [--songs N] [--seed S] [--drift D]` draws songs
of the groove corpus that people play, half of them chamber music. The tempo drifts by up to D of
its mean, and the last two bars of every section slow down. `beats.jsonl` in the folder names the
songs and their beats. Needs MMA, FluidSynth and the sound fonts.
"""

import argparse
import json
import random
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from mido import MidiFile
from numpy.typing import NDArray
from rich.progress import track

from pacetag.model.training.grooves.compose import compose
from pacetag.model.training.grooves.draw import GrooveSettings, draw_settings, song_random
from pacetag.model.training.grooves.humanise import Feel
from pacetag.model.training.grooves.render import require_tools
from pacetag.model.training.grooves.score import read_score, write_score
from pacetag.model.training.grooves.styles import Style, load_styles
from pacetag.model.training.sources.midi import song_of, timed
from pacetag.model.training.sources.sound import SAMPLE_RATE, synthesise_mono, write_flac

BEATS_FILE = "beats.jsonl"
SLOWER_BARS = 2  # at the end of a section
SLOWEST = (0.0, 0.2)  # share by which the last quarter of a section is longer
RING_OUT = 0.5  # s


@dataclass(frozen=True, kw_only=True)
class TimedSong:
    """A song and its truth: a line of beats.jsonl."""

    audio: str  # file name
    bpm: float  # felt beats per minute, the mean
    bar: int  # felt beats in a bar
    beats: tuple[float, ...]  # s, the first is a downbeat


def beat_times(midi: MidiFile, style: Style, beats: int) -> NDArray[np.float64]:
    """Time in s of each felt beat [beats], from the tempo map of a MIDI file."""
    changes = sorted(
        {
            tick: event.tempo
            for each in midi.tracks
            for tick, event in timed(each)
            if event.type == "set_tempo"
        }.items()
    )
    ticks = np.array([tick for tick, _ in changes], float)
    lengths = np.array([length for _, length in changes]) / 1e6 / midi.ticks_per_beat  # s a tick
    starts = np.concatenate([[0.0], np.cumsum(np.diff(ticks) * lengths[:-1])])
    places = np.arange(beats) * style.quarters_per_beat * midi.ticks_per_beat
    piece = np.maximum(np.searchsorted(ticks, places, side="right") - 1, 0)
    return np.asarray(starts[piece] + (places - ticks[piece]) * lengths[piece])


def expressive(seed: int, number: int, drift: float) -> GrooveSettings:
    """The settings of a song that people play, whose tempo drifts."""
    settings = draw_settings(seed, number, "chamber" if number % 2 else "human")
    return replace(settings, feel=replace(settings.feel or Feel(), drift=drift))


def slowed(midi: MidiFile, settings: GrooveSettings, style: Style, rng: random.Random) -> MidiFile:
    """The same with a ritardando at the end of every section."""
    score = read_score(midi)
    size, per_bar = score.ticks_per_quarter, style.beats_per_bar * style.quarters_per_beat
    tempos = [(t, e.tempo) for t, e in score.tracks[0].others if e.type == "set_tempo"]
    ends = [bar * per_bar for bar in (*settings.section_bars[1:], settings.bars)]
    most = [rng.uniform(*SLOWEST) for _ in ends]

    def factor(quarter: float) -> float:
        for end, slower in zip(ends, most, strict=True):
            if 0 < end - quarter <= SLOWER_BARS * per_bar:
                return 1 + slower * (1 - (end - quarter - 1) / (SLOWER_BARS * per_bar))
        return 1.0

    return write_score(score.timed((t, round(length * factor(t / size))) for t, length in tempos))


def render(number: int, seed: int, drift: float, folder: Path) -> TimedSong:
    """Render one song into the folder."""
    settings = expressive(seed, number, drift)
    style = load_styles()[settings.style]
    with tempfile.TemporaryDirectory(prefix="pacetag-beats-") as scratch:
        played = compose(settings, style, Path(scratch))
    midi = slowed(played.midi, settings, style, song_random(seed, number, "ritardandi"))
    times = beat_times(midi, style, len(played.struck) + 1)
    mono = synthesise_mono(
        midi,
        settings.font,
        gain=settings.gain,
        reverb=settings.reverb,
        seconds=times[-1] + RING_OUT,
        what=settings.named,
    )
    audio = f"{number:05d}-{settings.style.replace('/', '-')}.flac"
    write_flac(folder / audio, mono, SAMPLE_RATE)
    return TimedSong(
        audio=audio,
        bpm=round(song_of(played.midi).tempo if drift == 0 else settings.bpm, 3),
        bar=style.beats_per_bar,
        beats=tuple(round(float(time), 4) for time in times[:-1]),
    )


def main() -> int:
    """Render the songs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--songs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--drift", type=float, default=0.06)
    options = parser.parse_args()
    require_tools()
    options.folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(2) as pool, (options.folder / BEATS_FILE).open("w") as lines:
        jobs = [
            pool.submit(render, number, options.seed, options.drift, options.folder)
            for number in range(options.songs)
        ]
        for job in track(jobs, "songs"):
            lines.write(json.dumps(job.result().__dict__) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
