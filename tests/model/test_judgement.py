"""The judgement of a song, as plain values."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from pacetag.model.judgement import Analysis, Pace, compatible_paces

DB = Path(__file__).parents[2] / "db"


def judged(*tempos: tuple[float, float]) -> list[Pace]:
    return [Pace(bpm=bpm, confidence=confidence) for bpm, confidence in tempos]


def test_tempos_that_are_more_likely_than_not_are_paces_the_surest_first() -> None:
    found = compatible_paces(judged((86.171, 0.91234567), (172.344, 0.98), (129.0, 0.4999)))

    assert found == (Pace(bpm=172.34, confidence=0.98), Pace(bpm=86.17, confidence=0.9123))


@pytest.mark.parametrize(("confidence", "count"), [(0.95, 1), (0.9, 2), (0.0, 3)])
def test_the_confidence_that_is_asked_for_is_the_border(confidence: float, count: int) -> None:
    found = compatible_paces(judged((172, 0.98), (86, 0.9), (129, 0.1)), min_confidence=confidence)

    assert len(found) == count


def test_equally_sure_paces_are_sorted_by_rising_tempo() -> None:
    up = compatible_paces(judged((80, 0.9), (160, 0.9)))
    down = compatible_paces(judged((160, 0.9), (80, 0.9)))

    assert up == down
    assert [pace.bpm for pace in up] == [80, 160]


def test_a_song_without_a_beat_has_no_paces() -> None:
    assert compatible_paces(judged()) == ()


def test_rounding_keeps_what_index_and_tags_keep() -> None:
    analysis = Analysis(
        paces=(), duration=12.3456, stability=0.0123456, tempo_segments=(100.004, 141.4142)
    )

    assert analysis.rounded() == Analysis(
        paces=(), duration=12.3456, stability=0.01235, tempo_segments=(100.0, 141.41)
    )


def test_a_song_whose_length_is_unknown_counts_as_no_seconds() -> None:
    assert Analysis(paces=(), duration=None).seconds == 0.0


def test_importing_the_values_loads_nothing_else_of_ours_and_nothing_heavy() -> None:
    code = "import sys, pacetag.model.judgement; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()

    assert {name for name in loaded if name.startswith("pacetag.")} == {
        "pacetag.model",
        "pacetag.model.judgement",
    }
    assert not {"numpy", "scipy", "av"} & set(loaded)


def test_the_index_imports_nothing_else_of_the_model() -> None:
    imported = {
        node.module
        for path in DB.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module is not None
    }

    assert {name for name in imported if name.startswith("pacetag.model")} == {
        "pacetag.model.judgement"
    }
