"""Compare the analysis of one song with its ground truth."""

from dataclasses import dataclass

from pacetag.model.evaluation.evaluation_set import EvaluationSong
from pacetag.model.evaluation.metrics import TOLERANCE, JudgedSong, SetScores, song_scores
from pacetag.model.evaluation.tempo_scores import TempoScores, tempo_scores
from pacetag.model.evaluation.truths import Relation, Verdict
from pacetag.model.judgement import Analysis


@dataclass(frozen=True, kw_only=True)
class HeardSong:
    """A song of the set with its analysis; the paces are those that a scan would write."""

    song: EvaluationSong
    analysis: Analysis
    seconds: float = 0.0  # time that judging took


@dataclass(frozen=True, kw_only=True)
class SetRange:
    """The range in which sets of paces are compared, and the tolerance."""

    low: float  # steps a minute
    high: float
    tolerance: float  # as a ratio


# All cadences of running and walking, and those of jogging; each with the usual tolerance and with
# the closer one that an hour's run needs.
RANGES = (
    SetRange(low=80, high=210, tolerance=TOLERANCE),
    SetRange(low=80, high=210, tolerance=0.02),
    SetRange(low=140, high=195, tolerance=TOLERANCE),
    SetRange(low=140, high=195, tolerance=0.02),
)


@dataclass(frozen=True, kw_only=True)
class ClaimMarks:
    """Numbers of claimed paces of a song with a beat."""

    right: int
    unclear: int  # neither right nor wrong
    octave: int  # wrong by 2, 4, 1/2, 1/4
    triple: int  # wrong by 3, 1/3, 3/2, 2/3 and their octaves
    unrelated: int

    @property
    def counted(self) -> int:
        """Paces that are right or wrong."""
        return self.right + self.octave + self.triple + self.unrelated


def known_cases(heard: HeardSong) -> list[tuple[float, bool]]:
    """(confidence, whether it is right) of each candidate whose truth is known."""
    marked = [(t.confidence, heard.song.truth.case(t.bpm)) for t in heard.analysis.candidates]
    return [
        (p, verdict is Verdict.RIGHT) for p, verdict in marked if verdict is not Verdict.UNCLEAR
    ]


def claim_marks(heard: HeardSong) -> ClaimMarks:
    """Count the claimed paces by verdict and by kind of error."""
    truth = heard.song.truth
    verdicts = [truth.claim(pace.bpm) for pace in heard.analysis.paces]
    wrong = [
        truth.relation(pace.bpm)
        for pace, verdict in zip(heard.analysis.paces, verdicts, strict=True)
        if verdict is Verdict.WRONG
    ]
    return ClaimMarks(
        right=verdicts.count(Verdict.RIGHT),
        unclear=verdicts.count(Verdict.UNCLEAR),
        octave=wrong.count(Relation.OCTAVE),
        triple=wrong.count(Relation.TRIPLE),
        unrelated=wrong.count(Relation.UNRELATED),
    )


def top_in_family(heard: HeardSong) -> bool:
    """Whether the most confident pace is a level of the song's metre; False without any pace."""
    return bool(heard.analysis.paces) and heard.song.truth.in_family(heard.analysis.paces[0].bpm)


def tempo_marks(heard: HeardSong) -> TempoScores:
    """The standard figures of the most confident pace of a song with a beat."""
    return tempo_scores(heard.song.truth, [pace.bpm for pace in heard.analysis.paces])


def set_marks(heard: HeardSong, span: SetRange) -> SetScores:
    """Precision, recall and F1 of the claimed paces within a range."""
    truth = heard.song.truth
    song = JudgedSong(
        claimed=tuple(pace.bpm for pace in heard.analysis.paces),
        right=truth.right,
        unclear=truth.unclear,
    )
    return song_scores(song, low=span.low, high=span.high, tolerance=span.tolerance)
