"""Songs to megabatches: labelled cases on disk, memory-mapped when trained on."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from pacetag.model.audio.excerpts import read_window
from pacetag.model.errors import ModelError
from pacetag.model.features.features import extract_features
from pacetag.model.spec import FeatureSpec
from pacetag.model.tempo.candidates import song_candidates
from pacetag.model.tempo.folding import TempoFolder, log_power
from pacetag.model.training.cases.sampling import draw_starts, draw_tempos
from pacetag.model.training.cases.stacked import Cases
from pacetag.model.training.degradations.chain import degraded
from pacetag.model.training.degradations.gaps import DegradedSound
from pacetag.model.training.degradations.settings import DegradationSettings
from pacetag.model.training.parallel import tracked
from pacetag.model.training.songs import LabelledTempo, TrainingSong

MADE_WITH = "made_with.json"  # what cases were made with, so that a run knows its own
# Sources of rendered music that is degraded as if it had been in a room. It brought nothing beside
# recordings (docs/experiments.md), so what came later is learnt from as it was rendered.
RENDERED = ("grooves", "scores")
DEGRADED = 1  # sets the draws of degradations apart from those of cases


@dataclass(frozen=True, kw_only=True)
class CaseSettings:
    """How many cases a song gives."""

    positives: int = 6  # a window
    negatives: int = 7  # a window
    seed: int = 1
    # Not shown, so that cases made without it are known again; `_made_with` adds it.
    degradations: DegradationSettings | None = field(default=None, repr=False)  # for rendered music


@dataclass(frozen=True, kw_only=True)
class Megabatch:
    """Cases with what is known of each, in the same order."""

    cases: Cases  # log power [n, beats, samples per beat, bands]
    labels: NDArray[np.uint8]  # 1 compatible [n]
    bpm: NDArray[np.float32]  # [n]
    song: NDArray[np.str_]  # [n]
    source: NDArray[np.str_]  # [n]
    group: NDArray[np.str_]  # [n]
    split: NDArray[np.str_]  # [n]

    def where(self, split: str, source: str | None = None) -> NDArray[np.int64]:
        """Positions of the cases of a split, of one source or of all."""
        chosen = self.split == split
        if source is not None:
            chosen &= self.source == source
        return np.flatnonzero(chosen)


@dataclass(frozen=True, kw_only=True)
class _Job:
    song: TrainingSong
    spec: FeatureSpec
    settings: CaseSettings


@dataclass(frozen=True, kw_only=True)
class _Yield:
    song: TrainingSong
    cases: NDArray[np.float16]
    tempos: list[LabelledTempo]
    failure: str | None = None


def build_megabatch(
    songs: Sequence[TrainingSong],
    target: Path,
    spec: FeatureSpec,
    settings: CaseSettings,
    *,
    jobs: int = 1,
) -> list[str]:
    """Write the cases of all songs below `target`; what could not be read is returned, a line each.

    The cases of a song depend on its name and the seed alone, not on the other songs.
    """
    target.mkdir(parents=True, exist_ok=True)
    work = [_Job(song=song, spec=spec, settings=settings) for song in songs]
    bound = len(songs) * 2 * (settings.positives + settings.negatives)
    shape = (bound, spec.beats, spec.samples_per_beat, spec.n_bands)
    cases = np.lib.format.open_memmap(
        target / "cases.part.npy", mode="w+", dtype=np.float16, shape=shape
    )
    rows: list[tuple[int, float, str, str, str, str]] = []
    failures = []
    for found in tracked(_one, work, "cases", jobs=jobs):
        if found.failure:
            failures.append(found.failure)
        cases[len(rows) : len(rows) + len(found.cases)] = found.cases
        song = found.song
        rows += [
            (int(t.compatible), t.bpm, song.name, song.source, song.group, song.split)
            for t in found.tempos
        ]
    cases.flush()
    _shorten(target, cases, len(rows))
    _write_rows(target, rows)
    (target / MADE_WITH).write_text(json.dumps(_made_with(songs, spec, settings)))
    return failures


def load_megabatch(folder: Path) -> Megabatch:
    """The cases that `build_megabatch` wrote, mapped, not read."""
    rows = np.load(folder / "rows.npz")
    return Megabatch(cases=np.load(folder / "cases.npy", mmap_mode="r"), **rows)


def is_current(
    folder: Path, songs: Sequence[TrainingSong], spec: FeatureSpec, settings: CaseSettings
) -> bool:
    """Whether the folder holds the cases of just these songs, spec and settings."""
    try:
        made = json.loads((folder / MADE_WITH).read_text())
    except (OSError, ValueError):
        return False
    return bool(made == _made_with(songs, spec, settings))


def song_cases(
    song: TrainingSong, spec: FeatureSpec, settings: CaseSettings
) -> tuple[NDArray[np.float16], list[LabelledTempo]]:
    """Labelled cases of one song, at random candidates and random places. Raises ModelError.

    With degradations, a share of a rendered song's cases is cut from it as if it were recorded.
    """
    rng = np.random.default_rng([settings.seed, crc32(song.name.encode())])
    parts: list[NDArray[np.float16]] = []
    labels: list[LabelledTempo] = []
    for number, window in enumerate(song.windows):
        samples = read_window(window.path, window.start, window.seconds, spec)
        for version in _versions(samples, song, number, spec, settings):
            features = extract_features(version.sound.samples, spec)
            found = [c.bpm for c in song_candidates([features.autocorrelation], spec)]
            known = song.truth.label(number, found)
            chosen = draw_tempos(
                known, rng, positives=version.positives, negatives=version.negatives
            )
            if not chosen:
                continue
            folder = TempoFolder(features.mel, spec)
            bpms = np.array([t.bpm for t in chosen])
            starts = draw_starts(folder, bpms, version.sound.gaps, rng, spec)
            kept = np.flatnonzero(~np.isnan(starts))  # the others lie in interruptions
            cases = folder.fold(bpms[kept], starts[kept])
            parts.append(log_power(cases, spec).astype(np.float16))
            labels += [chosen[i] for i in kept]
    return np.concatenate([_no_cases(spec), *parts]), labels


@dataclass(frozen=True, kw_only=True)
class _Version:
    """What some of a window's cases are cut from."""

    sound: DegradedSound
    positives: int
    negatives: int


