"""Free recordings as songs to learn from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pacetag.model.training.recordings.fetch import present_recordings
from pacetag.model.training.recordings.labels import (
    compatible_levels,
    label_candidates,
    recording_windows,
    related_tempos,
)
from pacetag.model.training.recordings.table import Recording, load_package_split
from pacetag.model.training.songs import LabelledTempo, LabelledTruth, TrainingSong


@dataclass(frozen=True, kw_only=True)
class RecordingTruth(LabelledTruth):
    """What several methods agree on, or a trained network is sure of; no person tapped along."""

    recording: Recording

    def label(self, window: int, bpms: Sequence[float]) -> list[LabelledTempo]:
        """What is known of the candidates in a window, and the tempting mistakes."""
        return label_candidates(self.recording, window, bpms)


def recording_truth(recording: Recording) -> RecordingTruth:
    """Right are levels that fit in at least one of the windows, unclear the beat's other relatives.

    The family are the beat and all its relatives.
    """
    both = (compatible_levels(recording, window) for window in (0, 1))
    right = tuple(sorted({bpm for levels in both for bpm in levels}))
    family = related_tempos(recording)
    return RecordingTruth(
        recording=recording,
        right=right,
        unclear=tuple(bpm for bpm in family if bpm not in right),
        family=family,
    )


def recording_songs(folder: Path, *, pseudo_labels: bool = False) -> list[TrainingSong]:
    """The recordings in `folder` that have a consensus, or none because there is no beat.

    With `pseudo_labels` those too that a trained network labelled: on the training side alone,
    since a network must not be scored against a network's word.
    """
    split = load_package_split()
    return [
        TrainingSong(
            name=f"recording {recording.package} {recording.path}",
            source="recordings",
            group=recording.package,
            split=split[recording.package],
            windows=recording_windows(recording, folder),
            truth=recording_truth(recording),
        )
        for recording in present_recordings(folder)
        if recording.known
        or (pseudo_labels and _has_pseudo_labels(recording, split[recording.package]))
    ]


def _has_pseudo_labels(recording: Recording, side: str) -> bool:
    return (
        side == "train"
        and recording.labelled_by == "network"
        and recording.kind in ("heard", "none")
    )
