"""Targets that are kept in the file of settings, and what is wrong with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pacetag.tagger.config.table import TARGET
from pacetag.tagger.playlist.tolerance import parse_tolerance
from pacetag.tagger.stretching.formats import Format

KEEP = "keep"  # songs are copied as they are
MOST_STRETCHED = 0.2  # share of the cadence, as --stretch takes it


@dataclass(frozen=True, kw_only=True)
class Target:
    """A table [target.NAME]: a folder on a player, and how songs go there."""

    name: str
    path: Path | None = None  # of a folder that is there, absolute
    format: str = KEEP  # or what every song is encoded as, if it is not that already
    max_size: int | None = None  # bytes that pacetag may take there
    clean: bool = False  # remove what pacetag put there and is no longer wanted
    numbered: bool = False  # names begin with the place in the playlist
    playlist: str | None = None  # name of the playlist file that is written there
    stretch: str | None = None  # share by which songs may be off, and are brought to the cadence

    @property
    def form(self) -> Format | None:
        """What songs are encoded as; None: as they are."""
        return None if self.format == KEEP else Format(self.format)


def targets_of(values: Mapping[str, Any]) -> dict[str, Target]:
    """Return the targets of the values in the file of settings (`config.file.read_config`)."""
    found: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        table, *names = key.split(".")
        if table == TARGET:
            found.setdefault(names[0], {})[names[1]] = value
    return {name: Target(name=name, **keys) for name, keys in found.items()}


def faults_of(target: Target) -> Iterator[str]:
    """Yield what would fail with any songs: a sentence for each fault."""
    source = f"[{TARGET}.{target.name}]"
    if target.path is None:
        yield f'{source}: there is no path: write path = "/media/me/WATCH/Music"'
    if target.stretch is None:
        return
    try:
        share = parse_tolerance(target.stretch, 160.0)
    except ValueError as error:
        yield f"{source} stretch: {error}"
        return
    if not 0 < share <= MOST_STRETCHED:
        yield f"{source} stretch must be above 0 and at most {MOST_STRETCHED:.0%}"
