"""The content of a recording, unpacked from gzip, within limits."""

import gzip
import io
import os
import zlib
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from pacetag.model.regular import NotRegularError, read_regular
from pacetag.tagger.errors import UsageError
from pacetag.tagger.runs.run import RunFileError
from pacetag.tagger.text.formatting import printable

# A day at one sample a second is 5 MB of FIT and 50 MB of GPX or TCX.
MOST = 200 * 2**20  # bytes, packed and unpacked
NAME_ONE = "name a FIT, GPX or TCX file"
GZIP = b"\x1f\x8b"
_PIECE = 2**20  # bytes that are unpacked at once


def read_content(path: Path) -> bytes:
    """Return the file's bytes, unpacked.

    Raises RunFileError, or UsageError for a folder and where nothing is.
    """
    real = Path(os.path.expanduser(path))  # noqa: PTH111 - Path's own raises without a home
    try:
        content = read_regular(real, most=_room(real))
    except NotRegularError as error:
        if real.is_dir() or not os.path.lexists(real):
            raise UsageError(f"{path}: is no file; {NAME_ONE}") from error
        raise RunFileError(path, f"{printable(str(error))}; {NAME_ONE}") from error
    if content.startswith(GZIP):
        content = _unpacked(path, io.BytesIO(content))
    if not content:
        raise RunFileError(path, "is empty; export the run again")
    return content


def _room(path: Path) -> int:
    """Return the file's size, up to MOST: reading reserves memory for as many bytes."""
    with suppress(OSError):
        return min(MOST, path.stat().st_size)
    return MOST


def _unpacked(path: Path, packed: BinaryIO) -> bytes:
    """Return what gzip packed; a few packed bytes may stand for terabytes."""
    pieces, size = list[bytes](), 0
    try:
        with gzip.open(packed) as file:
            while piece := file.read(_PIECE):
                size += len(piece)
                if size > MOST:
                    raise RunFileError(path, f"unpacks to more than {MOST // 2**20} MB; too large")
                pieces.append(piece)
    except (OSError, EOFError, zlib.error) as error:
        raise RunFileError(
            path, "its gzip packing is damaged or cut off; export the run again"
        ) from error
    return b"".join(pieces)
