"""From judged tempos to paces."""

from dataclasses import dataclass

import pytest

from pacetag.tagger.paces import Pace, compatible_paces, whole_paces


@dataclass(frozen=True)
class Tempo:
    bpm: float
    probability: float


@dataclass(frozen=True)
class Judgement:
    tempos: tuple[Tempo, ...]
    duration: float = 180.0
    spread: float | None = None
    changes: tuple[float, ...] = ()


def judged(*tempos: tuple[float, float]) -> Judgement:
    return Judgement(tuple(Tempo(bpm, probability) for bpm, probability in tempos))


def test_tempos_that_are_more_likely_than_not_are_paces_the_surest_first() -> None:
    found = compatible_paces(judged((86.171, 0.91234567), (172.344, 0.98), (129.0, 0.4999)))

    assert found == (Pace(bpm=172.34, confidence=0.98), Pace(bpm=86.17, confidence=0.9123))


@pytest.mark.parametrize(("confidence", "count"), [(0.95, 1), (0.9, 2), (0.0, 3)])
def test_the_confidence_that_is_asked_for_is_the_border(confidence: float, count: int) -> None:
    found = compatible_paces(judged((172, 0.98), (86, 0.9), (129, 0.1)), min_confidence=confidence)

    assert len(found) == count


def test_equally_sure_paces_come_in_rising_order_whatever_order_they_had() -> None:
    up = compatible_paces(judged((80, 0.9), (160, 0.9)))
    down = compatible_paces(judged((160, 0.9), (80, 0.9)))

    assert up == down
    assert [pace.bpm for pace in up] == [80, 160]


def test_whole_paces_are_rounded_as_people_do_and_come_once() -> None:
    paces = [Pace(bpm=bpm, confidence=0.9) for bpm in (86.5, 172.49, 171.6, 64.5)]

    assert whole_paces(paces) == [87, 172, 65]


def test_a_song_without_a_beat_has_no_paces() -> None:
    assert compatible_paces(judged()) == ()
