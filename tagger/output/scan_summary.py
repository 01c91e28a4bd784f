"""The end of a scan's summary: songs and folders that were passed over or need attention."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pacetag.tagger.library.passed_over import LISTED, TO_CONVERT
from pacetag.tagger.scanning.findings import Kind, group_lines
from pacetag.tagger.scanning.outcomes import LeftOut, ScanSummary
from pacetag.tagger.text.formatting import printable, songs
from pacetag.tagger.text.paths import ShownPaths

FEW = 3  # names in a sentence, and arguments of an advised command


@dataclass(frozen=True, kw_only=True)
class Naming:
    """How songs are named in a summary."""

    shown: ShownPaths = ShownPaths(())  # noqa: RUF009 - it is immutable
    advice: str = "`pacetag problems` lists them"  # on how to see more of them


def naming_of(roots: Sequence[Path], index: Path | None, *, dry_run: bool) -> Naming:
    """The naming for a scan of these paths. `index`: its file, if commands must name it."""
    advice = f"`{_problems(roots, index)}` lists them"
    if dry_run:  # the index does not keep its findings
        advice = "--verbose lists them"
    return Naming(shown=ShownPaths(roots), advice=advice)


def _problems(roots: Sequence[Path], index: Path | None) -> str:
    """The command that lists all of them; without paths if they cannot be typed."""
    import shlex

    words = ["pacetag", "problems"]
    if index is not None:
        words += ["--index", os.fspath(index)]
    if len(roots) <= FEW and all(os.fspath(root).isprintable() for root in roots):
        words += map(os.fspath, roots)
    return shlex.join(words)


def left_out_lines(left_out: LeftOut, shown: ShownPaths) -> list[str]:
    """What was passed over, and how to have it scanned."""
    lines = []
    if left_out.bins:
        count, named = _named(left_out.bins, shown)
        folders = "folder" if count == 1 else "folders"
        lines.append(f"{count} {folders} of trash, snapshots or thumbnails passed over {named}")
    if left_out.binned:
        are = "lies in such a folder and is" if left_out.binned == 1 else "lie there and are"
        lines.append(f"{songs(left_out.binned)} of the index {are} no longer offered.")
    if left_out.hidden:
        count, named = _named(left_out.hidden, shown)
        what = (
            "hidden song or folder of songs" if count == 1 else "hidden songs or folders of songs"
        )
        lines.append(f"{count} {what} passed over {named}")
    if left_out.others:
        lines.append(_others(left_out.others))
    return lines


def _named(places: Sequence[str], shown: ShownPaths) -> tuple[int, str]:
    """How many places there are, and the end of a sentence that names the first of them."""
    names = [shown.text(path) for path in places[:FEW]]
    listed = ", ".join(names if len(places) <= FEW else [*names, "..."])
    return len(places), f"({listed}); name one to have it scanned."


def _others(others: Sequence[tuple[str, int]]) -> str:
    count = sum(files for _, files in others)
    by_number = sorted(others, key=lambda each: -each[1])
    listed = ", ".join(f"{files} .{suffix}" for suffix, files in by_number)
    known = any(suffix not in TO_CONVERT for suffix, _ in others)
    locked = [f".{suffix}" for suffix, _ in by_number if suffix in TO_CONVERT]
    them = "it" if count == 1 else "them"
    advice = [f"name {them} to have {them} scanned: `pacetag scan FILE`"] if known else []
    if locked:
        advice.append(f"convert {', '.join(locked)} to FLAC or another kind of song first")
    files = "1 file" if count == 1 else f"{count} files"
    return f"{files} passed over that may hold music: {listed}; {'; '.join(advice)}."


def finding_lines(summary: ScanSummary, naming: Naming, *, faults: bool) -> list[str]:
    """Songs that need attention: with `faults` those that failed, else the others."""
    lines = _refused(summary.left_out, naming) if faults else []
    for group in summary.groups:
        if (group.kind is Kind.FAILED) is faults:
            lines += group_lines(group, naming.shown, naming.advice)
    return [printable(line) for line in lines]


def _refused(left_out: LeftOut, naming: Naming) -> list[str]:
    count = len(left_out.refused)
    if not count:
        return []
    listed = all(why.startswith(LISTED) for _, why in left_out.refused)
    folders = ("folder" if listed else "place") + ("s" if count > 1 else "")
    lines = (f"  {naming.shown.text(path)}: {why}" for path, why in left_out.refused)
    return [f"{count} {folders} could not be looked into:", *lines]
