"""Training from songs on disk to a bundle, on a corpus that is synthesised here."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from pacetag.model.audio.excerpts import Excerpts
from pacetag.model.bundle import Bundle, load_bundle
from pacetag.model.errors import ModelError
from pacetag.model.judge import Judge
from pacetag.model.network import NetworkSettings, Stage0Settings, Stage2Settings
from pacetag.model.runtime import Runtime
from pacetag.model.spec import FeatureSpec
from pacetag.model.training.cases.augment import AugmentSettings
from pacetag.model.training.cases.build import CaseSettings, build_megabatch, load_megabatch
from pacetag.model.training.fitting.distillation import DistillationSettings
from pacetag.model.training.fitting.fit import FitSettings, fit_network
from pacetag.model.training.run import train
from pacetag.model.training.settings import TrainingSettings
from pacetag.model.training.songs import LabelledTruth, TrainingSong, Window
from tests.conftest import RATE, ClickTrack
from tests.tagger.attacks.conftest import LONG

pytestmark = pytest.mark.usefixtures("keras")


def click_truth(bpm: float) -> LabelledTruth:
    """Clicks fit their own tempo and its half."""
    right = (bpm, bpm / 2)
    tempting = (bpm * 2 / 3, bpm * 3 / 4)
    return LabelledTruth(right=right, family=right, tempting=tempting, tolerance=0.02, grey=0.02)


def settings(**changes: object) -> TrainingSettings:
    values: dict[str, object] = {
        "name": "clicks",
        "cases": CaseSettings(positives=8, negatives=8),
        "fit": FitSettings(
            epochs=6, batch=16, augmentation=AugmentSettings(gain_sd=0.2, equaliser_sd=0.2)
        ),
        "networks": (Stage0Settings(), Stage2Settings(dropouts=(0.0, 0.0, 0.0))),
    }
    return TrainingSettings(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory, click_track: ClickTrack) -> list[TrainingSong]:
    folder = tmp_path_factory.mktemp("clicks")
    made = []
    splits = ["train"] * 10 + ["validation"] * 3 + ["test"] * 3
    for number, split in enumerate(splits):
        bpm = float(np.random.default_rng(number).uniform(100, 180))
        path = folder / f"{number}.flac"
        soundfile.write(path, click_track(bpm, seconds=20, seed=number), RATE)
        made.append(
            TrainingSong(
                name=f"clicks {number}",
                source="grooves",
                group=f"family {number}",
                split=split,
                windows=(Window(path=path, start=0.0, seconds=20.0),),
                truth=click_truth(bpm),
            )
        )
    return made


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def bundle(songs: list[TrainingSong], work: Path) -> Bundle:
    return train(songs, work, settings())


def test_a_run_ends_in_a_bundle_that_loads(bundle: Bundle) -> None:
    again = load_bundle(bundle.folder)

    assert again == bundle
    assert bundle.network["kind"] in ("stage0", "stage2")
    assert bundle.training["songs"] == {
        "grooves test": 3,
        "grooves train": 10,
        "grooves validation": 3,
    }
    assert set(bundle.scores) == {"networks", "validation grooves", "test grooves"}


def test_what_was_learnt_holds_on_songs_never_heard(bundle: Bundle) -> None:
    """Clicks are easy: even minutes of them are enough to beat chance by far."""
    assert bundle.scores["test grooves"]["cases"]["auc"] > 0.8


def test_keras_and_litert_agree(bundle: Bundle) -> None:
    import keras

    shape = (70, bundle.spec.beats, 16, 128)
    cases = np.random.default_rng(0).normal(0, 1, shape).astype(np.float32)

    trained = keras.saving.load_model(bundle.keras, compile=False).predict_on_batch(cases)[:, 0]

    shipped = Runtime(bundle.litert).logits(cases)
    assert np.abs(trained - shipped).max() < 1e-4


def test_a_second_run_goes_on_from_the_networks_of_the_first(
    songs: list[TrainingSong],
    bundle: Bundle,
    work: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("fitted again")

    monkeypatch.setattr("pacetag.model.training.fitting.networks.fit_network", never)

    again = train(songs, work, settings())

    assert again.scores == bundle.scores
    with pytest.raises(AssertionError, match="fitted again"):
        train(songs, work, settings(fit=FitSettings(epochs=1, batch=16)))


@pytest.mark.skipif(not LONG, reason="takes 45 s; PACETAG_LONG_TESTS=1 runs it")
def test_teachers_are_fitted_first_with_other_seeds_and_kept(
    songs: list[TrainingSong], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network of 2019 has none. Another alpha is another student of the same teachers."""
    fitted: list[tuple[str, int, int]] = []

    def noted(network: NetworkSettings, *given: Any, **more: Any) -> Any:
        teachers = more["teachers"]
        fit = given[2]
        fitted.append((network.kind, fit.seed, teachers.settings.teachers if teachers else 0))
        return fit_network(network, *given, **more)

    monkeypatch.setattr("pacetag.model.training.fitting.networks.fit_network", noted)
    once = FitSettings(epochs=1, batch=16, seed=5)

    train(songs, tmp_path, settings(fit=once, distillation=DistillationSettings(teachers=2)))
    train(
        songs,
        tmp_path,
        settings(fit=once, distillation=DistillationSettings(teachers=2, alpha=0.1)),
    )

    assert fitted == [
        ("stage0", 5, 0),
        ("stage2", 6, 0),
        ("stage2", 7, 0),
        ("stage2", 5, 2),
        ("stage2", 5, 2),
    ]


