"""Cases of rendered songs as they would sound if recorded."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from pacetag.model.spec import FeatureSpec
from pacetag.model.tempo.folding import TempoFolder
from pacetag.model.training.cases.build import (
    MADE_WITH,
    CaseSettings,
    build_megabatch,
    is_current,
    song_cases,
)
from pacetag.model.training.cases.sampling import MOST_GAP, draw_starts, draw_tempos
from pacetag.model.training.degradations.gaps import Gap
from pacetag.model.training.degradations.settings import Between, DegradationSettings, NoiseSettings
from pacetag.model.training.songs import LabelledTempo, LabelledTruth, TrainingSong, Window
from tests.conftest import RATE, ClickTrack

OFF: dict[str, Any] = {
    f"{effect}_chance": 0.0
    for effect in (
        "drift", "room", "crowd", "compression", "band", "silence", "speech", "noise", "codec",
    )
}  # fmt: skip
NOISY = DegradationSettings(
    **(OFF | {"noise_chance": 1.0}), noise=NoiseSettings(snr=Between(low=10, high=11))
)


@dataclass(frozen=True, kw_only=True)
class Clicks(LabelledTruth):
    """Clicks fit their tempo, and not two thirds of it."""

    def label(self, window: int, bpms: Sequence[float]) -> list[LabelledTempo]:
        return [
            LabelledTempo(bpm=self.right[0], compatible=True),
            LabelledTempo(bpm=self.right[0] * 2 / 3, compatible=False),
        ]


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory, click_track: ClickTrack) -> TrainingSong:
    path = tmp_path_factory.mktemp("clicks") / "clicks.flac"
    soundfile.write(path, click_track(150, seconds=20), RATE)
    return TrainingSong(
        name="clicks",
        source="grooves",
        group="clicks",
        split="train",
        windows=(Window(path=path, start=0.0, seconds=20.0),),
        truth=Clicks(right=(150,)),
    )


def settings(degradations: DegradationSettings | None) -> CaseSettings:
    return CaseSettings(positives=4, negatives=6, degradations=degradations)


def noisy(cases: np.ndarray) -> np.ndarray:
    """Which cases [n] have a floor beneath the clicks."""
    return np.asarray(np.median(cases.astype(np.float32), axis=(1, 2, 3)) > -8)


def test_half_of_the_cases_are_realistic_and_there_are_no_more_of_them(
    song: TrainingSong, spec: FeatureSpec
) -> None:
    clean, _ = song_cases(song, spec, settings(None))
    mixed, labels = song_cases(song, spec, settings(NOISY))

    assert len(mixed) == len(clean) == 10
    assert not noisy(clean).any()
    heard = noisy(mixed)
    right = np.array([t.compatible for t in labels])
    assert heard[right].sum() == 2
    assert heard[~right].sum() == 3


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0), (1.0, 10)])
def test_the_share_is_what_the_settings_say(
    song: TrainingSong, spec: FeatureSpec, share: float, expected: int
) -> None:
    cases, _ = song_cases(song, spec, settings(replace(NOISY, share=share)))

    assert len(cases) == 10
    assert noisy(cases).sum() == expected


def test_a_recording_is_left_as_it_is(song: TrainingSong, spec: FeatureSpec) -> None:
    recording = replace(song, source="recordings")

    plain, _ = song_cases(recording, spec, settings(None))
    asked, _ = song_cases(recording, spec, settings(NOISY))

    assert np.array_equal(plain, asked)


def test_the_same_song_sounds_the_same_again_and_another_name_otherwise(
    song: TrainingSong, spec: FeatureSpec
) -> None:
    how = settings(replace(NOISY, share=1.0))

    first, again = (song_cases(song, spec, how)[0] for _ in range(2))
    other, _ = song_cases(replace(song, name="other clicks"), spec, how)

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_cases_made_without_degradations_are_known_again_and_not_taken_for_others(
    song: TrainingSong, spec: FeatureSpec, tmp_path: Path
) -> None:
    """Also those that were made before there were degradations to choose."""
    build_megabatch([song], tmp_path, spec, settings(None))

    assert is_current(tmp_path, [song], spec, settings(None))
    assert not is_current(tmp_path, [song], spec, settings(NOISY))
    made = json.loads((tmp_path / MADE_WITH).read_text())
    assert made["settings"] == "CaseSettings(positives=4, negatives=6, seed=1)"
    assert set(made) == {"songs", "spec", "settings"}


def test_cases_made_with_degradations_know_which(
    song: TrainingSong, spec: FeatureSpec, tmp_path: Path
) -> None:
    build_megabatch([song], tmp_path, spec, settings(NOISY))

    assert is_current(tmp_path, [song], spec, settings(NOISY))
    assert not is_current(tmp_path, [song], spec, settings(None))
    assert not is_current(tmp_path, [song], spec, settings(replace(NOISY, share=0.6)))


@pytest.fixture(scope="module")
def folder(spec: FeatureSpec) -> TempoFolder:
    return TempoFolder(np.ones((spec.n_bands, round(40 * spec.frame_rate)), np.float32), spec)


def test_no_case_begins_where_the_music_is_mostly_interrupted(
    folder: TempoFolder, spec: FeatureSpec
) -> None:
    """At 240 bpm a case lasts 4 s: as long as each gap, which may take a second of it."""
    gaps = [Gap(start=10, seconds=4), Gap(start=22, seconds=4)]
    bpms = np.full(200, 240.0)

    starts = draw_starts(folder, bpms, gaps, np.random.default_rng(1), spec) / spec.frame_rate

    assert not np.isnan(starts).any()
    for gap in gaps:
        lost = np.minimum(starts + 4, gap.start + 4) - np.maximum(starts, gap.start)
        assert lost.max() <= 4 * MOST_GAP + 1e-6
    assert len(set(starts.round(3))) > 150  # still anywhere else


def test_a_case_is_given_up_where_there_is_no_place_for_it(
    folder: TempoFolder, spec: FeatureSpec
) -> None:
    """Half of the song is a gap: 16 beats at 30 a minute cannot avoid it, those at 240 can."""
    gaps = [Gap(start=10, seconds=20)]

    starts = draw_starts(folder, np.array([30.0, 240.0]), gaps, np.random.default_rng(1), spec)

    assert np.isnan(starts[0])
    assert not np.isnan(starts[1])


def test_every_tempo_is_drawn_once_before_any_is_drawn_twice() -> None:
    known = [LabelledTempo(bpm=bpm, compatible=bpm < 103) for bpm in (100, 101, 102, 103, 104)]

    drawn = draw_tempos(known, np.random.default_rng(1), positives=4, negatives=1)

    right = [t.bpm for t in drawn if t.compatible]
    assert len(right) == 4
    assert set(right) == {100, 101, 102}
    assert len(drawn) == 5
    assert draw_tempos(known, np.random.default_rng(1), positives=0, negatives=0) == []
