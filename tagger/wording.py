"""Numbers and names as people read them."""

import unicodedata


def printable(text: str) -> str:
    """A path or tag that is safe on a terminal: no control characters, nothing undecodable."""
    if text.isprintable():  # nearly every name, and thirty times as quick
        return text
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(sign) in ("Cc", "Cs") else sign
        for sign in text
    )


def songs(count: int) -> str:
    """A number of songs."""
    return "1 song" if count == 1 else f"{count:,} songs".replace(",", "\N{NO-BREAK SPACE}")


def clock(seconds: float) -> str:
    """A duration as 3:05 or 1:02:45."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def histogram_lines(bins: tuple[tuple[int, int], ...], *, width: int = 40) -> list[str]:
    """Bars of at most `width` signs for the bins that hold something, and those between them."""
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
    length = -(-count * width // most)  # rounded up: one song is seen beside a thousand
    return f"{'#' * length} {count}" if count else "0"
