"""Heard songs become figures, overall and by group."""

from collections.abc import Callable
from math import log2

import pytest

from pacetag.model.evaluation.bootstrap import NOTHING
from pacetag.model.evaluation.report import EvaluationReport, make_report, tempo_band
from pacetag.model.evaluation.song_marks import HeardSong, claim_marks, known_cases, top_in_family
from pacetag.model.evaluation.truths import BEATLESS, paces_truth, tempo_truth

MakeHeard = Callable[..., HeardSong]


@pytest.fixture(scope="module")
def songs(heard: MakeHeard) -> list[HeardSong]:
    return [
        heard(
            paces_truth([172, 86]),
            {172: 0.9, 86: 0.8, 115: 0.1, 43: 0.2},
            file="all right",
            style="rock",
            beats_per_bar=4,
        ),
        heard(
            tempo_truth(180, 3),
            {90: 0.9, 180: 0.6, 60: 0.7, 150: 0.3},
            file="a waltz at half",
            style="waltz",
            beats_per_bar=3,
        ),
        heard(paces_truth([120]), {180: 0.8, 100: 0.6, 120: 0.4}, file="missed", style="rock"),
        heard(paces_truth([150]), {150: 0.2}, file="silent", style="rock"),
        heard(BEATLESS, {130: 0.7, 99: 0.1}, file="fog"),
        heard(BEATLESS, {130: 0.3}, file="mist"),
    ]


@pytest.fixture(scope="module")
def report(songs: list[HeardSong]) -> EvaluationReport:
    return make_report(songs, judge="current", bundle="b-1", resamples=200)


def test_cases_are_the_judged_tempos_with_a_known_truth(songs: list[HeardSong]) -> None:
    assert known_cases(songs[0]) == [(0.9, True), (0.8, True), (0.1, False), (0.2, False)]
    assert known_cases(songs[1]) == [(0.9, False), (0.6, True), (0.3, False)]  # 60 is the bar
    assert known_cases(songs[4]) == [(0.7, False), (0.1, False)]


def test_claims_are_counted_by_what_they_are_worth(songs: list[HeardSong]) -> None:
    waltz, missed = claim_marks(songs[1]), claim_marks(songs[2])

    assert (waltz.right, waltz.unclear, waltz.octave, waltz.counted) == (1, 1, 1, 2)
    assert (missed.right, missed.triple, missed.unrelated, missed.counted) == (0, 1, 1, 2)


def test_the_most_confident_pace_must_be_there_and_in_the_family(songs: list[HeardSong]) -> None:
    assert [top_in_family(song) for song in songs[:4]] == [True, False, False, False]


def test_figures_over_all_are_what_a_hand_count_gives(report: EvaluationReport) -> None:
    group = report.overall

    assert (group.songs, group.with_a_beat, group.beatless) == (6, 4, 2)
    assert (group.cases, group.claims) == (14, 6)
    # Wrong are: 90 at .9, 180 and 100 of the third song, 120 at .4, 150 at .2, the fog's 130.
    assert group.accuracy.value == pytest.approx(8 / 14)
    assert group.balanced_accuracy.value == pytest.approx((3 / 5 + 5 / 9) / 2)
    assert group.octave_errors.value == pytest.approx(1 / 6)
    assert group.triple_errors.value == pytest.approx(1 / 6)
    assert group.unrelated_errors.value == pytest.approx(1 / 6)
    assert group.top_in_family.value == pytest.approx(1 / 4)
    assert group.with_a_pace.value == pytest.approx(3 / 4)
    assert group.accuracy_1.value == 0  # 172 where 86 is nearer to 120, a half, 3/2, nothing
    assert group.accuracy_2.value == pytest.approx(2 / 4)
    assert group.p_score.value == pytest.approx(1 / 4)
    assert group.estimates == 3
    assert group.oe1.value == pytest.approx((1 - 1 + log2(3 / 2)) / 3)
    assert group.aoe1.value == pytest.approx((1 + 1 + log2(3 / 2)) / 3)
    assert group.right_pace.value == pytest.approx(2 / 4)
    assert group.false_paces.value == pytest.approx(1 / 2)


