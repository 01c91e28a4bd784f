"""What was tried: one question a trial, everything else as in the first of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from pacetag.model.network import Stage0Settings
from pacetag.model.training.experiments.learning import Learning
from pacetag.model.training.experiments.networks import Network, TrialNetwork

LONG_CASES = "cases-32"  # folder with cases of 32 beats, below the work folder


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One way to make the network."""

    name: str
    network: Network = field(default_factory=TrialNetwork)
    learning: Learning = field(default_factory=Learning)
    beats: int | None = None  # of the cases' beats, how many are heard; None is all
    cases: str = "cases"  # folder with the megabatch, below the work folder


TRIALS = (
    Trial(name="reference"),
    Trial(name="2019 network", network=Stage0Settings()),
    Trial(name="tempo branch", network=TrialNetwork(tempo_branch=True)),
    Trial(name="half the filters", network=TrialNetwork(scale=0.5)),
    Trial(name="1.5 times the filters", network=TrialNetwork(scale=1.5)),
    Trial(name="separable convolutions", network=TrialNetwork(separable=True)),
    Trial(name="3-d convolutions", network=TrialNetwork(solid=True)),
    Trial(name="averaged weights", learning=Learning(averaged=0.375)),
    Trial(name="classes as they come", learning=Learning(balanced=False)),
    Trial(name="focal loss", learning=Learning(loss="focal")),
    Trial(name="label smoothing .05", learning=Learning(smoothing=0.05)),
    Trial(name="no augmentation", learning=Learning(augmentation=None)),
    Trial(name="2 bars", beats=8, cases=LONG_CASES),
    Trial(name="4 bars", beats=16, cases=LONG_CASES),
    Trial(name="8 bars", beats=32, cases=LONG_CASES),
)
