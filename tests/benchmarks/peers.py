"""pacetag beside other tempo estimators, on the same songs in one run.

`python tests/benchmarks/peers.py SET.csv [--music DIR] [--jobs N]` takes an evaluation set as
`pacetag evaluate` does and prints how good the sets of paces of each are, with 95 % intervals, and
by how much each stays behind the current network, song by song. Each estimator hears the whole
song and claims its tempo T, 2T and T/2; the rules that the network's tempos go through make paces.
Those that cannot be imported are named and left out: `pip install essentia tempocnn`, the latter
beside TensorFlow, brings them. Not a test: it prints and never asserts.
"""

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pacetag.model.audio.decoders import open_decoder
from pacetag.model.audio.excerpts import read_window
from pacetag.model.errors import ModelError
from pacetag.model.evaluation.bootstrap import RESAMPLES, SEED, Figure, figure, ratio, resampled
from pacetag.model.evaluation.evaluation_set import EvaluationSong, read_evaluation_set
from pacetag.model.evaluation.figures import GroupFigures, group_figures
from pacetag.model.evaluation.octave_fold import octave_folded
from pacetag.model.evaluation.report import Failure
from pacetag.model.evaluation.song_marks import RANGES, HeardSong, set_marks
from pacetag.model.judgement import Analysis
from pacetag.model.spec import FeatureSpec
from pacetag.tagger.evaluating.judges import JudgeName
from pacetag.tagger.evaluating.run import hear_songs, judge_ref_of
from pacetag.tagger.workers.judging import JudgeRef

CURRENT = "current"
ESSENTIA_RATE = 44_100  # Hz, which its rhythm extractor asks for
TEMPO_CNN_RATE = 11_025  # Hz, to which it would resample itself


@dataclass(frozen=True, kw_only=True)
class WholeSong:
    """A song from its beginning to its end."""

    samples: NDArray[np.float32]  # mono
    rate: int  # Hz
    seconds: float

    @classmethod
    def read(cls, path: Path, rate: int) -> "WholeSong":
        """Decode a song as pacetag does, since not all of the others can read every container."""
        with open_decoder(path) as decoder:
            seconds = decoder.seconds
        samples = read_window(path, 0.0, seconds, FeatureSpec(sample_rate=rate))
        return cls(samples=samples, rate=rate, seconds=seconds)


class Essentia:
    """essentia's RhythmExtractor2013."""

    def __init__(self, method: str) -> None:
        essentia: Any = import_module("essentia")
        essentia.log.infoActive = False
        standard: Any = import_module("essentia.standard")
        self._extract: Any = standard.RhythmExtractor2013(method=method)

    def file(self, path: Path) -> Analysis:
        """Its tempo, folded."""
        song = WholeSong.read(path, ESSENTIA_RATE)
        return octave_folded(float(self._extract(song.samples)[0]), song.seconds)


def multifeature() -> Essentia:
    """Its best method."""
    return Essentia("multifeature")


def degara() -> Essentia:
    """Its fast method."""
    return Essentia("degara")


class TempoCnn:
    """tempo-cnn's network `fcn`, which its command takes unless told otherwise."""

    def __init__(self) -> None:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        classifier: Any = import_module("tempocnn.classifier")
        feature: Any = import_module("tempocnn.feature")
        self._features: Any = feature.read_features
        self._classifier: Any = classifier.TempoClassifier("fcn")

    def file(self, path: Path) -> Analysis:
        """Its tempo, folded."""
        song = WholeSong.read(path, TEMPO_CNN_RATE)
        sound = io.BytesIO()
        soundfile.write(sound, song.samples, song.rate, format="WAV", subtype="FLOAT")
        sound.seek(0)
        features = self._features(sound)
        with contextlib.redirect_stdout(io.StringIO()):  # keras draws a bar
            tempo = float(self._classifier.estimate_tempo(features, interpolate=True))
        return octave_folded(tempo, song.seconds)


