"""A passage of a song as it is heard on the steps of a mix: stretched chunk by chunk.

Within a chunk all is stretched alike, so a song with an even tempo at a cadence that stays has long
ones. Chunks join just before a beat, where the seam is least heard.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pacetag.tagger.mixing.decoding import CHANNELS, SongReader
from pacetag.tagger.mixing.mix_plan import MixPlan, Part
from pacetag.tagger.stretching.engine import stretched

OFF = 0.005  # s by which a beat within a chunk may be off its place
LONGEST = 30.0  # s of a chunk, which is held in memory several times over
BEFORE = 0.03  # s before a beat at which chunks join
_SEAM = 0.02  # s before and behind that over which they cross
_AROUND = 0.25  # s of the song around a chunk, so that its ends are stretched like the rest
_LOUDEST_SEAM = 2.0  # power by which a seam may be raised where the phases of both differ

Samples = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """A piece of a song that is stretched by one factor; times are those of its beats."""

    begins: float  # s of the mix
    ends: float
    source_begins: float  # s of the song
    source_ends: float

    @property
    def speed(self) -> float:
        """Seconds of the song in a second of the mix."""
        return (self.source_ends - self.source_begins) / (self.ends - self.begins)

    def source_at(self, seconds: float) -> float:
        """s of the song at a moment of the mix."""
        return self.source_begins + (seconds - self.begins) * self.speed


def chunks_of(plan: MixPlan, part: Part) -> tuple[Chunk, ...]:
    """Return the chunks of a passage: as few as keep every beat in its place."""
    inner = np.arange(np.floor(part.start) + 1, part.end)
    steps = np.array([part.start, *inner[inner < part.end - 0.5], part.end])
    times = np.array([plan.time_of(step) for step in steps])
    source = plan.songs[part.song].heard.time_of(part.beats_at(steps))
    found, at = list[Chunk](), 0
    while at < len(steps) - 1:
        end = at + 1
        while end + 1 < len(steps) and _is_even(times, source, at, end + 1):
            end += 1
        found.append(
            Chunk(
                begins=float(times[at]),
                ends=float(times[end]),
                source_begins=float(source[at]),
                source_ends=float(source[end]),
            )
        )
        at = end
    return tuple(found)


def _is_even(times: NDArray[np.float64], source: NDArray[np.float64], at: int, end: int) -> bool:
    """Whether all beats from one to another may be stretched alike."""
    if times[end] - times[at] > LONGEST:
        return False
    part = slice(at, end + 1)
    line = np.interp(times[part], times[[at, end]], source[[at, end]])
    return bool(np.abs(source[part] - line).max() <= OFF)


class PartStream:
    """The samples of a passage of a song, read in turn; its fades and gain are applied."""

    def __init__(self, plan: MixPlan, part: Part, rate: int) -> None:
        song = plan.songs[part.song]
        self._rate, self._gain = rate, 10 ** (song.gain / 20)
        self._chunks = chunks_of(plan, part)
        self._reader = SongReader(Path(song.record.path), rate)
        self.start = round((self._chunks[0].begins - BEFORE) * rate)  # sample of the mix
        self.end = round((self._chunks[-1].ends - BEFORE) * rate)
        self._fades = _Fades.of(plan, part, self.start / rate, self.end / rate)
        self._pieces = self._joined()
        self._held = np.zeros((CHANNELS, 0), np.float32)

    def read(self, start: int, stop: int) -> Samples:
        """Samples [2, stop - start] of the mix; each call goes on where the last one ended.

        Raises DecodeError or ReadError.
        """
        count = stop - start
        while self._held.shape[1] < count:
            self._held = np.concatenate([self._held, next(self._pieces)], axis=1)
        found, self._held = self._held[:, :count], self._held[:, count:]
        times = np.arange(start, stop) / self._rate
        return np.asarray(found * (self._fades.at(times) * self._gain).astype(np.float32))

    def close(self) -> None:
        """Close the song's file."""
        self._reader.close()

    def _joined(self) -> Iterator[Samples]:
        """The chunks without gaps, each crossing into the next."""
        seam = round(_SEAM * self._rate)
        before: Samples | None = None  # what lies over the seam of the chunk before
        for place, chunk in enumerate(self._chunks):
            first = round((chunk.begins - BEFORE) * self._rate)
            last = round((chunk.ends - BEFORE) * self._rate)
            is_end = place == len(self._chunks) - 1
            low = first - (seam if before is not None else 0)
            high = last + (0 if is_end else seam)
            samples = self._stretched(chunk, low, high)
            if before is not None:
                samples = np.concatenate(
                    [crossed(before, samples[:, : 2 * seam]), samples[:, 2 * seam :]], axis=1
                )
            if is_end:
                yield samples
                return
            before = samples[:, -2 * seam :].copy()
            yield samples[:, : -2 * seam]

    def _stretched(self, chunk: Chunk, low: int, high: int) -> Samples:
        """A chunk from one sample of the mix to another."""
        around = round(_AROUND * self._rate)
        first = int(chunk.source_at(low / self._rate) * self._rate) - around
        last = int(chunk.source_at(high / self._rate) * self._rate) + around
        factor = 1 / chunk.speed
        made = stretched(self._reader.read(first, last - first), self._rate, factor)
        skipped = round((chunk.source_at(low / self._rate) * self._rate - first) * factor)
        return made[:, skipped : skipped + high - low]


def crossed(before: Samples, behind: Samples) -> Samples:
    """Samples [channels, n] that cross from one sound to another of the same song.

    Both play the same with phases of their own, so they are raised where they cancel each other.
    """
    angle = np.linspace(0, np.pi / 2, before.shape[1])
    out, into = np.cos(angle), np.sin(angle)
    power = np.square(before).sum() + np.square(behind).sum()
    likeness = 2 * float((before * behind).sum()) / max(float(power), 1e-12)
    raised = 1 + 2 * out * into * likeness
    raised = 1 / np.sqrt(np.maximum(raised, 1 / _LOUDEST_SEAM))
    return ((before * out + behind * into) * raised).astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class _Fades:
    """The moments, in s of the mix, between which a passage fades in and out."""

    rises: float
    risen: float
    falls: float
    fallen: float

    @classmethod
    def of(cls, plan: MixPlan, part: Part, begins: float, ends: float) -> "_Fades":
        """The fades of a passage; without one it is softened for a moment at its very ends."""
        risen = plan.time_of(part.entry) if part.start < part.entry else begins + _SEAM
        falls = plan.time_of(part.end - part.fade_out) if part.fade_out else ends - _SEAM
        return cls(
            rises=begins,
            risen=risen - BEFORE * (part.start < part.entry),
            falls=falls - BEFORE * bool(part.fade_out),
            fallen=ends,
        )

    def at(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Gains [n] at moments [n]; the powers of two passages that cross add up to one."""
        into = np.clip((times - self.rises) / (self.risen - self.rises), 0.0, 1.0)
        out = np.clip((self.fallen - times) / (self.fallen - self.falls), 0.0, 1.0)
        return np.asarray(np.sin(into * np.pi / 2) * np.sin(out * np.pi / 2))
