"""What two libraries do to clicks, drums, tones and the stereo image when they stretch time.

pip install pedalboard==0.9.26 python-stretch==0.3.1
python tests/benchmarks/stretchers.py [SONG ...]
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]  # [channels, n]
Stretcher = Callable[[Sound, float], Sound]  # the second is how much quicker it gets

RATE = 44_100  # Hz
SPEEDS = (0.94, 1.04)
SECONDS, BPM = 40.0, 165.0
NEAR = round(0.04 * RATE)  # samples beside a beat in which its attack is looked for


def rubber_band(*, finer: bool) -> Stretcher:
    """Rubber Band through pedalboard: its engine R3 ("finer") or R2."""
    import pedalboard

    return lambda sound, speed: np.asarray(
        pedalboard.time_stretch(sound, RATE, speed, 0.0, high_quality=finer), np.float32
    )


def signalsmith(*, cheaper: bool) -> Stretcher:
    """Signalsmith Stretch through python-stretch."""
    from python_stretch.Signalsmith import Stretch

    def stretched(sound: Sound, speed: float) -> Sound:
        engine = Stretch()
        engine.preset(len(sound), RATE, cheaper)
        engine.setTimeFactor(speed)
        return np.asarray(engine.process(sound), np.float32)

    return stretched


def beats(speed: float) -> NDArray[np.float64]:
    """Seconds of the beats after stretching."""
    return np.arange(0.0, SECONDS - 0.5, 60 / BPM) / speed


def with_hits(hit: NDArray[np.float64]) -> Sound:
    """A mono sound with one hit a beat over quiet noise."""
    sound = np.random.default_rng(0).normal(0, 1e-4, round(SECONDS * RATE))
    for at in np.round(beats(1.0) * RATE).astype(int):
        sound[at : at + len(hit)] += hit
    return sound.astype(np.float32)[np.newaxis]


def clicks() -> Sound:
    """Clicks of 1 kHz that rise at once."""
    clock = np.arange(2_000) / RATE
    return with_hits(0.7 * np.exp(-clock * 150) * np.cos(2 * np.pi * 1_000 * clock))


def drums() -> Sound:
    """A kick and a burst of noise at once, over a held chord."""
    clock, rng = np.arange(9_000) / RATE, np.random.default_rng(1)
    kick = 0.5 * np.exp(-clock * 25) * np.cos(2 * np.pi * (50 * clock + 4 * np.exp(-clock * 40)))
    snare = 0.3 * np.exp(-clock * 60) * rng.normal(0, 1, len(clock))
    whole = np.arange(round(SECONDS * RATE)) / RATE
    chord = sum(0.02 * np.sin(2 * np.pi * tone * whole) for tone in (220.0, 277.2, 329.6))
    return (with_hits(kick + snare) + chord).astype(np.float32)


def attacks(sound: Sound, speed: float) -> NDArray[np.float64]:
    """[beats, 3]: seconds off, rise from a tenth to nine tenths in ms, peak."""
    level, found = np.abs(sound[0]), []
    for beat in beats(speed)[1:-1] * RATE:
        part = level[round(beat) - NEAR : round(beat) + NEAR]
        peak = part.max()
        low, half, high = (int(np.argmax(part >= share * peak)) for share in (0.1, 0.5, 0.9))
        off = (round(beat) - NEAR + half - beat) / RATE
        found.append((off, 1e3 * (high - low) / RATE, peak))
    return np.array(found)


def attack_text(stretched: Stretcher, sound: Sound, speed: float) -> str:
    """Drift and jitter of the beats, and attack and peak beside the original's."""
    before, after = attacks(sound, 1.0), attacks(stretched(sound, speed), speed)
    line = np.polyfit(beats(speed)[1:-1], after[:, 0] - before[:, 0], 1)
    rest = after[:, 0] - before[:, 0] - np.polyval(line, beats(speed)[1:-1])
    peak = 20 * np.log10(after[:, 2] / before[:, 2])
    return (
        f"drift {100 * line[0]:+.4f} %, off {1e3 * line[1]:+.2f} ms, jitter {1e3 * rest.std():.2f} "
        f"ms, attack {np.median(before[:, 1]):.2f} -> {np.median(after[:, 1]):.2f} ms, "
        f"peak {np.median(peak):+.1f} dB (lowest {peak.min():+.1f})"
    )


