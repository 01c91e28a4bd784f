"""Lays songs on the steps of a run, so that its blocks begin on time and bars meet at the joins.

A song that is too long for its place ends earlier, on a bar line. Where songs are too short, and
the beats that are shared at joins and beatless ends make them so, a passage is repeated.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from pacetag.tagger.mixing.clock import StepClock, clock_of
from pacetag.tagger.mixing.loudness import TARGET
from pacetag.tagger.mixing.mix_plan import LEAD, Join, MixPlan, MixSong, Part, Rates
from pacetag.tagger.mixing.passages import REPEAT_FADE, Passage, passage_of, room
from pacetag.tagger.mixing.slots import Slot, SlotSong
from pacetag.tagger.mixing.song import HeardSong
from pacetag.tagger.sessions.plan import Block

FADE, SHORT_FADE = 8, 4  # beats of a join
SHORT = 64  # beats; a song that is played no longer than that gets a short fade
MOST_REPEATED = 0.25  # share of the beats of a slot's songs that may be heard twice
MOST_TAIL = 12.0  # s behind the last beat that are played of the last song
_MOST_GAIN = 15.0  # dB

Heard = Mapping[tuple[str, float], HeardSong]  # by path and pace


def lay(slots: Sequence[Slot], heard: Heard) -> MixPlan:
    """Return the mix of songs that were heard; those of `slots` all were."""
    laying = _Laying(heard)
    filled = [slot for slot in slots if slot.songs]
    laying.leave_out([slot for slot in slots if not slot.songs])
    for place, slot in enumerate(filled):
        laying.add(slot, is_last=place == len(filled) - 1)
    return laying.plan()


class _Laying:
    """A mix that grows slot by slot."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard
        self._blocks: list[Block] = []
        self._at = 0.0  # step at which the next song is heard in full
        self._songs: list[tuple[SlotSong, HeardSong, float]] = []
        self._parts: list[Part] = []
        self._joins: list[tuple[float, int, int, float]] = []  # step, songs, beats of the fade
        self._short: list[float] = []

    def leave_out(self, slots: Sequence[Slot]) -> None:
        """Note slots that have no songs: the mix lacks them."""
        self._short += [sum(block.seconds for block in slot.blocks) for slot in slots]

    def add(self, slot: Slot, *, is_last: bool) -> None:
        """Lay the songs of a slot behind what is there."""
        heard = [self._heard[one.song.path, one.paces[0]] for one in slot.songs]
        begun = len(self._blocks)
        self._blocks += slot.blocks
        end = self._end()
        rates = self._rates(slot, begun)
        needed = float(rates.between(self._at, end))
        fades = [self._fade(needed / len(heard), one) for one in heard]
        entries = [
            self._entry(song, one, fade, is_first=not (self._parts or place))
            for place, (song, one, fade) in enumerate(zip(slot.songs, heard, fades, strict=True))
        ]
        have = [room(one, entry) for one, entry in zip(heard, entries, strict=True)]
        if slot.is_open:
            needed = sum(have)
        elif needed > sum(have) * (1 + MOST_REPEATED):
            self._shorten(slot, begun, sum(have) * (1 + MOST_REPEATED) / needed)
            end, rates = self._end(), self._rates(slot, begun)
            needed = float(rates.between(self._at, end))
        share = needed / max(sum(have), 1e-9)
        for place, (song, one) in enumerate(zip(slot.songs, heard, strict=True)):
            is_end = place == len(heard) - 1
            wanted = have[place] * share
            if is_end and not slot.is_open:
                wanted = float(rates.between(self._at, end))
            passage = passage_of(one, entries[place], wanted, fades[place])
            self._put(
                song,
                one,
                passage,
                fades[place],
                rates,
                is_last=is_last and is_end,
                is_open=slot.is_open,
            )

    def _end(self) -> float:
        """The step at which the blocks so far end."""
        return sum(leg.count for leg in clock_of(self._blocks).legs)

    def _rates(self, slot: Slot, begun: int) -> Rates:
        legs = clock_of(self._blocks).legs[begun + 1 :]
        return Rates(borders=tuple(leg.steps for leg in legs), beats=slot.songs[0].ratios)

    def _fade(self, beats: float, heard: HeardSong) -> int:
        return FADE if min(beats, heard.last - heard.first) > SHORT else SHORT_FADE

    def _entry(self, song: SlotSong, heard: HeardSong, fade: int, *, is_first: bool) -> int:
        """The beat at which a song is heard in full: a bar line with room to fade in before."""
        if is_first:
            asked = heard.beat_at(song.begins) if song.begins else 0.0
            return heard.bar_from(max(heard.first, asked))
        asked = heard.beat_at(song.begins) if song.begins else 0.0
        return heard.bar_from(max(heard.first + fade, asked))

    def _shorten(self, slot: Slot, begun: int, share: float) -> None:
        """Make the blocks of a slot shorter, for there is not enough music."""
        lost = sum(block.seconds for block in slot.blocks) * (1 - share)
        self._short.append(lost)
        self._blocks[begun:] = [
            replace(block, seconds=block.seconds * share) for block in slot.blocks
        ]

    def _put(
        self,
        song: SlotSong,
        heard: HeardSong,
        passage: Passage,
        fade: int,
        rates: Rates,
        *,
        is_last: bool,
        is_open: bool,
    ) -> None:
        number = len(self._songs)
        entry = self._at
        start = entry
        if self._parts:
            start = entry - fade
            self._joins.append((entry, number - 1, number, fade))
            self._parts[-1] = replace(self._parts[-1], fade_out=fade)
        self._songs.append((song, heard, entry))
        beat = float(passage.entry)
        if passage.leap is not None:
            step = rates.steps(entry, passage.leap - passage.entry)
            self._parts.append(
                Part(
                    song=number,
                    rates=rates,
                    start=start,
                    entry=entry,
                    beat=beat,
                    end=step,
                    fade_out=REPEAT_FADE,
                )
            )
            self._joins.append((step, number, number, REPEAT_FADE))
            start, entry, beat = step - REPEAT_FADE, step, float(passage.leap - passage.back)
        self._at = rates.steps(self._at, passage.beats)
        end, out = self._at, 0.0
        if is_last and is_open:
            behind = heard.beat_at(heard.seconds) - passage.end
            tail = min(behind, MOST_TAIL / 60 * self._blocks[-1].last)
            end, out = self._at + max(0.0, tail), 0.0 if tail == behind else float(FADE)
        elif is_last:
            out = float(fade)
        self._parts.append(
            Part(
                song=number, rates=rates, start=start, entry=entry, beat=beat, end=end, fade_out=out
            )
        )

    def plan(self) -> MixPlan:
        """Return the mix."""
        clock = clock_of(self._blocks)
        songs = tuple(
            MixSong(
                record=song.song,
                heard=heard,
                gain=self._gain(number, heard),
                start=LEAD + float(clock.time_of(step)),
            )
            for number, (song, heard, step) in enumerate(self._songs)
        )
        return MixPlan(
            clock=clock,
            songs=songs,
            parts=tuple(self._parts),
            joins=tuple(self._join(clock, *each) for each in self._joins),
            borders=tuple(LEAD + leg.begins for leg in clock.legs[1:]),
            short=tuple(self._short),
        )

    def _gain(self, number: int, heard: HeardSong) -> float:
        """dB by which a song is made louder: it is measured on what is played of it."""
        ends = [
            heard.time_of(part.beats_at([part.start, part.end]))
            for part in self._parts
            if part.song == number
        ]
        found = heard.loudness(float(np.min(ends)), float(np.max(ends)))
        return 0.0 if math.isinf(found) else min(_MOST_GAIN, TARGET - found)

    def _join(
        self, clock: StepClock, step: float, outgoing: int, incoming: int, fade: float
    ) -> Join:
        heard = [self._songs[each][1] for each in (outgoing, incoming)]
        is_aligned = all(each.is_clear for each in heard)
        before, behind = clock.time_of([step - fade, step])
        return Join(
            step=step,
            at=LEAD + float(behind),
            outgoing=outgoing,
            incoming=incoming,
            fade=float(behind - before),
            is_aligned=is_aligned,
            apart=self._apart(clock, step, fade) if is_aligned else None,
        )

    def _apart(self, clock: StepClock, step: float, fade: float) -> float | None:
        """s between the beats that were heard of both songs in a join, in the median."""
        place = next(p for p, part in enumerate(self._parts) if part.entry == step and p)
        times = []
        for part in self._parts[place - 1 : place + 1]:
            heard = self._songs[part.song][1]
            steps = np.arange(step - fade, step + 1e-6)
            beats = np.rint(part.beats_at(steps)).astype(int)
            inside = np.clip(beats, 0, len(heard.heard) - 1)
            off = (heard.heard - heard.times)[inside]
            speed = np.gradient(heard.time_of(part.beats_at(steps)), clock.time_of(steps))
            times.append(np.where(beats == inside, off, np.nan) / speed)
        apart = np.abs(times[1] - times[0])
        known = apart[~np.isnan(apart)]
        return float(np.median(known)) if len(known) else None
