"""A sound file in, judged tempos out, in one call."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pacetag.model.audio.excerpts import Excerpts, open_song
from pacetag.model.audio.samples import Samples, Sound
from pacetag.model.audio.stored import StoredSound
from pacetag.model.beats.beats import Beats, check_pace, song_beats
from pacetag.model.beats.features import BEAT_SPEC
from pacetag.model.bundle import Bundle, load_bundle
from pacetag.model.features.features import Features, extract_features
from pacetag.model.features.intensity import song_intensity
from pacetag.model.judge_settings import ScheduleSettings
from pacetag.model.judgement import Analysis, Pace, compatible_paces
from pacetag.model.runtime import Runtime
from pacetag.model.steps import (
    HeardExcerpts,
    SongLevels,
    SongLogits,
    heard_rounds,
    song_levels,
    song_logits,
)
from pacetag.model.tempo.calibration import Calibration
from pacetag.model.tempo.clips import Clips, KnownLogits, Network, weighted_logits
from pacetag.model.tempo.stability import exact_tempos

Device = Literal["cpu", "gpu"]


@dataclass(frozen=True, kw_only=True)
class Listening:
    """A judgement and what it rests on."""

    judgement: Analysis
    features: tuple[Features, ...]  # of the excerpts that were heard, in their order
    starts: tuple[float, ...] = ()  # s into the song, of each excerpt


def _network(bundle: Bundle, device: Device) -> Network:
    """The bundle's network, loaded where it shall run."""
    if device == "cpu":
        return Runtime(bundle.litert, bundle.spec)
    from pacetag.model.keras_runtime import KerasRuntime

    return KerasRuntime(bundle.keras)


class Judge:
    """A trained network with all that leads to it: sound in, an analysis out."""

    def __init__(
        self, bundle: str | Path | Bundle | None = None, *, device: Device = "cpu"
    ) -> None:
        """Load the shipped bundle, or the one in the folder `bundle`.

        On a "gpu" all of an excerpt's cases are judged at once by Keras, which `pip install
        'tensorflow[and-cuda]' keras` brings; the logits are the same within 1e-4. Raises
        BundleError when the bundle or the device cannot be used.
        """
        if not isinstance(bundle, Bundle):
            bundle = load_bundle(None if bundle is None else Path(bundle))
        self.bundle = bundle
        self.spec, self.settings = bundle.spec, bundle.judging
        self.calibration = Calibration(**bundle.calibration)
        self.clips = Clips(_network(bundle, device), bundle.spec, self.settings.clips)

    def __repr__(self) -> str:
        return f"Judge({str(self.bundle.folder)!r})"

    @property
    def name(self) -> str:
        """Name of the bundle that judges."""
        return self.bundle.name

    def file(self, path: str | Path | StoredSound) -> Analysis:
        """Judge a sound file, here or in a store. Raises DecodeError or TooShortError."""
        sound = path if isinstance(path, StoredSound) else Path(path)
        return self.listen(sound).judgement

    def samples(self, y: NDArray[np.floating[Any]], sr: float) -> Analysis:
        """Judge decoded sound as a file that held it: mono [n] or [channels, n], as librosa has it.

        `y` are floats with full scale 1 at `sr` Hz. Raises ValueError for samples or a rate that
        cannot be sound, DecodeError where all is silent, TooShortError.
        """
        return self.listen(Samples(y, sr)).judgement

    def beats(self, path: str | Path, pace: float | Pace) -> Beats:
        """The beats of a whole sound file at one of its paces, in bpm: times in s, confidences.

        They follow a tempo that drifts, and there are none where nothing is heard. At half the beat
        they fall on the accented pulses. Raises ValueError for a pace that is not from 30 to 400
        bpm, DecodeError or TooShortError.
        """
        return self._beats(Path(path), pace)

    def beats_of_samples(
        self, y: NDArray[np.floating[Any]], sr: float, pace: float | Pace
    ) -> Beats:
        """The beats of decoded sound at a pace, as those of a file that held it.

        `y` and `sr` are as for `samples`. Raises ValueError for a pace, samples or a rate that
        cannot be, TooShortError.
        """
        return self._beats(Samples(y, sr), pace)

    def _beats(self, sound: Sound, pace: float | Pace) -> Beats:
        bpm = float(pace.bpm if isinstance(pace, Pace) else pace)
        check_pace(bpm)  # before anything is opened
        with open_song(sound, BEAT_SPEC) as song:
            return song_beats(song, bpm)

    def listen(self, sound: Sound, schedule: ScheduleSettings | None = None) -> Listening:
        """Judge a sound and keep what was heard of it: no more rounds than are needed.

        Raises DecodeError or TooShortError.
        """
        schedule = schedule or self.settings.schedule
        known = KnownLogits()
        with closing(heard_rounds(sound, self.spec, schedule)) as rounds:
            for heard in rounds:
                levels = self.levels(heard.features, known)
                if levels.expected_errors <= schedule.expected_errors:
                    break
        return Listening(
            judgement=self._judgement(levels, heard), features=heard.features, starts=heard.starts
        )

    def audio(self, excerpts: Excerpts) -> Analysis:
        """Judge excerpts of decoded sound."""
        heard = [extract_features(samples, self.spec) for samples in excerpts.samples]
        return self.features(heard, duration=excerpts.duration)

    def features(self, excerpts: Sequence[Features], *, duration: float) -> Analysis:
        """Judge excerpts by their features, in their order in the song."""
        heard = HeardExcerpts(features=tuple(excerpts), starts=(), duration=duration)
        return self._judgement(self.levels(excerpts), heard)

    def levels(self, excerpts: Sequence[Features], known: KnownLogits | None = None) -> SongLevels:
        """The levels of a song, from the features of its excerpts."""
        return song_levels(self.logits(excerpts, known), self.calibration, self.settings)

    def logits(self, excerpts: Sequence[Features], known: KnownLogits | None = None) -> SongLogits:
        """The network's logits of a song's tempos, from the features of its excerpts."""
        return song_logits(excerpts, self.clips, self.spec, self.settings, self.calibration, known)

    def tempo_logits(
        self, excerpts: Sequence[Features], bpms: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """One logit [k] of each of any tempos [k] for the whole song, before calibration."""
        return weighted_logits(self.clips.logits(excerpts, bpms), self.settings.clips)

    def _judgement(self, levels: SongLevels, heard: HeardExcerpts) -> Analysis:
        onsets = [excerpt.onset_envelope for excerpt in heard.features]
        exact, stability = exact_tempos(levels.levels.tempos, onsets, self.spec, self.settings)
        return Analysis(
            paces=compatible_paces(exact),
            duration=heard.duration,
            stability=stability,
            tempo_segments=levels.tempo_segments,
            intensity=song_intensity([f.drive for f in heard.features if f.drive is not None]),
            metre=levels.levels.metre,
            candidates=exact,
        )
