"""A playlist as it was asked for: what `pacetag playlist` was given, checked or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pacetag.db.records import Condition
    from pacetag.tagger.commands.mix_options import MixWish
    from pacetag.tagger.commands.play_options import PlayerName
    from pacetag.tagger.commands.stretch_options import StretchWish

LINES = 250  # rows of a table without --limit and --duration: fifteen hours of music


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was typed, and what stands for it in the settings."""

    # What to run to: one cadence, a plan, or a training.
    cadence: float | None
    duration: str | None
    limit: int | None
    strides: bool | None  # whether the cadence counts one foot; None: not said
    plan: str | None  # of --plan or of a recorded run
    name: str | None  # of a training

    # Which songs.
    tolerance: str
    tolerance_is_typed: bool
    min_confidence: float
    intensity: str | None  # of the songs for one cadence
    where: "Condition"
    filters: Mapping[str, Any]  # the options that `where` is made of, by their names
    skip_intros: bool  # songs begin where they get going
    rest: int  # playlists that songs rest for
    seed: int | None
    stretch: "StretchWish"

    # What becomes of them.
    output: Path | None
    to: str | None  # the target that songs are copied to
    play: bool
    player: "PlayerName | None"  # that plays; None: the first there is
    keep_fresh: bool  # the file is written again when other songs fit
    is_refresh: bool  # that happens now, and nothing is said
    arguments: Sequence[str]  # that say which songs are wanted, as they were typed
    overwrite: bool
    absolute: bool | None
    relative_to: Path | None
    root_map: list[str]
    plot: Path | None
    mix: "MixWish"
    dry_run: bool
    index: Path | None
    as_json: bool

    @property
    def is_planned(self) -> bool:
        """Whether blocks are filled, and not songs ranked for one cadence."""
        return self.plan is not None or self.name is not None

    @property
    def is_looked_at(self) -> bool:
        """Whether nothing but a table is made, so that a screen is enough."""
        return self.output is None and self.to is None and not self.as_json
