"""How long a song may take before it is given up: a limit that grows with its length."""

# Judging takes a song about as long as decoding it: some tenths of a second, on a processor that
# does nothing else, and a few seconds for an hour of sound that cannot be sought in. The limits
# leave a machine under load a hundred times that, since giving up a good song is the worse error.
LEAST = 60.0  # s that every song is given
PER_HOUR = 120.0  # s more for each hour of sound
# With the lowest priority, a worker on a busy machine gets a few hundredths of a processor.
NICE = 10.0  # times as long

# Bytes tell the length of a song that does not say it, and bound that of one that may lie.
USUAL_RATE = 16_000  # bytes a second of sound, 128 kbit/s: an hour of it is 58 MB
LOWEST_RATE = 1_000  # bytes a second of sound, 8 kbit/s; no codec for music goes lower


def seconds_allowed(duration: float | None, size: int, *, nice: bool = False) -> float:
    """The limit for a song of `duration` seconds, if that is known, in a file of `size` bytes."""
    length = size / USUAL_RATE if duration is None else min(size / LOWEST_RATE, duration)
    limit = LEAST + PER_HOUR * max(0.0, length) / 3600
    return NICE * limit if nice else limit


def gave_up(limit: float, *, waiting: bool = False) -> str:
    """Why a song that took longer than its limit has failed, as a clause for a person.

    `waiting`: nearly all the time for its disk.
    """
    if waiting:
        return f"gave up after {limit:.0f} s, as its disk does not answer"
    return f"gave up after {limit:.0f} s without a result, as a damaged file can cause"
