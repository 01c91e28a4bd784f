"""What a song's tags were before pacetag wrote them, from the log of its writes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pacetag.db.runs import TagWrite
from pacetag.tagger.tags.fields import FIELDS, PACE
from pacetag.tagger.tags.ownership import is_mangled
from pacetag.tagger.tags.pacetag import parse_pacetag

Fields = dict[str, list[str]]  # values by name of the field; [] where there is no such field


def before(writes: Sequence[TagWrite]) -> Fields:
    """What the fields held before these writes, which are a song's last ones, oldest first.

    Goes from the last write back to the first. A value that no earlier write left was put there by
    a person or another program in between, and is the one to return to.
    """
    return {name: _before(name, writes) for name in _names(writes)}


def before_copied(histories: Iterable[Sequence[TagWrite]], held: Mapping[str, list[str]]) -> Fields:
    """The same for a copy of one of these songs, made at an unknown time.

    Covers the fields in `held`, without those that were changed in the copy since.
    """
    found: Fields = {}
    for writes in histories:
        for name, values in _before_copied(writes, held).items():
            if name not in found or FIELDS[name].alike(found[name], held[name]):
                found[name] = values
    return without_own(found)


def _before_copied(writes: Sequence[TagWrite], held: Mapping[str, list[str]]) -> Fields:
    found = {}
    for name in held:
        touching = [write for write in writes if name in write.change.old]
        leaving = [n for n, write in enumerate(touching) if _left(name, write, held[name])]
        if leaving:
            found[name] = _before(name, touching[: leaving[-1] + 1])
    return found


def without_own(fields: Fields) -> Fields:
    """The same without what only pacetag can have written, such as values out of a backup."""
    said = parse_pacetag(next(iter(fields.get("pacetag", [])), None))
    if said is None:
        return fields
    own = {"pacetag": [next(iter(fields["pacetag"]))]}
    own |= {"pace": said.values, "quodlibet": said.values}
    if said.listener is not None:  # which may be the value that a person typed
        del own["pace"]
    return {
        name: [] if name in own and _is_left(name, values, own[name]) else values
        for name, values in fields.items()
    }


def pace_left(writes: Sequence[TagWrite]) -> list[str]:
    """The single values of PACE that its last finished write left; [] where that is not known."""
    return next((list(PACE.split(new["pace"])) for new in _finished("pace", writes)), [])


def wrote_last(writes: Sequence[TagWrite], name: str, held: Sequence[str]) -> bool:
    """Whether a field holds what the last write of it put there, other than by an undo.

    A write that was found in the file or changed nothing does not tell whose the value is.
    """
    last = next(iter(_touching(name, writes)), None)
    if last is None or last.run is None or last.undoing or not last.change.new:
        return False
    same = FIELDS[name].same
    new = last.change.new[name]
    return bool(held) and same(held, new) and not same(held, last.change.old[name])


def was_tagged(writes: Sequence[TagWrite]) -> bool:
    """Whether the last finished write left pacetag's own tags in the file."""
    last = next((w for w in _touching("pacetag", writes) if w.finished), None)
    if last is None or last.undoing or last.change.new is None:
        return False
    return bool(last.change.new["pacetag"])


def noted_listener(writes: Sequence[TagWrite]) -> tuple[float, ...] | None:
    """A person's paces in the last PACETAG that was written, or is to be; None for none."""
    last = next(iter(_touching("pacetag", writes)), None)
    if last is None or last.change.new is None:
        return None
    said = parse_pacetag(next(iter(last.change.new["pacetag"]), None))
    return None if said is None else said.listener


def _finished(name: str, writes: Sequence[TagWrite]) -> Iterator[Mapping[str, list[str]]]:
    """What the finished writes of a field left, the last one first."""
    for write in _touching(name, writes):
        if write.finished and write.change.new is not None:
            yield write.change.new


def standing_runs(writes: Iterable[TagWrite]) -> list[int]:
    """The runs with writes among these that were not taken back, oldest first."""
    standing = (w.run for w in writes if w.run and not (w.undone or w.undoing))
    return list(dict.fromkeys(standing))


def externally_changed(writes: Sequence[TagWrite], held: Mapping[str, list[str]]) -> list[str]:
    """The fields of `held` that another program or a person changed after these writes."""
    return [name for name in held if not _is_ours(name, writes, held)]


def _names(writes: Sequence[TagWrite]) -> Iterator[str]:
    yield from dict.fromkeys(name for write in writes for name in write.change.old)


def _touching(name: str, writes: Sequence[TagWrite]) -> list[TagWrite]:
    return [write for write in reversed(writes) if name in write.change.old]


def _before(name: str, writes: Sequence[TagWrite]) -> list[str]:
    latest, *earlier = _touching(name, writes)
    value = latest.change.old[name]
    for write in earlier:
        if _left(name, write, value):
            value = write.change.old[name]
    return list(value)


def _left(name: str, write: TagWrite, value: list[str], *, whole: bool = False) -> bool:
    """Whether a write left this value; one that was not finished may have changed nothing."""
    if write.change.new is None or _is_left(name, value, write.change.new[name], whole=whole):
        return True
    return not write.finished and FIELDS[name].alike(write.change.old[name], value)


def _is_left(
    name: str, value: Sequence[str], written: Sequence[str], *, whole: bool = False
) -> bool:
    """Whether a value is what was written, or what other programs make of that."""
    if FIELDS[name].alike(value, written):
        return True
    return name in ("pace", "quodlibet") and is_mangled(value, written, whole=whole)


def _is_ours(name: str, writes: Sequence[TagWrite], held: Mapping[str, list[str]]) -> bool:
    touching = _touching(name, writes)
    if touching and touching[0].change.new is not None:
        return _left(name, touching[0], held[name], whole=True)
    return _looks_ours(name, held)


def _looks_ours(name: str, held: Mapping[str, list[str]]) -> bool:
    """The same by the fields alone, where it is not known what was written."""
    said = parse_pacetag(next(iter(held.get("pacetag", [])), None))
    if not held[name] or name == "bpm":  # which says nothing of who wrote it
        return True
    if name == "pacetag":
        return said is not None
    if said is None or (name == "pace" and said.listener is not None):  # a person may have typed it
        return False
    return _is_left(name, held[name], said.values, whole=True)
