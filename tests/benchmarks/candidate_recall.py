"""How many of the compatible levels of rendered songs are among the candidates.

`python tests/benchmarks/candidate_recall.py GROOVES [--songs N]` reads a groove corpus that
`pacetag train` rendered, and prints recall with and without metrical relatives.
"""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import track

from pacetag.model.audio.excerpts import read_window
from pacetag.model.evaluation.metrics import near
from pacetag.model.features.features import extract_features
from pacetag.model.spec import FeatureSpec
from pacetag.model.tempo import candidates
from pacetag.model.training.grooves.songs import groove_songs


def main() -> int:
    """Print the two figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("grooves", type=Path)
    parser.add_argument("--songs", type=int, default=400)
    options = parser.parse_args()
    spec = FeatureSpec()
    songs = groove_songs(options.grooves)
    songs = songs[:: max(1, len(songs) // options.songs)][: options.songs]
    levels = found = peaks = offered = 0
    for song in track(songs, console=Console(stderr=True)):
        window = song.windows[0]
        samples = read_window(window.path, window.start, window.seconds, spec)
        tempogram = extract_features(samples, spec).autocorrelation
        all_of_them = tuple(c.bpm for c in candidates.find_candidates(tempogram, spec))
        only_peaks = tuple(c.bpm for c in candidates.find_peaks(tempogram, spec))
        offered += len(all_of_them)
        for bpm in song.truth.right:
            if spec.min_bpm <= bpm <= spec.max_bpm:
                levels += 1
                found += near(bpm, all_of_them, 0.04)
                peaks += near(bpm, only_peaks, 0.04)
    Console().print(
        f"{len(songs)} songs, {levels} compatible levels from {spec.min_bpm:g} to "
        f"{spec.max_bpm:g} bpm: recall {found / levels:.4f} with relatives "
        f"({offered / len(songs):.0f} candidates a song), {peaks / levels:.4f} by peaks alone"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
