"""How well runs by plan are filled, beside a plain sort, greedy first fit and goingrunning.

`python tests/benchmarks/runs_by_plan.py [--songs 3000 100000]` makes an index of invented songs,
fills ten plans and prints a table for each size: how far blocks are off their time (mean and
largest, s), neighbouring tempos more than 3 steps apart within a block, pieces that come twice,
neighbours of one artist, how far the intensity of songs is off what their block asks for (mean by
time), the mean of confidence times closeness, and the processor time. A plain sort takes the best
songs of each block until its time is over. Greedy first fit goes through them by worth as well, but
passes over those that last longer than what is left. `--index FILE` takes the songs of an index
that is there, and `--beets PYTHON`, an interpreter with beets and beets-goingrunning, has the real
plug-in fill each block from the same pool. Not a test.
"""

import argparse
import itertools
import os
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import goingrunning  # type: ignore[import-not-found]  # its neighbours
from filling import fill  # type: ignore[import-not-found]
from index_scale import _song as invented_song  # type: ignore[import-not-found]
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from pacetag.db.index import SongIndex
from pacetag.tagger.playlist.intensity import AWAKE
from pacetag.tagger.playlist.pool import Candidate
from pacetag.tagger.sessions.block_pools import BlockPool, block_pools
from pacetag.tagger.sessions.building import build_session
from pacetag.tagger.sessions.grammar import parse_plan
from pacetag.tagger.sessions.losses import closeness
from pacetag.tagger.sessions.plan import Block, Plan
from pacetag.tagger.sessions.pool_of_plan import Wishes, pool_of_plan
from pacetag.tagger.text.piece_names import artist_key

TOLERANCE = 0.04
PLANS = (
    "45m@165",
    "1h30m@160",
    "30m@180",
    "10m@150 20m@165 5m@140",
    "10m@150 20m@165 10m@165 5m@140",
    "10m@150-165 20m@165",
    "15m@150-170 15m@170-150",
    "5x(5m@170 3m@150)",
    "10m@150 4x(4m@175 2m30s@155) 10m@145",
    "20m@160 20m@165 20m@170",
)


@dataclass(frozen=True, kw_only=True)
class Played:
    """A song as a method placed it."""

    piece: str
    artist: str
    bpm: float
    seconds: float
    worth: float
    tame: float  # how far its intensity is off what its block asks for


Filled = list[list[Played]]  # by block


