"""The kinds of songs that tests work on: every container, with and without tags."""

from collections.abc import Callable
from pathlib import Path

from mutagen import oggflac, oggopus, oggspeex, oggvorbis

from tests.tagger.tags.dressing import (
    LARGE_PICTURE,
    dress_ape,
    dress_asf,
    dress_chunks,
    dress_comments,
    dress_flac,
    dress_id3,
    dress_id3v22,
    dress_mp4,
    dress_trailers,
    id3v1,
)
from tests.tagger.tags.encoding import encode, encode_reference_flac

TITLES = {
    "mp3-v24": "Låt",
    "mp3-v23": "Låt",
    "mp3-v23tight": "Låt",
    "mp3-v22": "Old",
    "mp3-v1": "Title of the end",
    "mp3-trailers": "Låt",
    "mp3-ape": "Låt",
    "mp3-bare": None,
    "flac": "Låt",
    "flac-tight": "Låt",
    "flac-bare": None,
    "ogg": "Låt",
    "ogg-picture": "Låt",
    "ogg-bare": None,
    "opus": "Låt",
    "opus-picture": "Låt",
    "opus-bare": None,
    "oga": "Låt",
    "oga-picture": "Låt",
    "oga-bare": None,
    "spx": "Låt",
    "spx-bare": None,
    "m4a": "Låt",
    "m4a-fast": "Låt",
    "m4a-fasttight": "Låt",
    "m4a-alac": "Låt",
    "m4a-alacfastbare": None,
    "m4a-bare": None,
    "wav": "Låt",
    "wav-front": "Låt",
    "wav-bare": None,
    "aiff": "Låt",
    "aiff-bare": None,
    "aifc": "Låt",
    "dsf": "Låt",
    "dsf-bare": None,
    "wma": "Låt",
    "wma-bare": None,
    "ape": "Låt",
    "ape-v1": "Låt",
    "ape-bare": None,
    "wv": "Låt",
    "wv-bare": None,
    "mpc": "Låt",
    "mpc-bare": None,
    "tta": "Låt",
    "tta-bare": None,
}
SOME = ["mp3-v23", "flac", "ogg", "m4a-fast"]  # where the container hardly matters
NO_PADDING = ("ape", "wv", "mpc")  # containers whose tags stand at the end without any


def make(kind: str, folder: Path) -> Path:
    """Make a song of the kind: a container, then the tags that it gets."""
    container, _, dress = kind.partition("-")
    path = folder / f"{kind}.{container}"
    if kind in ("oga", "oga-picture"):
        encode_reference_flac(path)
    else:
        encode(path, "alac" if "alac" in dress else "", fast="fast" in dress)
    if "bare" not in dress:
        _DRESSERS[container](path, dress)
    return path


def _dress_mp3(path: Path, dress: str) -> None:
    if dress == "v22":
        dress_id3v22(path)
    elif dress == "v1":
        path.write_bytes(path.read_bytes() + id3v1(b"Title of the end"))
    elif dress == "trailers":
        dress_trailers(path)
    elif dress == "ape":
        dress_ape(path)
    else:
        dress_id3(path, int(dress[2]), padding=0 if "tight" in dress else 2000)


def _dress_ogg(kind: type) -> Callable[[Path, str], None]:
    return lambda path, dress: dress_comments(path, kind, LARGE_PICTURE if dress else b"")


def _dress_ape(path: Path, dress: str) -> None:
    dress_ape(path)
    if dress == "v1":
        path.write_bytes(path.read_bytes() + id3v1(b"Title of the end"))


_DRESSERS: dict[str, Callable[[Path, str], None]] = {
    "mp3": _dress_mp3,
    "flac": lambda path, dress: dress_flac(path, padding=0 if dress else 3000),
    "ogg": _dress_ogg(oggvorbis.OggVorbis),
    "opus": _dress_ogg(oggopus.OggOpus),
    "oga": _dress_ogg(oggflac.OggFLAC),
    "spx": _dress_ogg(oggspeex.OggSpeex),
    "m4a": lambda path, dress: dress_mp4(path, padding=0 if "tight" in dress else 3000),
    "wav": lambda path, dress: dress_chunks(path, 3 if dress else 4, front=bool(dress)),
    "aiff": lambda path, _: dress_chunks(path, 3),
    "aifc": lambda path, _: dress_chunks(path, 4),
    "dsf": lambda path, _: dress_id3(path, 4),
    "wma": lambda path, _: dress_asf(path),
    "tta": lambda path, _: dress_id3(path, 3),
    "ape": _dress_ape,
    "wv": _dress_ape,
    "mpc": _dress_ape,
}
