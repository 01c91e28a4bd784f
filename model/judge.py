"""A song in, judged tempos out: the ear as one call."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pacetag.model.audio import Excerpts, read_excerpts
from pacetag.model.bundle import Bundle, load_bundle
from pacetag.model.calibration import Calibration
from pacetag.model.candidates import Candidate, song_candidates
from pacetag.model.features import Features, extract_features
from pacetag.model.patches import Folder, log_power, network_input
from pacetag.model.runtime import BATCH, Runtime

CLIPS = 9  # per candidate and song, shared among its excerpts
# Judged tempos nearer than this are one, and the surest stays. No two metrical levels lie nearer
# than 4:3, and a tempo up to 6 % beside a true one can still be taken for it: set precision on 79
# validation recordings was .981 with 4 % here and .987 with 6 %, at the same recall.
SAME_TEMPO = 0.06


@dataclass(frozen=True, kw_only=True)
class JudgedTempo:
    """A tempo and how probable it is that a runner can step to it."""

    bpm: float
    probability: float  # 0 to 1, calibrated


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """All tempos that were judged, the most probable first, and the length of the song."""

    tempos: tuple[JudgedTempo, ...]
    duration: float  # seconds


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a judgement rests on, for people who want to see it."""

    judgement: Judgement
    tempogram_bpm: NDArray[np.float64]  # [lags]
    tempogram: NDArray[np.float64]  # [lags], mean over the song
    candidates: tuple[Candidate, ...]
    case_bpm: float  # tempo of the case below, the most probable one
    case: NDArray[np.float32]  # log power [beats * samples per beat, bands]


class Judge:
    """A trained network with all that leads to it. Make one with `Judge.load`."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.spec = bundle.spec
        self._runtime = Runtime(bundle.litert)
        self._calibration = Calibration(**bundle.calibration)

    @classmethod
    def load(cls, path: Path | None = None) -> Judge:
        """The shipped bundle's judge, or that of the bundle in folder `path`.

        Raises BundleError when the bundle cannot be used.
        """
        return cls(load_bundle(path))

    @property
    def name(self) -> str:
        """Name of the bundle that judges."""
        return self.bundle.name

    def file(self, path: Path) -> Judgement:
        """Judge a sound file. Raises DecodeError or TooShortError."""
        return self.audio(read_excerpts(path, self.spec))

    def audio(self, excerpts: Excerpts) -> Judgement:
        """Judge excerpts of decoded sound."""
        return self.features(self._listen(excerpts), duration=excerpts.duration)

    def features(self, excerpts: list[Features], *, duration: float) -> Judgement:
        """Judge excerpts of which the features are known already."""
        candidates = song_candidates([f.tempogram for f in excerpts], self.spec)
        return self._judge(excerpts, candidates, duration)

    def _judge(
        self, excerpts: list[Features], candidates: tuple[Candidate, ...], duration: float
    ) -> Judgement:
        bpms = np.array([c.bpm for c in candidates])
        logits = self.tempo_logits(excerpts, bpms)
        return Judgement(tempos=judged_tempos(bpms, logits, self._calibration), duration=duration)

    def tempo_logits(
        self, excerpts: list[Features], bpms: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Mean logit [k] over the clips of each tempo [k], before calibration."""
        total = np.zeros(len(bpms))
        if not len(bpms):
            return total
        each = -(-CLIPS // len(excerpts))
        for excerpt in excerpts:
            folder = Folder(excerpt.mel, self.spec)
            starts = np.concatenate([folder.starts(bpm, each) for bpm in bpms])
            logits = self._clip_logits(folder, np.repeat(bpms, each), starts)
            total += logits.reshape(len(bpms), each).mean(axis=1)
        return total / len(excerpts)

    def _clip_logits(
        self, folder: Folder, bpms: NDArray[np.float64], starts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        parts = []
        for first in range(0, len(bpms), BATCH):  # all at once would take hundreds of megabytes
            part = slice(first, first + BATCH)
            cases = log_power(folder.fold(bpms[part], starts[part]), self.spec)
            parts.append(self._runtime.logits(network_input(cases, self.spec)))
        return np.concatenate(parts)

    def evidence(self, path: Path) -> Evidence:
        """Judge a sound file and keep what it was judged by. Raises as `file` does."""
        excerpts = read_excerpts(path, self.spec)
        heard = self._listen(excerpts)
        candidates = song_candidates([f.tempogram for f in heard], self.spec)
        judgement = self._judge(heard, candidates, excerpts.duration)
        lags = np.arange(self.spec.min_lag, self.spec.max_lag + 1)
        tempogram = np.mean([f.tempogram for f in heard], axis=0)
        bpm = judgement.tempos[0].bpm if judgement.tempos else 120.0
        folder = Folder(heard[0].mel, self.spec)
        case = folder.fold(np.array([bpm]), folder.starts(bpm, 1))
        return Evidence(
            judgement=judgement,
            tempogram_bpm=60.0 * self.spec.frame_rate / lags,
            tempogram=tempogram[lags].astype(float),
            candidates=candidates,
            case_bpm=bpm,
            case=log_power(case, self.spec).reshape(-1, self.spec.n_bands),
        )

    def _listen(self, excerpts: Excerpts) -> list[Features]:
        return [extract_features(samples, self.spec) for samples in excerpts.samples]


def judged_tempos(
    bpms: NDArray[np.float64], logits: NDArray[np.float64], calibration: Calibration
) -> tuple[JudgedTempo, ...]:
    """Tempos [k] with their mean logits [k], calibrated and merged."""
    pairs = zip(bpms, calibration.probability(logits), strict=True)
    return merge_tempos([JudgedTempo(bpm=float(b), probability=float(p)) for b, p in pairs])


def merge_tempos(judged: list[JudgedTempo]) -> tuple[JudgedTempo, ...]:
    """Most probable first, without those that lie within 6 % of a more probable one."""
    kept: list[JudgedTempo] = []
    for tempo in sorted(judged, key=lambda t: (-t.probability, t.bpm)):
        if all(abs(tempo.bpm / other.bpm - 1) > SAME_TEMPO for other in kept):
            kept.append(tempo)
    return tuple(kept)
