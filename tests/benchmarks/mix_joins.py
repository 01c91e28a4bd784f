"""How exact a mix is: beats at its joins, its cadence, its bars, its levels, and what it costs.

`python tests/benchmarks/mix_joins.py PLACE ... [--songs N]` takes each PLACE for a
folder of songs, as sample_audio or the free recordings, or for a groove corpus, whose songs that a
machine plays tell every beat and bar. The songs of a place are sorted by pace and mixed by six, at
the middle cadence of each six. In the rendered sound each join is heard by itself: onset envelopes
of both songs are laid on one another where they cross (the lag of the highest cross-correlation
within 150 ms). Where beats are known, their distance from the steps is printed as well. The cadence
is that of the beats that are heard in the finished mix, minute by minute. One core. Not a test.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from rich.console import Console  # noqa: E402

from pacetag.db.records import NEVER, SongRecord  # noqa: E402
from pacetag.model import Judge  # noqa: E402
from pacetag.model.errors import ModelError  # noqa: E402
from pacetag.model.judgement import Analysis, Pace  # noqa: E402
from pacetag.model.training.grooves.corpus import load_songs  # noqa: E402
from pacetag.model.training.grooves.styles import load_styles  # noqa: E402
from pacetag.model.training.rendered import SONGS_FILE  # noqa: E402
from pacetag.tagger.mixing.hearing import hear  # noqa: E402
from pacetag.tagger.mixing.laying import lay  # noqa: E402
from pacetag.tagger.mixing.mix_plan import LEAD, MixPlan, Part  # noqa: E402
from pacetag.tagger.mixing.rendering import render  # noqa: E402
from pacetag.tagger.mixing.slots import Slot, SlotSong  # noqa: E402
from pacetag.tagger.mixing.song import HeardSong  # noqa: E402
from pacetag.tagger.mixing.warping import chunks_of  # noqa: E402
from pacetag.tagger.sessions.plan import Block  # noqa: E402

RATE = 44_100  # Hz
CEILING = 10 ** (-2 / 20)
SLOWEST = 110.0  # steps a minute; every pace is brought between it and its double
FEWEST, MOST = 3, 6  # songs of a mix
FARTHEST = 0.08  # share by which a song may be stretched
REACH = 0.15  # s
HOP = 32  # samples of an envelope, 0.7 ms
RING_OUT = 0.5  # s of a groove behind its last beat
SUFFIXES = {".mp3", ".ogg", ".opus", ".flac", ".m4a", ".wav"}


@dataclass(frozen=True, kw_only=True)
class Song:
    """A song at a pace, and its beats where they are known."""

    path: Path
    pace: float
    metre: str | None = None
    beat: float | None = None  # s from one known beat to the next; the first is at 0
    bar: int = 0  # known beats in a bar; 0: not known, or the pace is not that of the beat


@dataclass(kw_only=True)
class Figures:
    """What was measured in the mixes of a place."""

    joins: list[float] = field(default_factory=list)  # s, by cross-correlation
    plain: int = 0  # joins without clear beats
    off: list[float] = field(default_factory=list)  # s of known beats from their steps, at joins
    pairs: list[float] = field(default_factory=list)  # s between known beats of both songs
    minutes: list[float] = field(default_factory=list)  # share by which the cadence is off
    bars: dict[int, list[bool]] = field(default_factory=dict)  # by beats in a bar: right or not
    seconds: float = 0.0  # of mix
    hearing: float = 0.0  # s of processor time
    rendering: float = 0.0


def grooves(folder: Path, most: int) -> Iterator[Song]:
    """Songs that a machine plays, at a pace within an octave."""
    for song in [each for each in load_songs(folder) if each.feel is None][:most]:
        bar, pace = load_styles()[song.style].beats_per_bar, song.tempo
        while pace < SLOWEST:
            pace *= 2
        while pace >= 2 * SLOWEST:
            pace /= 2
        if not any(abs(level.bpm / pace - 1) < 0.01 for level in song.levels):
            continue
        yield Song(
            path=folder / song.audio,
            pace=pace,
            metre="triple" if bar == 3 else "duple",
            beat=60 / pace,
            bar=bar if pace == song.tempo and bar in (3, 4) else 0,
        )


def files(folder: Path, most: int) -> Iterator[Song]:
    """The songs of a folder that have a pace, by what the network hears."""
    judge = Judge()
    paths = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)
    for path in paths[:: max(1, len(paths) // most)][:most]:
        try:
            found = judge.file(path)
        except ModelError:
            continue
        fitting = [p for p in found.paces if SLOWEST <= p.bpm < 2 * SLOWEST and p.confidence > 0.7]
        if fitting and not found.tempo_segments:
            yield Song(path=path, pace=fitting[0].bpm, metre=found.metre)


def sets_of(songs: Sequence[Song]) -> Iterator[list[Song]]:
    """Songs of neighbouring paces, as many as a mix gets."""
    ordered = sorted(songs, key=lambda song: song.pace)
    at = 0
    while at < len(ordered):
        first = ordered[at].pace
        taken = [s for s in ordered[at : at + MOST] if s.pace <= first * (1 + FARTHEST)]
        at += len(taken)
        if len(taken) >= FEWEST:
            yield taken


def laid(songs: Sequence[Song], heard: dict[Path, HeardSong]) -> MixPlan:
    """The mix of songs that were heard."""
    cadence = round((songs[0].pace + songs[-1].pace) / 2, 1)
    slot = Slot(
        blocks=(Block(seconds=86_400.0, first=cadence, last=cadence),),
        songs=tuple(SlotSong(song=_record(song), paces=(song.pace,)) for song in songs),
        is_open=True,
    )
    return lay([slot], {(str(song.path), song.pace): heard[song.path] for song in songs})


def _record(song: Song) -> SongRecord:
    return SongRecord(
        path=str(song.path),
        stamp=NEVER,
        fingerprint=None,
        title=song.path.stem,
        artist=None,
        album=None,
        genre=None,
        bundle=None,
        analysis=Analysis(paces=(Pace(bpm=song.pace, confidence=1.0),), duration=None),
    )


def sound_of(plan: MixPlan) -> NDArray[np.float32]:
    """All of a mix, as mono."""
    return np.concatenate([each.mean(axis=0) for each in render(plan, RATE, CEILING)])


def measure(songs: Sequence[Song], figures: Figures, judge: Judge) -> None:
    """Mix songs and measure the result."""
    begun = time.process_time()
    heard = {song.path: hear(song.path, song.pace, song.metre) for song in songs}
    figures.hearing += time.process_time() - begun
    plan = laid(songs, heard)
    begun = time.process_time()
    mix = sound_of(plan)
    figures.rendering += time.process_time() - begun
    figures.seconds += plan.seconds
    for song in songs:
        if song.bar and song.beat and heard[song.path].is_clear:
            one = heard[song.path]
            number = round(one.times[one.downbeat] / song.beat)
            figures.bars.setdefault(song.bar, []).append(number % song.bar == 0)
    stems = [sound_of(replace(plan, parts=plan.parts[which::2])) for which in (0, 1)]
    for join in plan.joins:
        figures.plain += not join.is_aligned
        if join.is_aligned:
            figures.joins.append(lag(stems, join.at - join.fade, join.at))
    _known(songs, plan, figures)
    beats = judge.beats_of_samples(mix, RATE, plan.clock.cadence_at(0.0)).times
    figures.minutes += list(cadences_off(plan, beats))


def lag(stems: Sequence[NDArray[np.float32]], begins: float, ends: float) -> float:
    """s by which one of two sounds is later than the other in a passage, by their onsets."""
    first, last = round(begins * RATE), round(ends * RATE)
    curves = [envelope(stem[first:last]) for stem in stems]
    length = min(map(len, curves))
    one, other = (curve[:length] - curve[:length].mean() for curve in curves)
    found = np.correlate(one, other, mode="full")
    reach = round(REACH * RATE / HOP)
    middle = found[length - 1 - reach : length + reach]
    return float((int(middle.argmax()) - reach) * HOP / RATE)


def envelope(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """How much the level of the samples' differences rises, smoothed over 12 ms."""
    steps = np.square(np.diff(samples, prepend=samples[:1]).astype(np.float64))
    short = steps[: len(steps) // HOP * HOP].reshape(-1, HOP).mean(axis=1)
    width = np.hanning(19)
    smooth = np.sqrt(np.convolve(short, width / width.sum(), mode="same"))
    level = np.log1p(30 * smooth / max(float(np.quantile(smooth, 0.95)), 1e-9))
    return np.maximum(np.diff(level, prepend=level[:1]), 0.0)


def _known(songs: Sequence[Song], plan: MixPlan, figures: Figures) -> None:
    """Where the known beats of both songs lie in each join."""
    for join in plan.joins:
        if join.is_repeat or not all(songs[n].beat for n in (join.outgoing, join.incoming)):
            continue
        low, high = join.at - join.fade - 0.05, join.at + 0.05
        pair = []
        for number in (join.outgoing, join.incoming):
            part = next(p for p in plan.parts if p.song == number)
            places = known_places(plan, songs[number], part)
            near = places[(places > low) & (places < high)]
            steps = plan.clock.steps_at(near - LEAD)
            off = (steps - np.rint(steps)) * 60 / plan.clock.cadence_at(0.0)
            figures.off += list(np.abs(off))
            pair.append(float(np.median(off)))
        figures.pairs.append(abs(pair[0] - pair[1]))


def known_places(plan: MixPlan, song: Song, part: Part) -> NDArray[np.float64]:
    """s of the mix at which the known beats of a song lie."""
    chunks = chunks_of(plan, part)
    source = [chunks[0].source_begins, *(chunk.source_ends for chunk in chunks)]
    mix = [chunks[0].begins, *(chunk.ends for chunk in chunks)]
    beats = np.arange(0.0, source[-1], song.beat or 1.0)
    return np.asarray(np.interp(beats[beats >= source[0]], source, mix))


def cadences_off(plan: MixPlan, beats: NDArray[np.float64]) -> Iterator[float]:
    """The share by which the cadence of each minute is off that of the plan."""
    for minute in range(int(plan.seconds // 60)):
        inside = beats[(beats >= minute * 60) & (beats < minute * 60 + 60)]
        if len(inside) < 30:
            continue
        period = float(np.median(np.diff(inside)))
        numbers = np.cumsum(np.rint(np.diff(inside, prepend=inside[:1]) / period))
        slope = float(np.polyfit(numbers, inside, 1)[0])
        yield 60 / slope / plan.clock.cadence_at(minute * 60 + 30) - 1


def main() -> int:
    """Print the figures of each place."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("places", type=Path, nargs="+")
    parser.add_argument("--songs", type=int, default=60)
    options = parser.parse_args()
    console, judge = Console(width=110), Judge()
    for place in options.places:
        is_corpus = (place / SONGS_FILE).exists()
        songs = list((grooves if is_corpus else files)(place, options.songs))
        figures = Figures()
        for each in sets_of(songs):
            measure(each, figures, judge)
        console.print(f"[bold]{place.name}[/bold]: {len(songs)} songs")
        for line in lines_of(figures):
            console.print(f"  {line}")
    return 0


def lines_of(figures: Figures) -> Iterator[str]:
    """The figures as sentences."""
    yield _spread("joins, by cross-correlation", np.abs(figures.joins))
    if figures.pairs:
        yield _spread("joins, known beats of both", np.array(figures.pairs))
        yield _spread("known beats at joins off their steps", np.array(figures.off))
    yield f"joins without clear beats: {figures.plain}"
    off = 100 * np.abs(figures.minutes)
    if len(off):
        yield (
            f"cadence off the plan, {len(off)} minutes: median {np.median(off):.3f} %, "
            f"90 % below {np.quantile(off, 0.9):.3f} %, most {off.max():.3f} %"
        )
    for bar, right in sorted(figures.bars.items()):
        yield f"bars of {bar} guessed right: {sum(right)} of {len(right)}"
    minutes = figures.seconds / 60
    yield (
        f"{minutes:.1f} minutes of mix: {60 * minutes / max(figures.rendering, 1e-9):.0f} a minute "
        f"of processor to render, {60 * minutes / max(figures.hearing, 1e-9):.0f} to hear"
    )


def _spread(name: str, values: NDArray[np.float64]) -> str:
    if not len(values):
        return f"{name}: none"
    low, high = 1e3 * np.median(values), 1e3 * np.quantile(values, 0.9)
    return f"{name}: {len(values)}, median {low:.1f} ms, 90 % below {high:.1f} ms"


if __name__ == "__main__":
    sys.exit(main())
