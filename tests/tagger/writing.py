"""Writes tags, and recovers from interrupted writes, for tests without an index."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pacetag.tagger.settings import index_path, journals_beside
from pacetag.tagger.tags import writer
from pacetag.tagger.tags.safety import recovery
from pacetag.tagger.tags.safety.vetting import Known
from pacetag.tagger.tags.writer import Written


def journal_folder() -> Path:
    """Where the journals of this test's index lie."""
    return journals_beside(index_path())


def write_tags(
    path: Path, fields: Mapping[str, list[str]], *, journals: Path | None = None, **named: Any
) -> Written:
    """Write tags with journals beside this test's index."""
    return writer.write_tags(path, fields, journals=journals or journal_folder(), **named)


def recover(folder: Path) -> list[str]:
    """Put right what broke off, as with an index that was lost: journals speak for themselves."""
    return recovery.recover(folder, Known(paths=lambda _: (), blank=True))
