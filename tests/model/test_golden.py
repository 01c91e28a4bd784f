"""The shipped bundle hears in the sample clips what it heard when it was shipped.

Decoders and vector units differ in the last digits: noise of -100 dB moves no logit by more than
0.06, and what other machines do is a hundredth of that.
"""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from tests.model.golden.heard import FILE, heard_song, shipped_judge, songs

TOLERANCES = {  # of the numbers in a row of each step
    "excerpts": (1e-4, 1e-4),  # s
    "candidates": (0.02, 5e-4),  # bpm, strength
    "judged": (0.02, *(0.02,) * 8),  # bpm, logits of up to eight clips
    "levels": (0.02, 2e-3, 0.02, 2e-3),  # bpm, probability, log-odds, probability
    "paces": (0.02, 2e-3),  # bpm, probability
}
GOLDEN = json.loads(FILE.read_text(encoding="utf-8"))


Heard = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Heard:
    """What is heard now of a song of that name."""
    judge, paths = shipped_judge(), songs(tmp_path_factory.mktemp("golden"))
    return cache(lambda name: heard_song(judge, paths[name]))


def test_every_clip_is_there(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert songs(tmp_path_factory.mktemp("songs")).keys() == GOLDEN.keys()


@pytest.mark.parametrize("name", GOLDEN)
@pytest.mark.parametrize("step", TOLERANCES)
def test_every_step_gives_what_it_gave(name: str, step: str, heard: Heard) -> None:
    found, expected = sorted(heard(name)[step]), sorted(GOLDEN[name][step])

    assert len(found) == len(expected)
    for row, golden in zip(found, expected, strict=True):
        assert len(row) == len(golden)
        for number, wanted, tolerance in zip(row, golden, TOLERANCES[step], strict=False):
            assert number == pytest.approx(wanted, abs=tolerance), (row, golden)


@pytest.mark.parametrize("name", GOLDEN)
def test_metre_stability_and_segments_stay(name: str, heard: Heard) -> None:
    found, golden = heard(name), GOLDEN[name]

    assert found["metre"] == golden["metre"]
    assert found["stability"] == pytest.approx(golden["stability"], abs=2e-5)
    assert found["tempo_segments"] == pytest.approx(golden["tempo_segments"], abs=0.02)


def test_the_songs_reach_every_step() -> None:
    """Both metres, both rounds of excerpts, a tempo that changes, and music without a beat."""
    assert {"duple", "triple", None} == {song["metre"] for song in GOLDEN.values()}
    assert {1, 3, 5} <= {len(song["excerpts"]) for song in GOLDEN.values()}
    assert any(song["tempo_segments"] for song in GOLDEN.values())
    assert any(all(confidence < 0.5 for _, confidence in song["paces"]) for song in GOLDEN.values())
