"""`pacetag problems`: songs that failed, are not tagged, are too short or change tempo."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.options import MUSIC, IndexOption, JsonOption
from pacetag.tagger.settings import index_path

if TYPE_CHECKING:
    from pacetag.db.index import SongIndex
    from pacetag.db.records import NotedSong
    from pacetag.tagger.scanning.findings import Finding, Findings

EVERYWHERE = "/"


def problems(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH]...",
            click_type=MUSIC,
            help="Folders or songs; without any, all that the index knows.",
        ),
    ] = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """List songs that failed, are not tagged, are too short or change tempo, with the reasons.

    As the last scans found them: only the index is read, and missing songs are left out.
    `pacetag scan` tries again what the system refused, and with --force what is damaged. Exit
    codes: 0 done, 1 the index cannot be used, 2 wrong usage.
    """
    from pacetag.db.rows import STORES
    from pacetag.tagger.index.opening import read_index
    from pacetag.tagger.scanning.findings import Findings

    roots = [Path(os.path.abspath(path.expanduser())) for path in paths or []]  # noqa: PTH100
    file = index_path(index)
    findings = Findings(None)
    with read_index(file) as songs:
        places = [os.fspath(root) for root in roots] or [EVERYWHERE, STORES]
        findings.add(_found(songs, places))
        known = any(any(songs.paths_under(place)) for place in places)
    if as_json:
        _say_json(findings)
    else:
        _say(findings, roots, known=known)


def _found(songs: "SongIndex", places: list[str]) -> Iterator["Finding"]:
    """The findings of songs at or below the places, each song once."""
    seen: set[str] = set()
    for place in places:
        for song in songs.noted_under(place):
            if song.path not in seen:
                seen.add(song.path)
                yield from _findings(song)


def _findings(song: "NotedSong") -> Iterator["Finding"]:
    from pacetag.tagger.scanning.findings import Finding, Kind
    from pacetag.tagger.scanning.reasons import is_failure, segments_text

    if song.failure is not None:
        kind = Kind.TOO_SHORT if song.too_short else Kind.FAILED
        yield Finding(kind=kind, path=song.path, reason=song.failure)
    elif song.untagged is not None:
        kind = Kind.FAILED if is_failure(song.untagged) else Kind.UNTAGGED
        yield Finding(kind=kind, path=song.path, reason=song.untagged)
    if (segments := segments_text(song.tempo_segments)) is not None:
        yield Finding(kind=Kind.TEMPO, path=song.path, reason=segments)


def _say_json(findings: "Findings") -> None:
    from pacetag.tagger.output.json_lines import say_json

    groups = findings.groups()
    for group in groups:
        for finding in group.shown:
            say_json({"path": finding.path, "kind": finding.kind.value, "reason": finding.reason})
    say_json({"counts": {group.kind.value: group.count for group in groups}})


def _say(findings: "Findings", roots: list[Path], *, known: bool) -> None:
    from pacetag.tagger.scanning.findings import group_lines
    from pacetag.tagger.terminal.say import say
    from pacetag.tagger.text.formatting import printable
    from pacetag.tagger.text.paths import ShownPaths

    shown, groups = ShownPaths(roots), findings.groups()
    for group in groups:
        for line in group_lines(group, shown, advice=""):
            say(printable(line))
    if not known:
        say("The index knows no song there; `pacetag scan PATH` has songs judged.")
    elif not groups:
        say("Nothing to report: no song there failed, is untagged, too short or changes tempo.")
