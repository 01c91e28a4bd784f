"""What was tried, as a table for people."""

from collections.abc import Sequence
from statistics import mean, stdev
from typing import Any


def markdown(rows: Sequence[dict[str, Any]]) -> str:
    """A line for each trial: mean and standard deviation over its seeds, per source."""
    sources = sorted({source for row in rows for source in row["scores"]})
    head = ["trial", "n", "parameters", "seconds"]
    head += [f"{source} {figure}" for source in sources for figure in ("accuracy", "AUC")]
    lines = [_line(head), _line(["---"] * len(head))]
    for name in dict.fromkeys(row["trial"] for row in rows):
        mine = [row for row in rows if row["trial"] == name]
        cells = [name, str(len(mine)), f"{mine[0]['parameters']:,}".replace(",", " ")]
        cells.append(_spread([row["seconds"] for row in mine], 0))
        for source in sources:
            for figure in ("accuracy", "auc"):
                found = [row["scores"][source][figure] for row in mine if source in row["scores"]]
                cells.append(_spread(found, 4))
        lines.append(_line(cells))
    return "\n".join(lines) + "\n"


def _spread(values: Sequence[float], digits: int) -> str:
    if not values:
        return ""
    text = f"{mean(values):.{digits}f}"
    return f"{text} ± {stdev(values):.{digits}f}" if len(values) > 1 else text


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
