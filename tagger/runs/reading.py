"""Read a recorded run from a FIT, GPX or TCX file, packed or not."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from pacetag.tagger.runs.bytes import read_content
from pacetag.tagger.runs.fit import SIGNATURE, fit_parts
from pacetag.tagger.runs.run import Part, Run, RunFileError, RunFormat, Sample
from pacetag.tagger.runs.sports import last_run, running_parts
from pacetag.tagger.runs.track_points import track_parts

LONGEST = 14 * 86_400.0  # seconds; a longer recording has wrong times


def read_run(path: Path) -> Run:
    """Return the run that a file holds.

    Raises RunFileError if it cannot be read or holds no run, MissingExtraError if it is a FIT file
    and fitdecode is not installed.
    """
    content = read_content(path)
    if content[8:12] == SIGNATURE:
        form, parts = RunFormat.FIT, fit_parts(path, content)
    else:
        form, parts = track_parts(path, content)
    parts = [part for part in parts if part.samples]
    if not parts:
        raise RunFileError(path, f"this {form} file has no points with times; export the run again")
    running, notes = running_parts(path, parts)
    chosen, count = last_run(running)
    if count > 1:
        notes = (*notes, f"The file holds {count} runs; only the last counts.")
    samples = tuple(_ascending(chosen))
    if samples[-1].time - samples[0].time > LONGEST:
        raise RunFileError(path, "its times lie more than 14 days apart, so they must be wrong")
    if not any(sample.cadence for sample in samples):
        raise RunFileError(path, "has no cadence; the watch or the export left it out")
    return Run(path=path, format=form, sport=chosen[0].sport, samples=samples, notes=notes)


def _ascending(parts: Sequence[Part]) -> Iterator[Sample]:
    """Yield the samples in order; those that a clock set back repeats are left out.

    Sensors' fields may hold any number: one that is no cadence, or no speed, counts as none.
    """
    last = float("-inf")
    for part in parts:
        for sample in part.samples:
            if sample.time > last:
                last = sample.time
                yield Sample(
                    time=sample.time, cadence=_rate(sample.cadence), speed=_rate(sample.speed)
                )


def _rate(value: float | None) -> float | None:
    return value if value is not None and 0 <= value < math.inf else None
