"""A warning, before a network is trained, that there is too little to learn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pacetag.model.training.songs import TrainingSong

if TYPE_CHECKING:
    from pacetag.model.training.songs import FreeMusic

FEW = 200  # songs or grooves to learn from, below which a network is hardly worth having
FEW_OWN = 50  # own songs beside free music


def few_songs_warning(own: Sequence[TrainingSong], free: FreeMusic | None) -> str | None:
    """What there is too little of, what that means, and what to do; None where there is enough."""
    if own and len(own) < (FEW_OWN if free else FEW):
        return f"{_counted(own)} {_beside(own) if free else _alone(own)}"
    if not own and free and free.songs < FEW and not free.fetched:
        return (
            f"Only {_number(free.songs, 'groove')} will be rendered to learn from, and nothing "
            "fetched. A network learns from hundreds of songs: this one will be worse than the "
            "shipped one. Leave out --songs and --no-recordings for one that is worth having."
        )
    return None


def _counted(own: Sequence[TrainingSong]) -> str:
    sides = Counter(song.split for song in own)
    return (
        f"Only {_number(len(own), 'own song')} can be learnt from: {sides['train']} to train on, "
        f"{sides['validation']} to validate on, {sides['test']} to test on."
    )


def _alone(own: Sequence[TrainingSong]) -> str:
    return (
        "A network learns from hundreds of songs: this one will probably be worse than the "
        f"shipped one, and {_test(own)} to test on can hardly show which is better. Label more "
        "songs, of more artists, or leave out --only-own to learn from free music as well."
    )


def _beside(own: Sequence[TrainingSong]) -> str:
    return (
        f"Beside the free music they change little, and {_test(own)} to test on can hardly show "
        "whether the new network is better. Label more songs, of more artists."
    )


def _test(own: Sequence[TrainingSong]) -> str:
    return _number(sum(song.split == "test" for song in own), "song")


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
