"""How much empty room a tag gets, so that the next change need not move the sound."""

LEAST, MOST = 1024, 4096  # bytes


def padding_for(room: int) -> int:
    """Padding in bytes, 1 to 4 KiB, where `room` bytes are left (negative: lacking) in the old one.

    What is left stays where it is enough, so that sizes and offsets change as seldom as possible.
    """
    return min(room, MOST) if room >= LEAST else MOST