def main() -> int:
    """Print a table for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--songs", type=int, nargs="+", default=[3_000, 100_000])
    parser.add_argument("--index", type=Path, help="take its songs, not invented ones")
    parser.add_argument("--beets", type=Path, metavar="PYTHON", help="that has goingrunning")
    asked = parser.parse_args()
    if asked.index is not None:
        with SongIndex.open(asked.index) as index:
            _print_table(index, index.stats().songs, beets=asked.beets)
        return 0
    for songs in asked.songs:
        with tempfile.TemporaryDirectory() as folder:
            path, rng = Path(folder, "index.sqlite3"), random.Random(1)
            fill(path, (invented_song(Path(folder), number, rng) for number in range(songs)))
            with SongIndex.open(path) as index:
                _print_table(index, songs, beets=asked.beets)
    return 0


def _print_table(index: SongIndex, songs: int, *, beets: Path | None) -> None:
    table = Table(title=f"{songs} songs, ten plans", box=MARKDOWN)
    for heading in (
        *("way", "off, mean", "off, most", "jumps", "repeats", "artist beside itself"),
        *("intensity off", "fit", "s a plan"),
    ):
        table.add_column(heading)
    ways: dict[str, Callable[[SongIndex, Plan], Filled]] = {
        "pacetag": _by_pacetag,
        "plain sort": lambda *asked: _by_worth(*asked, fits=lambda _: True),
        "greedy first fit": lambda *asked: _by_worth(*asked, fits=lambda left: left >= 0),
    }
    if beets is not None:
        ways["goingrunning"] = lambda *asked: _by_goingrunning(beets, *asked)
    for name, way in ways.items():
        offs, jumps, repeats, beside, tame, worths = [], 0, 0, 0, [], []
        before = _processor_seconds()
        runs = [(parse_plan(text), way(index, parse_plan(text))) for text in PLANS]
        seconds = (_processor_seconds() - before) / len(PLANS)
        for plan, filled in runs:
            for block, played in zip(plan.blocks, filled, strict=True):
                offs.append(abs(sum(song.seconds for song in played) - block.seconds))
                pairs = itertools.pairwise(song.bpm for song in played)
                jumps += 0 if block.is_ramp else sum(abs(a - b) > 3 for a, b in pairs)
            songs_of = [song for played in filled for song in played]
            repeats += len(songs_of) - len({song.piece for song in songs_of})
            beside += sum(a.artist == b.artist != "" for a, b in itertools.pairwise(songs_of))
            whole = sum(song.seconds for song in songs_of)
            tame.append(sum(song.tame * song.seconds for song in songs_of) / whole)
            worths.append(sum(song.worth * song.seconds for song in songs_of) / whole)
        table.add_row(
            name,
            f"{sum(offs) / len(offs):.1f}",
            f"{max(offs):.1f}",
            *(str(count) for count in (jumps, repeats, beside)),
            f"{sum(tame) / len(tame):.3f}",
            f"{sum(worths) / len(worths):.3f}",
            f"{seconds:.2f}",
        )
    Console(width=120).print(table)


def _processor_seconds() -> float:
    """Of this process, and of those that it waited for."""
    return sum(os.times()[:4])


def _by_pacetag(index: SongIndex, plan: Plan) -> Filled:
    session = build_session(index, plan, _wishes(plan))
    return [
        [
            Played(
                piece=song.song.path,
                artist=artist_key(song.song.artist, song.song.album_artist),
                bpm=song.pace.bpm,
                seconds=song.play,
                worth=song.pace.confidence * closeness(song.pace.bpm, song.cadence, TOLERANCE),
                tame=_off(block.block, song.song.analysis.intensity),
            )
            for song in block.songs
        ]
        for block in session.blocks
    ]


def _by_worth(index: SongIndex, plan: Plan, *, fits: Callable[[float], bool]) -> Filled:
    """Fill each block on its own, by worth."""
    candidates = pool_of_plan(index, plan.blocks, _wishes(plan))
    pools = block_pools(candidates, plan.blocks, _wishes(plan).tolerances)
    return [_block_by_worth(pool, fits) for pool in pools]


def _block_by_worth(pool: BlockPool, fits: Callable[[float], bool]) -> list[Played]:
    middle = (pool.block.first + pool.block.last) / 2
    ranked: Sequence[Candidate] = sorted(
        pool.pieces.values(), key=lambda one: (-one.worth(middle, TOLERANCE), one.piece)
    )
    found: list[Played] = []
    left = pool.block.seconds
    for one in ranked:
        seconds = one.duration or 0.0
        if left <= 0:
            break
        if fits(left - seconds):
            found.append(_played(one, pool.block))
            left -= seconds
    return found


def _played(one: Candidate, block: Block) -> Played:
    cadence = (block.first + block.last) / 2
    return Played(
        piece=one.path,
        artist=one.artist,
        bpm=one.pace.bpm,
        seconds=one.duration or 0.0,
        worth=one.pace.confidence * closeness(one.pace.bpm, cadence, TOLERANCE),
        tame=_off(block, one.intensity),
    )


def _by_goingrunning(beets: Path, index: SongIndex, plan: Plan) -> Filled:
    """Have the plug-in fill each block on its own."""
    candidates = pool_of_plan(index, plan.blocks, _wishes(plan))
    pools = block_pools(candidates, plan.blocks, _wishes(plan).tolerances)
    return [_block_by_goingrunning(beets, pool) for pool in pools]


def _block_by_goingrunning(beets: Path, pool: BlockPool) -> list[Played]:
    by_path = {one.path: one for one in pool.pieces.values() if one.duration}
    songs = [
        goingrunning.Offered(
            path=one.path,
            title=Path(one.path).stem,
            artist=one.artist,
            length=one.duration or 0.0,
            bpm=round(one.pace.bpm),
        )
        for one in by_path.values()
    ]
    paths = goingrunning.picked(beets, songs, seconds=pool.block.seconds)
    return [_played(by_path[path], pool.block) for path in paths]


def _off(block: Block, intensity: float | None) -> float:
    return (block.asked or AWAKE).distance(intensity)


def _wishes(plan: Plan) -> Wishes:
    return Wishes(tolerances=(TOLERANCE,) * len(plan.blocks))


if __name__ == "__main__":
    sys.exit(main())
