"""The shipped bundle on the sample clips, through the call that users make."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from pacetag.model.audio.excerpts import Excerpts, read_excerpts
from pacetag.model.errors import DecodeError, TooShortError
from pacetag.model.features.features import extract_features
from pacetag.model.judge import Judge
from pacetag.model.judge_settings import JudgeSettings, PriorSettings
from pacetag.model.judgement import Analysis, Pace
from pacetag.model.runtime import Runtime
from pacetag.model.spec import FeatureSpec
from pacetag.model.steps import SongLogits, song_levels
from pacetag.model.tempo.calibration import Calibration
from pacetag.model.tempo.folding import TempoFolder, log_power, network_input

SAMPLES = Path(__file__).parents[2] / "sample_audio"


@dataclass(frozen=True, kw_only=True)
class Clip:
    """A line of the manifest."""

    path: Path
    paces: tuple[float, ...]
    unclear: tuple[float, ...]


def clips() -> list[Clip]:
    with (SAMPLES / "manifest.csv").open(newline="", encoding="utf-8") as rows:
        return [
            Clip(
                path=SAMPLES / row["file"],
                paces=tuple(map(float, row["paces"].split())),
                unclear=tuple(map(float, row["unclear"].split())),
            )
            for row in csv.DictReader(rows)
        ]


CLIPS = clips()


def near(bpm: float, others: tuple[float, ...]) -> bool:
    return any(abs(bpm / other - 1) <= 0.04 for other in others)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


@pytest.fixture(scope="module")
def judgements(judge: Judge) -> dict[Path, Analysis]:
    return {clip.path: judge.file(clip.path) for clip in CLIPS}


def sure(judgement: Analysis) -> list[Pace]:
    return [t for t in judgement.candidates if t.confidence >= 0.5]


@pytest.mark.parametrize("clip", [c for c in CLIPS if c.paces], ids=lambda c: c.path.stem)
def test_the_surest_pace_of_a_sample_fits(clip: Clip, judgements: dict[Path, Analysis]) -> None:
    top = judgements[clip.path].candidates[0]

    assert top.confidence >= 0.5
    assert near(top.bpm, clip.paces + clip.unclear)


def test_a_sample_without_a_beat_gets_no_pace(judgements: dict[Path, Analysis]) -> None:
    beatless = [clip for clip in CLIPS if not clip.paces]

    assert beatless
    for clip in beatless:
        assert sure(judgements[clip.path]) == []


def test_a_waltz_is_never_taken_for_a_march(judgements: dict[Path, Analysis]) -> None:
    """186 and 62 fit three in a bar; half of 186 does not."""
    waltz = next(clip for clip in CLIPS if "waltz" in clip.path.stem)

    assert not any(near(t.bpm, (93.0,)) for t in sure(judgements[waltz.path]))


def test_judging_twice_gives_the_same(judge: Judge, judgements: dict[Path, Analysis]) -> None:
    assert judge.file(CLIPS[0].path) == judgements[CLIPS[0].path]


def test_tempos_come_sorted_apart_and_with_probabilities(
    judgements: dict[Path, Analysis],
) -> None:
    for judgement in judgements.values():
        probabilities = [t.confidence for t in judgement.candidates]
        assert probabilities == sorted(probabilities, reverse=True)
        assert all(0 <= p <= 1 for p in probabilities)
        bpms = np.array(sorted(t.bpm for t in judgement.candidates))
        assert (bpms[1:] / bpms[:-1] > 1.056).all()


@pytest.mark.parametrize(("odds", "half_is_in"), [(3.0, False), (-3.0, True)])
def test_the_metre_of_the_sound_has_a_say_in_what_is_accepted(
    odds: float, half_is_in: bool
) -> None:
    """Where the network is as sure of the half as of the third, that alone decides."""
    logits = SongLogits(
        bpms=np.array([62.0, 93.0, 186.0]),
        clips=np.tile([[4.0], [4.0], [9.0]], 6),
        metre_log_odds=np.full(3, odds),
    )

    found = song_levels(logits, Calibration(), JudgeSettings()).levels.tempos

    surest = {round(tempo.bpm) for tempo in found if tempo.confidence >= 0.5}
    assert (93 in surest, 62 in surest) == (half_is_in, not half_is_in)


def test_a_bundle_is_judged_with_its_own_settings(judge: Judge) -> None:
    """With a prior by which no one steps to anything, no pace is left."""
    refused = replace(judge.bundle.judging, prior=PriorSettings(rates=(40.0,), shares=(0.0,)))

    found = Judge(replace(judge.bundle, judging=refused)).file(CLIPS[0].path)

    assert {tempo.confidence for tempo in found.candidates} == {0.0}


def test_keras_and_litert_agree_on_the_samples(judge: Judge) -> None:
    """The network that was trained and the one that runs are the same to 1e-5."""
    keras = pytest.importorskip("keras")
    spec = judge.spec
    inputs = []
    for clip in CLIPS:
        features = extract_features(read_excerpts(clip.path, spec).samples[0], spec)
        folder = TempoFolder(features.mel, spec)
        bpms = np.array([60.0, 97.0, 165.0])
        starts = np.array([float(folder.starts(bpm, 1)[0]) for bpm in bpms])
        inputs.append(network_input(log_power(folder.fold(bpms, starts), spec), spec))
    cases = np.concatenate(inputs)

    trained = keras.saving.load_model(judge.bundle.keras, compile=False)
    expected = 1 / (1 + np.exp(-trained.predict_on_batch(cases)[:, 0].astype(float)))

    found = 1 / (1 + np.exp(-Runtime(judge.bundle.litert).logits(cases)))
    assert np.abs(found - expected).max() <= 1e-5


def test_sound_without_any_peak_is_judged_without_a_pace(judge: Judge, spec: FeatureSpec) -> None:
    hum = np.full(20 * spec.sample_rate, 0.25, np.float32)

    judgement = judge.audio(Excerpts(samples=(hum,), starts=(0.0,), duration=20.0))

    assert sure(judgement) == []


def test_what_cannot_be_heard_raises_one_clear_error(judge: Judge, tmp_path: Path) -> None:
    fake = tmp_path / "fake.mp3"
    fake.write_text("this is not music\n" * 500)

    with pytest.raises(DecodeError, match=r"fake\.mp3"):
        judge.file(fake)
    with pytest.raises((DecodeError, TooShortError)):
        judge.file(tmp_path / "missing.flac")
