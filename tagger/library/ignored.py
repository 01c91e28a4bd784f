"""Files and folders that a person wants to be passed over, by patterns of names and paths."""

import fnmatch
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path


class Ignored:
    """Patterns such as `*.part.mp3`, `Audiobooks`, `Podcasts/*.mp3` or `/music/Books`.

    One without a slash stands for a name anywhere, another for the end of a path, and one that
    begins with / or ~ for the whole of it. What matches is passed over with all that lies in it.
    """

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        plain = [os.path.expanduser(each).rstrip("/") or "/" for each in patterns]  # noqa: PTH111
        names = [fnmatch.translate(each) for each in plain if "/" not in each]
        self._names = re.compile("|".join(names)) if names else None
        self._paths = [each for each in plain if "/" in each]
        self.none = not plain

    def __contains__(self, place: Path) -> bool:
        """Whether a pattern names this very file or folder."""
        if self.none:
            return False
        if self._names is not None and self._names.match(place.name):
            return True
        return any(place.match(each) for each in self._paths)

    def covers(self, folder: Path, roots: Iterable[Path]) -> bool:
        """Whether the way to the folder, from each of the roots above it, leads through a match."""
        if self.none:
            return False
        above = [root for root in roots if folder.is_relative_to(root)]
        return bool(above) and all(self._on_the_way(folder, root) for root in above)

    def _on_the_way(self, folder: Path, root: Path) -> bool:
        way = (folder, *folder.parents)
        return any(each in self for each in way if each != root and each.is_relative_to(root))
