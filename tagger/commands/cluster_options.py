"""Options about who judges, and where results of songs in stores go."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.options import PATH

if TYPE_CHECKING:
    from pacetag.tagger.scanning.scan import MakeWorkers
    from pacetag.tagger.workers.judging import JudgeRef
    from pacetag.tagger.workers.protocol import Done, Song, Workers

ClusterOption = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Have the workers of a Dask cluster judge, such as tcp://scheduler:8786.",
    ),
]

OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="DIR",
        click_type=PATH,
        help="For URLs: a folder of Parquet files that gets the results instead of the index.",
    ),
]


def workers_of(address: str | None) -> "MakeWorkers | None":
    """What makes the workers of the cluster at an address; None where this machine judges."""
    return None if address is None else partial(cluster_workers, address)


def cluster_workers(address: str, judge: "JudgeRef", done: "Done[Song]") -> "Workers[Song]":
    """The workers of a cluster; says how they differ from this machine. Raises ClusterError."""
    from pacetag.tagger.terminal.say import say
    from pacetag.tagger.workers.cluster import ClusterWorkers

    workers = ClusterWorkers(address, judge, done=done)
    for remark in workers.remarks:
        say(f"pacetag: {remark}", sys.stderr)
    return workers
