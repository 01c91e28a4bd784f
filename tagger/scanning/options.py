"""What a scan may do, as the command line or the watcher asks for it."""

from dataclasses import dataclass
from enum import StrEnum

from pacetag.tagger.paces import PaceRange


class BpmMode(StrEnum):
    """Whether the ordinary BPM field is written too; it holds one whole number only."""

    NEVER = "never"
    IF_MISSING = "if-missing"
    OVERWRITE = "overwrite"


class PaceValues(StrEnum):
    """How several paces stand in PACE; several players show the first value only."""

    KEEP = "keep"  # as they stand; one by one in a file without
    SEPARATE = "separate"  # one by one
    JOINED = "joined"  # as one value, 160/80


@dataclass(frozen=True, kw_only=True)
class TagOptions:
    """Which fields beside PACE and PACETAG are written, and how."""

    bpm: BpmMode = BpmMode.NEVER
    bpm_range: PaceRange | None = None  # BPM holds a pace within it; None: the most confident one
    pace_values: PaceValues = PaceValues.KEEP
    quodlibet: bool = False  # MP3 and its like get the field that Quod Libet reads, too

    @property
    def may_differ(self) -> bool:
        """Whether tags may have to be written although they were right for another scan."""
        kept = self.bpm is BpmMode.NEVER and self.pace_values is PaceValues.KEEP
        return not kept or self.quodlibet


@dataclass(frozen=True, kw_only=True)
class ScanOptions(TagOptions):
    """What a scan may do."""

    jobs: int  # worker processes; 0: songs are judged in this very process
    tags: bool = True  # write tags into the files
    dry_run: bool = False  # say what would be written, touch neither files nor index
    force: bool = False  # judge again what is known or failed before
    retry: bool = False  # judge again what failed before
    ignore_failed: bool = False  # songs that failed before, and are as they were, do not count
    nice: bool = False  # it runs with the lowest priority, and may take its time
    ignore: tuple[str, ...] = ()  # patterns of files and folders that are passed over
    watching: bool = False  # songs that were undone stay so, since no person asked for this scan
