"""Kinds of values that a setting can have, and how each is read from TOML and from a variable."""

import math
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pacetag.tagger.paces import PaceRange

WIDEST = 0.5  # of the cadence, as playlists take it
_TOLERANCE = re.compile(r"(\d{1,6}(?:\.\d{0,9})?|\.\d{1,9})\s*(%|steps|)", re.ASCII)
_SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*([KMGT]i?B)", re.ASCII | re.IGNORECASE)
_BYTES = {"kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_BYTES |= {"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40}
_FILE = re.compile(r'[^\x00-\x1f<>:"/\\|?*.][^\x00-\x1f<>:"/\\|?*]{0,99}\.(m3u8?|xspf|pls)')
_NAME = re.compile(r"[^\W\d][\w-]*")
_SWITCH = {"1": True, "true": True, "yes": True, "on": True}
_SWITCH |= {"0": False, "false": False, "no": False, "off": False}
_TYPES: dict[type, str] = {dict: "a table", list: "a list"}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a setting takes."""

    words: str  # follows "must be"
    check: Callable[[Any], Any]  # TOML's value to the program's; None if it is not of this kind
    parse: Callable[[str], Any] = str  # a variable's text to what `check` takes

    def from_toml(self, given: Any) -> Any:
        """Return the value as the program takes it. Raises ValueError with what it must be."""
        value = self.check(given)
        if value is None:
            raise ValueError(f"must be {self.words}, not {_shown(given)}")
        return value

    def from_text(self, text: str) -> Any:
        """Return the same for the text of a variable."""
        try:
            given = self.parse(text)
        except (ValueError, KeyError):
            given = text
        return self.from_toml(given)


def whole(least: int) -> Kind:
    """Return the kind of whole numbers from `least` on."""

    def check(given: Any) -> int | None:
        return given if type(given) is int and given >= least else None

    return Kind(words=f"a whole number of at least {least}", check=check, parse=int)


def number(least: float, most: float = math.inf) -> Kind:
    """Return the kind of numbers from `least` to `most`."""

    def check(given: Any) -> float | None:
        fits = type(given) in (int, float) and least <= given <= most and math.isfinite(given)
        return float(given) if fits else None

    end = f"from {least:g} to {most:g}" if math.isfinite(most) else f"of at least {least:g}"
    return Kind(words=f"a number {end}", check=check, parse=float)


def choice(*names: str) -> Kind:
    """Return the kind of the texts that are among `names`."""

    def check(given: Any) -> str | None:
        return given if given in names else None

    return Kind(words=f"one of {', '.join(names)}", check=check)


def _switch(given: Any) -> bool | None:
    return given if type(given) is bool else None


def _path(given: Any) -> Path | None:
    if isinstance(given, Path):  # of a variable, which a shell has expanded
        return given
    if not isinstance(given, str) or "\0" in given:
        return None
    path = Path(os.path.expanduser(given))  # noqa: PTH111 - Path's own can raise
    return path if path.is_absolute() else None


def _paths(given: Any) -> list[Path] | None:
    found = [_path(each) for each in given] if isinstance(given, list) else []
    paths = [each for each in found if each is not None]
    return paths if isinstance(given, list) and len(paths) == len(given) else None


def _tolerance(given: Any) -> str | None:
    text = given
    if type(given) in (int, float):
        text = f"{given:.9f}".rstrip("0").rstrip(".")
    found = _TOLERANCE.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None or found[2] == "steps":
        return text if found else None
    share = float(found[1]) / (100 if found[2] else 1)
    return text if share <= WIDEST else None


def _size(given: Any) -> int | None:
    found = _SIZE.fullmatch(given.strip()) if isinstance(given, str) else None
    if found is not None:
        given = round(float(found[1]) * _BYTES[found[2].lower()])
    return given if type(given) is int and given > 0 else None


def _file(given: Any) -> str | None:
    good = isinstance(given, str) and _FILE.fullmatch(given) is not None
    return given if good else None


def _place(given: Any) -> Path | str | None:
    good = isinstance(given, str) and _NAME.fullmatch(given) is not None
    return given if good else _path(given)


def _text(given: Any) -> str | None:
    return given if isinstance(given, str) and given.strip() else None


def _texts(given: Any) -> list[str] | None:
    good = isinstance(given, list) and all(isinstance(each, str) and "=" in each for each in given)
    return given if good else None


def _pace_range(given: Any) -> str | None:
    try:
        return str(PaceRange.read(given)) if isinstance(given, str) else None
    except ValueError:
        return None


def _patterns(given: Any) -> list[str] | None:
    good = isinstance(given, list) and all(_text(each) and "\0" not in each for each in given)
    return given if good else None


SWITCH = Kind(words="true or false", check=_switch, parse=lambda text: _SWITCH[text.lower()])
PATH = Kind(words="an absolute path, or one that begins with ~", check=_path, parse=Path)
PATTERNS = Kind(words='a list of patterns such as "Audiobooks" or "*.part.mp3"', check=_patterns)
PATHS = Kind(words="a list of absolute paths, or of some that begin with ~", check=_paths)
TOLERANCE = Kind(
    words=f'a tolerance such as "4%", 0.04 or "6steps", up to {WIDEST}', check=_tolerance
)
PACES = Kind(words='a range of paces such as "140-190", "140.." or "..190"', check=_pace_range)
TEXT = Kind(words="a text", check=_text)
SIZE = Kind(words='a size such as "2GB", "500MiB" or a number of bytes', check=_size, parse=str)
FILE = Kind(words='the name of a playlist file, as "run.m3u8"; or .m3u, .xspf, .pls', check=_file)
PLACE = Kind(words=f"{PATH.words}, or the name of a target", check=_place)
MAPS = Kind(words='a list of texts "FROM=TO"', check=_texts)


def _shown(given: Any) -> str:
    """Return a value as a sentence names it."""
    if type(given) in _TYPES:
        return _TYPES[type(given)]
    if isinstance(given, bool):
        return str(given).lower()
    return f'"{given}"' if isinstance(given, str | Path) else str(given)
