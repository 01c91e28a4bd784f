"""An evaluation as one JSON object. The keys are a contract; a test pins them."""

from dataclasses import asdict, fields
from typing import Any

from pacetag.model.evaluation.bootstrap import LEVEL, Figure
from pacetag.model.evaluation.evaluation_set import EvaluationSong
from pacetag.model.evaluation.figures import GroupFigures
from pacetag.model.evaluation.report import EvaluationReport, Failure, tempo_band
from pacetag.model.evaluation.song_marks import HeardSong, tempo_marks, top_in_family
from pacetag.model.evaluation.tempo_scores import TempoScores
from pacetag.model.evaluation.truths import Verdict

DIGITS = 6
NO_SCORES = {field.name: None for field in fields(TempoScores)}  # without a tempo to score


def report_object(report: EvaluationReport, *, set_name: str) -> dict[str, Any]:
    """Everything that an evaluation found."""
    return {
        "set": set_name,
        "judge": report.judge,
        "bundle": report.bundle,
        "songs": len(report.heard),
        "failed": len(report.failed),
        "seconds": round(report.seconds, 3),
        "bootstrap": {"resamples": report.resamples, "seed": report.seed, "level": LEVEL},
        "overall": _group(report.overall),
        "by_style": {name: _group(group) for name, group in report.by_style.items()},
        "by_metre": {name: _group(group) for name, group in report.by_metre.items()},
        "by_tempo": {name: _group(group) for name, group in report.by_tempo.items()},
        "reliability": [_rounded(asdict(row)) for row in report.reliability],
        "rows": [_heard(song) for song in report.heard] + [_failed(f) for f in report.failed],
    }


def _group(group: GroupFigures) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in vars(group).items():
        if isinstance(value, Figure):
            found[name] = _rounded(asdict(value))
        elif name == "sets":
            found[name] = [
                {key: _rounded(v) if isinstance(v, dict) else v for key, v in asdict(one).items()}
                for one in value
            ]
        else:
            found[name] = value
    return found


def _rounded(numbers: dict[str, float | None]) -> dict[str, float | None]:
    return {
        name: round(number, DIGITS) if isinstance(number, float) else number
        for name, number in numbers.items()
    }


def _song(song: EvaluationSong) -> dict[str, Any]:
    return {
        "file": song.file,
        "style": song.style,
        "artist": song.artist,
        "beats_per_bar": song.beats_per_bar,
        "band": tempo_band(song),
        "right": list(song.truth.right),
        "unclear": [round(bpm, 2) for bpm in song.truth.unclear],
        "remarks": song.remarks,
    }


def _heard(heard: HeardSong) -> dict[str, Any]:
    truth = heard.song.truth
    claims = []
    for pace in heard.analysis.paces:
        verdict = truth.claim(pace.bpm)
        wrong = verdict is Verdict.WRONG and not truth.beatless
        claims.append(
            {
                "bpm": pace.bpm,
                "confidence": pace.confidence,
                "verdict": verdict.value,
                "error": truth.relation(pace.bpm).value if wrong else None,
            }
        )
    return {
        **_song(heard.song),
        "duration": round(heard.analysis.seconds, 3),
        "seconds": round(heard.seconds, 3),
        "claimed": claims,
        "candidates": [
            {
                "bpm": round(tempo.bpm, 2),
                "probability": round(tempo.confidence, 4),
                "verdict": truth.case(tempo.bpm).value,
            }
            for tempo in heard.analysis.candidates
        ],
        "top_in_family": None if truth.beatless else top_in_family(heard),
        **(NO_SCORES if truth.beatless else _rounded(asdict(tempo_marks(heard)))),
        "error": None,
    }


def _failed(failure: Failure) -> dict[str, Any]:
    return {
        **_song(failure.song),
        "duration": None,
        "seconds": None,
        "claimed": [],
        "candidates": [],
        "top_in_family": None,
        **NO_SCORES,
        "error": failure.reason,
    }
