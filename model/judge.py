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
from pacetag.model.clarity import song_logits
from pacetag.model.family import reconciled
from pacetag.model.features import Features, extract_features
from pacetag.model.habits import acceptance
from pacetag.model.patches import Folder, log_power, network_input
from pacetag.model.runtime import BATCH, Runtime
from pacetag.model.steadiness import exact_tempos, tempo_changes
from pacetag.model.tempos import JudgedTempo

CLIPS = 9  # per candidate and song, shared among its excerpts
PARTS = 3  # of the song, in which its tempo is compared
# Judged tempos nearer than this are one, and the surest stays. No two metrical levels lie nearer
# than 4:3, and a tempo up to 6 % beside a true one can still be taken for it: set precision on 79
# validation recordings was .981 with 4 % here and .987 with 6 %, at the same recall.
SAME_TEMPO = 0.06


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """All tempos that were judged, the most probable first, and the length of the song."""

    tempos: tuple[JudgedTempo, ...]
    duration: float  # seconds
    # How far the tempo wanders: standard deviation over stretches of 20 s, as a share of the
    # tempo; None where there is no pace to follow.
    spread: float | None = None
    changes: tuple[float, ...] = ()  # the tempos of its parts in turn, in bpm, if it changes tempo


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
        clips = self.clip_logits(excerpts, bpms)
        tempos = judged_tempos(bpms, song_logits(clips), self._calibration)
        parts = [
            judged_tempos(bpms, song_logits(part), self._calibration)
            for part in np.array_split(clips, PARTS, axis=1)
        ]
        exact, spread = exact_tempos(tempos, [f.onset for f in excerpts], self.spec)
        return Judgement(
            tempos=exact, duration=duration, spread=spread, changes=tempo_changes(parts)
        )

    def clip_logits(
        self, excerpts: list[Features], bpms: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Logits [k, clips] of each tempo [k] in clips spread over the song, in their order."""
        each = -(-CLIPS // len(excerpts))
        found = [np.empty((len(bpms), 0))]
        for excerpt in excerpts if len(bpms) else []:
            folder = Folder(excerpt.mel, self.spec)
            starts = np.concatenate([folder.starts(bpm, each) for bpm in bpms])
            logits = self._clip_logits(folder, np.repeat(bpms, each), starts)
            found.append(logits.reshape(len(bpms), each))
        return np.concatenate(found, axis=1)

    def tempo_logits(
        self, excerpts: list[Features], bpms: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """One logit [k] of each tempo [k] for the whole song, before calibration."""
        return song_logits(self.clip_logits(excerpts, bpms))

    def _clip_logits(
        self, folder: Folder, bpms: NDArray[np.float64], starts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        parts = []
        for first in range(0, len(bpms), BATCH):  # all at once would take hundreds of megabytes
            part = slice(first, first + BATCH)
            cases = log_power(folder.fold(bpms[part], starts[part]), self.spec)
            parts.append(self._runtime.logits(network_input(cases, self.spec)))
        return np.concatenate(parts)

    def _listen(self, excerpts: Excerpts) -> list[Features]:
        return [extract_features(samples, self.spec) for samples in excerpts.samples]


def judged_tempos(
    bpms: NDArray[np.float64], logits: NDArray[np.float64], calibration: Calibration
) -> tuple[JudgedTempo, ...]:
    """Tempos [k] with the song's logits [k]: calibrated, merged, made one family, accepted.

    The probability is that a person would accept the pace: that the level is there to step to,
    times the share of people who step to such a rate.
    """
    line = calibration.line(logits)
    kept = _distinct(bpms, line)
    there = reconciled(bpms[kept], line[kept])
    accepted = there * acceptance(bpms[kept])
    pairs = zip(bpms[kept], accepted, strict=True)
    tempos = [JudgedTempo(bpm=float(bpm), probability=float(p)) for bpm, p in pairs]
    return tuple(sorted(tempos, key=lambda tempo: (-tempo.probability, tempo.bpm)))


def _distinct(bpms: NDArray[np.float64], logits: NDArray[np.float64]) -> list[int]:
    """Places of the tempos [k] without those that lie within 6 % of a more probable one."""
    kept: list[int] = []
    for place in np.lexsort((bpms, -logits)):
        if (np.abs(bpms[place] / bpms[kept] - 1) > SAME_TEMPO).all():
            kept.append(int(place))
    return kept
