"""The songs to evaluate on: a set with their truth, or labels in any form that training takes."""

from dataclasses import dataclass
from pathlib import Path

from pacetag.model.evaluation.evaluation_set import (
    EvaluationHeaderError,
    EvaluationSetError,
    EvaluationSong,
    read_evaluation_set,
)
from pacetag.model.evaluation.truths import paces_truth
from pacetag.model.training.labels.table import LabelsError
from pacetag.tagger.errors import UsageError
from pacetag.tagger.evaluating.labelled_songs import labelled_songs
from pacetag.tagger.evaluating.labels_of_index import is_index


@dataclass(frozen=True, kw_only=True)
class SongsToEvaluate:
    """The songs, and a sentence for each row that cannot be used."""

    songs: tuple[EvaluationSong, ...]
    left_out: tuple[str, ...] = ()


def songs_to_evaluate(file: Path, music: Path | None = None) -> SongsToEvaluate:
    """Read an evaluation set, a table in the form of 2019, or pacetag's own index.

    Raises UsageError, with the line of a set, for what cannot be used.
    """
    if music is not None and not music.expanduser().is_dir():
        raise UsageError(f"{music}: is no folder; name the one in which the songs lie")
    folder = None if music is None else music.expanduser()
    try:
        if is_index(file.expanduser()):
            return _labelled(file, folder)
        return SongsToEvaluate(songs=read_evaluation_set(file.expanduser(), folder))
    except EvaluationHeaderError as error:
        try:
            return _labelled(file, folder)
        except LabelsError:
            raise UsageError(str(error)) from error
    except EvaluationSetError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror or error})") from error


def _labelled(file: Path, music: Path | None) -> SongsToEvaluate:
    found = labelled_songs([file], music)
    return SongsToEvaluate(
        songs=tuple(
            EvaluationSong(
                file=song.name,
                path=song.path,
                truth=paces_truth(song.paces, song.unclear),
                artist=song.artist or "",
            )
            for song in found.songs
        ),
        left_out=tuple(map(str, found.left_out)),
    )
