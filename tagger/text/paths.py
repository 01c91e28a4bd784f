"""Paths as a person reads them: relative to the folders that the command was given."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path


class ShownPaths:
    """Shortens absolute paths for text; JSON and playlists keep them whole."""

    def __init__(self, named: Sequence[Path]) -> None:
        """`named`: absolute paths of folders or songs, as from `check_paths`.

        Below a single folder the path from there is enough; of several, each is told by its name,
        and where two have the same one, by the whole path.
        """
        names = {root: os.path.basename(root) for root in map(os.fspath, named)}  # noqa: PTH119
        times = Counter(names.values())
        self._named = {root: name for root, name in names.items() if name and times[name] == 1}
        self._cut: dict[str, int] = {}  # root with its slash -> characters that are left out
        for root in names:
            below = root.rstrip(os.sep) + os.sep
            if len(names) == 1:
                self._cut[below] = len(below)
            elif root in self._named:
                self._cut[below] = len(below) - len(self._named[root]) - 1

    def text(self, path: str) -> str:
        """The path for a person; one that lies below nothing that was named stays as it is."""
        if path in self._named:
            return self._named[path]
        roots = [root for root in self._cut if path.startswith(root) and path != root]
        return path[self._cut[max(roots, key=len)] :] if roots else path
