"""Experiments on a handful of made-up cases: the machinery, not the findings."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pacetag.model.network import Stage0Settings
from pacetag.model.spec import FeatureSpec
from pacetag.model.training.cases.build import Megabatch
from pacetag.model.training.experiments import running
from pacetag.model.training.experiments.__main__ import lasting, read_rows
from pacetag.model.training.experiments.combining import combine, distil
from pacetag.model.training.experiments.learning import Learning, learn, logits_of
from pacetag.model.training.experiments.networks import TrialNetwork, build_trial
from pacetag.model.training.experiments.pool import FOLDS, group_folds, trial_pool
from pacetag.model.training.experiments.running import row
from pacetag.model.training.experiments.table import markdown
from pacetag.model.training.experiments.trials import TRIALS, Trial

SPEC = FeatureSpec()
QUICK = Learning(epochs=2, batch=16)
SMALL = TrialNetwork(scale=0.125)


@pytest.fixture(autouse=True, scope="module")
def eager() -> Iterator[None]:
    """Tracing a graph takes longer than these few steps do."""
    tensorflow = pytest.importorskip("tensorflow")
    tensorflow.config.run_functions_eagerly(True)
    yield
    tensorflow.config.run_functions_eagerly(False)


@pytest.fixture
def as_graphs() -> Iterator[None]:
    """Many steps are worth the tracing."""
    tensorflow = pytest.importorskip("tensorflow")
    tensorflow.config.run_functions_eagerly(False)
    yield
    tensorflow.config.run_functions_eagerly(True)


@pytest.fixture(scope="module")
def few(megabatch: Megabatch) -> Megabatch:
    """Enough to learn from where it does not matter what is learnt."""
    return trial_pool(megabatch, ["group 1"], cases=48).train


@pytest.fixture(scope="module")
def megabatch() -> Megabatch:
    """A right case has its power on the beat, a wrong one anywhere; 12 families, 12 packages."""
    rng = np.random.default_rng(2)
    count = 240
    labels = np.tile([1, 0], count // 2).astype(np.uint8)
    cases = rng.normal(-9.0, 0.3, (count, SPEC.beats, SPEC.samples_per_beat, SPEC.n_bands))
    cases[labels == 1, :, 0] += 9.0
    cases[labels == 0, :, 5] += rng.normal(4.0, 4.0, (count // 2, SPEC.beats, 1))
    group = np.array([f"group {i // 10}" for i in range(count)])
    return Megabatch(
        cases=cases.astype(np.float16),
        labels=labels,
        bpm=rng.uniform(60, 200, count).astype(np.float32),
        song=np.array([f"song {i // 5}" for i in range(count)]),
        source=np.where(np.arange(count) < count // 2, "grooves", "recordings"),
        group=group,
        split=np.where(np.isin(group, ["group 3", "group 20"]), "test", "train"),
    )


def test_every_group_but_the_tests_is_held_out_once(megabatch: Megabatch) -> None:
    folds = group_folds(megabatch)

    assert len(folds) == FOLDS
    held = [group for fold in folds for group in fold]
    assert sorted(held) == sorted(set(megabatch.group) - {"group 3", "group 20"})


def test_nothing_of_a_held_out_group_or_of_the_test_split_is_learnt(megabatch: Megabatch) -> None:
    pool = trial_pool(megabatch, ["group 1", "group 15"], cases=100)

    assert set(pool.held.group) == {"group 1", "group 15"}
    assert not set(pool.train.group) & {"group 1", "group 15", "group 3", "group 20"}
    sources, counts = np.unique(pool.train.source, return_counts=True)
    assert dict(zip(sources, counts, strict=True)) == {"grooves": 50, "recordings": 50}


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.name)
def test_every_network_that_is_tried_can_be_built(trial: Trial) -> None:
    spec = replace(SPEC, beats=trial.beats or 16)
    model = build_trial(trial.network, spec)
    cases = np.zeros((2, spec.beats, spec.samples_per_beat, spec.n_bands), np.float32)
    inputs = [cases, np.zeros((2, 1), np.float32)][: len(model.inputs)]

    assert model(inputs if len(inputs) > 1 else cases).shape == (2, 1)


@pytest.mark.parametrize(
    "learning",
    [
        QUICK,
        replace(QUICK, averaged=0.5),
        replace(QUICK, loss="focal"),
        replace(QUICK, smoothing=0.1),
        replace(QUICK, balanced=False, augmentation=None),
    ],
    ids=["plain", "averaged", "focal", "smoothed", "unbalanced"],
)
def test_every_way_of_learning_depends_on_its_seed(few: Megabatch, learning: Learning) -> None:
    first, other = (learn(SMALL, few, SPEC, learning, seed=seed) for seed in (1, 2))

    logits = [logits_of(model, few, SPEC) for model in (first, other)]
    assert not np.allclose(logits[0], logits[1], atol=1e-3)
    assert np.isfinite(logits).all()


def test_learning_again_gives_the_same(few: Megabatch) -> None:
    logits = [logits_of(learn(SMALL, few, SPEC, QUICK, seed=1), few, SPEC) for _ in range(2)]

    assert logits[0] == pytest.approx(logits[1], abs=1e-4)


def test_the_tempo_reaches_a_network_with_a_branch_for_it(few: Megabatch) -> None:
    model = learn(replace(SMALL, tempo_branch=True), few, SPEC, QUICK, seed=1)

    slower = replace(few, bpm=(few.bpm / 2).astype(np.float32))

    assert not np.allclose(logits_of(model, few, SPEC), logits_of(model, slower, SPEC))


def test_networks_are_combined_in_three_ways() -> None:
    found = combine([np.array([0.0, 8.0]), np.array([0.0, 8.0]), np.array([3.0, -4.0])])

    assert found["logit mean"] == pytest.approx([1.0, 4.0])
    assert found["median"] == pytest.approx([0.0, 8.0])
    assert 0.0 < found["mean"][1] < 1.0


@pytest.mark.usefixtures("as_graphs")
def test_a_pupil_learns_what_its_teachers_say(megabatch: Megabatch) -> None:
    """Teachers who say the opposite of every label make a pupil that does so too."""
    train = trial_pool(megabatch, ["group 1"], cases=None).train
    trial = Trial(name="x", network=Stage0Settings(), learning=replace(QUICK, epochs=12))
    wrong = np.where(train.labels == 1, -8.0, 8.0)

    pupil = distil(trial, train, [wrong, wrong], SPEC, seed=1, trust=1.0)

    logits = logits_of(pupil, train, SPEC)
    assert logits[train.labels == 0].mean() > logits[train.labels == 1].mean()


def test_the_table_gives_mean_and_spread_over_the_seeds(megabatch: Megabatch) -> None:
    held = trial_pool(megabatch, ["group 1", "group 15"], cases=None).held
    good = np.where(held.labels == 1, 1.0, -1.0)
    rows = [row("a", 1, good, held, 10.0, 1234), row("a", 2, -good, held, 20.0, 1234)]

    lines = markdown(rows).splitlines()

    assert len(lines) == 3
    assert "| a | 2 | 1 234 | 15 ± 7 | 0.5000 ± 0.7071 |" in lines[2]


def test_without_earlier_rows_there_are_none(tmp_path: Path) -> None:
    assert read_rows(tmp_path / "none.jsonl") == []


def test_a_trial_that_lasts_longer_says_so() -> None:
    longer = lasting(TRIALS[0], 18)

    assert longer.name == f"{TRIALS[0].name}, 18 epochs"
    assert longer.learning == replace(TRIALS[0].learning, epochs=18)


def test_networks_are_built_for_the_length_of_the_cases(
    megabatch: Megabatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`pacetag train` cuts cases of 32 beats, which is not what a spec has by itself."""
    longer = replace(megabatch, cases=np.concatenate([megabatch.cases] * 2, axis=1))
    small = Trial(name="small", network=SMALL, learning=replace(QUICK, epochs=1))
    bench = running.Bench(work=Path(), cases=32, seeds=(1, 2))
    monkeypatch.setattr(running, "load_stored", lambda _: longer)
    monkeypatch.setattr(running, "TRIALS", (small,))

    rows = [
        *running.run_trials((small, replace(small, name="half", beats=16)), bench, set()),
        *running.run_folds(bench, {("cross-validation", n) for n in range(2, FOLDS + 1)}),
        *running.run_combined(bench, set()),
    ]

    names = [each["trial"] for each in rows]
    assert names[:5] == ["small", "small", "half", "half", "cross-validation"]
    assert names[5:] == [
        *(f"seeds: {way}" for way in ("mean", "logit mean", "median")),
        *["distilled"] * 2,
    ]
    assert all(set(each["scores"]) == {"grooves", "recordings"} for each in rows)
