"""Everything that a training run depends on, in one place that is saved in the bundle."""

from dataclasses import dataclass, field

from pacetag.model.network import NetworkSettings, Stage0Settings, Stage2Settings
from pacetag.model.spec import FeatureSpec
from pacetag.model.training.cases.build import CaseSettings
from pacetag.model.training.fitting.distillation import DistillationSettings
from pacetag.model.training.fitting.fit import FitSettings
from pacetag.model.training.labels.own_songs import OwnSettings


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """A whole run, from the corpora to the bundle."""

    name: str = "stride-5"  # of the bundle
    songs: int = 800  # rendered grooves
    seed: int = 1  # of everything that is drawn
    own: OwnSettings = field(default_factory=OwnSettings)  # labels that people gave
    # Eight bars of four: twice what was heard in 2019, for a third fewer errors a clip. Of the
    # percussive part alone: with the whole sound beside it a network learns no more, and slower.
    spec: FeatureSpec = field(default_factory=lambda: FeatureSpec(beats=32, percussive_margin=1.5))
    cases: CaseSettings = field(default_factory=CaseSettings)
    fit: FitSettings = field(default_factory=FitSettings)
    # Of all networks but that of 2019, which is there to be compared with as it was.
    distillation: DistillationSettings = field(default_factory=DistillationSettings)
    networks: tuple[NetworkSettings, ...] = (Stage0Settings(), Stage2Settings())