def test_the_judge_runs_on_what_was_trained(bundle: Bundle, click_track: ClickTrack) -> None:
    sound = click_track(140, seconds=30)

    judgement = Judge(bundle).audio(Excerpts(samples=(sound,), starts=(0.0,), duration=30.0))

    assert judgement.candidates == tuple(
        sorted(judgement.candidates, key=lambda t: (-t.confidence, t.bpm))
    )
    bpms = [t.bpm for t in judgement.candidates]
    assert min(abs(b / 140 - 1) for b in bpms) < 0.005
    assert min(abs(a / b - 1) for a in bpms for b in bpms if a != b) > 0.056


def test_the_same_songs_and_seed_give_the_same_cases(
    songs: list[TrainingSong], spec: FeatureSpec, tmp_path: Path
) -> None:
    """In any order and number: a song's cases depend on the song and the seed alone."""
    few, how = songs[:3], CaseSettings(positives=2, negatives=2)
    build_megabatch(few, tmp_path / "a", spec, how)
    build_megabatch(few[::-1], tmp_path / "b", spec, how)

    first, second = load_megabatch(tmp_path / "a"), load_megabatch(tmp_path / "b")

    for song in few:
        ours, theirs = first.song == song.name, second.song == song.name
        assert ours.sum() == 4
        assert np.array_equal(first.cases[ours], second.cases[theirs])
        assert np.array_equal(first.bpm[ours], second.bpm[theirs])


def test_an_unreadable_song_is_left_out_and_named(
    songs: list[TrainingSong], spec: FeatureSpec, tmp_path: Path
) -> None:
    from dataclasses import replace

    lost = replace(
        songs[0], windows=(Window(path=tmp_path / "lost.flac", start=0.0, seconds=20.0),)
    )

    failures = build_megabatch([lost, songs[1]], tmp_path / "cases", spec, CaseSettings())

    assert len(failures) == 1
    assert "lost.flac" in failures[0]
    assert set(load_megabatch(tmp_path / "cases").song) == {songs[1].name}


def test_songs_without_a_wrong_tempo_cannot_be_learnt_from(
    songs: list[TrainingSong], tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match="more songs are needed"):
        train(songs[:1], tmp_path, settings())
