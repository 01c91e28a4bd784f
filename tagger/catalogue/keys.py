"""The keys of all recorded songs in 25 bytes each, so that a hundred million fit into memory."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pacetag.tagger.catalogue.songs import Known, State

MERGED = 1 << 20  # recent keys, after which they join the sorted ones
_OTHER_NETWORK = 8  # added to the state of a song that another network judged
_NO_VERSION = -1

Numbers = NDArray[np.uint64]


class Keys:
    """Sorted arrays of keys and what is known of each, with a dictionary of recent ones."""

    def __init__(
        self, keys: NDArray[np.uint8], versions: NDArray[np.int64], notes: NDArray[np.int8]
    ):
        """`keys` [n, 16], each once; `versions` [n], `notes` [n] as `note` makes them."""
        high, low = _halves(keys)
        order = np.argsort(high, kind="stable")
        self._high, self._low = high[order], low[order]
        self._versions, self._notes = versions[order], notes[order]
        self._recent: dict[bytes, tuple[int, int]] = {}

    def add(self, key: bytes, version: int | None, state: State) -> None:
        """Note a song that was recorded just now."""
        self._recent[key] = (_NO_VERSION if version is None else version, int(state))
        if len(self._recent) >= MERGED:
            self._merge()

    def find(self, keys: Sequence[bytes]) -> list[Known | None]:
        """What is known of each key."""
        places = self._places(keys)
        found: list[Known | None] = []
        for key, place in zip(keys, places, strict=True):
            pair = self._recent.get(key)
            if pair is None and place >= 0:
                pair = int(self._versions[place]), int(self._notes[place])
            found.append(None if pair is None else _known(*pair))
        return found

    def _places(self, keys: Sequence[bytes]) -> list[int]:
        """The place of each key in the arrays; -1 for one that is not there."""
        if not len(keys):
            return []
        high, low = _halves(np.frombuffer(b"".join(keys), np.uint8).reshape(-1, 16))
        first = np.searchsorted(self._high, high, "left")
        after = np.searchsorted(self._high, high, "right")
        found = []
        for start, stop, rest in zip(first, after, low, strict=True):
            same = np.flatnonzero(self._low[start:stop] == rest)
            found.append(int(start + same[0]) if len(same) else -1)
        return found

    def _merge(self) -> None:
        keys = list(self._recent)
        places = np.array(self._places(keys), np.int64)
        values = np.array([self._recent[key] for key in keys], np.int64).reshape(-1, 2)
        there = places >= 0
        self._versions[places[there]] = values[there, 0]
        self._notes[places[there]] = values[there, 1].astype(np.int8)
        new = np.frombuffer(b"".join(keys), np.uint8).reshape(-1, 16)[~there]
        high, low = _halves(new)
        order = np.argsort(high, kind="stable")
        at = np.searchsorted(self._high, high[order])
        self._high = np.insert(self._high, at, high[order])
        self._low = np.insert(self._low, at, low[order])
        self._versions = np.insert(self._versions, at, values[~there, 0][order])
        self._notes = np.insert(self._notes, at, values[~there, 1][order].astype(np.int8))
        self._recent.clear()


def notes_of(states: NDArray[np.int8], same_network: NDArray[np.bool_]) -> NDArray[np.int8]:
    """States with a mark where another network judged."""
    return np.where(same_network, states, states + _OTHER_NETWORK).astype(np.int8)


def _known(version: int, note: int) -> Known:
    return Known(
        state=State(note % _OTHER_NETWORK),
        version=None if version == _NO_VERSION else version,
        network=note < _OTHER_NETWORK,
    )


def _halves(keys: NDArray[np.uint8]) -> tuple[Numbers, Numbers]:
    pairs = np.ascontiguousarray(keys).view(">u8").reshape(-1, 2)
    return pairs[:, 0].astype(np.uint64), pairs[:, 1].astype(np.uint64)
