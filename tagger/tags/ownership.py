"""Whose PACE is it: ours, or a person's that must be left alone."""

from pacetag.tagger.tags.pacetag import pace_values, parse_pacetag
from pacetag.tagger.tags.reader import SongTags


def foreign_pace(tags: SongTags) -> bool:
    """Whether PACE exists but is not what the file's own PACETAG says.

    So it is where there is no PACETAG, where it cannot be read, and where a person edited PACE (or
    the order of its values) afterwards.
    """
    if not tags.pace:
        return False
    said = parse_pacetag(tags.pacetag)
    return said is None or tuple(pace_values(said.paces)) != tags.pace
