"""Many songs through one function, in order, with a progress bar."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import track

Work = TypeVar("Work")
Result = TypeVar("Result")


def tracked(
    call: Callable[[Work], Result], work: Sequence[Work], title: str, *, jobs: int
) -> Iterator[Result]:
    """`call` of each piece of work, here or in `jobs` fresh processes, under a bar with a title."""
    console = Console(stderr=True)  # what a command says goes to stdout
    if jobs <= 1:
        yield from track(map(call, work), title, total=len(work), console=console)
        return
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        yield from track(
            pool.imap(call, work, chunksize=4), title, total=len(work), console=console
        )
