"""How much longer or shorter a song gets that is stretched to exactly a cadence."""

EXACT = 0.003  # share of the cadence by which a song may be off and is not stretched
DECIMALS = 6  # of a factor


def factor_of(pace: float, cadence: float) -> float:
    """Return a copy's length as a share of the song's; 1 where the song is near enough."""
    factor = round(pace / cadence, DECIMALS)
    return factor if abs(factor - 1) > EXACT else 1.0
