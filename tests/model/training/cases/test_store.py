"""Cases by corpus: cut once, and again only where something has changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pacetag.model.spec import FeatureSpec
from pacetag.model.training.cases import store
from pacetag.model.training.cases.build import CaseSettings, build_megabatch
from pacetag.model.training.cases.stacked import StackedCases
from pacetag.model.training.cases.store import by_corpus, load_stored, made_with, stored_cases
from pacetag.model.training.songs import LabelledTempo, LabelledTruth, TrainingSong, Window
from tests.conftest import RATE, ClickTrack

SPEC = FeatureSpec()
SETTINGS = CaseSettings(positives=2, negatives=2)


@dataclass(frozen=True, kw_only=True)
class Clicks(LabelledTruth):
    """Clicks fit their own tempo."""

    def label(self, window: int, bpms: Sequence[float]) -> list[LabelledTempo]:
        return [
            LabelledTempo(bpm=bpm, compatible=abs(bpm / self.right[0] - 1) < 0.02)
            for bpm in (self.right[0], self.right[0] * 0.7)
        ]


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory, click_track: ClickTrack) -> list[TrainingSong]:
    folder = tmp_path_factory.mktemp("clicks")
    made = []
    for number, (source, corpus) in enumerate(
        [("grooves", "grooves-a"), ("grooves", "grooves-b"), ("own", ""), ("own", "")]
    ):
        path = folder / f"{number}.flac"
        soundfile.write(path, click_track(100 + 10 * number, seconds=14, seed=number), RATE)
        made.append(
            TrainingSong(
                name=f"clicks {number}",
                source=source,
                group=f"group {number}",
                split="train",
                windows=(Window(path=path, start=0.0, seconds=14.0),),
                truth=Clicks(right=(100.0 + 10 * number,)),
                corpus=corpus,
            )
        )
    return made


def test_songs_without_a_corpus_belong_to_their_source(songs: list[TrainingSong]) -> None:
    found = by_corpus(songs)

    assert {name: len(members) for name, members in found.items()} == {
        "grooves-a": 1,
        "grooves-b": 1,
        "own": 2,
    }


def test_the_cases_are_those_that_one_file_would_hold(
    songs: list[TrainingSong], tmp_path: Path
) -> None:
    said: list[str] = []
    stored = stored_cases(songs, tmp_path / "cases", SPEC, SETTINGS, say=said.append)
    build_megabatch(songs, tmp_path / "whole", SPEC, SETTINGS)
    whole = load_stored(tmp_path / "whole")

    assert said == []
    assert list(stored.song) == list(whole.song)
    assert stored.cases.shape == whole.cases.shape
    for row in range(len(whole.labels)):
        np.testing.assert_array_equal(stored.cases[row], whole.cases[row])
    again = load_stored(tmp_path / "cases")
    assert sorted(again.song) == sorted(whole.song)


def test_only_a_corpus_that_changed_is_cut_again(
    songs: list[TrainingSong], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut: list[str] = []

    def noted(members: Sequence[TrainingSong], target: Path, *rest: object, jobs: int) -> list[str]:
        cut.append(target.name)
        return build_megabatch(members, target, SPEC, SETTINGS, jobs=jobs)

    monkeypatch.setattr(store, "build_megabatch", noted)
    stored_cases(songs, tmp_path, SPEC, SETTINGS, say=print)
    relabelled = [*songs[:3], replace(songs[3], truth=Clicks(right=(65.0,)))]
    before = made_with(songs, tmp_path)

    stored_cases(songs, tmp_path, SPEC, SETTINGS, say=print)
    stored_cases(relabelled, tmp_path, SPEC, SETTINGS, say=print)

    assert cut == ["grooves-a", "grooves-b", "own", "own"]
    after = made_with(relabelled, tmp_path)
    assert after["own"] != before["own"]
    assert after["grooves-a"] == before["grooves-a"]


def test_what_cannot_be_read_is_said(songs: list[TrainingSong], tmp_path: Path) -> None:
    lost = replace(
        songs[0], windows=(Window(path=tmp_path / "lost.flac", start=0.0, seconds=14.0),)
    )
    said: list[str] = []

    stored_cases([lost, songs[1]], tmp_path / "cases", SPEC, SETTINGS, say=said.append)

    assert len(said) == 1
    assert "lost.flac" in said[0]


def test_stacked_cases_answer_like_one_array() -> None:
    rng = np.random.default_rng(1)
    parts = [rng.normal(size=(n, 2, 3, 4)).astype(np.float16) for n in (3, 1, 5)]
    whole, stacked = np.concatenate(parts), StackedCases(parts)

    assert len(stacked) == 9
    assert stacked.shape == whole.shape
    np.testing.assert_array_equal(stacked[4], whole[4])
    rows = np.array([8, 0, 3, 3, 2])
    np.testing.assert_array_equal(stacked[rows], whole[rows])
    np.testing.assert_array_equal(stacked[2:7], whole[2:7])
