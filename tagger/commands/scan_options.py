"""Options of `scan`; `watch` has most of them, too."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pacetag.tagger.commands.options import PATH
from pacetag.tagger.paces import PaceRange
from pacetag.tagger.scanning.options import BpmMode, PaceValues


class Device(StrEnum):
    """What runs the network."""

    CPU = "cpu"
    GPU = "gpu"


JobsOption = Annotated[
    int | None,
    typer.Option(
        "--jobs", min=1, metavar="N", help="Worker processes; one a processor if not given."
    ),
]
ScanJobsOption = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        min=0,
        metavar="N",
        help="Worker processes; one a processor if not given. 0: judge in this very process.",
    ),
]
NiceOption = Annotated[
    bool,
    typer.Option(
        "--nice/--no-nice",
        help="Let all other programs go first: lowest priority for processor and disk.",
    ),
]
NoTagsOption = Annotated[
    bool, typer.Option("--no-tags/--tags", help="Only fill the index; leave the files as they are.")
]
CheckOption = Annotated[
    Path | None,
    typer.Option(
        "--read-only-check",
        metavar="DIR",
        click_type=PATH,
        help="Prove that nothing in this folder changes but tags: every file is read before and "
        "after, and all other changes are named.",
    ),
]


def _pace_range(text: str) -> PaceRange:
    """The range that a person typed. Raises BadParameter."""
    try:
        return PaceRange.read(text)
    except ValueError as error:
        raise typer.BadParameter(f'"{text}" {error}', param_hint="--bpm-range") from error


BpmOption = Annotated[
    BpmMode | None,
    typer.Option(
        "--bpm",
        help="Whether to write the ordinary BPM field, with the most confident pace, too; never "
        "if not given.",
    ),
]
BpmRangeOption = Annotated[
    PaceRange | None,
    typer.Option(
        "--bpm-range",
        metavar="LOW-HIGH",
        parser=_pace_range,
        help="Write the most confident pace within this range, such as 140-190, into BPM; alone "
        "it means --bpm if-missing.",
    ),
]
QuodLibetOption = Annotated[
    bool,
    typer.Option(
        "--quodlibet/--no-quodlibet",
        help="Write the paces of MP3 once more where Quod Libet reads them: QuodLibet::pace.",
    ),
]
PaceValuesOption = Annotated[
    PaceValues,
    typer.Option(
        "--pace-values",
        help="How several paces stand in PACE: as they do already, one by one, or joined into "
        "one value, 160/80, for players that show only the first.",
    ),
]
IgnoreOption = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore",
        metavar="GLOB",
        help='Pass over what matches, such as "Audiobooks" or "*.part.mp3"; may be repeated.',
    ),
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Judge songs again that are known or failed before.")
]
IgnoreFailedOption = Annotated[
    bool,
    typer.Option(
        "--ignore-failed",
        help="Pass over songs that failed before and have not changed: no failure any more.",
    ),
]
RetryOption = Annotated[bool, typer.Option("--retry", help="Judge songs again that failed before.")]
DeviceOption = Annotated[
    Device,
    typer.Option(
        "--device",
        help="What runs the network: the processor, or a GPU through Keras where one is found.",
    ),
]


def bpm_mode(mode: BpmMode | None, pace_range: PaceRange | None) -> BpmMode:
    """The mode that was asked for; a range alone asks for BPM only where there is none."""
    if mode is not None:
        return BpmMode(mode)
    return BpmMode.NEVER if pace_range is None else BpmMode.IF_MISSING
