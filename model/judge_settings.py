"""Every number that decides what is heard in a song, beside the network that it goes with.

They travel in bundle.json, so that a network is judged with the numbers that were chosen for it.
"""

from dataclasses import dataclass, field
from math import log
from typing import Any


def within(default: float, least: float, most: float) -> Any:
    """A number of the settings, with the range in which a bundle may have it."""
    return field(default=default, metadata={"least": least, "most": most})


@dataclass(frozen=True, kw_only=True)
class ScheduleSettings:
    """Which parts of a song are heard before its tempos are settled."""

    # Left out at each end of a song: intros and fades (the 2019 prototype).
    edge_seconds: float = within(2**19 / 22_050, 0.0, 600.0)  # s
    whole_below: float = within(100.0, 0.0, 3600.0)  # s; of shorter songs little would be left
    probe_seconds: float = within(15.0, 1.0, 600.0)  # s; 16 beats at 64 a minute
    probes: int = within(3, 1, 20)  # spread over the song, they show whether the tempo stays
    gap_seconds: float = within(30.0, 1.0, 600.0)  # s heard of each gap between probes, at most
    # Judgements of tempos that may be wrong, as their probabilities say, before the gaps are heard
    # too. What other values cost and gain stands in docs/performance.md.
    expected_errors: float = within(0.5, -1.0, 1e6)


@dataclass(frozen=True, kw_only=True)
class CandidateSettings:
    """Which candidates the network is asked about.

    A tempo is pruned if it is below `faint` and no relative of a strong one: a level may be heard
    without any peak. That prunes one candidate of two, and 2 of the 957 right levels from 52 to 300
    of 495 validation songs; F1 of their sets stays the same.
    """

    faint: float = within(0.4, 0.0, 1.0)  # share of the highest peak in the autocorrelation
    strong: float = within(0.7, 0.0, 1.0)  # the same


@dataclass(frozen=True, kw_only=True)
class ClipSettings:
    """In which clips of a song the network is asked about a tempo, and what each counts for."""

    fewest: int = within(3, 1, 100)  # clips of a song, shared among its excerpts
    usual_bpm: float = within(120.0, 20.0, 1000.0)  # at it the clips of an excerpt lie end to end
    probes: int = within(3, 1, 100)  # clips of a song in which every tempo is judged
    # Logit that a tempo must reach in one of these to be judged in the others as well; three of
    # four candidates do not. A tempo that is there in a part of the song only does, and is kept.
    pruned_below: float = within(-4.0, -1e6, 1e6)
    # What a clip without any beat still counts for, so that a song of such clips is judged by all.
    least_weight: float = within(0.02, 1e-6, 1e6)


@dataclass(frozen=True, kw_only=True)
class MetreSettings:
    """How the metre log-odds of triple over duple follow from the sound.

    A line from the score to the logarithm of its likelihood ratio. Logistic regression, both kinds
    in equal parts, of 53 tempos in triple and 597 in duple metre of training songs, heard by their
    percussive part, gave a slope of 31 and an offset of -3.6. The metre counts twice, since that
    raised F1 of validation songs in triple, compound and odd metre; for them the offset would be
    less (docs/experiments.md).
    """

    slope: float = within(60.0, -1e6, 1e6)  # log-odds for a score of 1
    offset: float = within(-4.0, -1e6, 1e6)  # log-odds
    most: float = within(6.0, 0.0, 100.0)  # log-odds, either way
    pruned_below: float = within(-3.0, -1e6, 1e6)  # calibrated logit; a lower one has log-odds 0
    clear: float = within(2.0, 0.0, 100.0)  # log-odds from which those of a lone level are believed


@dataclass(frozen=True, kw_only=True)
class FamilySettings:
    """Which tempos are levels of one metre, or even the same tempo.

    A person who can step to every pulse and to every fourth can step to every second: among 355
    such pairs of levels of rendered training songs the level between was always right, so that it
    is left out at most once in 356. It may be missing among the candidates, and is not forbidden.
    """

    leap: float = within(-log(356.0), -1e3, 0.0)  # log-odds of leaving out the level between
    tolerance: float = within(0.04, 0.0, 0.2)  # of a ratio; the usual one of tempo estimation
    # Tempos nearer than this are one, and the more probable stays. No two metrical levels lie
    # nearer than 4:3, and a tempo up to 6 % beside a true one can still be taken for it: set
    # precision on 79 validation recordings was .981 with 4 % here and .987 with 6 %, at the same
    # recall.
    same_tempo: float = within(0.06, 0.0, 0.3)


@dataclass(frozen=True, kw_only=True)
class PriorSettings:
    """The tempo prior: the share of people who step to a level that is plainly there, by its rate.

    From the 2019 labels of 115 songs: of the halves at 40 to 50 five of twelve were named, of those
    from 50 to 57 eight of ten, above that nine of ten and more; of the doubles from 200 to 230 all,
    to 260 four of five, to 290 eleven of twenty, to 320 half. Later sets of paces that people gave
    have fewer at the edges: .81 from 57 to 65, .76 from 230 to 250, .33 from 275 to 290. Between
    the middles of these classes the share is drawn as a straight line.
    """

    rates: tuple[float, ...] = (
        *(40.0, 46.0, 52.0, 57.0, 61.0, 65.0, 72.0),
        *(220.0, 240.0, 260.0, 282.0, 320.0),
    )
    shares: tuple[float, ...] = (
        *(0.15, 0.35, 0.52, 0.74, 0.81, 0.88, 1.0),
        *(1.0, 0.76, 0.6, 0.33, 0.25),
    )


@dataclass(frozen=True, kw_only=True)
class StabilitySettings:
    """How the exact tempo is measured, and when a song is said to change it."""

    parts: int = within(3, 1, 20)  # of the song, in which its tempo is compared
    sure: float = within(0.8, 0.0, 1.0)  # probability from which a part is taken to have a tempo
    gone: float = within(0.2, 0.0, 1.0)  # probability up to which a tempo is not there any more
    same_tempo: float = within(0.04, 0.0, 0.3)  # tempos of parts nearer than this are the same
    stretch_seconds: float = within(20.0, 1.0, 600.0)  # s; a dozen beats, and a tempo may move
    # How far apart onsets are compared; a tenth of a frame there is 0.01 %.
    reach_seconds: float = within(10.0, 1.0, 600.0)  # s
    pull: float = within(0.04, 0.001, 0.3)  # by how much a candidate's tempo may be off
    clear: float = within(0.1, 0.0, 1.0)  # self-similarity at the beat from which it is believed


@dataclass(frozen=True, kw_only=True)
class JudgeSettings:
    """All that decides what is heard beside the network, its spec and its calibration."""

    heard: float = within(0.5, 0.0, 1.0)  # probability from which a level is taken to be there
    schedule: ScheduleSettings = ScheduleSettings()
    candidates: CandidateSettings = CandidateSettings()
    clips: ClipSettings = ClipSettings()
    metre: MetreSettings = MetreSettings()
    family: FamilySettings = FamilySettings()
    prior: PriorSettings = PriorSettings()
    stability: StabilitySettings = StabilitySettings()
