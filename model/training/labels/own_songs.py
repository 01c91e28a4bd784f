"""A user's own songs and labels as songs to learn from."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path

from pacetag.model.audio.decoders import open_decoder
from pacetag.model.audio.excerpts import AUDIO, excerpt_spans
from pacetag.model.errors import ModelError, TooShortError
from pacetag.model.evaluation.metrics import near
from pacetag.model.training.labels.match import LabelledSong, artist_key
from pacetag.model.training.labels.table import LeftOut
from pacetag.model.training.songs import LabelledTempo, TrainingSong, Window

SOURCE = "own"
# What a beat is most easily taken for: wrong unless it is listed.
TEMPTING = (3 / 2, 2 / 3, 4 / 3, 3 / 4)
LEVELS = (1 / 4, 1 / 2, 2.0, 4.0)  # metrical levels beside a listed pace
SLOWEST, FASTEST = 40.0, 320.0  # bpm; the range of candidates
SIDES = ("train", "validation", "test")
MOST_WINDOWS = 2  # a song
UNKNOWN = "unknown"  # the artist of all songs of which none is known


@dataclass(frozen=True, kw_only=True)
class OwnSettings:
    """How labels that people gave are read."""

    tolerance: float = 0.04  # a candidate this near a listed pace is right; 0.05 in 2019
    apart: float = 0.06  # one further away is wrong, one between is not learnt from
    # People list every pace they accept, but for these: a half below 52 is hardly ever listed, and
    # a double above 285 only half of the time, however clearly they sound (the labels of 2019).
    slowest: float = 52.0  # bpm
    fastest: float = 285.0  # bpm
    shares: tuple[float, float] = (0.6, 0.2)  # of the songs, to train and to validate on


@dataclass(frozen=True, kw_only=True)
class OwnTruth:
    """The paces that somebody listed; none for music that no pace fits."""

    paces: tuple[float, ...]  # bpm
    unknown: tuple[float, ...] = ()  # bpm, about which nothing was said
    settings: OwnSettings = field(default_factory=OwnSettings)

    @property
    def right(self) -> tuple[float, ...]:
        """The listed paces, in bpm."""
        return self.paces

    @property
    def unclear(self) -> tuple[float, ...]:
        """Levels beyond what people list, and what the labels call unclear, in bpm."""
        beyond = [bpm for bpm in self.family if self._beyond(bpm)]
        return tuple(bpm for bpm in (*self.unknown, *beyond) if bpm not in self.paces)

    @property
    def family(self) -> tuple[float, ...]:
        """The listed paces with their halves, doubles, quarters and quadruples, in bpm."""
        related = {ratio * bpm for bpm in self.paces for ratio in LEVELS}
        return tuple(sorted({*self.paces, *related}))

    def label(self, window: int, bpms: Sequence[float]) -> list[LabelledTempo]:
        """All candidates that are not too near or too far to tell, and the tempting mistakes.

        The same in any window: labels are given for whole songs.
        """
        tempting = [ratio * bpm for bpm in self.paces for ratio in TEMPTING]
        offered = [*bpms, *(bpm for bpm in tempting if SLOWEST <= bpm <= FASTEST)]
        said = [(bpm, self._verdict(bpm)) for bpm in dict.fromkeys(offered)]
        return [LabelledTempo(bpm=bpm, compatible=word) for bpm, word in said if word is not None]

    def _verdict(self, bpm: float) -> bool | None:
        if near(bpm, self.paces, self.settings.tolerance):
            return True
        margin = max(self.settings.tolerance, self.settings.apart)
        if near(bpm, (*self.paces, *self.unknown), margin):
            return None
        # Where no pace fits at all, a slow or fast one does not either.
        return None if self.paces and self._beyond(bpm) else False

    def _beyond(self, bpm: float) -> bool:
        return not self.settings.slowest <= bpm <= self.settings.fastest


@dataclass(frozen=True, kw_only=True)
class OwnLessons:
    """Own songs that can be learnt from, and those that cannot."""

    songs: tuple[TrainingSong, ...]
    left_out: tuple[LeftOut, ...]


def own_lessons(
    songs: Iterable[LabelledSong], *, seed: int, settings: OwnSettings | None = None
) -> OwnLessons:
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
                truth=OwnTruth(paces=song.paces, unknown=song.unclear, settings=settings),
            )
        )
    sides = split_artists(Counter(song.group for song in found), seed, settings.shares)
    return OwnLessons(
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
