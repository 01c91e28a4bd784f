"""Files that killed processes left beside songs: remove drafts, name copies of songs."""

import sys
from collections.abc import Iterable
from pathlib import Path

from pacetag.tagger.settings import journals_beside
from pacetag.tagger.tags.safety.temp_files import DRAFT, is_stale, remove_if_stale


class Tidying:
    """Handles pacetag's own hidden files that are found while folders are walked."""

    def __init__(self, index: Path) -> None:
        """`index`: the file of the index in use."""
        self._journals = journals_beside(index)
        self._told: set[Path] = set()

    def tidy(self, leftovers: Iterable[Path]) -> None:
        """Remove drafts that no living process holds; name each copy of a song once."""
        for path in leftovers:
            self._tidy_one(path)

    def _tidy_one(self, path: Path) -> None:
        if path.suffix == DRAFT:
            remove_if_stale(path)
        elif path not in self._told and is_stale(path) and not self._is_needed(path):
            self._told.add(path)
            self._tell(path)

    def _is_needed(self, path: Path) -> bool:
        from pacetag.tagger.tags.safety.recovery import may_be_needed

        return may_be_needed(self._journals, path.name)

    def _tell(self, path: Path) -> None:
        from pacetag.tagger.terminal.say import say
        from pacetag.tagger.text.formatting import printable

        sentence = (
            f"{path}: is a copy of a song beside it, left by a write that broke off; no journal of "
            "this index speaks of it, so remove it once the songs there are as they should be"
        )
        say(printable(f"pacetag: {sentence}"), sys.stderr)
