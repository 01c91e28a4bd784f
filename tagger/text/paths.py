"""Paths in text, relative to the folders that were named on the command line."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path


class ShownPaths:
    """Shortens absolute paths for text; JSON and playlists have whole ones."""

    def __init__(self, named: Sequence[Path]) -> None:
        """`named`: absolute paths of folders or songs, as from `check_paths`.

        Below a single folder the relative path is shown; below one of several it begins with the
        folder's name, or is whole where two folders have the same name.
        """
        names = {root: os.path.basename(root) for root in map(os.fspath, named)}  # noqa: PTH119
        times = Counter(names.values())
        self._named = {root: name for root, name in names.items() if name and times[name] == 1}
        self._cut: dict[str, int] = {}  # root with its slash -> characters to leave out
        for root in names:
            below = root.rstrip(os.sep) + os.sep
            if len(names) == 1:
                self._cut[below] = len(below)
            elif root in self._named:
                self._cut[below] = len(below) - len(self._named[root]) - 1

    def text(self, path: str) -> str:
        """The path as it is shown; whole where it lies below no folder that was named."""
        if path in self._named:
            return self._named[path]
        roots = [root for root in self._cut if path.startswith(root) and path != root]
        return path[self._cut[max(roots, key=len)] :] if roots else path
