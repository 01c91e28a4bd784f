"""Other files with the same sound, from the index."""

from pathlib import Path

from pacetag.db.errors import SongIndexError
from pacetag.db.index import SongIndex
from pacetag.tagger.errors import TaggerError
from pacetag.tagger.index.opening import read_index
from pacetag.tagger.library.presence import Place, Presence
from pacetag.tagger.logs.logger import info
from pacetag.tagger.scanning.probe import examine
from pacetag.tagger.settings import index_path
from pacetag.tagger.tags.errors import TagError


def other_places(path: Path) -> list[str]:
    """Return the existing other files with the song's sound, the first scanned first.

    Empty if there is no index that can be read, since the song can be shown without.
    """
    try:
        with read_index(index_path()) as index:
            found = _copies(index, path)
    except (TaggerError, SongIndexError, TagError, OSError) as error:
        info("index", f"{path}: its copies are not known: {error}")
        return []
    places = Presence().of(found)
    return [copy for copy in found if places[copy] is Place.THERE]


def _copies(index: SongIndex, path: Path) -> list[str]:
    """Paths of other songs with the sound that the file holds now."""
    known = index.song(str(path))
    noted = (known.stamp, known.fingerprint) if known else ()
    fingerprint = examine(path, *noted).fingerprint
    return [copy for copy in index.copies(fingerprint) if copy != str(path)]
