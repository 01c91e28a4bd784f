"""The option that has a Dask cluster judge."""

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

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


def workers_of(address: str | None) -> "MakeWorkers | None":
    """What makes the workers of the cluster at an address; None where this machine judges."""
    return None if address is None else partial(_made, address)


def _made(address: str, judge: "JudgeRef", done: "Done[Song]") -> "Workers[Song]":
    """The workers of a cluster; says how they differ from this machine. Raises ClusterError."""
    from pacetag.tagger.terminal.say import say
    from pacetag.tagger.workers.cluster import ClusterWorkers

    workers = ClusterWorkers(address, judge, done=done)
    for remark in workers.remarks:
        say(f"pacetag: {remark}", sys.stderr)
    return workers
