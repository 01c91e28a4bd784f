"""Songs damaged on purpose: the same number always makes the same damage."""

import io
import random
import re
import zlib
from collections.abc import Callable, Mapping

from pacetag.tagger.tags.containers.ogg.pages import pages
from tests.tagger.attacks.bombs import BOMBS

# Where the structure of the containers shows: before, at and after these lie sizes and counts.
_NAMES = re.compile(
    rb"ID3|fLaC|OggS|RIFF|WAVE|fmt |data|id3 |FORM|AIF[FC]|COMM|SSND|FVER|ftyp|moov|mvhd|trak|tkhd"
    rb"|mdia|mdhd|minf|stbl|stsd|stts|stsc|stsz|stco|udta|meta|ilst|hdlr|free|mdat|----|mean|name"
    rb"|covr|esds|alac|mp4a|MAC |wvpk|MPCK|APETAGEX|TAG|DSD |OpusHead|OpusTags|\x01vorbis"
    rb"|\x03vorbis|\x05vorbis|Speex   |\x7fFLAC|Xing|Info|LAME|APIC|T[A-Z0-9]{3}|GEOB|PRIV|CHAP"
    rb"|CTOC|IHDR|IDAT|Cover Art|REPLAYGAIN|\xff\xfb|\xa6\xd9\x00\xaa|\xcf\x11\x8e"
)
_SIZES = (0, 1, 2, 7, 8, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF)
_SIZES_OF_8 = (1 << 31, 1 << 32, 1 << 40, (1 << 63) - 1, (1 << 64) - 1)

Mutation = Callable[[bytearray, random.Random, Mapping[str, bytes]], None]


def mutant(songs: Mapping[str, bytes], seed: str, number: int) -> tuple[str, str, bytes]:
    """Return the kind, the damage done to it, and the content of the song of that number."""
    draw = random.Random(f"{seed} {number}")
    kind = sorted(songs)[number % len(songs)]
    if draw.random() < 0.02:
        name = draw.choice(sorted(BOMBS))
        made = BOMBS[name](kind, songs[kind], draw)
        if made is not None:
            return kind, name, made
    data = bytearray(songs[kind])
    names = [draw.choice(sorted(MUTATIONS)) for _ in range(draw.choice((1, 1, 1, 2, 4)))]
    for name in names:
        MUTATIONS[name](data, draw, songs)
    if draw.random() < 0.5:
        mend_ogg(data)  # decoders skip pages with a wrong checksum
    return kind, "+".join(names), bytes(data)


def _place(data: bytearray, draw: random.Random) -> int:
    """Draw a place, most often where headers and tags lie."""
    if not data:
        return 0
    how = draw.random()
    if how < 0.4:
        sites = _sites(data)
        if sites:
            return min(len(data) - 1, max(0, draw.choice(sites) + draw.randint(-12, 24)))
    if how < 0.7:
        return draw.randrange(min(len(data), 4096))
    if how < 0.85:
        return len(data) - 1 - draw.randrange(min(len(data), 600))
    return draw.randrange(len(data))


def _sites(data: bytearray) -> list[int]:
    return [found.start() for found in _NAMES.finditer(data)]


def _part(data: bytearray, draw: random.Random) -> tuple[int, int]:
    """Draw a chunk between two names of chunks, or any stretch."""
    sites = [*_sites(data), len(data)]
    if len(sites) > 2 and draw.random() < 0.7:
        at = draw.randrange(len(sites) - 1)
        shift = draw.choice((0, 0, -4, -8))
        return max(0, sites[at] + shift), max(0, sites[at + 1] + shift)
    start = _place(data, draw)
    return start, min(len(data), start + draw.choice((1, 4, 100, 5000)))


def _flip_bits(data: bytearray, draw: random.Random, _: Mapping[str, bytes]) -> None:
    for _turn in range(draw.choice((1, 2, 8, 64)) if data else 0):
        data[_place(data, draw)] ^= 1 << draw.randrange(8)


def _odd_bytes(data: bytearray, draw: random.Random, _: Mapping[str, bytes]) -> None:
    for _turn in range(draw.choice((1, 4)) if data else 0):
        data[_place(data, draw)] = draw.choice((0, 1, 0x7F, 0x80, 0xFE, 0xFF, draw.randrange(256)))


