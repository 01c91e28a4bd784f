"""What is said of a mix: sentences, and its JSON object."""

from collections.abc import Iterator
from statistics import median
from typing import Any

from pacetag.tagger.mixing.making import MadeMix
from pacetag.tagger.mixing.mix_file import MixFile
from pacetag.tagger.mixing.mix_plan import Join, MixPlan
from pacetag.tagger.mixing.tagging import name_of
from pacetag.tagger.stretching.formats import bytes_needed
from pacetag.tagger.text.formatting import clock, songs

SHORTEST = 2.0  # s by which a mix may be shorter than planned and it is not said


def expected_line(file: MixFile, seconds: float) -> str:
    """How long and how large a mix would be."""
    size = bytes_needed(file.form, seconds) >> 20
    return f"{file.named}: would be written: about {clock(seconds)}, at most {size} MiB"


def expected_object(file: MixFile, seconds: float) -> dict[str, Any]:
    """A mix that would be made, as a JSON value."""
    return {
        "path": str(file.path),
        "seconds": round(seconds, 3),
        "bytes": bytes_needed(file.form, seconds),
        "joins": [],
        "lost": [],
    }


def mix_lines(made: MadeMix, file: MixFile) -> Iterator[str]:
    """What is missing in a mix, and what it holds."""
    plan = made.plan
    for path, reason in made.lost.items():
        yield f"{path}: left out of the mix: {reason}; scan it again, or mount its disk"
    if plan is None:
        return
    lost = sum(plan.short)
    if lost > SHORTEST:
        yield (
            f"the mix is {clock(lost)} shorter than planned, since songs are missing: a wider "
            "--tolerance or --stretch gives more"
        )
    if plain := [_between(plan, join) for join in plan.joins if not join.is_aligned]:
        one = len(plain) == 1
        yield (
            f"{len(plain)} {'join is' if one else 'joins are'} plain, for no beat is clear there: "
            + ", ".join(plain[:3])
            + (", ..." if len(plain) > 3 else "")
        )
    parts = clock(plan.seconds), songs(len(plan.songs)), *_repeats(plan), *_apart(plan)
    yield f"{file.named}: {', '.join(parts)}"


def _repeats(plan: MixPlan) -> Iterator[str]:
    if count := sum(join.is_repeat for join in plan.joins):
        yield f"{count} {'passage' if count == 1 else 'passages'} repeated to fill the time"


def _apart(plan: MixPlan) -> Iterator[str]:
    known = [join.apart for join in plan.joins if join.apart is not None and not join.is_repeat]
    if known:
        yield f"beats {1_000 * median(known):.0f} ms apart at the joins"


def _between(plan: MixPlan, join: Join) -> str:
    names = [plan.songs[place].record for place in (join.outgoing, join.incoming)]
    first, second = (name_of(each.title, None, each.path) for each in names)
    return f"{first} to {second} at {clock(join.at)}"


def mix_object(made: MadeMix, file: MixFile) -> dict[str, Any]:
    """A mix that was made, as a JSON value."""
    plan = made.plan
    if plan is None:
        return {}
    return {
        "path": str(file.path),
        "seconds": round(plan.seconds, 3),
        "bytes": file.path.stat().st_size,
        "joins": [
            {
                "at": round(join.at, 3),
                "from": plan.songs[join.outgoing].record.path,
                "to": plan.songs[join.incoming].record.path,
                "apart_ms": None if join.apart is None else round(1_000 * join.apart, 1),
            }
            for join in plan.joins
        ],
        "lost": [{"path": path, "reason": reason} for path, reason in made.lost.items()],
    }
