"""The order of a playlist: songs of one artist as far apart as they can be, else the best first."""

from bisect import insort
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import TypeVar

Entry = TypeVar("Entry")
TOGETHER = 256  # songs that are ordered at once; longer lists are ordered in such parts


def spaced(entries: Sequence[Entry], artist: Callable[[Entry], str]) -> list[Entry]:
    """Return the entries, best first, moved as little as spacing the artists takes.

    `artist` gives an entry's artist; songs of "" may stand side by side.
    """
    found: list[Entry] = []
    for start in range(0, len(entries), TOGETHER):
        part = entries[start : start + TOGETHER]
        before = [artist(entry) for entry in found[-TOGETHER:]]
        names = [artist(entry) for entry in part]
        found += [part[place] for place in _order(names, before)]
    return found


def _order(names: Sequence[str], before: Sequence[str]) -> list[int]:
    """Return the places of the names in their new order, at the widest distance that works."""
    distance = _widest(names)
    while distance > 1:
        order = list(_Slots(names, before[1 - distance :], distance))
        if len(order) == len(names):
            return order
        distance -= max(1, distance // 16)
    return list(range(len(names)))


def _widest(names: Sequence[str]) -> int:
    """Return the largest distance that the artist with the most songs can have."""
    counts = Counter(name for name in names if name)
    most = max(counts.values(), default=0)
    if most < 2:
        return min(len(names), 2)
    often = sum(count == most for count in counts.values())
    return max(2, (len(names) - often) // (most - 1))


class _Slots:
    """Fills one slot after another so that equal names are `distance` apart; ends if it cannot.

    Each song has a last slot, from which the artist's later ones just fit in. The best song that
    may come does, unless a last slot would be missed: then the best of those that are due.
    """

    def __init__(self, names: Sequence[str], before: Sequence[str], distance: int) -> None:
        self._total, self._distance = len(names), distance
        self._queues: dict[str, list[int]] = {}
        for place, name in enumerate(names):
            self._queues.setdefault(name or f"\0{place}", []).append(place)
        self._left = {name: len(queue) for name, queue in self._queues.items()}
        self._heads = sorted((queue[0], name) for name, queue in self._queues.items())
        self._free = {name: distance - ago for ago, name in enumerate(reversed(before), 1)}
        self._due = [0] * self._total  # songs by their last slot
        self._fits = True
        for queue in self._queues.values():
            for later in range(len(queue)):
                last = self._last(later)
                self._fits &= last >= 0
                self._due[max(last, 0)] += 1

    def __iter__(self) -> Iterator[int]:
        for slot in range(self._total if self._fits else 0):
            limit = self._limit(slot)
            head = next(
                (n for n, head in enumerate(self._heads) if self._may(head, slot, limit)), None
            )
            if head is None:
                return
            place, name = self._heads.pop(head)
            self._left[name] -= 1
            self._due[self._last(self._left[name])] -= 1
            self._free[name] = slot + self._distance
            if self._left[name]:
                insort(self._heads, (self._queues[name][-self._left[name]], name))
            yield place

    def _may(self, head: tuple[int, str], slot: int, limit: int) -> bool:
        name = head[1]
        return self._free.get(name, 0) <= slot and self._last(self._left[name] - 1) <= limit

    def _last(self, later: int) -> int:
        """The last slot of a song after which so many of the artist come."""
        return self._total - 1 - later * self._distance

    def _limit(self, slot: int) -> int:
        """The first slot up to which as many songs are due as there are slots, else the last."""
        waiting = list(accumulate(self._due))
        slots = range(slot, self._total)
        return next((n for n in slots if waiting[n] > n - slot), self._total - 1)
