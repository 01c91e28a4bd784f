"""Notes on what an addition of own songs brought: a section of experiments.md for each run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pacetag.model.bundle import Bundle
from pacetag.model.tempo.calibration import Calibration
from pacetag.model.training.output_folders import NOTES, NOTES_HEAD
from pacetag.model.training.scoring.by_source import HELD_OUT, source_scores, sources_of
from pacetag.model.training.scoring.score import score_songs
from pacetag.model.training.songs import TrainingSong

FILE = NOTES
Scores = Mapping[str, Mapping[str, Any]]  # "test own" and so on: as `source_scores` gives them

_HEAD = f"""{NOTES_HEAD}

One section a training run with own labels. Both networks were scored on the same songs, none of
which the new one was trained on: no artist, style family or package is on two sides. Right or
wrong is counted over the candidate tempos whose truth is known; precision, recall and F1
are of each song's set of paces from 80 to 210, confidence .5 and more. *In family*: the surest
pace is a metrical level of the truth.
"""
_SIDES = ("train", *HELD_OUT)


@dataclass(frozen=True, kw_only=True)
class Addition:
    """What own songs came to a run."""

    files: Sequence[str]  # names of the labels files
    left_out: int  # rows that could not be used
    songs: Sequence[TrainingSong]  # all that were learnt from or scored on, own or free


def scores_of(bundle: Bundle, songs: Sequence[TrainingSong], *, jobs: int = 1) -> Scores:
    """Scores of a bundle that is there already, on those songs that were not trained on."""
    heard = score_songs(
        [song for song in songs if song.split in HELD_OUT], bundle.folder, jobs=jobs
    )
    return source_scores(heard, Calibration(**bundle.calibration))


def note_addition(
    file: Path, addition: Addition, *, before: Bundle, old: Scores, new: Bundle
) -> None:
    """Append what was added, and the scores of the bundle `before` (`old`) and of the `new` one."""
    lines = [
        f"## {new.training['date']}: {new.name}",
        "",
        f"Labels: {', '.join(addition.files)} (rows left out: {addition.left_out}). "
        f"Seed {new.training['settings']['seed']}, tolerance "
        f"{new.training['settings']['own']['tolerance']:g}.",
        "",
        *_added(addition.songs, new.training["cases"]),
        "",
        *_compared(before, old, new),
        "",
        *_gains(old, new.scores),
    ]
    blank = not file.exists() or not file.stat().st_size
    with file.open("a", encoding="utf-8") as notes:
        notes.write((_HEAD if blank else "") + "\n" + "\n".join(lines) + "\n")


def _added(songs: Sequence[TrainingSong], cases: Mapping[str, int]) -> Iterator[str]:
    yield "| source | | train | validation | test |"
    yield "|---|---|---|---|---|"
    for source in sources_of(songs):
        ours = [song for song in songs if song.source == source]
        count = Counter(song.split for song in ours)
        groups = Counter(split for _, split in {(song.group, song.split) for song in ours})
        yield _row(source, "songs", *(count[side] for side in _SIDES))
        what = "artists" if source == "own" else "groups"
        yield _row("", what, *(groups[side] for side in _SIDES))
        yield _row("", "cases", *(cases.get(f"{source} {side}", 0) for side in _SIDES))


def _compared(before: Bundle, old: Scores, new: Bundle) -> Iterator[str]:
    yield (
        "| on | network | songs | candidates right | AUC | precision | recall | F1 | in family "
        "| calibration error |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for part in (part for part in new.scores if part in old):
        for name, scores in ((f"{before.name} (before)", old[part]), (new.name, new.scores[part])):
            candidates, songs = scores["candidates"] or {}, scores["songs"]
            yield _row(
                part,
                name,
                round(songs["songs"]),
                _share(candidates.get("accuracy")),
                _share(candidates.get("auc"), 4),
                *(_share(songs[f"set_{figure}"]) for figure in ("precision", "recall", "f1")),
                _share(songs["top_in_family"]),
                _share(songs["calibration_error"]),
            )


def _gains(old: Scores, new: Scores) -> Iterator[str]:
    for part in (part for part in new if part in old and part.startswith("test ")):
        was, now = (scores[part]["songs"]["set_f1"] for scores in (old, new))
        count = round(new[part]["songs"]["songs"])
        yield f"- {part}: F1 {_share(was)} to {_share(now)} ({now - was:+.3f}) over {count} songs."


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _share(value: float | None, digits: int = 3) -> str:
    if value is None:
        return "–"
    return f"{value:.{digits}f}".removeprefix("0") if value < 1 else f"{value:.{digits}f}"
