"""A whole set as it was heard: figures over all, by style, metre and tempo, and every song."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pacetag.model.evaluation.bootstrap import RESAMPLES, SEED
from pacetag.model.evaluation.case_statistics import ReliabilityBin, reliability
from pacetag.model.evaluation.evaluation_set import EvaluationSong
from pacetag.model.evaluation.figures import GroupFigures, group_cases, group_figures
from pacetag.model.evaluation.song_marks import HeardSong

UNSAID = "not said"  # where the set leaves a style or a metre open
BEATLESS_BAND = "no beat"
BANDS = (80.0, 110.0, 140.0, 170.0, 210.0)  # bpm between the tempo bands


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A song of the set that could not be judged."""

    song: EvaluationSong
    reason: str  # a sentence without the path
    trace: str | None = None  # a traceback, for the log


@dataclass(frozen=True, kw_only=True)
class EvaluationReport:
    """What an evaluation found."""

    judge: str
    bundle: str | None  # name of the network, if the judge has one
    heard: tuple[HeardSong, ...]
    failed: tuple[Failure, ...]
    seconds: float  # that judging took
    resamples: int
    seed: int  # of the resampling
    overall: GroupFigures
    by_style: dict[str, GroupFigures]
    by_metre: dict[str, GroupFigures]
    by_tempo: dict[str, GroupFigures]
    reliability: tuple[ReliabilityBin, ...]  # none for a judge without probabilities


def make_report(
    heard: Sequence[HeardSong],
    failed: Sequence[Failure] = (),
    *,
    judge: str,
    bundle: str | None = None,
    scores_cases: bool = True,
    seconds: float = 0.0,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> EvaluationReport:
    """Measure what was heard, over all and by group."""

    def measure(songs: Sequence[HeardSong]) -> GroupFigures:
        return group_figures(songs, scores_cases=scores_cases, seed=seed, resamples=resamples)

    def by(name: Callable[[EvaluationSong], str]) -> dict[str, GroupFigures]:
        groups: dict[str, list[HeardSong]] = {}
        for one in heard:
            groups.setdefault(name(one.song), []).append(one)
        return {key: measure(groups[key]) for key in sorted(groups, key=_order)}

    return EvaluationReport(
        judge=judge,
        bundle=bundle,
        heard=tuple(heard),
        failed=tuple(failed),
        seconds=seconds,
        resamples=resamples,
        seed=seed,
        overall=measure(heard),
        by_style=by(lambda song: song.style or UNSAID),
        by_metre=by(metre),
        by_tempo=by(tempo_band),
        reliability=reliability(group_cases(heard)) if scores_cases else (),
    )


def metre(song: EvaluationSong) -> str:
    """Beats of the bar, as a word."""
    return UNSAID if song.beats_per_bar is None else str(song.beats_per_bar)


def tempo_band(song: EvaluationSong) -> str:
    """The band of a song's tempo."""
    tempo = song.truth.tempo
    if tempo is None:
        return BEATLESS_BAND
    below = [edge for edge in BANDS if edge <= tempo]
    if not below:
        return f"below {BANDS[0]:g}"
    if len(below) == len(BANDS):
        return f"{BANDS[-1]:g} and more"
    return f"{below[-1]:g}-{BANDS[len(below)]:g}"


def _order(name: str) -> tuple[int, float, str]:
    """Numbers by size, "below" before them, words after them, what is unsaid last."""
    if name in (UNSAID, BEATLESS_BAND):
        return 3, 0.0, name
    first = name.partition("-")[0].partition(" ")[0]
    if name.startswith("below "):
        return 0, 0.0, name
    return (1, float(first), name) if first.isdecimal() else (2, 0.0, name)
