"""Remarks about single songs, by kind, such as why a song was not tagged."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pacetag.tagger.text.formatting import songs
from pacetag.tagger.text.paths import ShownPaths

SHOWN = 10  # songs of each kind that are named unless all are asked for


class Kind(StrEnum):
    """Why a song is named; JSON holds the values."""

    FAILED = "failed"  # could not be read, judged or written
    UNTAGGED = "untagged"  # its file does not carry its paces
    TOO_SHORT = "too short"
    TEMPO = "changes tempo"
    WORD = "set by hand"  # a person or another program changed its PACE


_HEADINGS = {  # for one song, and for several
    Kind.FAILED: ("failed", "failed"),
    Kind.UNTAGGED: ("is not tagged", "are not tagged"),
    Kind.TOO_SHORT: ("is too short", "are too short"),
    Kind.TEMPO: ("changes tempo", "change tempo"),
    Kind.WORD: (
        "was changed by you or another program",
        "were changed by you or another program",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One song, and why it is named."""

    kind: Kind
    path: str  # absolute
    reason: str  # a clause for a person


@dataclass(frozen=True, kw_only=True)
class Group:
    """The songs of one kind."""

    kind: Kind
    count: int
    shown: tuple[Finding, ...]  # all of them or the first ones, by path


class Findings:
    """Counts findings, and keeps of each kind as many as will be shown."""

    def __init__(self, most: int | None = SHOWN) -> None:
        """`most` of each kind; None: all."""
        self._most = most
        self._kept: dict[Kind, list[Finding]] = {kind: [] for kind in Kind}
        self._counts = dict.fromkeys(Kind, 0)

    def add(self, findings: Iterable[Finding]) -> None:
        """Count findings, and keep those that will be shown."""
        for finding in findings:
            self._counts[finding.kind] += 1
            if self._most is None or self._counts[finding.kind] <= self._most:
                self._kept[finding.kind].append(finding)

    def groups(self) -> tuple[Group, ...]:
        """The findings by kind, the gravest kind first."""
        return tuple(
            Group(
                kind=kind,
                count=count,
                shown=tuple(sorted(self._kept[kind], key=lambda finding: finding.path)),
            )
            for kind, count in self._counts.items()
            if count
        )


def group_lines(group: Group, shown: ShownPaths, advice: str) -> list[str]:
    """The lines about the songs of a kind; `advice` says how to see songs that are left out."""
    one, several = _HEADINGS[group.kind]
    lines = [f"{songs(group.count)} {one if group.count == 1 else several}:"]
    lines += [f"  {shown.text(finding.path)}: {finding.reason}" for finding in group.shown]
    left = group.count - len(group.shown)
    return [*lines, f"  ... and {left} more; {advice}"] if left else lines
