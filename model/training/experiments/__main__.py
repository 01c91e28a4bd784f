"""`python -m pacetag.model.training.experiments WORK`: try, write down, print the table."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from pacetag.model.errors import ModelError
from pacetag.model.training.experiments.running import (
    Bench,
    Row,
    run_combined,
    run_folds,
    run_trials,
)
from pacetag.model.training.experiments.table import markdown
from pacetag.model.training.experiments.trials import TRIALS, Trial
from pacetag.model.training.output_folders import named_path

ROWS = "experiments.jsonl"  # below WORK


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for and not yet written down; print everything that is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=named_path, help="where `pacetag train` made its cases")
    parser.add_argument("--only", nargs="*", help="names of trials; none for no trial")
    parser.add_argument("--combined", action="store_true", help="several seeds as one network too")
    parser.add_argument("--folds", action="store_true", help="cross-validate too")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--cases", type=int, default=8_000, help="to learn from")
    parser.add_argument("--epochs", type=int, help="to learn for, in place of each trial's own")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args(arguments)
    _hold_threads(given.threads)
    notes = given.work / ROWS
    rows = read_rows(notes)
    done = {(row["trial"], row["seed"]) for row in rows}
    bench = Bench(work=given.work, cases=given.cases, seeds=range(1, given.seeds + 1))
    chosen = [t for t in TRIALS if given.only is None or t.name in given.only]
    if given.epochs is not None:
        chosen = [lasting(trial, given.epochs) for trial in chosen]
    asked = [run_trials(chosen, bench, done)]
    asked += [run_combined(bench, done)] if given.combined else []
    asked += [run_folds(bench, done)] if given.folds else []
    try:
        for row in chain(*asked):
            rows.append(row)
            with notes.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(row) + "\n")
    except ModelError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    sys.stdout.write(markdown(rows))
    return 0


def lasting(trial: Trial, epochs: int) -> Trial:
    """The trial with so many epochs, and a name that says so."""
    learning = replace(trial.learning, epochs=epochs)
    return replace(trial, name=f"{trial.name}, {epochs} epochs", learning=learning)


def read_rows(notes: Path) -> list[Row]:
    """What earlier runs wrote down."""
    return [json.loads(line) for line in notes.read_text().splitlines()] if notes.is_file() else []


def _hold_threads(count: int) -> None:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(count)
    tf.config.threading.set_inter_op_parallelism_threads(1)


if __name__ == "__main__":
    sys.exit(main())
