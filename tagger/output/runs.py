"""The runs that wrote tags, as a table and as JSON."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pacetag.db.runs import Run
from pacetag.tagger.terminal.columns import Column, print_table
from pacetag.tagger.terminal.say import say

NONE_YET = "No run has written tags yet."
EARLIER = "before runs were counted"
RUNS = (
    Column(heading="Run", right=True),
    Column(heading="When", least=19),
    Column(heading="Command", drop=1),
    Column(heading="Files", right=True, drop=2),
    Column(heading="Undone", drop=3),
)


def runs_table(runs: Sequence[Run]) -> None:
    """Print the runs, the latest first, with local times."""
    if not runs:
        say(NONE_YET)
        return
    rows = [(str(run.id), _when(run), run.command, str(run.files), _undone(run)) for run in runs]
    print_table(RUNS, rows)


def run_object(run: Run) -> dict[str, Any]:
    """A run as a JSON value, its time in UTC."""
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
