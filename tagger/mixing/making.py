"""From the songs of a playlist or a run to the finished file of a mix."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pacetag.model.errors import DecodeError, TooShortError
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.files.output_files import OutputFile
from pacetag.tagger.mixing.cue_sheet import cue_text
from pacetag.tagger.mixing.cues import Extras
from pacetag.tagger.mixing.hearing import hear
from pacetag.tagger.mixing.laying import lay
from pacetag.tagger.mixing.mix_file import MixFile
from pacetag.tagger.mixing.mix_plan import MixPlan
from pacetag.tagger.mixing.rendering import SongLostError, render
from pacetag.tagger.mixing.slots import Slot, expected_seconds
from pacetag.tagger.mixing.song import HeardSong
from pacetag.tagger.mixing.tagging import chapters_of, write_tags
from pacetag.tagger.stretching.encoding import Encoding, encode_parts
from pacetag.tagger.stretching.formats import ENCODERS, Format

RATE, OPUS_RATE = 44_100, 48_000  # Hz
# Encoders with losses make peaks higher, by up to 1.0 dB in the sample songs; docs/mixing.md.
CEILINGS = {Format.FLAC: 10 ** (-1.1 / 20)}
LOSSY_CEILING = 10 ** (-2.0 / 20)

Advance = Callable[[str, float], None]  # a name, and s of music that were heard


def _ignored(*_: object) -> None:
    """Say nothing."""


class StoppedError(Exception):
    """A stop was requested; nothing was written."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be made."""

    slots: tuple[Slot, ...]
    title: str
    file: MixFile
    cue: OutputFile
    extras: Extras = Extras()  # noqa: RUF009


@dataclass(frozen=True, kw_only=True)
class MadeMix:
    """The result."""

    plan: MixPlan | None  # None: there was no song left to mix
    lost: Mapping[str, str] = field(default_factory=dict)  # path of a song -> why it is left out


def make_mix(
    order: Order,
    *,
    stop: Stop,
    heard: Advance = _ignored,
    mixed: Callable[[float], None] = _ignored,
) -> MadeMix:
    """Hear the songs, lay them out, and write the mix and its cue sheet.

    A song that cannot be read is left out. `heard` and `mixed` are told what was done. Raises
    StoppedError, UsageError or TaggerError.
    """
    order.file.check_room(expected_seconds(order.slots))
    known, lost = _hear_all(order.slots, stop, heard)
    while True:
        slots = [slot.without(frozenset(lost)) for slot in order.slots]
        plan = lay(slots, known) if any(slot.songs for slot in slots) else None
        if plan is None or not plan.parts:
            return MadeMix(plan=None, lost=lost)
        order.file.check_room(plan.seconds)
        try:
            _write(order, plan, stop, mixed)
        except SongLostError as error:  # it vanished meanwhile: all is laid out without it
            lost[error.path] = error.reason
            continue
        return MadeMix(plan=plan, lost=lost)


def _hear_all(
    slots: Sequence[Slot], stop: Stop, advance: Advance
) -> tuple[dict[tuple[str, float], HeardSong], dict[str, str]]:
    """All songs at their paces, and those that cannot be heard with the reason."""
    heard, lost = dict[tuple[str, float], HeardSong](), dict[str, str]()
    for song in (song for slot in slots for song in slot.songs):
        record, key = song.song, (song.song.path, song.paces[0])
        if key in heard or record.path in lost:
            continue
        if stop.requested:
            raise StoppedError
        try:
            heard[key] = hear(
                Path(record.path), key[1], record.analysis.metre, expected=record.duration
            )
        except DecodeError as error:
            lost[record.path] = error.reason
        except TooShortError as error:
            lost[record.path] = f"it is shorter than {error.minimum:.0f} s"
        advance(record.title or Path(record.path).name, record.duration or 0.0)
    return heard, lost


def _write(order: Order, plan: MixPlan, stop: Stop, mixed: Callable[[float], None]) -> None:
    form = order.file.form
    rate = OPUS_RATE if form is Format.OPUS else RATE
    sound = render(plan, rate, CEILINGS.get(form, LOSSY_CEILING), order.extras)
    chapters = chapters_of(plan)
    with order.file.draft() as draft:
        in_mp4 = chapters if ENCODERS[form].muxer == "ipod" else ()
        into = Encoding(draft, form, rate, chapters=in_mp4)
        encode_parts(_watched(sound, rate, stop, mixed), into)
        write_tags(draft, form, order.title, chapters)
    order.cue.write(cue_text(plan, order.file.path, order.title).encode("utf-8"))


def _watched(
    sound: Iterator[NDArray[np.float32]], rate: int, stop: Stop, mixed: Callable[[float], None]
) -> Iterator[NDArray[np.float32]]:
    for part in sound:
        if stop.requested:
            raise StoppedError
        mixed(part.shape[1] / rate)
        yield part