def _versions(
    samples: NDArray[np.float32],
    song: TrainingSong,
    number: int,
    spec: FeatureSpec,
    settings: CaseSettings,
) -> Iterator[_Version]:
    """Window `number` of a song as it is and, where that is wanted, degraded."""
    # What is held out stays as it was rendered, so that figures can be compared between runs.
    learnt = song.source in RENDERED and song.split == "train"
    degradations = settings.degradations if learnt else None
    share = degradations.share if degradations else 0.0
    positives, negatives = round(settings.positives * share), round(settings.negatives * share)
    left = settings.positives - positives, settings.negatives - negatives
    if sum(left):
        clean = DegradedSound(samples=samples)
        yield _Version(sound=clean, positives=left[0], negatives=left[1])
    if degradations and positives + negatives:
        rng = np.random.default_rng([settings.seed, crc32(song.name.encode()), number, DEGRADED])
        real = degraded(samples, spec.sample_rate, rng, degradations)
        yield _Version(sound=real, positives=positives, negatives=negatives)


def _no_cases(spec: FeatureSpec) -> NDArray[np.float16]:
    return np.empty((0, spec.beats, spec.samples_per_beat, spec.n_bands), np.float16)


def _one(job: _Job) -> _Yield:
    try:
        cases, tempos = song_cases(job.song, job.spec, job.settings)
    except ModelError as error:
        return _Yield(song=job.song, cases=_no_cases(job.spec), tempos=[], failure=str(error))
    return _Yield(song=job.song, cases=cases, tempos=tempos)


def _shorten(target: Path, cases: NDArray[np.float16], count: int) -> None:
    """Cut the file to the cases there are: the bound assumed that every draw succeeds."""
    final = np.lib.format.open_memmap(
        target / "cases.npy", mode="w+", dtype=np.float16, shape=(count, *cases.shape[1:])
    )
    for first in range(0, count, 1024):
        final[first : first + 1024] = cases[first : min(first + 1024, count)]
    final.flush()
    (target / "cases.part.npy").unlink()


def _write_rows(target: Path, rows: list[tuple[int, float, str, str, str, str]]) -> None:
    columns: list[Sequence[object]] = [[row[i] for row in rows] for i in range(6)]
    np.savez(
        target / "rows.npz",
        labels=np.array(columns[0], np.uint8),
        bpm=np.array(columns[1], np.float32),
        song=np.array(columns[2], np.str_),
        source=np.array(columns[3], np.str_),
        group=np.array(columns[4], np.str_),
        split=np.array(columns[5], np.str_),
    )


def _made_with(
    songs: Sequence[TrainingSong], spec: FeatureSpec, settings: CaseSettings
) -> dict[str, object]:
    known = "\n".join(f"{s.name} {s.split} {len(s.windows)} {s.truth!r}" for s in songs)
    made = {"songs": crc32(known.encode()), "spec": spec.fingerprint, "settings": repr(settings)}
    return made | ({"degradations": repr(settings.degradations)} if settings.degradations else {})
