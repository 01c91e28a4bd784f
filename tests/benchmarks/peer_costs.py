"""One other tempo estimator, song by song: what `song_cost.py` starts for each that is installed.

`python tests/benchmarks/peer_costs.py NAME` reads paths from its standard input and answers each
with the seconds that the program takes from file to tempo, or with `!` and why it cannot. Peers are
those of `pip install librosa essentia tempocnn` and of Debian's `sox bpm-tools`.
"""

import contextlib
import importlib
import io
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

Tempo = Callable[[Path], object]


def present() -> list[str]:
    """Names of the peers that are installed."""
    found = ["librosa.load", "librosa load and beat_track"] if find_spec("librosa") else []
    if shutil.which("sox") and shutil.which("bpm"):
        found.append("sox and bpm-tools")
    if find_spec("tempocnn"):
        found.append("tempo-cnn fcn")
    if find_spec("essentia"):
        found += ["essentia degara", "essentia percival", "essentia multifeature"]
    return found


def load(name: str) -> Tempo:
    """The peer of that name, ready to be asked."""
    if name.startswith("librosa"):
        return _librosa(track=name != "librosa.load")
    if name.startswith("essentia"):
        return _essentia(name.split()[1])
    return _bpm_tools if name.startswith("sox") else _tempo_cnn()


def _librosa(*, track: bool) -> Tempo:
    import librosa

    def run(path: Path) -> object:
        samples, rate = librosa.load(path)
        return librosa.beat.beat_track(y=samples, sr=rate) if track else samples

    return run


def _bpm_tools(path: Path) -> None:
    raw = ["sox", "-V1", str(path), "-r", "44100", "-e", "float", "-c", "1", "-t", "raw", "-"]
    with subprocess.Popen(raw, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as sox:
        subprocess.run(["bpm"], stdin=sox.stdout, check=True, capture_output=True)
    if sox.returncode:
        raise ValueError("sox cannot read it")


def _essentia(method: str) -> Tempo:
    essentia: Any = importlib.import_module("essentia")
    essentia.log.infoActive = essentia.log.warningActive = False
    standard: Any = importlib.import_module("essentia.standard")
    percival = method == "percival"

    def run(path: Path) -> object:
        samples = standard.MonoLoader(filename=str(path), sampleRate=44_100)()
        estimator = (
            standard.PercivalBpmEstimator()
            if percival
            else standard.RhythmExtractor2013(method=method)
        )
        return estimator(samples)

    return run


def _tempo_cnn() -> Tempo:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    classifier: Any = importlib.import_module("tempocnn.classifier")
    feature: Any = importlib.import_module("tempocnn.feature")
    network = classifier.TempoClassifier("fcn")

    def run(path: Path) -> object:
        with contextlib.redirect_stdout(io.StringIO()):  # keras draws a bar
            return network.estimate_tempo(feature.read_features(str(path)), interpolate=True)

    return run


def main() -> int:
    """Answer until the input ends."""
    tempo = load(sys.argv[1])
    for line in sys.stdin:
        start = time.perf_counter()
        try:
            tempo(Path(line.rstrip("\n")))
            answer = f"{time.perf_counter() - start:.6f}"
        except Exception as error:  # of another program's own making
            answer = f"!{' '.join(str(error).split())}"
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
