"""Where things lie and how many hands work, unless the command line says otherwise."""

import os
from pathlib import Path

from pacetag.tagger.processors import usable_processors

INDEX_VARIABLE = "PACETAG_INDEX"
INDEX_NAME = "index.sqlite3"
JOURNALS = "journal"  # the folder beside it that holds what unfinished writes must put back


def index_path(option: Path | None = None) -> Path:
    """The index's file: the option, else PACETAG_INDEX, else the user's data folder."""
    if option is not None:
        return option.expanduser().absolute()
    named = os.environ.get(INDEX_VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    from platformdirs import user_data_path  # 10 ms that `--help` need not wait

    return user_data_path("pacetag", appauthor=False) / INDEX_NAME


def default_jobs() -> int:
    """Worker processes unless told: as many as there are processors for this process."""
    return usable_processors()
