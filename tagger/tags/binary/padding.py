"""How much empty room a tag gets, so that the next change need not move the sound."""

MOST = 4096  # bytes that a tag gets when the file is made anew anyway
KEPT = 1 << 16  # bytes that a tag may keep; beyond that a file is worth making smaller


def padding_for(room: int) -> int:
    """Padding in bytes where `room` bytes are left (negative: lacking) in the old one.

    What is left stays as it is, since only then nothing else moves and the tag can be written in
    its place.
    """
    return room if 0 <= room <= KEPT else MOST
