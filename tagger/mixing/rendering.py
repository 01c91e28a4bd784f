"""The sound of a mix, block by block: passages, what is heard beside them, and the limiter."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pacetag.model.errors import DecodeError
from pacetag.tagger.mixing.cues import Accompaniment, Extras
from pacetag.tagger.mixing.decoding import CHANNELS
from pacetag.tagger.mixing.limiter import Limiter
from pacetag.tagger.mixing.mix_plan import MixPlan
from pacetag.tagger.mixing.warping import PartStream

BLOCK = 1.0  # s that are made at a time


class SongLostError(Exception):
    """A song of a mix cannot be read any more."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = path, reason


def render(
    plan: MixPlan,
    rate: int,
    ceiling: float,
    extras: Extras = Extras(),  # noqa: B008
) -> Iterator[NDArray[np.float32]]:
    """Yield the samples [2, n] of a mix, none of whose peaks is above a ceiling.

    Raises SongLostError.
    """
    beside, limiter = Accompaniment(plan, extras, rate), Limiter(rate, CHANNELS, ceiling)
    waiting = sorted(plan.parts, key=lambda part: part.start)
    total, block = round(plan.seconds * rate), round(BLOCK * rate)
    streams: list[tuple[str, PartStream]] = []
    try:
        for start in range(0, total, block):
            stop = min(total, start + block)
            while waiting and plan.time_of(waiting[0].start) - 1.0 < stop / rate:
                part = waiting.pop(0)
                path = plan.songs[part.song].record.path
                streams.append((path, PartStream(plan, part, rate)))
            music = np.zeros((CHANNELS, stop - start), np.float32)
            for path, stream in streams:
                try:
                    _add(music, stream, start, stop)
                except DecodeError as error:
                    raise SongLostError(path, error.reason) from error
            for _, stream in [each for each in streams if each[1].end <= stop]:
                stream.close()
            streams = [each for each in streams if each[1].end > stop]
            yield limiter.push(beside.over(music, start))
        yield limiter.flush()
    finally:
        for _, stream in streams:
            stream.close()


def _add(music: NDArray[np.float32], stream: PartStream, start: int, stop: int) -> None:
    first, last = max(start, stream.start), min(stop, stream.end)
    if first < last:
        music[:, first - start : last - start] += stream.read(first, last)
