"""Take back the tag writes that killed commands left unfinished; every command begins with it.

Without journals, which exist after an accident only, it costs one listing of a folder.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from pacetag.db.errors import SongIndexError
from pacetag.db.index import SongIndex
from pacetag.tagger.logs.logger import debug, info
from pacetag.tagger.settings import WAITING, journals_beside, usual_indexes


def finish_unfinished(index: SongIndex, *, elsewhere: bool = True) -> None:
    """Take back tag writes that broke off, and report them on stderr.

    Their journals lie beside the open index. Earlier versions left them where an index lies unless
    an option names another: there too unless `elsewhere` is False.
    """
    own = journals_beside(index.path)
    if _holds_any(own):
        _recover(own, [index])
    for other in usual_indexes() if elsewhere else ():
        folder = journals_beside(other)
        if folder != own and _holds_any(folder):
            _finish_beside(other, index)


def finish_at_usual_places() -> None:
    """The same for a command that uses no index: all journals beside the usual ones."""
    for place in usual_indexes():
        if _holds_any(journals_beside(place)):
            _finish_beside(place, None)


def say_that_they_wait(index: Path) -> None:
    """Report journals that wait beside an index that cannot be used."""
    folder = journals_beside(Path(os.path.realpath(index)))
    if _holds_any(folder):
        _say(f"{folder}: tag writes that broke off wait there until the index can be used")


def _finish_beside(place: Path, chosen: SongIndex | None) -> None:
    """Recover from the journals beside an index that is not the chosen one, if any."""
    known = [] if chosen is None else [chosen]
    if not place.exists():
        _recover(journals_beside(place), known, others=True)
        return
    try:
        with SongIndex.open(place) as index:
            _recover(journals_beside(place), [*known, index], others=chosen is not None)
    except SongIndexError:
        say_that_they_wait(place)


def waiting_journals(index: Path) -> int:
    """Return how many journals of writes that broke off wait beside an index."""
    return sum(1 for _ in _waiting(journals_beside(Path(os.path.realpath(index)))))


def _holds_any(folder: Path) -> bool:
    return any(True for _ in _waiting(folder))


def _waiting(folder: Path) -> Iterator[str]:
    with suppress(OSError), os.scandir(folder) as listing:
        yield from (each.name for each in listing if each.name.endswith(WAITING))


def _recover(folder: Path, indexes: Sequence[SongIndex], *, others: bool = False) -> None:
    """`others`: whether there may be further indexes that know the songs."""
    from pacetag.tagger.tags.safety.recovery import recover
    from pacetag.tagger.tags.safety.vetting import Known

    def paths(fingerprint: str) -> list[str]:
        return [path for index in indexes for path in index.paths_by_fingerprint(fingerprint)]

    blank = bool(indexes) and all(index.is_blank() for index in indexes)
    try:
        sentences = recover(folder, Known(paths=paths, blank=blank, others=others))
    except OSError as error:
        sentences = [f"{folder}: unfinished writes cannot be put right ({error.strerror or error})"]
    info("recovery", f"{folder}: its journals were looked through")
    for sentence in sentences:
        debug("recovery", sentence)
        _say(sentence)


def _say(sentence: str) -> None:
    from pacetag.tagger.terminal.say import say
    from pacetag.tagger.text.formatting import printable

    say(printable(f"pacetag: {sentence}"), sys.stderr)
