"""Fonts for names of songs in any script, and Latin letters for characters without a font."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from matplotlib.font_manager import FontEntry, fontManager
from matplotlib.ft2font import FT2Font

USUAL = "DejaVu Sans"  # ships with matplotlib
_NO_FONT = ("lastresort", "last resort", "emoji", "unifont csur")  # boxes, or colour glyphs only
_LETTERS = (
    " LETTER ",
    " SYLLABLE ",
    " SIGN ",
    " CHARACTER ",
)  # in a character's Unicode name, before its sound


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A text as it can be drawn."""

    text: str
    families: tuple[str, ...]  # fonts, the preferred one first


def drawable(text: str) -> Drawn:
    """The text with the fonts it needs; characters without a font are spelt in Latin letters."""
    missing = {sign for sign in text if not sign.isspace()} - _signs_of_usual()
    families = [USUAL]
    for entry in _others() if missing else ():
        found = missing & _signs(entry.fname)
        if found:
            families.append(entry.name)
            missing -= found
        if not missing:
            break
    spelt = "".join(_spelt(sign) if sign in missing else sign for sign in text)
    return Drawn(text=spelt, families=tuple(dict.fromkeys(families)))


def _others() -> Iterable[FontEntry]:
    """Further fonts, upright ones of usual weight first."""
    entries = [
        entry
        for entry in fontManager.ttflist
        if entry.name != USUAL and not any(word in entry.name.lower() for word in _NO_FONT)
    ]
    return sorted(
        entries,
        key=lambda entry: (
            entry.style != "normal",
            str(entry.weight) not in ("400", "normal", "regular"),
            "sans" not in entry.name.lower(),
            entry.name,
        ),
    )


def _signs_of_usual() -> set[str]:
    entry = next((each for each in fontManager.ttflist if each.name == USUAL), None)
    return set() if entry is None else _signs(entry.fname)


@cache
def _signs(file: str) -> set[str]:
    try:
        return set(map(chr, FT2Font(file).get_charmap()))
    except (OSError, RuntimeError, ValueError):  # a font that cannot be read has none
        return set()


def _spelt(sign: str) -> str:
    """A character as Latin letters: by its decomposition, its name, or else its number."""
    plain = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
    if plain.isprintable() and plain:
        return plain
    if unicodedata.category(sign) in ("Mn", "Me", "Cf", "Sk", "Lm"):  # modifies another character
        return ""
    name = unicodedata.name(sign, "")
    for word in _LETTERS:
        if word in name:
            return name.rpartition(word)[2].split(" WITH ")[0].replace(" ", "").lower()
    if name and "IDEOGRAPH" not in name:
        return f"({name.lower()})"
    return f"[U+{ord(sign):X}]"
