"""The held-out songs of a training run, as sets for `pacetag evaluate`.

`python -m pacetag.model.training.benchmark_sets.held_out WORK OUT` writes one CSV file a split and
source, such as `test-recordings.csv`, of the corpora that `pacetag train WORK` made.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from pacetag.model.errors import ModelError
from pacetag.model.training.beatless.corpus import SOURCE as BEATLESS
from pacetag.model.training.drummers.corpus import SOURCE as DRUMMERS
from pacetag.model.training.expressive.corpus import SOURCE as EXPRESSIVE
from pacetag.model.training.grooves.songs import groove_songs
from pacetag.model.training.metres.corpus import SOURCE as METRES
from pacetag.model.training.output_folders import OutputError, check_free, named_path
from pacetag.model.training.recordings.songs import recording_songs
from pacetag.model.training.rendered import rendered_songs
from pacetag.model.training.scores.songs import notated_songs
from pacetag.model.training.songs import TrainingSong

COLUMNS = ("file", "paces", "unclear", "style", "remarks")
CORPORA: dict[str, Callable[[Path], list[TrainingSong]]] = {
    "grooves": groove_songs,
    "further": groove_songs,
    "human": groove_songs,
    **{
        kind: partial(rendered_songs, source=kind)
        for kind in (METRES, BEATLESS, EXPRESSIVE, DRUMMERS)
    },
    "scores": notated_songs,
    "recordings": recording_songs,
}


def write_sets(
    songs: Iterable[TrainingSong], folder: Path, *, overwrite: bool = False
) -> dict[Path, int]:
    """Write the sets of all songs that are not trained on; how many songs are in each.

    Raises OutputError when one of them is there already, unless it is to be replaced.
    """
    sets: dict[str, list[TrainingSong]] = {}
    for song in songs:
        if song.split != "train":
            sets.setdefault(f"{song.split}-{song.source}", []).append(song)
    check_free([folder / f"{name}.csv" for name in sets], overwrite=overwrite)
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for name, members in sets.items():
        target = folder / f"{name}.csv"
        with target.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(COLUMNS)
            rows.writerows(map(_row, members))
        written[target] = len(members)
    return written


def _row(song: TrainingSong) -> tuple[str, ...]:
    paces = " ".join(f"{bpm:.3f}" for bpm in song.truth.right) or "none"
    unclear = " ".join(f"{bpm:.3f}" for bpm in song.truth.unclear if 20 <= bpm <= 500)
    return (str(song.windows[0].path.absolute()), paces, unclear, song.group, song.name)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the sets of every corpus that is there; 1 when there is none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=named_path, metavar="WORK", help="folder of a training run")
    parser.add_argument("out", type=named_path, metavar="OUT", help="where the sets go")
    parser.add_argument("--overwrite", action="store_true", help="replace the sets that are there")
    given = parser.parse_args(arguments)
    songs: list[TrainingSong] = []
    for name, songs_of in CORPORA.items():
        try:
            songs += songs_of(given.work / name)
        except ModelError:  # not every run has every corpus
            continue
    if not songs:
        sys.stderr.write(f"{given.work}: holds no corpus; run `pacetag train WORK` first\n")
        return 1
    try:
        written = write_sets(songs, given.out, overwrite=given.overwrite)
    except OutputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for target, count in written.items():
        sys.stdout.write(f"{target}: {count} songs\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
