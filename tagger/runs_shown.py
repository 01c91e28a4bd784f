"""The runs that wrote tags, as a table and as JSON."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pacetag.db.runs import Run
from pacetag.tagger.report import say

NONE_YET = "No run has written tags yet."
EARLIER = "before runs were counted"


def runs_table(runs: Sequence[Run]) -> None:
    """Print the runs, the latest first, with local times."""
    if not runs:
        say(NONE_YET)
        return
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from pacetag.tagger.consoles import table_console

    table = Table(box=SIMPLE_HEAD)
    table.add_column("Run", justify="right")
    table.add_column("When")
    table.add_column("Command")
    table.add_column("Files", justify="right")
    table.add_column("Undone")
    for run in runs:
        table.add_row(str(run.id), _when(run), run.command, str(run.files), _undone(run))
    table_console().print(table)


def run_object(run: Run) -> dict[str, Any]:
    """A run as JSON holds it; its time in UTC."""
    started = None
    if run.started is not None:
        started = datetime.fromtimestamp(run.started, UTC).isoformat(timespec="seconds")
    return {
        "run": run.id,
        "started": started,
        "command": run.command,
        "files": run.files,
        "undone": run.undone,
    }


def _when(run: Run) -> str:
    if run.started is None:
        return EARLIER
    return f"{datetime.fromtimestamp(run.started).astimezone():%Y-%m-%d %H:%M:%S}"


def _undone(run: Run) -> str:
    if run.undone in (0, run.files):
        return "yes" if run.undone else "no"
    return f"{run.undone} of {run.files}"