def test_sets_are_means_over_the_songs_with_a_beat_in_four_ways(report: EvaluationReport) -> None:
    wide, close, narrow, _ = report.overall.sets

    assert [(s.low, s.high, s.tolerance) for s in report.overall.sets] == [
        (80, 210, 0.04),
        (80, 210, 0.02),
        (140, 195, 0.04),
        (140, 195, 0.02),
    ]
    assert wide.precision.value == pytest.approx((1 + 1 / 2 + 0 + 0) / 4)
    assert wide.recall.value == pytest.approx((1 + 1 + 0 + 0) / 4)
    assert wide.f1.value == pytest.approx((1 + 2 / 3 + 0 + 0) / 4)
    assert close == type(close)(
        low=80, high=210, tolerance=0.02, precision=wide.precision, recall=wide.recall, f1=wide.f1
    )
    assert narrow.f1.value == pytest.approx((1 + 1 + 0 + 0) / 4)  # in the third 180 is claimed


def test_a_pace_three_per_cent_off_is_right_at_four_and_wrong_at_two(heard: MakeHeard) -> None:
    songs = [heard(paces_truth([150]), {154.5: 0.9})]

    wide, close, *_ = make_report(songs, judge="fold", resamples=10).overall.sets

    assert (wide.f1.value, close.f1.value) == (1.0, 0.0)


def test_every_figure_lies_in_its_interval(report: EvaluationReport) -> None:
    group = report.overall

    for figure in (group.accuracy, group.auc, group.sets[0].f1, group.false_paces):
        assert figure.value is not None
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low <= figure.value <= figure.high
        assert figure.low < figure.high


def test_the_seed_decides_the_intervals(songs: list[HeardSong], report: EvaluationReport) -> None:
    again = make_report(songs, judge="current", resamples=200)
    other = make_report(songs, judge="current", resamples=200, seed=2)

    assert again.overall == report.overall
    assert other.overall != report.overall
    assert other.overall.accuracy.value == report.overall.accuracy.value


def test_groups_are_style_metre_and_band(report: EvaluationReport) -> None:
    assert list(report.by_style) == ["rock", "waltz", "not said"]
    assert list(report.by_metre) == ["3", "4", "not said"]
    assert list(report.by_tempo) == ["80-110", "110-140", "140-170", "170-210", "no beat"]
    assert report.by_style["rock"].songs == 3
    assert report.by_tempo["no beat"].false_paces.value == 0.5
    assert report.by_tempo["no beat"].top_in_family == NOTHING
    assert report.by_style["waltz"].octave_errors.value == 0.5


@pytest.mark.parametrize(
    ("tempo", "band"),
    [(79, "below 80"), (80, "80-110"), (169.9, "140-170"), (170, "170-210"), (210, "210 and more")],
)
def test_a_band_begins_with_its_lower_bound(tempo: float, band: str, heard: MakeHeard) -> None:
    assert tempo_band(heard(tempo_truth(tempo), {}).song) == band


def test_bands_come_in_rising_order(heard: MakeHeard) -> None:
    songs = [heard(tempo_truth(tempo), {}, file=str(tempo)) for tempo in (220, 100, 180, 70)]

    report = make_report(songs, judge="current", resamples=10)

    assert list(report.by_tempo) == ["below 80", "80-110", "170-210", "210 and more"]


def test_a_judge_without_probabilities_has_no_figures_of_cases(songs: list[HeardSong]) -> None:
    report = make_report(songs, judge="fold", scores_cases=False, resamples=10)

    assert report.overall.cases == 0
    assert report.overall.accuracy == report.overall.auc == NOTHING
    assert report.overall.calibration_error == NOTHING
    assert report.overall.sets[0].f1.value is not None
    assert report.reliability == ()


def test_no_songs_give_no_figures() -> None:
    report = make_report([], judge="current", resamples=10)

    assert report.overall.sets[0].f1 == report.overall.auc == NOTHING
    assert report.by_style == {}
