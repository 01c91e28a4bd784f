"""Whether the trained network judges as it should, and how many songs this machine judges."""

import shlex
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from pacetag.db.errors import SongIndexError
from pacetag.model.errors import BundleError
from pacetag.model.extras import install_packages, requirement_of
from pacetag.model.judge import Judge
from pacetag.tagger.config.values import ConfigError, value_of
from pacetag.tagger.doctor.index import index_to_read
from pacetag.tagger.doctor.results import CheckResult, fault, ok, parted, warning
from pacetag.tagger.doctor.subject import Subject
from pacetag.tagger.errors import UsageError
from pacetag.tagger.settings import bundle_folder, default_jobs
from pacetag.tagger.text.formatting import songs

AREA, SPEED = "network", "speed"
RATE = 44_100  # Hz
TEMPO = 165.0  # bpm of the clip, which has no tempo that could be mistaken for another
NEAR = 0.02  # share by which the answer may be off
CLIP, SONG = 20.0, 210.0  # s
TIMES = 2  # that the song is judged; the first time also fills caches
SLOW = 10.0  # s a song, above which something is wrong with the machine


def network(subject: Subject) -> Iterator[CheckResult]:
    """Yield whether the network loads, what it says of a clip whose tempo is known, and speed."""
    try:
        folder = bundle_folder()
    except ConfigError:  # which the check of the settings reports
        folder = None
    try:
        judge = Judge(folder)
    except BundleError as error:
        what, advice = parted(str(error), "reinstall pacetag")
        yield fault(AREA, what, advice=advice)
        return
    except Exception as error:  # what LiteRT raises where it is broken is not documented
        yield fault(
            AREA,
            f"the trained network cannot be started ({type(error).__name__}: {error})",
            advice=install_packages(
                [requirement_of("ai-edge-litert")], "--force-reinstall", "--no-deps"
            ),
        )
        return
    yield _answer(judge, own=folder is not None)
    if not subject.quick:
        yield from _speed(judge, subject)


def _answer(judge: Judge, *, own: bool) -> CheckResult:
    """The result of judging a clip whose tempo is known."""
    paces = [pace.bpm for pace in judge.samples(beats(TEMPO, CLIP), RATE).paces]
    said = ", ".join(f"{bpm:.1f}" for bpm in paces) or "none"
    if any(abs(bpm / TEMPO - 1) <= NEAR for bpm in paces):
        return ok(
            AREA,
            f"{judge.name}: its files match their fingerprints; of a clip at {TEMPO:.0f} bpm it "
            f"says {said}",
            figure=paces[0],
            unit="bpm",
        )
    what = f"{judge.name} says {said} of a clip at {TEMPO:.0f} bpm"
    if own:
        return warning(
            AREA, what, advice="train it again, or remove `bundle` from the file of settings"
        )
    return fault(AREA, what, advice="reinstall pacetag, and report it if that does not help")


def _speed(judge: Judge, subject: Subject) -> Iterator[CheckResult]:
    seconds = seconds_a_song(judge)
    jobs = _jobs()
    hour = int(3600 * jobs / seconds)
    what = (
        f"{seconds:.2f} s for a song of {SONG / 60:.1f} minutes in FLAC; with {jobs} "
        f"{'process' if jobs == 1 else 'processes'} an hour judges about {hour} songs"
    )
    if seconds > SLOW:
        advice = "stop what else keeps the processor busy, and run `pacetag doctor` again"
        yield warning(SPEED, what, figure=seconds, unit="s a song", advice=advice)
    else:
        yield ok(SPEED, what, figure=round(seconds, 3), unit="s a song")
    lacking = _unknown(subject)
    if lacking:
        needed = _time(lacking * seconds / jobs)
        yield ok(
            SPEED,
            f"the index lacks {songs(lacking)}, to be judged in about {needed}",
            figure=lacking,
            unit="songs",
            advice=shlex.join(["pacetag", "scan", *map(str, subject.roots)]),
        )


def seconds_a_song(judge: Judge) -> float:
    """Return the seconds that this machine takes to judge a song of average length. Raises OSError.

    The least of some trials, since other programs can only slow it down.
    """
    mono = beats(TEMPO, SONG)
    with tempfile.TemporaryDirectory(prefix="pacetag-doctor-") as folder:
        song = Path(folder) / "song.flac"
        with song.open("wb") as file:
            soundfile.write(file, np.stack([mono, 0.9 * mono], 1), RATE, format="FLAC")
        taken = []
        for _ in range(TIMES):
            began = time.perf_counter()
            judge.file(song)
            taken.append(time.perf_counter() - began)
    return min(taken)


def _jobs() -> int:
    try:
        return int(value_of("jobs").value or default_jobs())
    except ConfigError:
        return default_jobs()


def _unknown(subject: Subject) -> int | None:
    """How many songs below the roots the index does not know; None where that cannot be told."""
    found = [str(song) for survey in subject.surveys for song in survey.walked.songs]
    try:
        if not found or not subject.index_file.exists():
            return len(found)
        with index_to_read(subject.index_file) as reading:
            return reading.unknown(found)
    except (SongIndexError, UsageError, OSError):  # which the check of the index reports
        return None


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes / 60:.1f} h"


def beats(bpm: float, seconds: float) -> NDArray[np.float32]:
    """Return drums at a steady tempo over a low tone, mono samples [n] at RATE."""
    random = np.random.default_rng(0)
    length = round(seconds * RATE)
    time = np.arange(round(0.18 * RATE)) / RATE
    noise: Any = random.normal(0.0, 1.0, (2, len(time) + 1))
    kick = np.sin(2 * np.pi * (50 * time + 1.5 * (1 - np.exp(-40 * time)))) * np.exp(-18 * time)
    snare = 0.5 * noise[0, 1:] * np.exp(-25 * time)
    hat = 0.2 * np.diff(noise[1]) * np.exp(-90 * time)
    strokes = (kick + hat, hat, snare + hat, hat)
    sound = 0.05 * np.sin(2 * np.pi * 110 * np.arange(length) / RATE)
    for number, place in enumerate(np.arange(0, seconds - 0.2, 30 / bpm)):
        at = round(place * RATE)
        sound[at : at + len(time)] += strokes[number % 4]
    return np.asarray(0.7 * sound / np.abs(sound).max(), np.float32)
