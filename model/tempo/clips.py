"""Excerpts and tempos to logits: in which clips the network is asked, and what each counts for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from pacetag.model.features.features import Features
from pacetag.model.judge_settings import ClipSettings
from pacetag.model.spec import FeatureSpec
from pacetag.model.tempo.folding import TempoFolder, log_power, network_input


class Network(Protocol):
    """A network that is loaded on some device."""

    at_once: int  # cases that are best asked about together

    def logits(self, cases: NDArray[np.float32]) -> NDArray[np.float64]:
        """One logit [k] for each of the cases [k, beats, samples per beat, bands]."""


class KnownLogits:
    """Logits of a song's clips, kept for when the song is judged again with more excerpts."""

    def __init__(self) -> None:
        self._excerpts: list[tuple[Features, dict[tuple[float, float], float]]] = []

    def of(self, excerpt: Features) -> dict[tuple[float, float], float]:
        """Those of one excerpt's clips, by the tempo and the frame at which the clip begins."""
        for other, logits in self._excerpts:
            if other is excerpt:
                return logits
        self._excerpts.append((excerpt, {}))
        return self._excerpts[-1][1]


class Clips:
    """The network over clips of a song."""

    def __init__(self, network: Network, spec: FeatureSpec, settings: ClipSettings) -> None:
        self._network, self._spec, self._settings = network, spec, settings

    def logits(
        self,
        excerpts: Sequence[Features],
        bpms: NDArray[np.float64],
        known: KnownLogits | None = None,
    ) -> NDArray[np.float64]:
        """Logits [k, clips] of each tempo [k] in clips spread over the song, in their order.

        All tempos are judged in a few clips, at least one of each excerpt. Those that are unlikely
        in all of these are pruned: in the other clips they keep the logit of the clip before.
        Logits that are `known` are not asked for, and what is found becomes known.
        """
        known = known if known is not None else KnownLogits()
        seconds = [excerpt.mel.shape[1] / self._spec.frame_rate for excerpt in excerpts]
        counts = clip_counts(seconds, self._spec, self._settings)
        if not len(bpms) or not counts:
            return np.empty((len(bpms), sum(counts)))
        rows = [
            _Row(excerpt, self._spec, count, tempos=len(bpms), known=known.of(excerpt))
            for excerpt, count in zip(excerpts, counts, strict=True)
        ]
        every = np.arange(len(bpms))
        for row in rows:
            wanted = -(-self._settings.probes // len(rows))
            self._judge(row, bpms, every, probes(row.count, wanted))
        best = np.max([row.logits.max(axis=1) for row in rows], axis=0)
        retained = np.flatnonzero(best > self._settings.pruned_below)
        for row in rows:
            row.fill()
            self._judge(row, bpms, retained, row.open)
        return np.concatenate([row.logits for row in rows], axis=1)

    def _judge(
        self, row: _Row, bpms: NDArray[np.float64], which: NDArray[np.intp], places: list[int]
    ) -> None:
        """Judge the tempos `which` in the clips of an excerpt that stand at `places`."""
        if not len(which) or not places:
            return
        starts = np.concatenate([row.folder.starts(bpm, row.count)[places] for bpm in bpms[which]])
        logits = self._cases(row, np.repeat(bpms[which], len(places)), starts)
        row.logits[which[:, None], places] = logits.reshape(len(which), len(places))
        row.open = [place for place in row.open if place not in places]

    def _cases(
        self, row: _Row, bpms: NDArray[np.float64], starts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """The logits [k] of an excerpt's clips with the tempos [k] and starts [k] in frames."""
        keys = list(zip(bpms.tolist(), starts.tolist(), strict=True))
        new = [place for place, key in enumerate(keys) if key not in row.known]
        for first in range(0, len(new), self._network.at_once):
            part = new[first : first + self._network.at_once]
            cases = log_power(row.folder.fold(bpms[part], starts[part]), self._spec, in_place=True)
            logits = self._network.logits(network_input(cases, self._spec, in_place=True))
            row.known.update(zip([keys[place] for place in part], logits.tolist(), strict=True))
        return np.array([row.known[key] for key in keys])


class _Row:
    """The clips of one excerpt."""

    def __init__(
        self,
        excerpt: Features,
        spec: FeatureSpec,
        count: int,
        *,
        tempos: int,
        known: dict[tuple[float, float], float],
    ) -> None:
        self.folder, self.count, self.known = TempoFolder(excerpt.mel, spec), count, known
        self.logits = np.full((tempos, count), -np.inf)  # [tempos, clips]
        self.open = list(range(count))  # places of the clips that were not judged yet

    def fill(self) -> None:
        """Give the open clips the logits of the judged one before, or of the first."""
        judged = [place for place in range(self.count) if place not in self.open]
        for place in self.open:
            before = [other for other in judged if other < place]
            self.logits[:, place] = self.logits[:, before[-1] if before else judged[0]]


def clip_counts(seconds: Sequence[float], spec: FeatureSpec, settings: ClipSettings) -> list[int]:
    """How many clips each excerpt of a song gets, from their seconds [excerpts]; at least one."""
    total = sum(seconds)
    wanted = max(settings.fewest, total * settings.usual_bpm / 60.0 / spec.beats)
    return [max(1, round(wanted * each / total)) for each in seconds]


def probes(count: int, wanted: int) -> list[int]:
    """Places of up to `wanted` of `count` clips, spread over them."""
    wanted = min(count, wanted)
    return [int((2 * place + 1) * count / (2 * wanted)) for place in range(wanted)]


def clip_weights(logits: NDArray[np.float64], settings: ClipSettings) -> NDArray[np.float64]:
    """What each clip counts for [clips], summing to 1, from the logits [tempos, clips].

    A clip weighs as much as its most probable tempo: in a break, a spoken passage or a rubato
    opening no tempo is likely, and it must not speak against that of the rest.
    """
    weights = expit(logits.max(axis=0)) + settings.least_weight
    return np.asarray(weights / weights.sum())


def weighted_logits(logits: NDArray[np.float64], settings: ClipSettings) -> NDArray[np.float64]:
    """One logit [tempos] of the song, or of a part of it, from its clips' [tempos, clips]."""
    if not logits.size:
        return np.zeros(len(logits))
    return np.asarray(logits @ clip_weights(logits, settings))
