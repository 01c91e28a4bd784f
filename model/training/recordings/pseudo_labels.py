"""Pseudo-labels: a trained network's judgement of recordings that the consensus left open.

`python -m pacetag.model.training.recordings.pseudo_labels RECORDINGS` judges every row of class
unclear or short, and those that a network labelled before, and writes the labels file anew. Rows
whose sound is not in RECORDINGS stay as they are. The same network gives the same file.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from pacetag.model.audio.excerpts import AUDIO, read_window
from pacetag.model.errors import DecodeError, TooShortError
from pacetag.model.evaluation.metrics import near
from pacetag.model.features.features import Features, extract_features
from pacetag.model.judge import Judge
from pacetag.model.judgement import Pace
from pacetag.model.steps import retained_tempos
from pacetag.model.tempo.levels import distinct
from pacetag.model.training.output_folders import OutputError, check_free, named_path
from pacetag.model.training.recordings.labels import (
    RELATIVES,
    SAME,
    SURELY_RIGHT,
    SURELY_WRONG,
    recording_windows,
)
from pacetag.model.training.recordings.table import Recording, load_recordings

LABELS = Path(str(files("pacetag.model.training"))) / "data/free_recordings.csv"
CLAIMED = 0.5  # probability from which a tempo is claimed: all claims must be of one family
SILENCED = 0.1  # probability below which nothing is heard in it
COMFORTABLE = 120.0  # bpm; of levels alike sure, the one nearest to it is called the tempo
NETWORK = "network"
LABELS_GIVEN = ("heard", "none")  # the classes a network can put a recording in

AnalysisResult = Sequence[Pace]  # most probable first


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a trained network makes of a recording."""

    kind: str  # "heard", "none", or what it was where the network cannot tell
    tempo: float | None = None  # bpm
    paces: tuple[Pace, ...] = ()  # ascending


def combined(hearings: Sequence[AnalysisResult]) -> Verdict | None:
    """One verdict from several hearings of a recording: the whole of it and each window.

    "heard" when every hearing's best tempo has at least .9 and all tempos claimed in any of them
    belong to one metrical family, "none" when no tempo reaches .1 in any. A pace's probability is
    the lowest of all hearings; tempos that hearings disagree on are left out.
    None where neither class holds.
    """
    best = [max((t.confidence for t in hearing), default=0.0) for hearing in hearings]
    if all(top < SILENCED for top in best):
        return Verdict(kind="none")
    if min(best) < SURELY_RIGHT:
        return None
    paces = _common_paces(hearings)
    sure = [pace for pace in paces if pace.confidence >= SURELY_RIGHT]
    claims = [t.bpm for hearing in hearings for t in hearing if t.confidence >= CLAIMED]
    sure.sort(key=lambda pace: abs(np.log2(pace.bpm / COMFORTABLE)))
    for pace in sure:
        family = [ratio * pace.bpm for ratio in RELATIVES]
        if all(near(claim, family, SAME) for claim in claims):
            return Verdict(kind="heard", tempo=pace.bpm, paces=paces)
    return None


def heard_metre(paces: Sequence[Pace]) -> str:
    """Whether sure paces stand in thirds ("triple"), in halves alone ("duple"), or "" if alone."""
    sure = [pace.bpm for pace in paces if pace.confidence >= SURELY_RIGHT]
    ratios = [fast / slow for slow in sure for fast in sure if fast > slow]
    if any(near(ratio, (3.0, 6.0, 1.5), SAME) for ratio in ratios):
        return "triple"
    return "duple" if ratios else ""


def judge_recording(judge: Judge, recording: Recording, folder: Path) -> Verdict:
    """Have the network hear a recording in `folder` as a scan does, and each window by itself.

    A recording that it cannot tell, or that cannot be heard, keeps the class the consensus gave.
    """
    untold = Verdict(kind=open_kind(recording))
    try:
        heard = [judge.listen(folder / recording.file).features]
        for window in recording_windows(recording, folder):
            samples = read_window(window.path, window.start, window.seconds, judge.spec)
            if np.abs(samples).max() <= AUDIO.silence:
                return untold
            heard.append((extract_features(samples, judge.spec),))
    except (DecodeError, TooShortError):
        return untold
    return combined([network_tempos(judge, features) for features in heard]) or untold


