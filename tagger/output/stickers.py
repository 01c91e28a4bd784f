"""Print what became of MPD's stickers."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pacetag.tagger.output.json_lines import say_json
from pacetag.tagger.players.stickers import StickerChange, StickerPlan
from pacetag.tagger.terminal.say import say
from pacetag.tagger.text.formatting import grouped, songs

MANY = 500  # songs for which MPD needs so long that a line says it
DRY = "(dry run)"


def say_patience(plan: StickerPlan) -> None:
    """Say that it will take a while, where it will."""
    if len(plan.changes) >= MANY:
        say(
            f"MPD stores the stickers of {songs(len(plan.changes))} one by one, "
            "which may take minutes",
            sys.stderr,
        )


def say_synced(
    plan: StickerPlan,
    refused: Mapping[str, str],
    unknown: Sequence[str],
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Print each change if asked for, and the counts. `refused`: MPD's name -> why."""
    counts = _counts(plan, refused, unknown)
    if as_json:
        _say_json(plan, refused, unknown, counts, dry_run=dry_run)
        return
    _say_changes(plan, refused, dry_run=dry_run)
    would = "would " * dry_run
    lines = [f"{songs(counts['written'])} {would}{'get' if dry_run else 'got'} stickers"]
    if counts["removed"]:
        lines.append(f"{grouped(counts['removed'])} {would}{'lose' if dry_run else 'lost'} them")
    lines.append(f"{grouped(counts['unchanged'])} had them already")
    say(", ".join(lines) + f" {DRY}" * dry_run)
    if unknown:
        are = "is" if len(unknown) == 1 else "are"
        say(
            f"{songs(len(unknown))} {are} not in MPD's music, such as {unknown[0]}; have it "
            "update, or name its folder of music with --music",
            sys.stderr,
        )


def say_cleared(
    plan: StickerPlan, refused: Mapping[str, str], *, dry_run: bool, as_json: bool
) -> None:
    """Print the same for stickers that were taken back."""
    counts = _counts(plan, refused, [])
    if as_json:
        _say_json(plan, refused, [], counts, dry_run=dry_run)
        return
    _say_changes(plan, refused, dry_run=dry_run)
    lost = "would lose" if dry_run else "lost"
    say(f"{songs(counts['removed'])} {lost} pacetag's stickers" + f" {DRY}" * dry_run)


def _say_changes(plan: StickerPlan, refused: Mapping[str, str], *, dry_run: bool) -> None:
    for change in plan.changes if dry_run else ():
        say(f"{change.name}: {_words(change)}")
    for change in plan.kept:
        held = ", ".join(f"{key} = {value}" for key, value in change.foreign.items())
        say(f"{change.name}: keeps {held}, which pacetag did not write", sys.stderr)
    for name, reason in refused.items():
        say(f"{name}: {reason}", sys.stderr)


def _words(change: StickerChange) -> str:
    given = [f"{key} = {value}" for key, value in change.given.items()]
    return ", ".join([*given, *(f"no {key}" for key in change.removed)])


def _outcome(change: StickerChange, refused: Mapping[str, str]) -> str:
    if change.name in refused:
        return "failed"
    return "written" if change.wanted else "removed"


def _counts(
    plan: StickerPlan, refused: Mapping[str, str], unknown: Sequence[str]
) -> dict[str, int]:
    outcomes = Counter(_outcome(change, refused) for change in plan.changes)
    named = {name: outcomes[name] for name in ("written", "removed", "failed")}
    return {
        **named,
        "unchanged": plan.unchanged,
        "kept": len(plan.kept),
        "unknown": len(unknown),
    }


def _say_json(
    plan: StickerPlan,
    refused: Mapping[str, str],
    unknown: Sequence[str],
    counts: Mapping[str, int],
    *,
    dry_run: bool,
) -> None:
    for each in _objects(plan, refused, unknown):
        say_json(each)
    say_json({"counts": counts, "dry_run": dry_run})


def _objects(
    plan: StickerPlan, refused: Mapping[str, str], unknown: Sequence[str]
) -> Iterator[dict[str, Any]]:
    for change in plan.changes:
        yield {
            "path": change.path,
            "name": change.name,
            "outcome": _outcome(change, refused),
            "stickers": dict(change.wanted),
            "removed": list(change.removed),
            "reason": refused.get(change.name),
        }
    for change in plan.kept:
        yield {
            "path": change.path,
            "name": change.name,
            "outcome": "kept",
            "stickers": dict(change.foreign),
            "removed": [],
            "reason": "pacetag did not write them",
        }
    for path in unknown:
        yield {
            "path": path,
            "name": None,
            "outcome": "unknown",
            "stickers": {},
            "removed": [],
            "reason": "it is not in MPD's music",
        }
