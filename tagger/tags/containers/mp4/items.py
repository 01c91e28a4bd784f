"""The entries of an MP4 file's list of tags (ilst): named and made."""

from collections.abc import Sequence

from pacetag.tagger.tags.binary.content import Data, held
from pacetag.tagger.tags.containers.mp4.atoms import Atom, atoms_in, render_atom
from pacetag.tagger.tags.errors import LayoutError

_TEXT, _INTEGER = 1, 21  # types of data


def item_name(data: Data, item: Atom) -> str:
    """The entry's name in the field table; custom names in capitals, as they are compared."""
    name = item.name.decode("latin-1")
    if item.name != b"----":
        return name
    try:
        parts = {
            part.name: held(data, part.body + 4, part.stop)
            for part in atoms_in(data, item.body, item.stop)
            if part.name in (b"mean", b"name")
        }
    except LayoutError:  # a damaged entry is foreign, and stays
        return name
    mean, label = (parts.get(each, b"").decode("utf-8", "replace") for each in (b"mean", b"name"))
    return f"{name}:{mean}:{label}".upper()


def make_item(name: str, values: Sequence[str]) -> bytes:
    """One entry with these values: custom text, or whole numbers."""
    if not name.startswith("----"):
        return render_atom(name.encode("latin-1"), *(_number(value) for value in values))
    _, mean, label = name.split(":")
    return render_atom(
        b"----",
        render_atom(b"mean", bytes(4), mean.encode()),
        render_atom(b"name", bytes(4), label.encode()),
        *(_data(_TEXT, value.encode()) for value in values),
    )


def _number(value: str) -> bytes:
    try:
        return _data(_INTEGER, int(value).to_bytes(2, signed=True))
    except (ValueError, OverflowError) as error:
        raise LayoutError(f"MP4 holds a tempo as a whole number, and {value!r} is none") from error


def _data(kind: int, content: bytes) -> bytes:
    return render_atom(b"data", kind.to_bytes(4), bytes(4), content)
