"""Tag writes are noted before they begin, and finished or taken back afterwards."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pacetag.db.index import SongIndex
from pacetag.db.records import Stamp
from pacetag.tagger.library.walk import stamp
from pacetag.tagger.scanning import noted_write
from pacetag.tagger.scanning.noted_write import TaggingRun
from pacetag.tagger.scanning.probe import FileProbe, examine
from pacetag.tagger.tags import writer
from pacetag.tagger.tags.errors import NotWritableError
from pacetag.tagger.tags.reader import read_tags

NO_PACE: dict[str, list[str]] = {"pace": []}
PACE = {"pace": ["172"]}


@pytest.fixture
def index(index_file: Path) -> Iterator[SongIndex]:
    index_file.parent.mkdir(exist_ok=True)
    with SongIndex.open(index_file) as opened:
        yield opened


@pytest.fixture
def probe(make_song: Callable[..., Path]) -> FileProbe:
    return examine(make_song("172.flac"))


def notes(index: SongIndex, probe: FileProbe) -> list[tuple[object, bool, bool]]:
    """Of each note of the file: its new values, whether it is finished, whether an undo made it."""
    history = index.writes.history(str(probe.path), probe.fingerprint)
    return [(write.change.new, write.finished, write.undoing) for write in history]


def no_finish(_note: int, _stamp: Stamp) -> None:
    raise AssertionError("there is nothing to finish")


def test_a_change_is_noted_before_it_is_written_and_finished_with_what_stands_there(
    index: SongIndex, probe: FileProbe, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted_before: list[object] = []

    def watched(*given: Any, **named: Any) -> Any:
        noted_before.extend(notes(index, probe))
        return writer.write_tags(*given, **named)

    monkeypatch.setattr(noted_write, "write_tags", watched)
    finished: list[tuple[int, Stamp]] = []

    run = TaggingRun(index, "scan")
    run.write(probe, NO_PACE, PACE, lambda note, now: finished.append((note, now)))

    assert noted_before == [(PACE, False, False)]
    assert read_tags(probe.path).pace == ("172",)
    assert [now for _, now in finished] == [stamp(probe.path)]


@pytest.mark.parametrize("undoing", [False, True])
def test_the_note_of_a_failed_write_stays_and_that_of_a_failed_undo_goes(
    index: SongIndex, probe: FileProbe, monkeypatch: pytest.MonkeyPatch, *, undoing: bool
) -> None:
    def refuse(path: Path, *_: object, **__: object) -> None:
        raise NotWritableError(path, "no permission")

    monkeypatch.setattr(noted_write, "write_tags", refuse)
    with pytest.raises(NotWritableError):
        TaggingRun(index, "undo").write(probe, NO_PACE, PACE, no_finish, undoing=undoing)

    assert notes(index, probe) == ([] if undoing else [(PACE, False, False)])
