"""A user's own songs and labels as songs to learn from."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

from pacetag.model.audio.decoders import open_decoder
from pacetag.model.audio.excerpts import AUDIO, excerpt_spans
from pacetag.model.errors import ModelError, TooShortError
from pacetag.model.evaluation.metrics import GREY, TOLERANCE
from pacetag.model.training.labels.match import LabelledSong, artist_key
from pacetag.model.training.labels.table import LeftOut
from pacetag.model.training.songs import TEMPTING, LabelledTruth, TrainingSong, Window

SOURCE = "own"
LEVELS = (1 / 4, 1 / 2, 2.0, 4.0)  # metrical levels beside a listed pace
SIDES = ("train", "validation", "test")
MOST_WINDOWS = 2  # a song
UNKNOWN = "unknown"  # the artist of all songs without a known one


@dataclass(frozen=True, kw_only=True)
class OwnSettings:
    """How labels that people gave are read."""

    tolerance: float = TOLERANCE  # a candidate this near a listed pace is right; 0.05 in 2019
    apart: float = GREY  # one further away is wrong, one between is not learnt from
    # People list every pace they accept, but for these: a half below 52 is hardly ever listed, and
    # a double above 285 only half of the time, however clearly they sound (the labels of 2019).
    slowest: float = 52.0  # bpm
    fastest: float = 285.0  # bpm
    shares: tuple[float, float] = (0.6, 0.2)  # of the songs, to train and to validate on


def own_truth(
    paces: Sequence[float], unknown: Sequence[float] = (), settings: OwnSettings | None = None
) -> LabelledTruth:
    """The truth of a song whose paces a person listed, none where no pace fits; all in bpm.

    The family are their halves, doubles, quarters and quadruples; `unknown` ones are unclear.
    """
    settings = settings or OwnSettings()
    return LabelledTruth(
        right=tuple(paces),
        unclear=tuple(bpm for bpm in unknown if bpm not in paces),
        family=tuple(sorted({*paces, *(ratio * bpm for bpm in paces for ratio in LEVELS)})),
        tolerance=settings.tolerance,
        grey=max(settings.tolerance, settings.apart),
        clear=(settings.slowest, settings.fastest),
        tempting=tuple(ratio * bpm for bpm in paces for ratio in TEMPTING),
    )


@dataclass(frozen=True, kw_only=True)
class OwnTrainingSongs:
    """Own songs that can be learnt from, and those that cannot."""

    songs: tuple[TrainingSong, ...]
    left_out: tuple[LeftOut, ...]


def own_training_songs(
    songs: Iterable[LabelledSong], *, seed: int, settings: OwnSettings | None = None
) -> OwnTrainingSongs:
    """Lay windows into each song and split the songs by artist; `seed` decides who goes where."""
    settings = settings or OwnSettings()
    found: list[TrainingSong] = []
    left_out = []
    for song in songs:
        try:
            windows = song_windows(song.path)
        except ModelError as error:
            left_out.append(LeftOut(where=song.where, reason=str(error)))
            continue
        found.append(
            TrainingSong(
                name=f"{SOURCE} {song.name}",
                source=SOURCE,
                group=artist_key(song.artist or "") or UNKNOWN,
                split="train",
                windows=windows,
                truth=own_truth(song.paces, song.unclear, settings),
            )
        )
    sides = split_artists(Counter(song.group for song in found), seed, settings.shares)
    return OwnTrainingSongs(
        songs=tuple(replace(song, split=sides[song.group]) for song in found),
        left_out=tuple(left_out),
    )


def song_windows(path: Path) -> tuple[Window, ...]:
    """One or two stretches of a song without its edges, where its tempos are judged as well.

    Raises DecodeError or TooShortError.
    """
    with open_decoder(path) as decoder:
        duration = decoder.seconds
    if duration < AUDIO.shortest:
        raise TooShortError(path, duration, AUDIO.shortest)
    spans = excerpt_spans(duration, replace(AUDIO, most_excerpts=MOST_WINDOWS))
    return tuple(Window(path=path, start=span.start, seconds=span.seconds) for span in spans)


def split_artists(
    songs: Mapping[str, int], seed: int, shares: tuple[float, float] = OwnSettings.shares
) -> dict[str, str]:
    """Artist to side, from artist to number of songs.

    The artists stand in an order that the seed shuffles, and the order is cut where the songs
    before the cuts come nearest to the shares. As each artist's place follows from the name alone,
    further artists move few of the others. Three or more artists leave no side empty.
    """
    order = sorted(songs, key=lambda artist: hashlib.sha256(f"{seed} {artist}".encode()).digest())
    before = [0, *accumulate(songs[artist] for artist in order)]
    total = before[-1]

    def cut(share: float, first: int, last: int) -> int:
        return min(range(first, last + 1), key=lambda at: abs(before[at] - share * total))

    some = len(order)
    train = cut(shares[0], min(1, some), max(some - 2, min(1, some)))
    validation = cut(sum(shares), min(train + 1, some), max(some - 1, min(train + 1, some)))
    ends = (train, validation, some)
    return {
        artist: next(side for side, end in zip(SIDES, ends, strict=True) if at < end)
        for at, artist in enumerate(order)
    }
