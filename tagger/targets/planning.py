"""What must happen on a target so that it holds a playlist: no file is touched here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pacetag.tagger.targets.items import Item
from pacetag.tagger.targets.manifest import Entry, Manifest, is_as_put
from pacetag.tagger.targets.names import free_name, key, song_name
from pacetag.tagger.targets.target import Target

PLAYLIST = "playlist"  # the source and origin of playlist files
CLUSTER = 64 << 10  # bytes by which a card stores files, at most


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is there, and what must be done, in this order."""

    keep: tuple[str, ...] = ()  # names of files that stay as they are
    remove: tuple[str, ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict)  # old name -> new
    put: Mapping[str, Item] = field(default_factory=dict)  # name -> what is copied there
    left_out: tuple[Item, ...] = ()  # beyond the size that pacetag may take
    names: Mapping[str, str] = field(default_factory=dict)  # source -> name, of all that is wanted
    freed: int = 0  # bytes that are removed

    @property
    def bytes(self) -> int:
        """How much is copied, roughly."""
        return sum(item.bytes for item in self.put.values())

    @property
    def room(self) -> int:
        """How many free bytes it takes."""
        return sum(-(-item.bytes // CLUSTER) * CLUSTER for item in self.put.values()) - self.freed


def plan_for(
    items: Iterable[Item], target: Target, manifest: Manifest, names: Iterable[str]
) -> Plan:
    """Return what must be done. `names` are those of everything that lies in the folder."""
    wanted = list(items)
    ours = dict(manifest.ours())
    by_source = {entry.source: name for name, entry in ours.items()}
    stale = _stale(wanted, target, manifest.folder, ours)
    staying = sum(
        entry.size
        for name, entry in ours.items()
        if name not in stale and entry.source not in {item.source for item in wanted}
    )
    taken = _fitting(wanted, target, {s: ours[n].size for s, n in by_source.items()}, staying)
    left_out = wanted[len(taken) :]
    if target.clean:
        cut = [name for item in left_out if (name := by_source.get(item.source))]
        stale += [
            name for name in cut if is_as_put(manifest.folder / name, ours[name], surely=True)
        ]
    kept = {item.source for item in taken}
    going = {*stale, *(name for source, name in by_source.items() if source in kept)}
    names_of = _named(taken, target, {key(name) for name in names if name not in going})
    there = {s: name for s, name in by_source.items() if s in kept and name not in stale}
    return Plan(
        keep=tuple(name for s, name in there.items() if names_of[s] == name),
        remove=tuple(stale),
        rename={name: names_of[s] for s, name in there.items() if names_of[s] != name},
        put={names_of[item.source]: item for item in taken if item.source not in there},
        left_out=tuple(left_out),
        names=names_of,
        freed=sum(ours[name].size for name in stale),
    )


def _stale(
    wanted: list[Item], target: Target, folder: Path, ours: Mapping[str, Entry]
) -> list[str]:
    """Names of our files that go: earlier states of what is wanted; with `clean` all others.

    Each is read as a whole, so that nothing goes that its owner changed.
    """
    sources = {item.source for item in wanted}
    origins = {item.origin for item in wanted}
    return [
        name
        for name, entry in ours.items()
        if entry.source not in sources
        and name != target.playlist
        and (target.clean or entry.origin in origins)
        and is_as_put(folder / name, entry, surely=True)
    ]


def _fitting(
    wanted: list[Item], target: Target, sizes: Mapping[str, int], staying: int
) -> list[Item]:
    """The first items that fit into what pacetag may take, of which some is taken already."""
    if target.max_size is None:
        return wanted
    room = target.max_size - staying
    for place, item in enumerate(wanted):
        room -= sizes.get(item.source, item.bytes)
        if room < 0:
            return wanted[:place]
    return wanted


def _named(items: list[Item], target: Target, taken: set[str]) -> dict[str, str]:
    """The name of each item, by its source. `taken` holds the keys of names that stay."""
    digits = max(2, len(str(len(items))))
    found = {}
    for number, item in enumerate(items, 1):
        place = f"{number:0{digits}}" if target.numbered else ""
        name = free_name(song_name(item.song, item.suffix, place), lambda k: k not in taken)
        taken.add(key(name))
        found[item.source] = name
    return found
