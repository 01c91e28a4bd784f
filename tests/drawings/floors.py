"""Boxes on floors, so that every arrow goes down and few of them cross (Sugiyama et al. 1981)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

Arrow = tuple[str, str]
Floors = list[list[str]]
Ways = list[list[str]]
SWEEPS = 24  # over all floors, down and up by turns


def heights(names: Iterable[str], arrows: Collection[Arrow]) -> dict[str, int]:
    """The longest way down from each name, in arrows. Raises ValueError for a circle."""
    below = defaultdict(set)
    for upper, lower in arrows:
        below[upper].add(lower)
    found: dict[str, int] = {}

    def height(name: str, above: tuple[str, ...]) -> int:
        if name in above:
            raise ValueError(f"a circle of imports: {' -> '.join((*above, name))}")
        if name not in found:
            found[name] = max((height(n, (*above, name)) + 1 for n in below[name]), default=0)
        return found[name]

    for name in sorted(names):
        height(name, ())
    return found


def reduced(arrows: Collection[Arrow]) -> set[Arrow]:
    """The arrows that do not follow from others: a to c goes where a to b and b to c are."""
    below = defaultdict(set)
    for upper, lower in arrows:
        below[upper].add(lower)

    def reach(name: str) -> set[str]:
        return below[name].union(*(reach(lower) for lower in below[name]))

    return {
        (upper, lower)
        for upper, lower in arrows
        if not any(lower in reach(other) for other in below[upper] - {lower})
    }


def with_bends(level: Mapping[str, int], arrows: Collection[Arrow]) -> tuple[Floors, Ways]:
    """Floors from the top, and each arrow's way: its ends, with a bend on each floor between."""
    floors: Floors = [[] for _ in range(max(level.values()) + 1)]
    for name in sorted(level):
        floors[level[name]].append(name)
    ways = []
    for upper, lower in sorted(arrows):
        passed = range(level[upper] - 1, level[lower], -1)
        bends = [f"{upper}>{lower}@{number}" for number in passed]
        for number, bend in zip(passed, bends, strict=True):
            floors[number].append(bend)
        ways.append([upper, *bends, lower])
    return floors[::-1], ways


def steps(ways: Ways) -> list[Arrow]:
    """All ways as arrows that go down one floor each."""
    return [step for way in ways for step in pairwise(way)]


def crossings(floors: Floors, short: Collection[Arrow]) -> int:
    """How many pairs of arrows cross."""
    place = {name: at for floor in floors for at, name in enumerate(floor)}
    row = {name: number for number, floor in enumerate(floors) for name in floor}
    count = 0
    for number in range(len(floors) - 1):
        ends = [(place[a], place[b]) for a, b in short if row[a] == number]
        count += sum(a < c and b > d for a, b in ends for c, d in ends)
    return count


def ordered(floors: Floors, short: Collection[Arrow]) -> Floors:
    """The floors with names side by side so that few arrows cross: the best of all sweeps."""
    around: dict[bool, dict[str, list[str]]] = {True: defaultdict(list), False: defaultdict(list)}
    for upper, lower in short:
        around[True][lower].append(upper)
        around[False][upper].append(lower)
    best, current = floors, [list(floor) for floor in floors]
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        place = {name: share for floor in current for name, share in shares(floor).items()}
        for floor in current if down else current[::-1]:
            middle = {name: mean(around[down][name], place, name) for name in floor}
            floor.sort(key=lambda name: (middle[name], name))
            place |= shares(floor)
        if crossings(current, short) < crossings(best, short):
            best = [list(floor) for floor in current]
    return best


def shares(floor: Sequence[str]) -> dict[str, float]:
    """Where each name stands on its floor, from 0 to 1."""
    return {name: (at + 0.5) / len(floor) for at, name in enumerate(floor)}


def mean(names: Sequence[str], place: Mapping[str, float], own: str) -> float:
    """The mean place of names; its own where there are none."""
    return sum(place[name] for name in names) / len(names) if names else place[own]


def spread(
    floors: Floors,
    short: Collection[Arrow],
    widths: Mapping[str, float],
    *,
    total: float,
    gap: float,
) -> dict[str, float]:
    """The middle of each name in [0, total]: near those it is joined to, never overlapping."""
    near = defaultdict(list)
    for upper, lower in short:
        near[upper].append(lower)
        near[lower].append(upper)
    middle: dict[str, float] = {}
    for floor in floors:
        wanted = {name: share * total for name, share in shares(floor).items()}
        middle |= apart(floor, wanted, widths, total=total, gap=gap)
    for sweep in range(SWEEPS):
        for floor in floors if sweep % 2 == 0 else floors[::-1]:
            wanted = {name: mean(near[name], middle, name) for name in floor}
            middle |= apart(floor, wanted, widths, total=total, gap=gap)
    return middle


def apart(
    floor: Sequence[str],
    wanted: Mapping[str, float],
    widths: Mapping[str, float],
    *,
    total: float,
    gap: float,
) -> dict[str, float]:
    """Places near the wanted ones at which no two of a floor overlap: the mean of two pushes."""
    right: list[float] = []
    edge = 0.0
    for name in floor:
        right.append(max(wanted[name], edge + widths[name] / 2))
        edge = right[-1] + widths[name] / 2 + gap
    left: list[float] = []
    edge = total
    for name in reversed(floor):
        left.append(min(wanted[name], edge - widths[name] / 2))
        edge = left[-1] - widths[name] / 2 - gap
    both = [(a + b) / 2 for a, b in zip(right, reversed(left), strict=True)]
    return within(floor, both, widths, total=total, gap=gap)


def within(
    floor: Sequence[str],
    places: Sequence[float],
    widths: Mapping[str, float],
    *,
    total: float,
    gap: float,
) -> dict[str, float]:
    """The places, moved as little as the two ends of the floor ask."""
    found: list[float] = []
    edge = total
    for name, place in zip(reversed(floor), reversed(places), strict=True):
        found.append(min(place, edge - widths[name] / 2))
        edge = found[-1] - widths[name] / 2 - gap
    found.reverse()
    edge = 0.0
    for at, name in enumerate(floor):
        found[at] = max(found[at], edge + widths[name] / 2)
        edge = found[at] + widths[name] / 2 + gap
    return dict(zip(floor, found, strict=True))
