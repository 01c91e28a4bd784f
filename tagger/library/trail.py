"""Where a walk through folders is, and what it passed over."""

import errno
import os
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

from pacetag.tagger.library.ignored import Ignored
from pacetag.tagger.library.passed_over import LISTED, is_bin, is_hidden, is_hidden_by_people
from pacetag.tagger.library.song_names import ends_as_song, is_song
from pacetag.tagger.tags.safety.temp_files import is_temp_file

FEW = 100  # entries of a hidden folder that are looked at
# Errors of a folder that is gone, or of a link that leads nowhere.
_GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


class Trail:
    """Where a walk is, where it must not go, and what it passed over."""

    def __init__(
        self,
        without: Iterable[Path] = (),
        *,
        bins: bool = False,
        entering: Callable[[Path], bool] | None = None,
        ignored: Ignored | None = None,
    ) -> None:
        """`bins` includes trash and snapshots, unless they are hidden.

        `entering` is asked before a folder is listed; where it returns False the walk skips it.
        """
        self._without = frozenset(without)
        self.ignored = ignored or Ignored()
        self._bins = bins
        self._entering = entering
        self.place = Path()  # that the walk is asking about
        self.steps = 0
        self.leftovers: list[Path] = []  # pacetag's own hidden files
        self.bins: list[Path] = []  # folders of trash and the like
        self.others = Counter[str]()  # files that may hold music, by suffix
        self.hidden: list[Path] = []  # songs, and folders with songs, that a person may have hidden
        self.refused: dict[Path, str] = {}  # what could not be read, and why
        self.ended = False  # the walk is to end without asking again

    def may_go(self, place: Path) -> bool:
        """Whether to go there; if so, the walk is there now."""
        if self.ended:
            return False
        self.place = place
        self.steps += 1
        return not self._without or place not in self._without  # hashing a path is slow

    def enters(self, folder: Path) -> bool:
        """Whether to list a folder that is about to be listed."""
        return self._entering is None or self._entering(folder)

    def passes_by(self, folder: Path) -> bool:
        """Whether the walk skips a folder for its name; records it if so."""
        if not is_bin(folder.name) or (self._bins and not is_hidden(folder.name)):
            return False
        self.bins.append(folder)
        return True

    def sees_hidden(self, place: Path) -> None:
        """Record a hidden file of pacetag's own, or a hidden song or folder with songs."""
        if is_temp_file(place.name):
            self.leftovers.append(place)
        elif (
            is_hidden_by_people(place.name)
            and self.may_go(place)
            and (ends_as_song(place.name) or _holds_songs(place))
        ):
            self.hidden.append(place)

    def refuses(self, place: Path, error: OSError, what: str = LISTED) -> None:
        """Record that a folder could not be read; a missing one is not an error."""
        if error.errno not in _GONE:
            self.refused[place] = f"{what}: {error.strerror or error}"


def _holds_songs(folder: Path, *, deep: bool = True) -> bool:
    """Whether songs lie in a folder or right below it, by its first entries."""
    try:
        with os.scandir(folder) as listing:
            names = [entry.name for entry in islice(listing, FEW)]
    except OSError:  # a file, usually
        return False
    if any(map(is_song, names)):
        return True
    return deep and any(
        _holds_songs(folder / name, deep=False) for name in names if not is_hidden(name)
    )
