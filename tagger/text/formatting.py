"""Numbers and names as people read them."""

import re
from collections.abc import Iterable

# Characters that command a terminal, end a line, change the direction of what follows, or are no
# text. Joiners and combining marks stay: emoji and many scripts are written with them.
_UNSAFE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # controls: ESC, BEL, DEL, and C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # of direction: marks, overrides, isolates
    "\u206a-\u206f"  # of shape and direction, long deprecated
    "\u2028\u2029"  # ends of lines and paragraphs
    "\ud800-\udfff"  # surrogates: bytes of a name that is no text
    "]"
)


def printable(text: str) -> str:
    """The text without characters that could command a terminal or cannot be encoded."""
    if text.isprintable():  # nearly every name, and thirty times as quick
        return text
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)


def is_utf8(text: str) -> bool:
    """Whether UTF-8 can hold a text; it cannot hold bytes of a file name that were no text."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def songs(count: int) -> str:
    """A number of songs, as "1 song" or "1 234 songs"."""
    return counted(count, "song")


def counted(count: int, noun: str) -> str:
    """A number of things whose plural ends in s, as "1 folder" or "1 234 folders"."""
    return f"{grouped(count)} {noun}" + "s" * (count != 1)


def grouped(number: int) -> str:
    """A whole number whose thousands stand apart, as "1 234"."""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")


def percent(probability: float) -> str:
    """A probability as 98%, 99.7% or 0.4%; never 0% or 100%."""
    if 0.01 <= probability <= 0.99:
        return f"{probability:.0%}"
    text = f"{probability:.1%}"
    return {"0.0%": "<0.1%", "100.0%": ">99.9%"}.get(text, text)


def share(value: float) -> str:
    """A counted share as 0.987; 0.000 and 1.000 mean exactly none and all."""
    text = f"{value:.3f}"
    if text == "0.000" and value > 0:
        return "<0.001"
    return ">0.999" if text == "1.000" and value < 1 else text


def clock(seconds: float) -> str:
    """A duration as 3:05 or 1:02:45."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def listed_paces(rates: Iterable[float]) -> str:
    """Paces as a person set them, or "none"."""
    return ", ".join(f"{bpm:g}" for bpm in rates) or "none"


def histogram_lines(bins: tuple[tuple[int, int], ...], *, width: int = 40) -> list[str]:
    """Bars of at most `width` signs, from the first filled bin to the last."""
    filled = [start for start, count in bins if count]
    if not filled:
        return []
    most = max(count for _, count in bins)
    counts = dict(bins)
    return [
        f"{start:>3}-{start + 9:<3}  {_bar(counts.get(start, 0), most, width)}"
        for start in range(filled[0], filled[-1] + 1, 10)
    ]


def _bar(count: int, most: int, width: int) -> str:
    length = -(-count * width // most)  # rounded up: one song is visible beside a thousand
    return f"{'#' * length} {count}" if count else "0"
