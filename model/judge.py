"""A song in, judged tempos out: the ear as one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pacetag.model.audio.excerpts import Excerpts, open_song, silent
from pacetag.model.bundle import Bundle, load_bundle
from pacetag.model.features.features import Features, extract_features
from pacetag.model.judgement import Analysis, compatible_paces
from pacetag.model.runtime import Runtime
from pacetag.model.tempo.calibration import Calibration
from pacetag.model.tempo.candidates import song_candidates, worth_judging
from pacetag.model.tempo.clip_weights import song_logits
from pacetag.model.tempo.clips import Clips
from pacetag.model.tempo.levels import judged_tempos, tempo_levels
from pacetag.model.tempo.metre import grouping
from pacetag.model.tempo.schedule import LISTENING, ListeningSettings, doubt, listening_rounds
from pacetag.model.tempo.stability import HEARD, exact_tempos, tempo_segments

PARTS = 3  # of the song, in which its tempo is compared
UNLIKELY = -3.0  # calibrated logit below which a tempo is not asked what its pulses do


@dataclass(frozen=True, kw_only=True)
class Listening:
    """A judgement and what it rests on."""

    judgement: Analysis
    features: tuple[Features, ...]  # of the excerpts that were listened to, in their order
    starts: tuple[float, ...] = ()  # s into the song, of each excerpt


@dataclass(frozen=True, kw_only=True)
class _Found:
    judgement: Analysis
    doubt: float  # verdicts on tempos that are expected to be wrong; infinite where more is needed


class Judge:
    """A trained network with all that leads to it. Make one with `Judge.load`."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.spec = bundle.spec
        self._clips = Clips(Runtime(bundle.litert, bundle.spec), bundle.spec)
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

    def file(self, path: Path) -> Analysis:
        """Judge a sound file. Raises DecodeError or TooShortError."""
        return self.listen(path).judgement

    def listen(self, path: Path, settings: ListeningSettings = LISTENING) -> Listening:
        """Judge a sound file and keep what was heard of it: no more than it takes to be sure.

        Raises DecodeError or TooShortError.
        """
        heard: list[tuple[float, Features]] = []
        found = None
        with open_song(path, self.spec) as song:
            for spans in listening_rounds(song.duration, settings):
                for span in spans:
                    samples = song.excerpt(span)
                    if samples is not None:
                        heard.append((span.start, extract_features(samples, self.spec)))
                heard.sort(key=lambda part: part[0])
                if heard:
                    features = [features for _, features in heard]
                    found = self._judge(features, song.duration)
                    if found.doubt <= settings.doubt:
                        break
        if found is None:
            raise silent(path)
        return Listening(
            judgement=found.judgement,
            features=tuple(f for _, f in heard),
            starts=tuple(start for start, _ in heard),
        )

    def audio(self, excerpts: Excerpts) -> Analysis:
        """Judge excerpts of decoded sound."""
        heard = [extract_features(samples, self.spec) for samples in excerpts.samples]
        return self.features(heard, duration=excerpts.duration)

    def features(self, excerpts: Sequence[Features], *, duration: float) -> Analysis:
        """Judge excerpts of which the features are known already, in their order in the song."""
        return self._judge(excerpts, duration).judgement

    def _judge(self, excerpts: Sequence[Features], duration: float) -> _Found:
        candidates = song_candidates([f.tempogram for f in excerpts], self.spec)
        bpms = np.array([c.bpm for c in worth_judging(candidates, self.spec)])
        clips = self.clip_logits(excerpts, bpms)
        logits = song_logits(clips)
        threes = self._threes(excerpts, bpms, logits)
        levels = tempo_levels(bpms, logits, threes, self._calibration)
        parts = [
            judged_tempos(bpms, song_logits(part), threes, self._calibration)
            for part in np.array_split(clips, PARTS, axis=1)
        ]
        exact, stability = exact_tempos(levels.accepted, [f.onset for f in excerpts], self.spec)
        segments = tempo_segments(parts)
        judgement = Analysis(
            paces=compatible_paces(exact),
            duration=duration,
            stability=stability,
            tempo_segments=segments,
            metre=levels.metre,
            candidates=exact,
        )
        # Where nothing was heard, or two tempos, the rest of the song may tell more.
        settled = len(levels.there) and levels.there.max() >= HEARD and not segments
        return _Found(judgement=judgement, doubt=doubt(levels.there) if settled else np.inf)

    def clip_logits(
        self, excerpts: Sequence[Features], bpms: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Logits [k, clips] of each tempo [k] in clips spread over the song, in their order."""
        return self._clips.logits(excerpts, bpms)

    def _threes(
        self,
        excerpts: Sequence[Features],
        bpms: NDArray[np.float64],
        logits: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """How much likelier in threes than in twos each tempo [k] with its song's logits [k] goes.

        In nepers of odds; nought where the tempo is hopeless and nobody asks.
        """
        found = np.zeros(len(bpms))
        likely = self._calibration.line(logits) > UNLIKELY
        found[likely] = grouping(excerpts, bpms[likely], self.spec)
        return found

    def tempo_logits(
        self, excerpts: Sequence[Features], bpms: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """One logit [k] of each tempo [k] for the whole song, before calibration."""
        return song_logits(self.clip_logits(excerpts, bpms))
