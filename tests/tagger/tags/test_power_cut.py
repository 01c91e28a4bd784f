"""What a power cut leaves of a song that is written over under all its names is put right.

Any part of what was written may be there or be lost, in any order, flushed or not.
"""

import base64
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from pacetag.tagger.tags.safety import copy_note, journal, overwrite
from pacetag.tagger.tags.safety.disk import write_at
from tests.tagger.tags.conftest import Song
from tests.tagger.tags.dying_disk import leftovers
from tests.tagger.tags.safety.test_journal import only_journal
from tests.tagger.tags.test_cut_short import CASES, Trial, tear
from tests.tagger.writing import journal_folder, recover

SECTOR = 512  # bytes
LOSSES = ("missing", "empty", "short", "zeros", "whole")


@pytest.fixture
def torn(any_song: Song) -> Trial:
    """A song whose writer died in the middle."""
    trial = Trial(any_song, CASES["linked grows"])
    tear(trial)
    return trial


def beside(trial: Trial, suffix: str) -> Path:
    (name,) = (name for name in leftovers(trial.song.path.parent) if name.endswith(suffix))
    return trial.song.path.with_name(name)


def lose(draft: Path, loss: str) -> bytes:
    """Have the new content come to harm; returns what it was."""
    content = draft.read_bytes()
    if loss == "missing":
        draft.unlink()
    elif loss == "empty":
        draft.write_bytes(b"")
    elif loss == "short":
        draft.write_bytes(content[: len(content) // 3])
    elif loss == "zeros":
        draft.write_bytes(bytes(len(content)))
    return content


def put_back(trial: Trial) -> None:
    """It is as it was, nothing is left, and one can go on."""
    assert recover(journal_folder()) == [
        f"{trial.song.path}: writing its tags was broken off; it is as it was before"
    ]
    assert trial.song.path.read_bytes() == trial.content
    trial.check("put right")


@pytest.mark.parametrize("loss", LOSSES)
def test_a_song_torn_in_the_middle_is_put_back(torn: Trial, loss: str) -> None:
    lose(beside(torn, ".new"), loss)

    put_back(torn)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("seed", range(4))
def test_any_mixture_of_sectors_is_put_back(torn: Trial, loss: str, seed: int) -> None:
    """Old ones, new ones and such that are nil, and the end may be missing."""
    chance = random.Random(f"{seed} {loss} {torn.song.kind}")
    new = lose(beside(torn, ".new"), loss)
    length = chance.choice([len(torn.content), len(new), max(len(torn.content), len(new))])
    length = chance.choice([length, chance.randrange(length) // SECTOR * SECTOR])
    mixed = bytearray()
    for place in range(0, length, SECTOR):
        stop = min(place + SECTOR, length)
        old_part, new_part = torn.content[place:stop], new[place:stop]
        kind = chance.choice(["old", "new", "nil"] if seed else ["old", "new"])
        part = {"old": old_part, "new": new_part, "nil": b""}[kind]
        if len(part) < stop - place:  # a content that ends before
            part = max(old_part, new_part, key=len) if kind != "nil" else bytes(stop - place)
        mixed += part
    torn.song.path.write_bytes(mixed)

    put_back(torn) if mixed != torn.content else recover(journal_folder())


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("written", ["nothing", "a tear", "all"])
@pytest.mark.parametrize("edit", ["one byte", "a piece", "all of it", "longer", "by renaming"])
def test_what_another_program_wrote_since_stays_and_the_old_content_is_named(
    torn: Trial, loss: str, written: str, edit: str
) -> None:
    song = torn.song.path
    new = lose(beside(torn, ".new"), loss)
    content = {"nothing": torn.content, "a tear": song.read_bytes(), "all": new}[written]
    theirs = bytearray(content)
    if edit == "one byte":
        place = next(at for at in range(300, len(theirs)) if theirs[at] not in (0, 0x5A))
        theirs[place] = _other_than(torn.content, new, place)
    elif edit == "a piece":
        theirs[700:1300] = random.Random(edit).randbytes(600)
    elif edit == "all of it":
        theirs[:] = random.Random(edit).randbytes(len(theirs))
    elif edit == "longer":
        theirs += b"more" * 10_000
    song.write_bytes(theirs)
    if edit == "by renaming":
        copy = song.with_name("copy")
        copy.write_bytes(theirs)
        copy.rename(song)

    (sentence,) = recover(journal_folder())

    assert song.read_bytes() == theirs
    rescued = beside(torn, ".rescued")
    assert rescued.read_bytes() == torn.content
    assert f"was changed since, so it was left as it is; its old content is in {rescued};" in (
        sentence
    )
    assert only_journal().suffix == ".aside"


def _other_than(old: bytes, new: bytes, place: int) -> int:
    there = {old[place], new[place], 0}
    return next(byte for byte in range(256) if byte not in there)


def test_a_journal_without_sums_of_the_new_content_is_understood(torn: Trial) -> None:
    path = only_journal()
    record = json.loads(path.read_bytes().partition(b"\n")[0])
    assert base64.b64decode(record.pop("new")["sums"])
    path.write_bytes(journal.render(record))

    put_back(torn)


def test_a_backup_that_came_to_harm_is_not_copied_over_the_song(torn: Trial) -> None:
    backup, half = beside(torn, ".bak"), torn.song.path.read_bytes()
    backup.write_bytes(backup.read_bytes()[:-1])

    assert len(recover(journal_folder())) == 1

    assert torn.song.path.read_bytes() == half


def test_the_draft_is_on_the_disk_before_it_counts(
    copy_of: Callable[[str], Song], monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = Trial(copy_of("flac"), CASES["linked grows"])
    flushed: list[str] = []
    seen: list[list[str]] = []

    def flush(descriptor: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)

    def write(descriptor: int, place: int, data: bytes) -> None:
        if trial.song.path.samefile(f"/proc/self/fd/{descriptor}"):
            seen.append(list(flushed))
        write_at(descriptor, place, data)

    monkeypatch.setattr(overwrite, "flush", flush)
    monkeypatch.setattr(copy_note, "flush", flush)
    monkeypatch.setattr(copy_note, "write_at", write)
    trial.write()

    assert len(set(seen[0])) == 2  # the draft and the copy
