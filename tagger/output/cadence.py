"""What a recorded run proposes, as lines and as JSON."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from pacetag.tagger.runs.proposal import Proposal
from pacetag.tagger.runs.run import Run
from pacetag.tagger.text.formatting import clock


def cadence_lines(proposal: Proposal) -> Iterator[str]:
    """Yield the lines that a person reads."""
    steady = ", steady," if proposal.steady else ""
    yield f"{proposal.cadence} steps a minute{steady} in {clock(proposal.seconds)} of running"
    yield f"Plan: {proposal.plan}"
    yield from proposal.reasons


def cadence_object(run: Run, proposal: Proposal) -> dict[str, Any]:
    """A run's proposal as a JSON value."""
    return {
        "path": str(run.path),
        "format": run.format.value,
        "sport": run.sport,
        "cadence": proposal.cadence,
        "steady": proposal.steady,
        "plan": proposal.plan,
        "seconds": round(proposal.seconds, 3),
        "counts": proposal.counted.counting.value,
        "detected": proposal.counted.detected,
        "left_out": asdict(proposal.left_out),
        "blocks": [
            {
                "start": round(block.start, 3),
                "end": round(block.end, 3),
                "seconds": round(block.seconds, 3),
                "cadence": round(block.cadence, 1),
                "to": None if block.to is None else round(block.to, 1),
            }
            for block in proposal.blocks
        ],
        "reasons": list(proposal.reasons),
    }
