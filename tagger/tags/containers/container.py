"""What the registry says of a container, and what the layout of its files must offer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from operator import attrgetter
from typing import Any, BinaryIO, Protocol

Wanted = Mapping[str, Sequence[str]]


class Layout(Protocol):
    """Where everything lies in one file, so that a few fields can change and nothing else."""

    @property
    def holds_copies(self) -> bool:
        """Whether its tag has nothing but pacetag's fields and copies of what older tags say."""

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """All that must be byte for byte the same after those fields were written, sound aside."""

    def write(self, source: BinaryIO, target: BinaryIO, wanted: Wanted) -> None:
        """Write source, the file that the layout is of, to target with other values."""


@dataclass(frozen=True, kw_only=True)
class Magic:
    """Bytes by which a file is recognised."""

    place: int = 0  # of the first of them
    what: bytes
    mask: bytes = b""  # bits of them that count; all of them by default

    def is_in(self, head: bytes) -> bool:
        """Whether a file that begins so has them."""
        there = head[self.place : self.place + len(self.what)]
        if self.mask:
            there = bytes(byte & bits for byte, bits in zip(there, self.mask, strict=False))
        return there == self.what


@dataclass(frozen=True, kw_only=True)
class Container:
    """One kind of file. Suffixes are in lower case, functions are named `module:function`."""

    name: str
    family: str = ""  # column of the field table that has the names of its tags; none for texts
    kind: str  # mutagen's class for it, or one like these
    suffixes: tuple[str, ...] = ()  # of files that a walk takes for songs
    rare: tuple[str, ...] = ()  # of films, books and the like, songs where a person names them
    magic: tuple[Magic, ...] = ()  # any of these; none where mutagen tells it by suffix and frames
    stream: bytes = b""  # how the first packet of an Ogg stream begins
    behind_id3: bool = False  # whether it is read with an ID3 tag in front of it
    opener: str = ""  # (class, open file) -> what mutagen makes of it; the class alone by default
    layout: str = ""  # (open file) -> Layout, which writes its tags
    only_read: str = ""  # why they are not written, where there is no layout
    check: str = ""  # (open file) -> None: LayoutError for what only a look at all of it tells
    older: str = ""  # (open file) -> Copies: texts of tags beside the one that mutagen reads
    shorter: str = ""  # (open file) -> parts of large tags to leave out; of ID3 and APE by default
    sound: str = ""  # (open file, its size) -> spans of the sound; all between tags by default

    def open(self, kind: Any, source: BinaryIO) -> Any:
        """What mutagen makes of an open file with its class for it, or one derived from that."""
        return load(self.opener)(kind, source) if self.opener else kind(source)

    def is_in(self, head: bytes) -> bool:
        """Whether a file that begins so is of this kind; of Ogg, which holds several, of any."""
        return any(magic.is_in(head) for magic in self.magic)


@cache
def load(name: str) -> Any:
    """The function or class of a name such as `module:Class.function`."""
    module, _, place = name.partition(":")
    return attrgetter(place)(import_module(module))
