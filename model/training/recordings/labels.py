"""From a row of the labels file to tempos that are known to be right or wrong."""

from collections.abc import Sequence
from pathlib import Path

from pacetag.model.evaluation.metrics import GREY, TOLERANCE, near
from pacetag.model.training.recordings.table import Recording
from pacetag.model.training.songs import TEMPTING, LabelledTempo, Window, is_candidate

WINDOW_STARTS = (0.22, 0.58)  # share of the track at which the two windows begin
WINDOW_SECONDS = 40.0
SHORTEST_SECOND = 30.0  # s; a track whose second window would be shorter is halved instead
LEVELS = (1 / 4, 1 / 2, 2.0, 4.0)  # of the consensus tempo, which may be compatible besides it
SLOWEST_LEVEL, FASTEST_LEVEL = 52.0, 310.0  # bpm; outside these the first network was not asked
SURE = 0.5  # probability from which the first network's word is taken
# A network's word on a row that it labelled itself is taken where it left no doubt.
SURELY_RIGHT, SURELY_WRONG = 0.9, 0.02
SAME = TOLERANCE  # tempos nearer than this are the same level
NEAREST = 0.02  # a level is heard at the nearest candidate, if it is as near as this
APART = GREY  # a candidate further than this from all relatives of the beat is wrong
LEVELS_IN_THREE = (1 / 3, 2.0, 4.0)  # the same, of a beat that a plot shows three times a bar
# Metrical levels of duple and triple music: none of these can be called wrong unheard.
RELATIVES = (1 / 6, 1 / 4, 1 / 3, 1 / 2, 1.0, 2.0, 3.0, 4.0, 6.0)
RELATIVES_IN_THREE = (1 / 6, 1 / 3, 1.0, 2.0, 3.0, 4.0, 6.0)
# What a beat is most easily taken for: wrong, and worth learning, candidate or not.
TEMPTING_HERE = (*TEMPTING, 4 / 5, 5 / 4)
TEMPTING_IN_THREE = (*TEMPTING_HERE, 1 / 2)  # two of three beats


def recording_windows(recording: Recording, folder: Path) -> tuple[Window, Window]:
    """Place the two windows of a recording that was fetched to `folder`.

    They are the two halves of a track that is too short for two windows at their places.
    """
    path, length = folder / recording.file, recording.seconds
    if (1 - WINDOW_STARTS[1]) * length < SHORTEST_SECOND:
        return (
            Window(path=path, start=0.0, seconds=length / 2),
            Window(path=path, start=length / 2, seconds=length / 2),
        )
    first, second = (
        Window(path=path, start=share * length, seconds=WINDOW_SECONDS) for share in WINDOW_STARTS
    )
    return first, second


def compatible_levels(recording: Recording, window: int) -> tuple[float, ...]:
    """Tempos in bpm at which a beat row can be stepped to in window 0 or 1, ascending.

    The tempo itself always, its half, double and so on where the first network agreed, but of a
    beat in three its third and no half. Of a heard row the paces of which the network that labelled
    it was sure, in either window, but for those that are too slow or fast to say. Nothing for rows
    of any other kind.
    """
    if recording.kind == "heard":
        sure = [pace.bpm for pace in recording.paces if pace.confidence >= SURELY_RIGHT]
        return tuple(sorted(bpm for bpm in sure if SLOWEST_LEVEL <= bpm <= FASTEST_LEVEL))
    if recording.kind != "beat" or recording.tempo is None:
        return ()
    sure = [heard.bpm for heard in recording.heard[window].network if heard.confidence >= SURE]
    levels = [recording.tempo]
    for ratio in LEVELS_IN_THREE if recording.metre == "triple" else LEVELS:
        level = ratio * recording.tempo
        if SLOWEST_LEVEL <= level <= FASTEST_LEVEL and near(level, sure, SAME):
            levels.append(level)
    return tuple(sorted(levels))


def related_tempos(recording: Recording) -> tuple[float, ...]:
    """Tempos in bpm that are too close to the beat to be called wrong, ascending.

    Nothing for rows without a tempo.
    """
    if recording.tempo is None:
        return ()
    relatives = RELATIVES_IN_THREE if recording.metre == "triple" else RELATIVES
    return tuple(ratio * recording.tempo for ratio in relatives)


def label_candidates(
    recording: Recording, window: int, candidates: Sequence[float]
) -> list[LabelledTempo]:
    """Say of window 0 or 1 what is known: which tempos are right, which are wrong.

    A right tempo is the candidate nearest to a compatible level, or that level where none is
    near. Wrong are all candidates that no metrical level comes near, and the tempting ratios; of
    a heard row only those of the candidates that the network which labelled it was sure of. Of
    rows without a beat every candidate is wrong. Of unclear and short ones nothing is known.
    `candidates` are in bpm, as is the answer.
    """
    if recording.kind == "none":
        return [LabelledTempo(bpm=bpm, compatible=False) for bpm in candidates]
    if recording.kind not in ("beat", "heard") or recording.tempo is None:
        return []
    right = [
        _nearest_candidate(level, candidates) for level in compatible_levels(recording, window)
    ]
    related = related_tempos(recording)
    wrong = [bpm for bpm in candidates if not near(bpm, related, APART)]
    if recording.kind == "heard":
        denied = [pace.bpm for pace in recording.paces if pace.confidence <= SURELY_WRONG]
        wrong = [bpm for bpm in wrong if near(bpm, denied, NEAREST)]
    else:
        ratios = TEMPTING_IN_THREE if recording.metre == "triple" else TEMPTING_HERE
        tempting = [ratio * recording.tempo for ratio in ratios]
        wrong += [bpm for bpm in tempting if is_candidate(bpm) and bpm not in wrong]
    return [LabelledTempo(bpm=bpm, compatible=True) for bpm in right] + [
        LabelledTempo(bpm=bpm, compatible=False) for bpm in wrong
    ]


def _nearest_candidate(level: float, candidates: Sequence[float]) -> float:
    nearest = min(candidates, key=lambda bpm: abs(bpm / level - 1), default=level)
    return nearest if abs(nearest / level - 1) <= NEAREST else level
