"""The values that a file holds in fields that pacetag writes, as they stand there."""

from collections.abc import Iterable
from pathlib import Path

from pacetag.tagger.tags.fields import FIELDS
from pacetag.tagger.tags.mutagen_io import open_audio
from pacetag.tagger.tags.reader import values


def held_fields(path: Path, names: Iterable[str]) -> dict[str, list[str]]:
    """Values by name of the field, neither split nor joined; [] for a field that is missing.

    Raises TagError if the file cannot be read.
    """
    audio = open_audio(path)
    return {name: values(audio, FIELDS[name]) for name in names}
