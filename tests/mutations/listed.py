"""Small faults to put into the model, each to be noticed by some test."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """A text of one file, and what is to stand there instead."""

    name: str
    file: str  # below the project's folder
    old: str  # occurs once
    new: str


def _setting(name: str, old: str, new: str) -> Mutation:
    return Mutation(name=f"setting: {name}", file="model/judge_settings.py", old=old, new=new)


def _code(name: str, file: str, old: str, new: str) -> Mutation:
    return Mutation(name=name, file=f"model/{file}", old=old, new=new)


MUTATIONS = (
    _setting("probability of a level", "heard: float = within(0.5", "heard: float = within(0.9"),
    _setting("edges", "within(2**19 / 22_050,", "within(2**18 / 22_050,"),
    _setting(
        "whole songs", "whole_below: float = within(100.0", "whole_below: float = within(20.0"
    ),
    _setting("probe excerpts", "probes: int = within(3, 1, 20)", "probes: int = within(4, 1, 20)"),
    _setting(
        "length of a probe",
        "probe_seconds: float = within(15.0",
        "probe_seconds: float = within(20.0",
    ),
    _setting(
        "length of a gap", "gap_seconds: float = within(30.0", "gap_seconds: float = within(20.0"
    ),
    _setting(
        "expected errors",
        "expected_errors: float = within(0.5",
        "expected_errors: float = within(9.0",
    ),
    _setting("faint candidates", "faint: float = within(0.4", "faint: float = within(0.5"),
    _setting("strong candidates", "strong: float = within(0.7", "strong: float = within(0.95"),
    _setting("fewest clips", "fewest: int = within(3", "fewest: int = within(4"),
    _setting("rate of clips", "usual_bpm: float = within(120.0", "usual_bpm: float = within(60.0"),
    _setting("probe clips", "probes: int = within(3, 1, 100)", "probes: int = within(2, 1, 100)"),
    _setting(
        "pruned logit", "pruned_below: float = within(-4.0", "pruned_below: float = within(-1.0"
    ),
    _setting(
        "least clip weight", "least_weight: float = within(0.02", "least_weight: float = within(1.0"
    ),
    _setting("sign of the metre line", "slope: float = within(60.0", "slope: float = within(-60.0"),
    _setting("slope of the metre line", "slope: float = within(60.0", "slope: float = within(50.0"),
    _setting(
        "offset of the metre line", "offset: float = within(-4.0", "offset: float = within(4.0"
    ),
    _setting("bound of the metre", "most: float = within(6.0", "most: float = within(8.0"),
    _setting(
        "pruned metre", "pruned_below: float = within(-3.0", "pruned_below: float = within(0.0"
    ),
    _setting("clear metre", "clear: float = within(2.0", "clear: float = within(5.8"),
    _setting("family leap", "within(-log(356.0)", "within(-log(3.0)"),
    _setting(
        "family tolerance", "tolerance: float = within(0.04", "tolerance: float = within(0.02"
    ),
    _setting("merge width", "same_tempo: float = within(0.06", "same_tempo: float = within(0.03"),
    _setting("prior, slow side", "0.35, 0.52, 0.74", "0.35, 0.62, 0.74"),
    _setting("prior, fast side", "1.0, 0.76, 0.6", "1.0, 0.76, 0.8"),
    _setting("rates of the prior", "(40.0, 46.0, 52.0", "(40.0, 43.0, 52.0"),
    _setting("parts of a song", "parts: int = within(3", "parts: int = within(1"),
    _setting("sure tempo", "sure: float = within(0.8", "sure: float = within(0.99"),
    _setting("absent tempo", "gone: float = within(0.2", "gone: float = within(0.01"),
    _setting(
        "same tempo of parts", "same_tempo: float = within(0.04", "same_tempo: float = within(0.3"
    ),
    _setting(
        "stretches", "stretch_seconds: float = within(20.0", "stretch_seconds: float = within(5.0"
    ),
    _setting("reach", "reach_seconds: float = within(10.0", "reach_seconds: float = within(2.0"),
    _setting("pull", "pull: float = within(0.04", "pull: float = within(0.005"),
    _setting("clear beat", "clear: float = within(0.1", "clear: float = within(0.4"),
    _code(
        "sign of the calibration",
        "tempo/calibration.py",
        "self.slope * logits",
        "-self.slope * logits",
    ),
    _code("offset left out", "tempo/calibration.py", " + self.offset", ""),
    _code(
        "candidates' tolerance",
        "tempo/candidates.py",
        "> spec.merge_ratio",
        "> 2 * spec.merge_ratio",
    ),
    _code(
        "a relative left out",
        "tempo/candidates.py",
        "(2.0, 3.0, 1 / 2, 1 / 3)",
        "(2.0, 3.0, 1 / 2)",
    ),
    _code(
        "peaks not refined",
        "tempo/candidates.py",
        "np.linspace(-0.03, 0.03, 121)",
        "np.linspace(0, 0, 121)",
    ),
    _code("mean clip weights", "tempo/clips.py", "logits.max(axis=0)", "logits.mean(axis=0)"),
    _code(
        "clips from the start", "tempo/folding.py", "(np.arange(count) + 0.5)", "np.arange(count)"
    ),
    _code("sign of the shift", "tempo/folding.py", "np.add(log_cases", "np.subtract(log_cases"),
    _code("metres exchanged", "tempo/family.py", "{2: duple, 3: triple", "{2: triple, 3: duple"),
    _code("no step of six", "tempo/family.py", "(2, 3, 4, 6)  #", "(2, 3, 4)  #"),
    _code("leaps allowed", "tempo/family.py", "LEAPS = (4, 6)", "LEAPS = (6,)"),
    _code("less probable tempo stays", "tempo/levels.py", "(bpms, -logits)", "(bpms, logits)"),
    _code("no prior", "tempo/levels.py", "present * tempo_prior(bpms, settings.prior)", "present"),
    _code("lags of duple metre", "tempo/metre.py", "(2, 4, 8, 10)", "(2, 4, 6, 8)"),
    _code("lags of triple metre", "tempo/metre.py", "(3, 6, 9)", "(3, 6)"),
    _code("metre of a lone level", "tempo/metre.py", "TRIPLE if odds > 0", "TRIPLE if odds < 0"),
    _code(
        "errors of sure levels",
        "tempo/schedule.py",
        "np.minimum(present, 1",
        "np.maximum(present, 1",
    ),
    _code("gaps from their start", "tempo/schedule.py", "(stop - start - seconds) / 2", "0.0"),
    _code("variance for deviation", "tempo/stability.py", "np.std(clear)", "np.var(clear)"),
    _code("related tempos change", "tempo/stability.py", "(1.0, 3.0, 1 / 3)", "(1.0,)"),
    _code("excerpts out of order", "steps.py", "heard.sort(key=lambda part: part[0])", "pass"),
    _code(
        "no tempo is enough",
        "steps.py",
        "levels.present.max(initial=0.0) >= settings.heard",
        "True",
    ),
    _code("two tempos are enough", "steps.py", " and not segments", ""),
    _code(
        "metre of pruned tempos",
        "steps.py",
        "logits.metre_log_odds, 0.0)",
        "logits.metre_log_odds, 1.0)",
    ),
    _code("always a second round", "judge.py", "<= schedule.expected_errors", "< -1.0"),
    _code(
        "range of the mel bands",
        "features/mel.py",
        "np.array([spec.sample_rate / 2])",
        "np.array([spec.sample_rate / 3])",
    ),
    _code(
        "strokes for what sounds on",
        "features/percussive.py",
        "_ratio(struck[part], sustained[part])",
        "_ratio(sustained[part], struck[part])",
    ),
    _code(
        "all is percussive",
        "features/mel.py",
        "power * percussive_share(level, spec.percussive_margin)",
        "power",
    ),
    _code("one margin for another", "features/percussive.py", "margin**2", "margin"),
    _code(
        "median of the wrong axis",
        "features/percussive.py",
        "_centred_median(levels[::2])",
        "_centred_median(levels[::2].T).T",
    ),
    _code("areas of the mel bands", "features/mel.py", "2.0 / (borders[2:]", "1.0 / (borders[2:]"),
    _code(
        "onsets of falling levels",
        "features/tempogram.py",
        "np.diff(level, axis=1)",
        "-np.diff(level, axis=1)",
    ),
    _code("onsets moved", "features/tempogram.py", "late = 1 + spec", "late = 9 + spec"),
    _code(
        "scored after the last round",
        "training/scoring/score.py",
        "levels.expected_errors <= self",
        "levels.expected_errors < -1 - self",
    ),
    _code(
        "right for wrong in the fit",
        "training/scoring/calibrate.py",
        "np.where(labels == 1,",
        "np.where(labels == 0,",
    ),
)
