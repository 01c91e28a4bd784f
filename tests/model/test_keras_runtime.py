"""Keras gives the logits that LiteRT gives, in large batches, on whichever device there is."""

from pathlib import Path

import numpy as np
import pytest

from pacetag.model import keras_runtime
from pacetag.model.bundle import load_bundle
from pacetag.model.errors import BundleError
from pacetag.model.judge import Judge
from pacetag.model.judgement import Analysis
from pacetag.model.keras_runtime import KerasRuntime, gpu_fault
from pacetag.model.runtime import Runtime
from pacetag.model.tempo.clips import Clips

SAMPLES = Path(__file__).parents[2] / "sample_audio"


@pytest.fixture(scope="module")
def on_processor() -> KerasRuntime:
    pytest.importorskip("keras")
    return KerasRuntime(load_bundle().keras, device="/CPU:0")


@pytest.mark.parametrize("count", [0, 1, 3, KerasRuntime.at_once + 5])
def test_logits_are_those_of_litert_within_1e_4(on_processor: KerasRuntime, count: int) -> None:
    bundle = load_bundle()
    cases = np.random.default_rng(count).normal(size=(count, *bundle.spec.case))

    found = on_processor.logits(cases.astype(np.float32))

    wanted = Runtime(bundle.litert, bundle.spec).logits(cases.astype(np.float32))
    assert found == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("name", ["04-riverside-waltz.ogg", "06-five-laps.m4a"])
def test_a_song_has_the_same_paces_by_both(on_processor: KerasRuntime, name: str) -> None:
    judge, other = Judge(), Judge()
    other.clips = Clips(on_processor, other.spec, other.settings.clips)

    one, two = judge.file(SAMPLES / name), other.file(SAMPLES / name)

    assert [pace.bpm for pace in two.paces] == [pace.bpm for pace in one.paces]
    assert confidences(two) == pytest.approx(confidences(one), abs=1e-4)


def confidences(analysis: Analysis) -> list[float]:
    return [pace.confidence for pace in analysis.candidates]


def test_a_device_that_is_absent_is_said_and_the_processor_does_not_stand_in() -> None:
    pytest.importorskip("keras")

    with pytest.raises(BundleError, match=r"Keras cannot judge with it on /GPU:7"):
        KerasRuntime(load_bundle().keras, device="/GPU:7")


def test_a_file_that_is_no_network_is_said(tmp_path: Path) -> None:
    pytest.importorskip("keras")
    file = tmp_path / "model.keras"
    file.write_bytes(b"no network")

    with pytest.raises(BundleError, match=r"model\.keras: Keras cannot judge with it"):
        KerasRuntime(file, device="/CPU:0")


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("print(0)", "TensorFlow finds no GPU"),
        ("print(1)", None),
        ("raise SystemExit('no such library')", "TensorFlow cannot be started: no such library"),
    ],
)
def test_where_a_driver_is_tensorflow_is_asked(
    script: str, said: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("keras")
    monkeypatch.setattr(keras_runtime, "_ASKED", script)

    assert gpu_fault((tmp_path,)) == said


def test_without_a_driver_or_tensorflow_nothing_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keras_runtime, "_ASKED", "raise SystemExit('was started')")
    monkeypatch.setattr("sys.platform", "linux")

    monkeypatch.setattr(keras_runtime, "find_spec", lambda _: object())
    assert gpu_fault((tmp_path / "gone",)) == "this machine has no GPU"
    monkeypatch.setattr(keras_runtime, "find_spec", lambda _: None)
    assert gpu_fault((tmp_path,)) == "TensorFlow and Keras are not installed"
