import numpy as np
import pytest

from pacetag.model.spec import FeatureSpec
from pacetag.model.tempo.folding import TempoFolder, log_power, network_input


def noise(frames: int, spec: FeatureSpec) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.random.default_rng(3).random((spec.n_bands, frames)).astype(np.float32)


def test_a_cell_is_the_mean_of_its_own_stretch_of_time(spec: FeatureSpec) -> None:
    """Against a plain sum over frames, each weighed by how much of it lies in the cell."""
    mel, bpm, start = noise(2_000, spec), 137.3, 41.7
    width = spec.lag(bpm) / spec.samples_per_beat

    case = TempoFolder(mel, spec).fold(np.array([bpm]), np.array([start]))[0]

    for beat, sample in ((0, 0), (3, 7), (15, 15)):
        low = start + (beat * spec.samples_per_beat + sample) * width
        frames = np.arange(mel.shape[1])
        share = np.clip(np.minimum(frames + 1, low + width) - np.maximum(frames, low), 0, 1)
        assert case[beat, sample] == pytest.approx(mel @ share / width, rel=1e-4)


def test_no_sound_is_lost_or_counted_twice(spec: FeatureSpec) -> None:
    mel, bpm = noise(1_500, spec), 120.0
    folder = TempoFolder(mel, spec)

    case = folder.fold(np.array([bpm]), np.array([0.0]))[0]

    total = case.sum(axis=(0, 1)) * spec.lag(bpm) / spec.samples_per_beat
    whole = folder.span(bpm)
    expected = mel[:, : int(whole)].sum(axis=1) + mel[:, int(whole)] * (whole % 1)
    assert total == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("bpm", [57.3, 101.9, 166.7, 299.1])
def test_a_true_beat_falls_into_one_column(spec: FeatureSpec, bpm: float) -> None:
    """Beats of fractional length must not drift: over 16 of them a click keeps its column."""
    mel = np.zeros((spec.n_bands, 3_000), np.float32)
    period = spec.lag(bpm)
    for at in np.arange(0.5 * period, 2_990, period):
        mel[:, int(at)] += 1 - at % 1
        mel[:, int(at) + 1] += at % 1

    case = TempoFolder(mel, spec).fold(np.array([bpm]), np.array([period]))[0]

    column = case.mean(axis=2).argmax(axis=1)
    assert np.ptp(column) <= 1


def test_too_few_beats_are_repeated_from_the_first(spec: FeatureSpec) -> None:
    bpm = 60.0
    frames = int(spec.lag(bpm) * 9.5)

    case = TempoFolder(noise(frames, spec), spec).fold(np.array([bpm]), np.array([0.0]))[0]

    assert np.array_equal(case[9:], case[:7])
    assert not np.array_equal(case[1:8], case[:7])


def test_less_than_one_beat_is_refused(spec: FeatureSpec) -> None:
    folder = TempoFolder(noise(50, spec), spec)

    with pytest.raises(ValueError, match="shorter than one beat"):
        folder.fold(np.array([60.0]), np.array([0.0]))


def test_clips_spread_over_the_whole_excerpt(spec: FeatureSpec) -> None:
    folder = TempoFolder(noise(4_000, spec), spec)

    starts = folder.starts(120.0, 4)

    room = 4_000 - folder.span(120.0)
    assert starts == pytest.approx(room * np.array([1, 3, 5, 7]) / 8)


def test_the_input_transform_is_that_of_the_prototype(spec: FeatureSpec) -> None:
    power = np.array([0.0, 1.0, 20.0], np.float32)

    assert network_input(log_power(power, spec), spec) == pytest.approx(
        (np.log(power + 1e-5) + 2.5) / 5, abs=1e-6
    )


def test_the_input_can_be_made_without_another_array(spec: FeatureSpec) -> None:
    power = noise(100, spec)
    plain = network_input(log_power(power, spec), spec)

    found = network_input(log_power(power, spec, in_place=True), spec, in_place=True)

    assert np.shares_memory(found, power)
    assert np.array_equal(found, plain)


def test_what_is_given_stays_as_it_is_unless_asked(spec: FeatureSpec) -> None:
    power = np.array([0.0, 1.0, 20.0], np.float32)

    network_input(log_power(power, spec), spec)
    network_input(power, spec)

    assert power.tolist() == [0.0, 1.0, 20.0]
