"""What a scan may do, as the command line or the watcher asks for it."""

from dataclasses import dataclass
from enum import StrEnum

from pacetag.tagger.paces import PaceRange


class BpmMode(StrEnum):
    """Whether the ordinary BPM field is written too; it holds one whole number only."""

    NEVER = "never"
    IF_MISSING = "if-missing"
    OVERWRITE = "overwrite"


@dataclass(frozen=True, kw_only=True)
class TagOptions:
    """Which fields beside PACE and PACETAG are written, and how."""

    bpm: BpmMode = BpmMode.NEVER
    bpm_range: PaceRange | None = None  # BPM holds a pace within it; None: the most confident one
    quodlibet: bool = False  # MP3 and its like get the field that Quod Libet reads, too


@dataclass(frozen=True, kw_only=True)
class ScanOptions(TagOptions):
    """What a scan may do."""

    jobs: int  # worker processes
    tags: bool = True  # write tags into the files
    dry_run: bool = False  # say what would be written, touch neither files nor index
    force: bool = False  # judge again what is known or failed before
    ignore_failed: bool = False  # songs that failed before, and are as they were, do not count
    nice: bool = False  # it runs with the lowest priority, and may take its time
    ignore: tuple[str, ...] = ()  # patterns of files and folders that are passed over
    watching: bool = False  # songs that were undone stay so, since no person asked for this scan