def pitch_text(stretched: Stretcher, speed: float) -> str:
    """The largest error of pitch in cents, and what is added to tones, in dB below them."""
    clock = np.arange(round(20 * RATE)) / RATE
    off, noise = [], []
    for tone in (110.0, 440.0, 1_760.0):
        wave = (0.5 * np.sin(2 * np.pi * tone * clock)).astype(np.float32)[np.newaxis]
        part = stretched(wave, speed)[0][5 * RATE : 13 * RATE].astype(np.float64)
        spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
        peak = int(spectrum.argmax())
        low, middle, high = np.log(spectrum[peak - 1 : peak + 2])
        at = (peak + 0.5 * (low - high) / (low - 2 * middle + high)) * RATE / len(part)
        off.append(1_200 * np.log2(at / tone))
        beside = spectrum.copy()
        beside[max(0, peak - 40) : peak + 41] = 0  # 5 Hz
        noise.append(10 * np.log10((beside**2).sum() / (spectrum**2).sum()))
    return f"pitch {max(off, key=abs):+.2f} cents, beside the tone {max(noise):.0f} dB"


def image_text(stretched: Stretcher, speed: float) -> str:
    """How much of what is in the middle of a mix leaves it, and the balance of a panned sound."""
    middle, clock = drums(), np.arange(round(SECONDS * RATE)) / RATE
    left = 0.2 * np.sin(2 * np.pi * 523.3 * clock) * (1 + np.sin(2 * np.pi * 3 * clock))
    right = 0.2 * np.sin(2 * np.pi * 698.5 * clock)
    mix = np.concatenate([middle + left, middle + right]).astype(np.float32)
    stretched_mix = stretched(mix, speed).astype(np.float64)
    places = np.round(beats(speed)[1:-1] * RATE).astype(int)
    apart = []
    for at in places:  # the attacks alone: kick and snare are equal on both sides
        one, other = stretched_mix[:, at : at + 600]
        lags = np.correlate(np.diff(one), np.diff(other), "full")
        apart.append(abs(int(lags.argmax()) - 598))
    panned = stretched(np.concatenate([middle, 0.5 * middle]).astype(np.float32), speed)
    balance = 10 * np.log10((panned[0] ** 2).sum() / (panned[1] ** 2).sum())
    return f"sides apart {1e3 * max(apart) / RATE:.3f} ms, a panned sound {balance:+.2f} dB (6.02)"


def read(path: Path) -> Sound:
    """A song in stereo at 44.1 kHz."""
    resampler = av.AudioResampler("fltp", "stereo", RATE)
    with av.open(str(path)) as container:
        frames = [
            part.to_ndarray()
            for frame in container.decode(audio=0)
            for part in resampler.resample(frame)
        ]
    return np.concatenate(frames, axis=1)


def main(songs: list[Path]) -> None:
    """Print a block for each stretcher."""
    music = [read(song) for song in songs] or [np.repeat(drums(), 2, axis=0)]
    minutes = sum(sound.shape[1] for sound in music) / RATE / 60
    for name, stretched in (
        ("Rubber Band R3", rubber_band(finer=True)),
        ("Rubber Band R2", rubber_band(finer=False)),
        ("Signalsmith", signalsmith(cheaper=False)),
        ("Signalsmith, cheaper", signalsmith(cheaper=True)),
    ):
        sys.stdout.write(f"{name}\n")
        began = time.process_time()
        lengths = [stretched(sound, 1.06).shape[1] - sound.shape[1] / 1.06 for sound in music]
        cost = (time.process_time() - began) / minutes
        sys.stdout.write(
            f"  {cost:.2f} s of processor time a minute of stereo; length off by at most "
            f"{max(map(abs, lengths)):.2f} samples\n"
        )
        for speed in SPEEDS:
            sys.stdout.write(f"  {speed:g} clicks: {attack_text(stretched, clicks(), speed)}\n")
            sys.stdout.write(f"  {speed:g} drums: {attack_text(stretched, drums(), speed)}\n")
            sys.stdout.write(f"  {speed:g} {pitch_text(stretched, speed)}\n")
            sys.stdout.write(f"  {speed:g} {image_text(stretched, speed)}\n")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
