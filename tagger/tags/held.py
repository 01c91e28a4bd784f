"""What a file holds in the fields that pacetag may write, value by value as it stands there."""

from collections.abc import Iterable
from pathlib import Path

from pacetag.tagger.tags.fields import FIELDS
from pacetag.tagger.tags.mutagen_io import open_audio
from pacetag.tagger.tags.reader import values


def held_fields(path: Path, names: Iterable[str]) -> dict[str, list[str]]:
    """Field -> its values, neither split nor joined, [] for none; names as in the field table.

    Raises TagError where the file cannot be read.
    """
    audio = open_audio(path)
    return {name: values(audio, FIELDS[name]) for name in names}
