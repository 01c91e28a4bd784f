"""Which files count as songs, by their names."""

from pacetag.tagger.library.passed_over import is_hidden
from pacetag.tagger.tags.containers.registry import AUDIO_SUFFIXES, RARE_SUFFIXES


def is_song(name: str) -> bool:
    """Whether a file of this name counts as a song: an audio suffix, and not hidden.

    Temporary files of copiers and of the tag writer are hidden or end in something else.
    """
    return ends_as_song(name) and not is_hidden(name)


def ends_as_song(name: str) -> bool:
    """Whether a name has an audio suffix, hidden or not, and more than that."""
    stem, _, suffix = name.rpartition(".")
    return bool(stem) and suffix.lower() in AUDIO_SUFFIXES


def is_named_song(name: str) -> bool:
    """Whether a file of this name counts as a song on the command line, hidden or not."""
    _, dot, suffix = name.rpartition(".")
    return bool(dot) and suffix.lower() in AUDIO_SUFFIXES | RARE_SUFFIXES
