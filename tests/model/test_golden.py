"""The shipped bundle hears in the sample clips what it heard when it was shipped.

Decoders and vector units differ in the last digits: noise of -100 dB moves no logit by more than
0.06, and what other machines do is a hundredth of that.
"""

import json
from typing import Any

import pytest

from tests.model.golden.heard import FILE, heard_songs

TOLERANCES = {  # of the numbers in a row of each step
    "excerpts": (1e-4, 1e-4),  # s
    "candidates": (0.02, 5e-4),  # bpm, strength
    "judged": (0.02, *(0.02,) * 8),  # bpm, logits of up to eight clips
    "levels": (0.02, 2e-3, 0.02, 2e-3),  # bpm, probability, log-odds, probability
    "paces": (0.02, 2e-3),  # bpm, probability
}
GOLDEN = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return heard_songs(tmp_path_factory.mktemp("golden"))


def test_the_same_songs_are_heard(heard: dict[str, Any]) -> None:
    assert heard.keys() == GOLDEN.keys()


@pytest.mark.parametrize("step", TOLERANCES)
@pytest.mark.parametrize("name", GOLDEN)
def test_every_step_gives_what_it_gave(name: str, step: str, heard: dict[str, Any]) -> None:
    found, expected = (sorted(songs[name][step]) for songs in (heard, GOLDEN))

    assert len(found) == len(expected)
    for row, golden in zip(found, expected, strict=True):
        assert len(row) == len(golden)
        for number, wanted, tolerance in zip(row, golden, TOLERANCES[step], strict=False):
            assert number == pytest.approx(wanted, abs=tolerance), (row, golden)


@pytest.mark.parametrize("name", GOLDEN)
def test_metre_stability_and_segments_stay(name: str, heard: dict[str, Any]) -> None:
    found, golden = heard[name], GOLDEN[name]

    assert found["metre"] == golden["metre"]
    assert found["stability"] == pytest.approx(golden["stability"], abs=2e-5)
    assert found["tempo_segments"] == pytest.approx(golden["tempo_segments"], abs=0.02)


def test_the_songs_reach_every_step() -> None:
    """Both metres, both rounds of excerpts, a tempo that changes, and music without a beat."""
    assert {"duple", "triple", None} == {song["metre"] for song in GOLDEN.values()}
    assert {1, 3, 5} <= {len(song["excerpts"]) for song in GOLDEN.values()}
    assert any(song["tempo_segments"] for song in GOLDEN.values())
    assert any(not song["paces"] for song in GOLDEN.values())
