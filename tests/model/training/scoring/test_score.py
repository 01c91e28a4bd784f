"""Calibration and song figures, on songs whose logits are made by formula."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from pacetag.model.judge import Judge
from pacetag.model.tempo.calibration import Calibration
from pacetag.model.training.scoring.calibrate import fit_calibration, level_loss, platt_line
from pacetag.model.training.scoring.score import ScoredSong, score_songs, song_figures
from pacetag.model.training.songs import LabelledTruth, TrainingSong, Window
from tests.conftest import RATE, ClickTrack
from tests.model.training.scoring.scored_songs import scored_song


def known(right: tuple[float, ...], unclear: tuple[float, ...] = ()) -> LabelledTruth:
    """Some tempos are right, all others that are asked for are wrong."""
    return LabelledTruth(right=right, unclear=unclear, family=right + unclear)


def scored(truth: LabelledTruth, *rounds: dict[float, float]) -> ScoredSong:
    song = TrainingSong(
        name="one",
        source="grooves",
        group="any",
        split="validation",
        windows=(Window(path=Path("one.flac"), start=0.0, seconds=40.0),),
        truth=truth,
    )
    return scored_song(song, *rounds)


def test_platts_line_is_found_by_which_the_labels_were_drawn() -> None:
    """4 000 labels drawn with probability sigmoid(0.7 x - 1): the fit must give 0.7 and -1 back."""
    rng = np.random.default_rng(4)
    logits = rng.normal(0, 4, 4_000)
    labels = (rng.random(4_000) < 1 / (1 + np.exp(1.0 - 0.7 * logits))).astype(np.uint8)

    found = platt_line(logits, labels)

    assert found.slope == pytest.approx(0.7, rel=0.1)
    assert found.offset == pytest.approx(-1.0, rel=0.15)


def test_the_line_is_fitted_to_what_a_scan_makes_of_it() -> None:
    """Beat, double and half of a song support one another, which Platt's line knows nothing of."""
    rng = np.random.default_rng(5)
    songs = []
    for _ in range(150):
        beat = rng.uniform(90, 110)
        right = tuple(beat * ratio for ratio in (0.5, 1.0, 2.0))
        wrong = tuple(beat * ratio for ratio in (1.37, 0.71, 1.83))
        logits = dict(zip(right, rng.normal(1.0, 2.0, 3), strict=True))
        logits |= dict(zip(wrong, rng.normal(-3.0, 2.0, 3), strict=True))
        songs.append(scored(known(right), logits))
    labelled = [song.labelled(Calibration()) for song in songs]
    alone = platt_line(*(np.concatenate(part) for part in zip(*labelled, strict=True)))

    found = fit_calibration(songs)

    assert level_loss(songs, found) < 0.98 * level_loss(songs, alone)


def test_without_both_classes_the_logits_are_taken_as_they_are() -> None:
    assert fit_calibration([scored(known((100.0,)), {100.0: 3.0})]) == Calibration()


def test_figures_count_what_a_runner_meets() -> None:
    """One song all right, one with a wrong pace, one beatless one with a pace, one without."""
    songs = [
        scored(known((172.0, 86.0)), {172.0: 5.0, 86.0: 4.0, 115.0: -6.0}),
        scored(known((90.0,)), {90.0: 2.0, 180.0: 3.0, 120.0: -5.0}),
        scored(known(()), {140.0: 1.0}),
        scored(known(()), {140.0: -1.0}),
    ]

    figures = song_figures(songs, Calibration())

    assert figures["songs"] == 4
    assert figures["set_precision"] == pytest.approx((1 + 1 / 2 + 0 + 1) / 4)
    assert figures["set_recall"] == pytest.approx((1 + 1 + 0 + 1) / 4)
    assert figures["top_in_family"] == pytest.approx(1 / 2)
    assert figures["songs_with_family"] == 2
    assert figures["beatless_songs"] == 2
    assert figures["beatless_with_a_pace"] == 1


def test_unclear_candidates_neither_calibrate_nor_count() -> None:
    song = scored(known((86.0,), (172.0,)), {86.0: 4.0, 172.0: 9.0})

    logits, labels = song.labelled(Calibration())

    assert logits.tolist() == [4.0]
    assert labels.tolist() == [1]
    assert song_figures([song], Calibration())["set_precision"] == 1.0


SURE, DOUBTFUL = {120.0: 8.0, 97.0: -8.0}, {120.0: 1.0, 97.0: -0.3}


def test_a_sure_song_is_scored_after_the_first_round() -> None:
    song = scored(known((120.0,)), SURE, DOUBTFUL)

    assert song.labelled(Calibration())[0].tolist() == [8.0, -8.0]
    assert song.judged(Calibration())[0].confidence > 0.99


def test_a_doubtful_song_is_scored_after_the_last_round() -> None:
    song = scored(known((120.0,)), DOUBTFUL, SURE)

    assert song.labelled(Calibration())[0].tolist() == [8.0, -8.0]
    assert song.labelled(Calibration(slope=20.0))[0].tolist() == [1.0, -0.3]


def test_the_calibration_is_fitted_to_the_rounds_that_it_decides_on() -> None:
    """With a slope of 1 all songs go to a second round; the fit to that one says so again."""
    songs = [
        scored(known((120.0,) if number % 10 else ()), DOUBTFUL, {120.0: 2.0, 97.0: -4.0})
        for number in range(40)
    ]

    found = fit_calibration(songs)

    assert found.probability(np.array([2.0]))[0] == pytest.approx(0.9, abs=0.03)
    assert all(song.heard(found)[0] is song.rounds[1] for song in songs)


def test_a_song_is_scored_by_what_a_scan_hears(tmp_path: Path, click_track: ClickTrack) -> None:
    """The same excerpts, tempos and levels, whichever windows its truth is about."""
    path = tmp_path / "one.flac"
    soundfile.write(path, click_track(120.0, seconds=130.0), RATE)
    song = TrainingSong(
        name="one",
        source="recordings",
        group="any",
        split="validation",
        windows=(Window(path=path, start=3.0, seconds=40.0),),
        truth=known((120.0, 60.0)),
    )
    judge = Judge()

    (one,) = score_songs([song], judge.bundle.folder)

    found = {round(tempo.bpm): tempo.confidence for tempo in one.judged(judge.calibration)}
    scanned = {round(tempo.bpm): tempo.confidence for tempo in judge.file(path).candidates}
    assert found == scanned
    assert len(one.rounds) == 2
