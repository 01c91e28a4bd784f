"""Evidence of the shipped bundle's judgements, on a sample clip."""

from pathlib import Path

import numpy as np
import pytest

from pacetag.model.errors import DecodeError
from pacetag.model.evidence.evidence import Evidence, gather_evidence
from pacetag.model.judge import Judge
from pacetag.model.spec import FeatureSpec

WALTZ = Path(__file__).parents[3] / "sample_audio/04-riverside-waltz.ogg"


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


@pytest.fixture(scope="module")
def evidence(judge: Judge) -> Evidence:
    return gather_evidence(judge, WALTZ)


@pytest.fixture(scope="module")
def compared(judge: Judge) -> Evidence:
    return gather_evidence(judge, WALTZ, (186.0, 139.5))


def test_it_holds_the_judgement_itself(judge: Judge, evidence: Evidence) -> None:
    assert evidence.judgement == judge.file(WALTZ)
    assert evidence.comparison is None


def test_the_most_probable_tempo_is_shown(evidence: Evidence, spec: FeatureSpec) -> None:
    (shown,) = evidence.shown
    top = evidence.judgement.candidates[0]

    assert (shown.bpm, shown.probability) == (top.bpm, top.confidence)
    assert shown.case.shape == shown.power.shape == (16, 16, spec.n_bands)


def test_every_candidate_has_its_figures(evidence: Evidence) -> None:
    assert [f.bpm for f in evidence.figures] == [c.bpm for c in evidence.candidates]
    assert evidence.tempogram.shape == evidence.tempogram_bpm.shape


def test_compatible_tempos_repeat_better_than_the_others(evidence: Evidence) -> None:
    """What the scatter shows: above and to the left lie the right ones."""
    sure = [t.bpm for t in evidence.judgement.candidates if t.confidence >= 0.5]
    right = [any(abs(f.bpm / bpm - 1) < 0.01 for bpm in sure) for f in evidence.figures]
    mask = np.array(right)

    correlation = np.array([f.correlation for f in evidence.figures])
    variance = np.array([f.variance for f in evidence.figures])
    assert mask.sum() >= 2
    assert correlation[mask].mean() > correlation[~mask].mean()
    assert variance[mask].mean() < variance[~mask].mean()


def test_two_tempos_are_shown_in_the_order_asked_for(compared: Evidence) -> None:
    assert [shown.bpm for shown in compared.shown] == [186.0, 139.5]
    assert compared.comparison is not None
    assert compared.comparison.better == 186.0
    assert compared.shown[0].figures.correlation > compared.shown[1].figures.correlation


def test_a_judged_tempo_rounded_by_people_keeps_its_probability(compared: Evidence) -> None:
    nearest = min(compared.judgement.candidates, key=lambda t: abs(t.bpm - 186.0))

    assert compared.shown[0].probability == nearest.confidence


def test_a_tempo_that_is_not_a_candidate_is_judged_by_itself(judge: Judge) -> None:
    evidence = gather_evidence(judge, WALTZ, (186.0, 160.0))

    assert min(abs(t.bpm / 160.0 - 1) for t in evidence.judgement.candidates) > 0.02
    assert evidence.shown[1].probability < 0.5


def test_it_raises_as_judging_does(judge: Judge, tmp_path: Path) -> None:
    fake = tmp_path / "fake.mp3"
    fake.write_text("this is not music\n" * 500)

    with pytest.raises(DecodeError, match=r"fake\.mp3"):
        gather_evidence(judge, fake)
    with pytest.raises(ValueError, match="same tempo"):
        gather_evidence(judge, WALTZ, (100.0, 100.0))
