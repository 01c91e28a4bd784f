"""Songs that are named on the command line, one by one."""

from collections.abc import Sequence
from pathlib import Path


def named_songs(paths: Sequence[Path], *, example: str, or_not: str = "") -> dict[Path, str]:
    """Return absolute path -> path as named, for each song once. Raises UsageError.

    `example` shows in messages how it is done, `or_not` what else a word could have been.
    """
    from pacetag.tagger.errors import UsageError
    from pacetag.tagger.library.walk import check_paths
    from pacetag.tagger.tags.containers.registry import AUDIO_SUFFIXES

    found: dict[Path, str] = {}
    for path in paths:
        try:
            (place,) = check_paths([path])
        except UsageError as error:
            missing = f"neither a song that is there nor {or_not}" if or_not else "is not there"
            raise UsageError(f"{path}: {missing}, {example}") from error
        if place.is_dir():
            raise UsageError(f"{path}: is a folder; name its songs, as {path}/*.mp3")
        if place.suffix.removeprefix(".").lower() not in AUDIO_SUFFIXES:
            raise UsageError(f"{path}: is not called as a song is; name songs, {example}")
        found.setdefault(place, str(path))
    return found
