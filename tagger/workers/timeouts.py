"""The timeout of a song, which grows with its length."""

# Judging a song takes about as long as decoding it: some tenths of a second on an idle processor,
# and a few seconds for an hour of sound in which the decoder cannot seek. The timeouts allow a
# hundred times that for a machine under load, since giving up a good song is the worse error.
LEAST = 60.0  # s for every song
PER_HOUR = 120.0  # s more for each hour of sound
# At the lowest priority, a worker on a busy machine gets a few hundredths of a processor.
NICE = 10.0  # times as long

# The size tells the length of a song whose header does not, and bounds a header that lies.
USUAL_RATE = 16_000  # bytes a second of sound, 128 kbit/s: an hour of it is 58 MB
LOWEST_RATE = 1_000  # bytes a second of sound, 8 kbit/s; no codec for music goes lower


def seconds_allowed(duration: float | None, size: int, *, nice: bool = False) -> float:
    """Seconds for a song of `duration` seconds, if that is known, in a file of `size` bytes."""
    length = size / USUAL_RATE if duration is None else min(size / LOWEST_RATE, duration)
    limit = LEAST + PER_HOUR * max(0.0, length) / 3600
    return NICE * limit if nice else limit


def gave_up(limit: float, *, waiting: bool = False) -> str:
    """Why a song that took longer than its limit has failed, as a clause for a person.

    `waiting`: it spent nearly all that time waiting for its disk.
    """
    if waiting:
        return f"gave up after {limit:.0f} s, as its disk does not answer"
    return f"gave up after {limit:.0f} s without a result, as a damaged file can cause"
