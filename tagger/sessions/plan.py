"""A plan of a run as values: blocks in their order, each at a cadence or rising to another."""

from dataclasses import dataclass

from pacetag.tagger.playlist.intensity import Asked

MOST_BLOCKS = 500
LONGEST = 24 * 3600.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Block:
    """A stretch of a run at one cadence, or at one that changes evenly."""

    seconds: float
    first: float  # steps a minute where it begins
    last: float  # and where it ends
    asked: Asked | None = None  # intensity of its songs; None: none in particular

    @property
    def is_ramp(self) -> bool:
        """Whether its cadence changes."""
        return self.first != self.last

    @property
    def lowest(self) -> float:
        """The lowest cadence within it."""
        return min(self.first, self.last)

    @property
    def highest(self) -> float:
        """The highest cadence within it."""
        return max(self.first, self.last)

    @property
    def cadence_text(self) -> str:
        """Its cadence as a plan has it: "165", or "150-165"."""
        return f"{self.first:g}-{self.last:g}" if self.is_ramp else f"{self.first:g}"

    @property
    def text(self) -> str:
        """Its cadence and the intensity that it asks for: "165 hard"."""
        return f"{self.cadence_text} {self.asked}" if self.asked else self.cadence_text

    def cadence_at(self, seconds: float) -> float:
        """Return the cadence so many seconds after its begin; beyond its ends that of the end."""
        part = min(1.0, max(0.0, seconds / self.seconds))
        return self.first + (self.last - self.first) * part


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A run."""

    blocks: tuple[Block, ...]

    @property
    def seconds(self) -> float:
        """The whole time."""
        return sum(block.seconds for block in self.blocks)

    @property
    def starts(self) -> tuple[float, ...]:
        """The second at which each block begins."""
        return tuple(
            sum(block.seconds for block in self.blocks[:place]) for place in range(len(self.blocks))
        )
