"""The memory: the SQLite index of songs and their paces. Imports of model the judgement only.

    from pacetag.db import SongIndex

    with SongIndex.open("index.sqlite3") as index:
        print(index.stats())

`docs/library.md` explains it. Names are imported when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pacetag.db.errors import (
        BusyIndexError,
        DamagedIndexError,
        ForeignIndexError,
        IrregularIndexError,
        NewerIndexError,
        ReadOnlyIndexError,
        SongIndexError,
    )
    from pacetag.db.index import SongIndex
    from pacetag.db.records import IndexStats, PaceMatch, SongRecord, Stamp

__all__ = [
    "BusyIndexError",
    "DamagedIndexError",
    "ForeignIndexError",
    "IndexStats",
    "IrregularIndexError",
    "NewerIndexError",
    "PaceMatch",
    "ReadOnlyIndexError",
    "SongIndex",
    "SongIndexError",
    "SongRecord",
    "Stamp",
]

_HOMES = {  # name -> its module; errors are in `errors`
    "SongIndex": "index",
    **dict.fromkeys(("IndexStats", "PaceMatch", "SongRecord", "Stamp"), "records"),
}

if not TYPE_CHECKING:  # for which every name would exist

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        home = import_module(f"{__name__}.{_HOMES.get(name, 'errors')}")
        found = globals()[name] = getattr(home, name)
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