def _cut_end(data: bytearray, draw: random.Random, _: Mapping[str, bytes]) -> None:
    del data[_place(data, draw) :]


def _cut_head(data: bytearray, draw: random.Random, _: Mapping[str, bytes]) -> None:
    del data[: _place(data, draw)]


def _drop(data: bytearray, draw: random.Random, _: Mapping[str, bytes]) -> None:
    start, stop = _part(data, draw)
    del data[start:stop]


def _double(data: bytearray, draw: random.Random, _: Mapping[str, bytes]) -> None:
    start, stop = _part(data, draw)
    data[stop:stop] = data[start:stop] * draw.choice((1, 1, 3))


def _swap(data: bytearray, draw: random.Random, _: Mapping[str, bytes]) -> None:
    (one, two), (three, four) = sorted((_part(data, draw), _part(data, draw)))
    if two <= three:
        data[one:four] = data[three:four] + data[two:three] + data[one:two]


def _blank(data: bytearray, draw: random.Random, _: Mapping[str, bytes]) -> None:
    start, stop = _part(data, draw)
    data[start:stop] = bytes([draw.choice((0, 0xFF))]) * (stop - start)


def _huge_sizes(data: bytearray, draw: random.Random, songs: Mapping[str, bytes]) -> None:
    for _ in range(5):
        _huge_size(data, draw, songs)


def _huge_size(data: bytearray, draw: random.Random, _: Mapping[str, bytes]) -> None:
    """Replace a number near a name by a huge, a tiny or a slightly wrong one."""
    width, order = draw.choice((1, 2, 3, 4, 4, 4, 8)), draw.choice(("big", "little"))
    place = _place(data, draw)
    near = (len(data) - place, len(data) + draw.randint(-9, 9), len(data) * 2)
    size = draw.choice((*_SIZES, *near, *(_SIZES_OF_8 if width == 8 else ())))
    field = (max(0, size) % (1 << 8 * width)).to_bytes(width, order)
    data[place : place + width] = field


def _id3_beyond(data: bytearray, draw: random.Random, _: Mapping[str, bytes]) -> None:
    """Put an ID3 tag in front that claims a length drawn at random."""
    size = draw.choice((len(data), len(data) - 10, len(data) + 1, (1 << 28) - 1, 1, 0))
    sevens = bytes(max(0, size) >> shift & 0x7F for shift in (21, 14, 7, 0))
    head = b"ID3" + bytes([draw.choice((2, 3, 4, 5)), 0, draw.choice((0, 0, 0x10, 0x40, 0x80))])
    if data[:3] == b"ID3" and draw.random() < 0.7:
        data[:10] = head + sevens
    else:
        data[:0] = head + sevens


def _graft(data: bytearray, draw: random.Random, songs: Mapping[str, bytes]) -> None:
    """Put a part of another container into the song."""
    other = bytearray(songs[draw.choice(sorted(songs))])
    start, stop = _part(other, draw)
    place = _place(data, draw)
    data[place : place + draw.choice((0, stop - start))] = other[start:stop]


def _join(data: bytearray, draw: random.Random, songs: Mapping[str, bytes]) -> None:
    """Append another song, as careless programs join them."""
    data += songs[draw.choice(sorted(songs))]


MUTATIONS: dict[str, Mutation] = {
    "flipped bits": _flip_bits,
    "odd bytes": _odd_bytes,
    "cut end": _cut_end,
    "cut head": _cut_head,
    "dropped part": _drop,
    "doubled part": _double,
    "swapped parts": _swap,
    "blanked part": _blank,
    "huge size": _huge_size,
    "huge sizes": _huge_sizes,
    "ID3 beyond": _id3_beyond,
    "graft": _graft,
    "joined": _join,
}

_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def mend_ogg(data: bytearray) -> None:
    """Correct the checksums of Ogg pages, so that decoders do not skip them."""
    if not data.startswith(b"OggS"):
        return
    for page in list(pages(io.BytesIO(data))):
        start = page.body - 27 - len(page.segments)
        data[start + 22 : start + 26] = bytes(4)
        whole = bytes(data[start : page.stop]).translate(_REVERSED)
        crc = ~zlib.crc32(whole, 0xFFFFFFFF) & 0xFFFFFFFF
        data[start + 22 : start + 26] = crc.to_bytes(4).translate(_REVERSED)
