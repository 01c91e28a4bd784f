"""How good a pace of a song is for a cadence: one number, made of six."""

from pacetag.tagger.playlist.intensity import AWAKE, Asked

WANDERING = 2.0  # share of the worth that a coefficient of variation of 1 would cost
MOST_WANDERING = 0.05  # a tempo that wanders more than that costs no more
RECENT = 0.2  # share of the worth that a song of the last playlist loses
FADING = 0.8  # and what is left of that loss with every playlist that was written since
INTENSITY = 0.4  # share of the worth that an intensity off by 1 would cost
LOVED = 1.1  # how many times its worth a song that the listener loves has


def worth(
    confidence: float,
    deviation: float,
    tolerance: float,
    *,
    stability: float | None = None,
    intensity: float | None = None,
    asked: Asked | None = None,
    ago: int | None = None,
    loved: bool = False,
) -> float:
    """Return the worth of a pace, 0 to 1.1.

    It is confidence × closeness × stability × intensity × rest × love.

    The confidence is the probability that a runner can step to the pace, 1 where the listener set
    it. Closeness falls from 1 on the cadence to one half at the edge (see `closeness`). A tempo
    that wanders by 1 % costs 2 %, up to 10 %; one that was never measured costs nothing. An
    intensity outside of what is asked for costs 4 % for each tenth; where nothing is asked, so does
    one below 0.2. A song of the last playlist that was written loses a fifth, of the one before
    16 %, and so on. A loved song gains a tenth. Only the last can lift a pace above confidence ×
    closeness, by which the index ranks paces. Rounded, so that equal songs are equal on every
    machine.

    Args:
        confidence: 0 to 1.
        deviation: pace / cadence - 1.
        tolerance: the widest deviation that fits; 0 where only the cadence itself does.
        stability: coefficient of variation of the tempo.
        intensity: 0 to 1; None where it was not measured, which counts as the middle.
        asked: the intensity that is asked for; None where none is in particular.
        ago: how many playlists ago the song was in one, 1 for the last.
        loved: whether the listener loves it.
    """
    own = confidence * steadied(stability) * driven(intensity, asked)
    own *= rested(ago) * (LOVED if loved else 1.0)
    return round(own * closeness(deviation, tolerance), 9)


def closeness(deviation: float, tolerance: float) -> float:
    """Return 1 on the cadence, falling as a parabola to one half at the edge of the tolerance.

    One per cent is hardly felt and the last one clearly. So a song at the edge must have twice the
    confidence of one on the cadence to rank with it.
    """
    part = abs(deviation) / tolerance if tolerance > 0 else 0.0
    return 1 - part**2 / 2


def steadied(stability: float | None) -> float:
    """Return the factor for a tempo that wanders by this coefficient of variation."""
    return 1 - WANDERING * min(stability or 0.0, MOST_WANDERING)


def driven(intensity: float | None, asked: Asked | None) -> float:
    """Return the factor for a song of this intensity where another may be asked for."""
    return 1 - INTENSITY * (asked or AWAKE).distance(intensity)


def rested(ago: int | None) -> float:
    """Return the factor for a song that was in a playlist so many playlists ago; None: never."""
    return 1.0 if ago is None else 1 - RECENT * FADING ** (ago - 1)
