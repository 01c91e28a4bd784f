"""Options of `playlist` that write a run as one continuous file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from pacetag.tagger.commands.options import PATH

QUIETEST = -60.0  # dB of full scale

MixOption = Annotated[
    Path | None,
    typer.Option(
        "--mix",
        metavar="FILE",
        click_type=PATH,
        help="Write all of it as one .mp3, .m4a, .flac or .opus at exactly the cadence, the beats "
        "going on from song to song.",
    ),
]
MixClickOption = Annotated[
    float | None,
    typer.Option(
        "--mix-click",
        metavar="DB",
        min=QUIETEST,
        max=0.0,
        help="Add a soft click on each step of the mix, so loud: -18 is half as loud as the music.",
    ),
]
MixCuesOption = Annotated[
    bool,
    typer.Option("--mix-cues", help="Announce each block of the mix by tones that rise or fall."),
]


@dataclass(frozen=True, kw_only=True)
class MixWish:
    """What was typed."""

    path: Path | None
    click: float | None  # dB of full scale
    cues: bool
