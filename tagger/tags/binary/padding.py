"""Padding of tags, so that the next change does not move the sound."""

MOST = 4096  # bytes that a tag gets when the file is rewritten anyway
KEPT = 1 << 16  # bytes that a tag may keep; more is worth a rewrite of the file


def padding_for(room: int) -> int:
    """Bytes of padding if `room` bytes are left in the old tag (negative: missing).

    What is left stays, if it can: only then nothing moves and the tag is written in place.
    """
    return room if 0 <= room <= KEPT else MOST