PEERS = {  # name: what is imported, what makes it
    "essentia multifeature": ("essentia", "peers:multifeature"),
    "essentia degara": ("essentia", "peers:degara"),
    "tempo-cnn fcn": ("tempocnn", "peers:TempoCnn"),
}


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path)
    parser.add_argument("--music", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    console = Console(width=240, highlight=False)
    try:
        songs = read_evaluation_set(options.set, options.music)
    except (ModelError, OSError) as error:
        console.print(str(error), markup=False)
        return 2
    heard: dict[str, dict[str, HeardSong]] = {}
    for name, ref in _ears(console).items():
        found = _hear(name, ref, songs, options.jobs, console)
        if found is not None:
            heard[name] = found
    everywhere = [song for song in songs if all(song.file in found for found in heard.values())]
    beat = sum(not song.truth.beatless for song in everywhere)
    console.print(
        f"{len(everywhere)} of {len(songs)} songs were heard by all, {beat} of them with a beat; "
        f"{options.jobs} at once; 95 % intervals from {RESAMPLES} resamples"
    )
    by_judge = {
        name: [of_judge[song.file] for song in everywhere] for name, of_judge in heard.items()
    }
    _print(by_judge, console)
    return 0


def _ears(console: Console) -> dict[str, JudgeRef]:
    ears = {name.value: judge_ref_of(name) for name in (JudgeName.CURRENT, JudgeName.FOLD)}
    for name, (module, factory) in PEERS.items():
        if find_spec(module) is None:
            console.print(f"{name}: left out, {module} is not installed")
        else:
            ears[name] = JudgeRef(bundle=name, factory=factory)
    return ears


def _hear(
    name: str, ref: JudgeRef, songs: Sequence[EvaluationSong], jobs: int, console: Console
) -> dict[str, HeardSong] | None:
    """What was heard, by file; None if this judge cannot be started."""
    heard = {}
    try:
        judged = hear_songs(ref, songs, jobs=jobs, apart=True)
        for one in track(judged, name, total=len(songs), transient=True, console=console):
            if isinstance(one, Failure):
                console.print(f"{name}: {one.song.file}: {one.reason}", markup=False)
            else:
                heard[one.song.file] = one
    except Exception as error:  # a peer that cannot be started must not spoil the others' figures
        if name not in PEERS:
            raise
        console.print(f"{name}: left out, {error}", markup=False)
        return None
    return heard


def _print(by_judge: dict[str, list[HeardSong]], console: Console) -> None:
    where = f"sets of paces over {RANGES[0].low:g}-{RANGES[0].high:g} at ±4 %"
    table = Table(title=where, box=SIMPLE_HEAD)
    table.add_column("judge", no_wrap=True)
    for heading in ("precision", "recall", "F1", "F1 behind current", "F1 ±2 %", "F1 140-195"):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("top in family", "false paces", "median s"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, songs in by_judge.items():
        group = group_figures(songs, scores_cases=False, seed=SEED, resamples=RESAMPLES)
        behind = "" if name == CURRENT else _text(_behind(by_judge[CURRENT], songs))
        seconds = f"{median(song.seconds for song in songs):.2f}" if songs else ""
        table.add_row(name, *_columns(group, behind), seconds)
    console.print(table)


def _columns(group: GroupFigures, behind: str) -> list[str]:
    wide, close, narrow, _ = group.sets
    first = [_text(wide.precision), _text(wide.recall), _text(wide.f1), behind]
    rest = (close.f1, narrow.f1, group.top_in_family, group.false_paces)
    return first + [_text(one) for one in rest]


def _behind(current: Sequence[HeardSong], other: Sequence[HeardSong]) -> Figure:
    """Mean difference of the songs' F1 with the interval of the pairs."""
    pairs = [
        set_marks(ours, RANGES[0]).f1 - set_marks(theirs, RANGES[0]).f1
        for ours, theirs in zip(current, other, strict=True)
        if not ours.song.truth.beatless
    ]
    counts = resampled(len(pairs), seed=SEED)
    return figure(ratio(np.array(pairs), np.ones(len(pairs))), counts, songs=len(pairs))


def _text(one: Figure) -> str:
    if one.value is None:
        return "-"
    if one.low is None or one.high is None:
        return f"{one.value:.3f}"
    return f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})"


if __name__ == "__main__":
    sys.exit(main())
