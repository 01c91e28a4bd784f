"""The form of a row in the registry, and the protocol of a layout."""

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
        """Whether its tag has only pacetag's fields and copies of older tags."""

    def kept(self, names: Collection[str]) -> tuple[bytes, ...]:
        """All but the sound that must be byte for byte the same after those fields are written."""

    def write(self, source: BinaryIO, target: BinaryIO, wanted: Wanted) -> None:
        """Write source, whose layout this is, to target with other values of these fields."""


@dataclass(frozen=True, kw_only=True)
class Magic:
    """Bytes by which a file is recognised."""

    place: int = 0  # of the first of them
    what: bytes
    mask: bytes = b""  # bits of them that count; all of them by default

    def is_in(self, head: bytes) -> bool:
        """Whether a file that begins with `head` has them."""
        there = head[self.place : self.place + len(self.what)]
        if self.mask:
            there = bytes(byte & bits for byte, bits in zip(there, self.mask, strict=False))
        return there == self.what


@dataclass(frozen=True, kw_only=True)
class Container:
    """One kind of file. Suffixes are in lower case, functions are named `module:function`."""

    name: str
    family: str = ""  # column of the field table with its names; none for what is only read
    kind: str  # mutagen's class for it, or one of our own
    suffixes: tuple[str, ...] = ()  # of songs
    rare: tuple[str, ...] = ()  # of films, books and so on, which are songs only if named
    magic: tuple[Magic, ...] = ()  # any of these; none if mutagen goes by suffix and frames
    stream: bytes = b""  # how the first packet of an Ogg stream begins
    behind_id3: bool = False  # whether it is read with an ID3 tag in front of it
    opener: str = ""  # (class, open file) -> object of that class; the class by default
    layout: str = ""  # (open file) -> Layout, which writes its tags
    only_read: str = ""  # why its tags are not written, if there is no layout
    check: str = ""  # (open file) -> None: LayoutError for damage that only all of it shows
    older: str = ""  # (open file) -> Copies: fields of tags beside the one that mutagen reads
    shorter: str = ""  # (open file) -> Shorter parts of large tags; of ID3 and APE by default
    sound: str = ""  # (open file, size) -> spans of the sound; all between tags by default

    def open(self, kind: Any, source: BinaryIO) -> Any:
        """An open file as mutagen reads it, with its class for the container or a subclass."""
        return load(self.opener)(kind, source) if self.opener else kind(source)

    def is_in(self, head: bytes) -> bool:
        """Whether a file that begins with `head` is of this kind, or for Ogg of any kind in it."""
        return any(magic.is_in(head) for magic in self.magic)


@cache
def load(name: str) -> Any:
    """The function or class with a name such as `module:Class.function`."""
    module, _, place = name.partition(":")
    return attrgetter(place)(import_module(module))
