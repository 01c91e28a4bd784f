"""Picture files, and the mark of those that pacetag drew."""

import io
import struct
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from pacetag.model.caches import use_writable_caches
from pacetag.tagger.errors import MissingExtraError, UsageError
from pacetag.tagger.files.output_files import OutputFile

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLOT = "--plot"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MARK = b"Software\0pacetag "  # beginning of a text chunk in our PNG files


def picture_output(
    named: Path, *, overwrite: bool, inputs: tuple[Path, ...], option: str = PLOT
) -> OutputFile:
    """The output file for a picture."""
    return OutputFile(
        named=named,
        option=option,
        noun="picture",
        is_ours=is_our_picture,
        binary=True,
        overwrite=overwrite,
        inputs=inputs,
    )


def picture_place(named: Path, inputs: tuple[Path, ...], *, overwrite: bool) -> OutputFile:
    """Return where a picture goes; it is never put in the place of an input.

    Raises TaggerError where it cannot, or must not, be written: before the work, which may take
    hours.
    """
    place = picture_output(named, overwrite=overwrite, inputs=inputs)
    place.check()
    check_kind(named)
    return place


def check_kind(named: Path) -> None:
    """Raise UsageError for a suffix of no picture, MissingExtraError without matplotlib."""
    use_writable_caches()
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(PLOT, "plot") from error
    known = Figure().canvas.get_supported_filetypes()
    if _kind(named) not in known:
        raise UsageError(
            f"{named}: a picture is none of the kind {_kind(named)!r} but one of "
            f"{', '.join(sorted(known))}; name a .png file"
        )


def picture(figure: "Figure", named: Path, *, dpi: int) -> bytes:
    """The figure as the content of a file, of the kind that the suffix names; PNG without one."""
    drawn = io.BytesIO()
    kind = _kind(named)
    mark = {"Software": f"pacetag {version('pacetag')}"} if kind == "png" else None
    figure.savefig(drawn, format=kind, dpi=dpi, metadata=mark)
    return drawn.getvalue()


def is_our_picture(content: bytes) -> bool:
    """Whether content is a PNG file that pacetag drew (see chapter 11.3.4 of its standard)."""
    if not content.startswith(_SIGNATURE):
        return False
    at = len(_SIGNATURE)
    while at + 8 <= len(content):
        (size,) = struct.unpack_from(">I", content, at)
        kind, text = content[at + 4 : at + 8], content[at + 8 : at + 8 + len(_MARK)]
        if kind == b"tEXt" and text == _MARK:
            return True
        at += 12 + size  # with its length, kind and checksum
    return False


def _kind(named: Path) -> str:
    return named.suffix.lower().removeprefix(".") or "png"