def network_tempos(judge: Judge, excerpts: Sequence[Features]) -> tuple[Pace, ...]:
    """What the network alone says of each tempo, without the family and the tempo prior.

    These would say the same of a relative whether or not it was heard: no label to learn from. Of
    tempos that are nearly the same the most probable stays.
    """
    bpms = retained_tempos(excerpts, judge.spec, judge.settings)
    logits = judge.tempo_logits(excerpts, bpms)
    likely = judge.calibration.probability(logits)
    return tuple(
        Pace(bpm=float(bpms[place]), confidence=float(likely[place]))
        for place in distinct(bpms, logits, judge.settings.family.same_tempo)
    )


def open_kind(recording: Recording) -> str:
    """The class that the consensus left a row in: "unclear", or "short" without two windows."""
    second = recording.heard[1]
    return "short" if second.tempo_cnn is None and not second.network else "unclear"


def with_verdicts(text: str, verdicts: Mapping[tuple[str, str], Verdict]) -> str:
    """The labels file's text with verdicts, by (package, path), in place of what rows said.

    Comments stay, above all rows.
    """
    comments = [line for line in text.splitlines() if line.startswith("#")]
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    written = io.StringIO()
    writer = csv.DictWriter(written, rows.fieldnames or (), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        verdict = verdicts.get((row["package"], row["path"]))
        if verdict is not None:
            row["class"] = verdict.kind
            row["tempo_bpm"] = f"{verdict.tempo:.2f}" if verdict.tempo else ""
            row["labelled_by"] = NETWORK if verdict.kind in LABELS_GIVEN else "consensus"
            row["paces"] = " ".join(f"{p.bpm:.2f}@{p.confidence:.3f}" for p in verdict.paces)
        writer.writerow(row)
    return "\n".join(comments) + "\n" + written.getvalue()


def _common_paces(hearings: Sequence[AnalysisResult]) -> tuple[Pace, ...]:
    """Tempos that all hearings find right, or none that knows them likely; in order of bpm."""
    paces: list[Pace] = []
    for tempo in hearings[0]:
        alike = [
            max((t.confidence for t in hearing if near(t.bpm, [tempo.bpm], SAME)), default=None)
            for hearing in hearings
        ]
        known = [probability for probability in alike if probability is not None]
        if len(known) == len(hearings) and min(known) >= CLAIMED:
            paces.append(Pace(bpm=tempo.bpm, confidence=min(known)))
        elif max(known) <= SURELY_WRONG:
            paces.append(Pace(bpm=tempo.bpm, confidence=max(known)))
    return tuple(sorted(paces, key=lambda pace: pace.bpm))


def _labels_text(labels: Path) -> str:
    """The text of a labels file. Raises OutputError for any other file, which stays as it is."""
    check_free([labels, labels.with_name(f"{labels.name}.part")], overwrite=True)
    try:
        text = labels.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OutputError(f"{labels}: is no labels file ({error})") from error
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    if not {"package", "path", "class", "tempo_bpm", "labelled_by"} <= set(rows.fieldnames or ()):
        raise OutputError(f"{labels}: is no labels file; name one with --labels")
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Relabel from the command line and say what became of the rows."""
    parser = argparse.ArgumentParser(description="Let a trained network label open recordings.")
    parser.add_argument("recordings", type=named_path, help="the folder they were fetched to")
    parser.add_argument("--bundle", type=named_path, help="the network; the shipped one by default")
    parser.add_argument("--labels", type=named_path, default=LABELS, help="the file to write")
    given = parser.parse_args(arguments)
    console = Console(stderr=True)
    try:
        text = _labels_text(given.labels)
    except OutputError as error:
        console.print(str(error), markup=False)
        return 2
    judge = Judge(given.bundle)
    rows = [r for r in load_recordings() if r.kind in ("unclear", "short", "heard")]
    rows += [r for r in load_recordings() if r.kind == "none" and r.labelled_by == NETWORK]
    rows = [r for r in rows if r.labelled_by != "plot"]
    there = [r for r in rows if (given.recordings / r.file).is_file()]
    verdicts = {
        (r.package, r.path): judge_recording(judge, r, given.recordings)
        for r in track(there, f"Hearing with {judge.name}", console=console)
    }
    partial = given.labels.with_name(f"{given.labels.name}.part")
    partial.write_text(with_verdicts(text, verdicts), encoding="utf-8")
    partial.replace(given.labels)
    changes = Counter(
        (open_kind(r), verdict.kind, heard_metre(verdict.paces))
        for r, verdict in zip(there, verdicts.values(), strict=True)
    )
    for (before, after, metre), count in sorted(changes.items()):
        console.print(f"{before} -> {after} {metre}: {count}", highlight=False)
    console.print(f"{len(rows) - len(there)} stay unheard: not in {given.recordings}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
