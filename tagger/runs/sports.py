"""Which part of a recording is the run: by the sport that the file names, else by its speed."""

from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles

from pacetag.tagger.runs.run import Part, RunFileError
from pacetag.tagger.text.formatting import clock, printable

_NUMBERS = {"1": "cycling", "9": "running"}  # in Strava's GPX files
_RUNNING = ("run", "jog", "treadmill")
_UNSAID = frozenset({"", "other", "generic", "training", "all", "unknown", "workout", "activity"})
# 25 km/h: runners hold that for a minute. A tenth of nearly every ride is faster, as downhill.
FASTEST = 7.0  # metres a second
APART = 4 * 3600.0  # seconds between parts that are not of one run


def is_running(sport: str | None) -> bool | None:
    """Return whether a sport's name means running; None where it says nothing."""
    word = (sport or "").strip().lower()
    if word in _UNSAID:
        return None
    return any(each in _NUMBERS.get(word, word) for each in _RUNNING)


def running_parts(path: Path, parts: Sequence[Part]) -> tuple[list[Part], tuple[str, ...]]:
    """Return the parts in which a person ran, and sentences about the others.

    Raises RunFileError if there is none.
    """
    running = [part for part in parts if is_running(part.sport)]
    if running:
        others = [part for part in parts if not is_running(part.sport)]
        return running, _about(others)
    unsaid = [part for part in parts if is_running(part.sport) is None]
    if not unsaid:
        raise RunFileError(path, f"is a recording of {_names(parts)}, not of a run")
    chosen = [part for part in unsaid if not _is_too_fast(part)]
    if not chosen:
        raise RunFileError(path, "is too fast for a run; it looks like cycling")
    others = [part for part in parts if part not in chosen]
    said = "The file does not say which sport it is; it is taken for a run."
    return chosen, (said, *_about(others))


def last_run(parts: Sequence[Part]) -> tuple[list[Part], int]:
    """Return the parts of the last run in order, and how many runs there are."""
    last, count = list[Part](), 0
    for part in sorted(parts, key=lambda part: part.samples[0].time):
        if not last or part.samples[0].time - last[-1].samples[-1].time > APART:
            last, count = [], count + 1
        last.append(part)
    return last, count


def _is_too_fast(part: Part) -> bool:
    speeds = [s.speed for s in part.samples if s.speed is not None and s.cadence]
    return len(speeds) > 1 and quantiles(speeds, n=10)[-1] > FASTEST


def _about(others: Sequence[Part]) -> tuple[str, ...]:
    if not others:
        return ()
    listed = ", ".join(f"{_name(part)} ({clock(part.seconds)})" for part in others)
    return (f"Only the running counts; the file also holds {listed}.",)


def _names(parts: Sequence[Part]) -> str:
    return " and ".join(dict.fromkeys(map(_name, parts)))


def _name(part: Part) -> str:
    name = (part.sport or "another sport").strip().lower().replace("_", " ")
    return printable(_NUMBERS.get(name, name))[:40]
