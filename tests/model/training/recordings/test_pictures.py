"""Pictures to check labels by eye, and the pulse that is drawn into them."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pacetag.model.features.features import extract_features
from pacetag.model.spec import FeatureSpec
from pacetag.model.training.recordings import pictures
from pacetag.model.training.recordings.pictures import draw_sample, main
from pacetag.model.training.recordings.pulse import (
    FOLD_BINS,
    Pulse,
    fit_pulse,
    fold_onset,
    likely_tempo,
)
from pacetag.model.training.recordings.table import HeardWindow, Recording, load_recordings
from tests.conftest import ClickTrack

SPEC = FeatureSpec()
NOTHING = HeardWindow(tempo_cnn=None, network=())


def test_the_pulse_finds_the_tempo_beside_a_label_that_is_a_little_off(
    click_track: ClickTrack,
) -> None:
    onset = extract_features(click_track(120.0), SPEC).onset_envelope

    pulse = fit_pulse(onset, 121.2, SPEC)

    assert SPEC.bpm(pulse.period) == pytest.approx(120.0, rel=5e-4)
    assert pulse.contrast > 5


def test_noise_has_no_pulse() -> None:
    onset = np.abs(np.random.default_rng(1).normal(size=3_000)).astype(np.float32)

    assert fit_pulse(onset, 120.0, SPEC).contrast < 1.5


def test_a_fold_shows_which_beat_of_three_is_the_strongest() -> None:
    onset = np.zeros(3_000, np.float32)
    onset[10::90] = 1.0  # the second of three beats of 30 frames that begin at frame 70
    pulse = Pulse(period=30.0, first=70.0, contrast=1.0)

    fold = fold_onset(onset, pulse, 3)

    assert fold.shape == (3 * FOLD_BINS,)
    assert fold.argmax() == FOLD_BINS
    assert fold[[0, 2 * FOLD_BINS]].max() == 0


def test_without_a_label_the_strongest_likely_tempo_is_drawn(click_track: ClickTrack) -> None:
    tempogram = extract_features(click_track(95.0), SPEC).autocorrelation

    assert likely_tempo(tempogram, SPEC) == pytest.approx(95.0, rel=0.01)
    assert likely_tempo(np.ones_like(tempogram), SPEC) == 120.0


def test_a_sample_has_its_shares_and_as_many_packages_as_there_are() -> None:
    rows = [r for r in load_recordings() if r.kind in ("beat", "none")]

    sample = draw_sample(rows, 20, 1, {"beat": 3, "none": 1})

    assert Counter(r.kind for r in sample) == {"beat": 15, "none": 5}
    assert len({r.package for r in sample if r.kind == "beat"}) == 15
    assert sample == draw_sample(rows, 20, 1, {"beat": 3, "none": 1})
    assert sample != draw_sample(rows, 20, 2, {"beat": 3, "none": 1})
    assert len(set(sample)) == 20


def test_pictures_come_with_a_key_to_their_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, click_track: ClickTrack
) -> None:
    rows = tuple(
        Recording(
            package="tunes",
            path=path,
            seconds=20.0,
            kind=kind,
            tempo=tempo,
            heard=(NOTHING, NOTHING),
        )
        for path, kind, tempo in (("a.wav", "beat", 100.0), ("b.wav", "short", None))
    )
    for recording in rows:
        target = tmp_path / recording.file
        target.parent.mkdir(exist_ok=True)
        soundfile.write(target, click_track(100.0, seconds=20.0), SPEC.sample_rate)
    monkeypatch.setattr(pictures, "present_recordings", lambda _: rows)
    out = tmp_path / "out"

    assert main([str(tmp_path), str(out), "--only", "a.wav", "--only", "b.wav"]) == 0

    assert (out / "page-01.png").read_bytes().startswith(b"\x89PNG")
    with (out / "key.csv").open() as file:
        key = list(csv.DictReader(file))
    assert [(k["number"], k["picture"], k["path"]) for k in key] == [
        ("1", "page-01.png", "a.wav"),
        ("2", "page-01.png", "b.wav"),
    ]
    assert [float(k["tempo_bpm"]) for k in key] == pytest.approx([100.0, 100.0], rel=0.01)
