"""Clauses for a person: why a song was not tagged or not judged, and similar remarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pacetag.tagger.scanning.probe import FileProbe

FAILED_BEFORE = "it is as it was; `pacetag scan --force` tries again"
TRIED_AGAIN = "the next scan tries again"
FOREIGN = (
    "its PACE is not pacetag's and was left alone; `pacetag set` writes your paces, or with --auto "
    "the network's"
)
YOURS = "its paces are those that you set; `pacetag set --auto FILE` has the network's again"
NONE = "you want no paces for it; `pacetag set --auto FILE` has the network's again"
MANGLED = "its PACE was changed by another program and put right; `pacetag set` sets other paces"
CLEARED = (
    "indexed only: its tags were cleared since pacetag wrote them; `pacetag set --auto FILE` "
    "writes them again"
)
UNDONE = "indexed only: its tags were undone; `pacetag scan` writes them again"
STRETCHED = "a stretched copy or a mix that `pacetag playlist` made; the songs in it count"
NO_TAGS = "indexed only (--no-tags)"
NOT_TAGGED = "indexed, but not tagged: "  # before what refused a write


def indexed_only(why: str) -> str:
    """The reason given for a song that goes into the index only."""
    return f"indexed only: {why}"


def not_written(probe: FileProbe, lacking: Mapping[str, object]) -> str | None:
    """Why the probed file is not written; None if it may be written.

    A file that lacks nothing and only may not be written carries its paces already.
    """
    if probe.tags.writable or (probe.tags.forbidden and not lacking):
        return None
    return indexed_only(probe.tags.why_not or "tags of this kind of file are not written")


def segments_text(segments: Sequence[float]) -> str | None:
    """That a song changes tempo, from the tempos of its parts; None for a steady song."""
    listed = " to ".join(f"{bpm:.0f}" for bpm in segments)
    return f"changes tempo, {listed} bpm" if listed else None


def is_failure(untagged: str) -> bool:
    """Whether the scan that noted this reason failed to write the file."""
    return untagged.startswith(NOT_TAGGED) or untagged.endswith(f"({TRIED_AGAIN})")


def without_advice(reason: str) -> str:
    """The reason without the remark that the next scan tries again, where another is given."""
    return reason.removesuffix(f" ({TRIED_AGAIN})").removesuffix(f"; {TRIED_AGAIN}")
