"""Hear a song for a mix: its beats at a pace, its bars, and its loudness."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pacetag.model.audio.excerpts import open_song
from pacetag.model.beats.beats import Beats, find_beats
from pacetag.model.beats.features import BEAT_SPEC, BeatFeatures, beat_features
from pacetag.model.errors import DecodeError
from pacetag.tagger.mixing.bars import beats_in_bar, first_downbeat
from pacetag.tagger.mixing.decoding import decoded
from pacetag.tagger.mixing.loudness import LoudnessMeter
from pacetag.tagger.mixing.song import AROUND, HeardSong
from pacetag.tagger.mixing.spectra import BeatSpectra

CLEAR = 0.2  # mean confidence of beats from which they are laid on those of another song
FEWEST = 16  # beats; with fewer, or no clear ones, a song is counted by its pace alone
STEADY = 0.01  # s by which players may be off an even tempo and it still counts as even
_FOLLOWED = 16  # beats over which a tempo that is not even is averaged
_MISSING = 0.9  # share of a song's length, less of which counts as damaged


def hear(path: Path, pace: float, metre: str | None, expected: float | None = None) -> HeardSong:
    """Decode a song twice, once for its beats at `pace` and once for its loudness.

    `expected` is its length in s as far as it is known. Raises DecodeError or TooShortError.
    """
    with open_song(path, BEAT_SPEC) as song:
        features = beat_features(song, pace)
    counted = numbered(find_beats(features, pace))
    parts = decoded(path, RATE)
    meter, spectra = LoudnessMeter(RATE, 2), BeatSpectra(RATE)
    count = 0
    for part in parts:
        count += part.shape[1]
        meter.add(part)
        spectra.add(part)
    seconds = count / RATE
    if seconds < _MISSING * (expected or 0.0):
        raise DecodeError(path, "its end is missing")
    return _song(counted, features, pace, metre, seconds, meter, spectra)


RATE = 44_100  # Hz at which loudness is measured


def _song(
    heard: tuple[NDArray[np.float64], NDArray[np.float64]],
    features: BeatFeatures,
    pace: float,
    metre: str | None,
    seconds: float,
    meter: LoudnessMeter,
    spectra: BeatSpectra,
) -> HeardSong:
    times, confidence = heard
    clear = clear_range(confidence)
    bar = beats_in_bar(metre)
    if clear is None:
        times = np.full(max(2, round(seconds * pace / 60)), np.nan)
        even = np.arange(len(times)) * 60 / pace
        first, last, downbeat = 0, len(even) - 1, 0
    else:
        even, (first, last) = evened(times), clear
        downbeat = first_downbeat(features, even, bar)
    return HeardSong(
        seconds=seconds,
        times=even,
        heard=times,
        first=first,
        last=last,
        is_clear=clear is not None,
        bar=bar,
        downbeat=downbeat,
        powers=meter.tenths,
        sounds=spectra.of(even),
    )


def numbered(beats: Beats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Seconds and confidence of beats [beats] of which none is left out; NaN and 0 where one is."""
    if len(beats) < FEWEST:
        return np.zeros(0), np.zeros(0)
    intervals = np.diff(beats.times)
    period = float(np.median(intervals))
    numbers = np.concatenate([[0], np.cumsum(np.maximum(1, np.rint(intervals / period)))])
    places = numbers.astype(int)
    times, confidence = np.full(places[-1] + 1, np.nan), np.zeros(places[-1] + 1)
    times[places], confidence[places] = beats.times, beats.confidence
    return times, confidence


def clear_range(confidence: NDArray[np.float64]) -> tuple[int, int] | None:
    """The first and the last beat that others can be laid on; None where there are too few."""
    if len(confidence) < FEWEST:
        return None
    mean = np.convolve(confidence, np.full(AROUND, 1 / AROUND), mode="valid")
    clear = np.flatnonzero(mean >= CLEAR)
    if not len(clear):
        return None
    first, last = int(clear[0]), int(clear[-1]) + AROUND - 1
    certain = np.flatnonzero(confidence >= CLEAR)
    first, last = max(first, int(certain[0])), min(last, int(certain[-1]))
    return (first, last) if last - first >= FEWEST else None


def evened(times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Beats [beats] on a line where the tempo is even, else on one that follows it slowly.

    Gaps (NaN) are filled. What players are early or late by within a bar stays theirs.
    """
    number = np.arange(len(times))
    known = ~np.isnan(times)
    filled = np.interp(number, number[known], times[known])
    line = _line(number[known], times[known], number)
    off = filled - line
    width = min(_FOLLOWED, len(times)) | 1
    padded = np.pad(off, width // 2, mode="reflect", reflect_type="odd")
    slow = np.convolve(padded, np.full(width, 1 / width), mode="valid")
    return np.asarray(line if np.abs(slow).max() <= STEADY else line + slow)


def _line(
    number: NDArray[np.intp], times: NDArray[np.float64], all_numbers: NDArray[np.intp]
) -> NDArray[np.float64]:
    """The line [all numbers] of least squares, without the beats that are far off it."""
    kept = np.ones(len(number), bool)
    for _ in range(3):
        slope, start = np.polyfit(number[kept], times[kept], 1)
        off = np.abs(times - (start + slope * number))
        kept = off <= max(3 * float(np.median(off)), 1e-3)
    return np.asarray(start + slope * all_numbers)
