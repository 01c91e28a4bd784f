"""FFmpeg's frames become one signal, sample for sample, whatever their kind and length."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from pacetag.model.audio.downmix import BLOCK
from pacetag.model.audio.ffmpeg_frames import Window, planes_of

RATE = 44_100
KINDS = ["u8", "u8p", "s16", "s16p", "s32", "s32p", "flt", "fltp", "dbl", "dblp"]
# The number that stands for full scale in each kind.
SCALE = {"u8": 2.0**7, "s16": 2.0**15, "s32": 2.0**31, "flt": 1.0, "dbl": 1.0}


def frame_of(sound: NDArray[np.float64], kind: str, rate: int = RATE) -> AudioFrame:
    """A frame of the sound [channels, n], full scale 1."""
    plain = kind.removesuffix("p")
    stored = sound * SCALE[plain] + (128 if plain == "u8" else 0)
    types = {"u8": "u1", "s16": "i2", "s32": "i4", "flt": "f4", "dbl": "f8"}
    stored = stored.astype(types[plain])
    if not kind.endswith("p"):
        stored = stored.T.reshape(1, -1)
    layout = "mono" if len(sound) == 1 else "stereo"
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(stored), format=kind, layout=layout)
    frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
    return frame


def noise(channels: int, samples: int) -> NDArray[np.float64]:
    """Channels [k, n] that every kind of sample can hold."""
    steps = np.random.default_rng(samples).integers(-100, 100, (channels, samples))
    return np.asarray(steps / 128)


def mono_of(frames: list[tuple[AudioFrame, float]], seconds: float) -> NDArray[np.float32]:
    window = Window(0.0, seconds, RATE)
    for frame, position in frames:
        window.add(frame, position)
    return window.samples()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("channels", [1, 2])
def test_frames_of_any_length_are_joined_without_a_gap(kind: str, channels: int) -> None:
    sounds = [noise(channels, length) for length in (47, 1152, 1000, 33, BLOCK, 576)]
    places = np.cumsum([0, *(sound.shape[1] for sound in sounds)])
    frames = [frame_of(sound, kind) for sound in sounds]

    heard = mono_of(list(zip(frames, map(float, places), strict=False)), places[-1] / RATE)

    assert np.allclose(heard, np.concatenate(sounds, axis=1).mean(axis=0), atol=1e-7)


def test_frames_between_which_others_were_lost_stay_where_they_were() -> None:
    sound = noise(2, 3000)
    window = Window(0.0, 6000 / RATE, RATE)
    window.add(frame_of(sound, "fltp"), 0)

    window.add(frame_of(sound, "fltp"), 4000)  # and a part of it lies behind the window

    heard = window.samples()
    assert np.allclose(heard[:3000], sound.mean(axis=0), atol=1e-7)
    assert not heard[3000:4000].any()
    assert np.allclose(heard[4000:], sound[:, :2000].mean(axis=0), atol=1e-7)
    assert window.missing == pytest.approx(1000 / RATE)
    assert window.seconds == pytest.approx(6000 / RATE)


def test_frames_before_and_behind_a_window_are_left_out() -> None:
    sound = noise(2, 1000)
    window = Window(500 / RATE, 1000 / RATE, RATE)

    places = [window.add(frame_of(sound, "s16p"), start) for start in (-1000, 0, 1000, 2000)]

    heard = window.samples()
    assert places == [0, 1000, 2000, 3000]
    assert np.allclose(heard, np.roll(sound.mean(axis=0), -500), atol=1e-7)


@pytest.mark.parametrize(
    ("kind", "channels", "rate"), [("s16", 2, RATE), ("fltp", 1, RATE), ("fltp", 2, RATE // 2)]
)
def test_a_frame_of_another_kind_follows_where_the_one_before_ended(
    kind: str, channels: int, rate: int
) -> None:
    first, last = noise(2, 1000), np.full((channels, 600), 0.25)
    window = Window(0.0, 3000 / RATE, RATE)

    middle = window.add(frame_of(first, "fltp"), 0)
    end = window.add(frame_of(last, kind, rate), middle)

    heard = window.samples()
    assert end == 1000 + 600 * RATE // rate
    assert len(heard) == end
    assert np.allclose(heard[:1000], first.mean(axis=0), atol=1e-7)
    assert np.allclose(heard[1000:], 0.25, atol=1e-7)


def test_padding_behind_the_samples_of_a_plane_is_not_heard() -> None:
    """FFmpeg's own pools round a plane's length up to 32 samples."""

    class Padded:
        def __init__(self, frame: AudioFrame) -> None:
            self.format, self.layout, self.samples = frame.format, frame.layout, frame.samples
            ends = 4 * frame.samples  # of four bytes each
            self.planes = [bytes(plane)[:ends] + bytes(range(12)) for plane in frame.planes]

    sounds = [noise(2, 47), noise(2, 1000)]
    padded: list[Any] = [Padded(frame_of(sound, "fltp")) for sound in sounds]

    assert np.allclose(planes_of(padded), np.concatenate(sounds, axis=1), atol=1e-7)
