"""A process that dies at any moment of writing tags harms neither sound nor tags.

Every moment is tried with a few containers, and some by chance with each. With PACETAG_LONG_TESTS
set, every moment is tried with each.
"""

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.tags.errors import ChangedMeanwhileError
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.reader import SongTags, read_tags
from tests.tagger.tags.conftest import Song
from tests.tagger.tags.dying_disk import die, leftovers, moments, steps_of
from tests.tagger.tags.test_every_container import foreign
from tests.tagger.writing import journal_folder, recover, write_tags

LONG = bool(os.environ.get("PACETAG_LONG_TESTS"))
THOROUGH = ("flac", "m4a-fast")  # kinds that are cut at every moment in each run
FIRST = {"pace": ["150"], "pacetag": ["the first"]}
SECOND = {"pace": ["172", "86"], "pacetag": ["the second"]}
LARGE = {"pace": ["172", "86"], "pacetag": ["the second " + "x" * 6000]}  # fits no padding
THIRD = {"pace": ["99"], "pacetag": ["the third " + "y" * 11_000]}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way in which a song may lie there and be written."""

    tagged: bool = False  # whether pacetag wrote it before
    names: int = 1
    fields: dict[str, list[str]]


CASES = {
    "fresh": Case(fields=SECOND),
    "again": Case(tagged=True, fields=SECOND),
    "grows": Case(tagged=True, fields=LARGE),
    "linked": Case(names=2, fields=SECOND),
    "linked grows": Case(tagged=True, names=2, fields=LARGE),
    "linked shrinks": Case(tagged=True, names=2, fields={"pace": [], "pacetag": []}),
}


class Trial:
    """A song that is put back to its beginning for each moment of death."""

    def __init__(self, song: Song, case: Case) -> None:
        self.song, self.case = song, case
        if case.tagged:
            write_tags(song.path, FIRST)
        self.second = song.path.with_name("second" + song.path.suffix)
        if case.names == 2:
            self.second.hardlink_to(song.path)
        self.content = song.path.read_bytes()
        self.sound, self.foreign = file_fingerprint(song.path), foreign(song.path)
        self.old = self.fields()

    def fields(self) -> tuple[tuple[str, ...], str | None]:
        tags: SongTags = read_tags(self.song.path)
        return tags.pace, tags.pacetag

    def restart(self) -> None:
        self.song.path.write_bytes(self.content)
        shutil.rmtree(journal_folder(), ignore_errors=True)

    def write(self) -> None:
        write_tags(self.song.path, self.case.fields)

    def check(self, moment: object) -> None:
        """Neither sound nor tags are harmed, nothing is left, and one can go on."""
        path = self.song.path
        assert file_fingerprint(path) == self.sound, moment
        assert foreign(path) == self.foreign, moment
        fields = self.case.fields
        new = (tuple(fields["pace"]), next(iter(fields["pacetag"]), None))
        assert self.fields() in (self.old, new), moment
        assert self.fields() == new or path.read_bytes() == self.content, moment
        assert list(journal_folder().glob("*")) == [], moment
        write_tags(path, THIRD)
        assert self.fields() == (("99",), THIRD["pacetag"][0]), moment
        assert file_fingerprint(path) == self.sound, moment
        assert leftovers(path.parent) == [], moment
        assert path.stat().st_nlink == self.case.names, moment
        if self.case.names == 2:
            assert self.second.samefile(path), moment


def steps_of_write(trial: Trial) -> list[tuple[str, str]]:
    """The steps of a whole write, from the beginning on."""
    trial.restart()
    return steps_of(trial.write)


_LAST_WRITES: dict[tuple[str, int], int] = {}  # by kind of song and case: the number of the step


def tear(trial: Trial) -> None:
    """Die in the middle of the last write to the song, which is the same step for all of a kind."""
    key = trial.song.kind, id(trial.case)
    if key not in _LAST_WRITES:
        own = ("pwrite", os.fspath(trial.song.path))
        steps = enumerate(steps_of_write(trial))
        _LAST_WRITES[key] = max(number for number, step in steps if step == own)
    place = _LAST_WRITES[key]
    trial.restart()
    die(trial.write, place, half=True)
    assert trial.song.path.read_bytes() != trial.content


def try_moments(trial: Trial, few: int | None) -> int:
    """Die at every moment, or at a few by chance; returns how many."""
    every = moments(steps_of_write(trial))
    chosen = every
    if few is not None:
        chosen = random.Random(trial.song.kind).sample(every, min(few, len(every)))
    for at, half in chosen:
        trial.restart()
        die(trial.write, at, half=half)
        recover(journal_folder())
        trial.check((at, half))
    return len(chosen)


@pytest.mark.parametrize("case", CASES)
def test_death_at_any_moment_leaves_the_old_or_the_new(
    song: Song, case: str, record_property: Callable[[str, object], None]
) -> None:
    few = None if LONG or song.kind in THOROUGH else 2

    record_property("moments", try_moments(Trial(song, CASES[case]), few))


@pytest.mark.parametrize("case", ["again", "linked grows"])
def test_death_while_it_is_put_right_is_put_right(any_song: Song, case: str) -> None:
    """The worst moment of a write, then every moment of what follows."""
    trial = Trial(any_song, CASES[case])

    def put_right() -> Any:
        return recover(journal_folder())

    tear(trial)
    for at, half in moments(steps_of(put_right)):
        tear(trial)
        die(put_right, at, half=half)
        recover(journal_folder())
        trial.check((at, half))


def test_the_next_write_puts_right_what_a_dead_process_left(any_song: Song) -> None:
    trial = Trial(any_song, CASES["again"])
    tear(trial)

    with pytest.raises(ChangedMeanwhileError, match="had been broken off"):
        trial.write()

    assert any_song.path.read_bytes() == trial.content
    trial.write()
    assert trial.fields() == (("172", "86"), "the second")


class TestOrder:
    """The first thing that is written is never the song."""

    def order(self, trial: Trial) -> list[tuple[str, str]]:
        """Steps with the part of the file that they are about."""
        song, journals = os.fspath(trial.song.path), os.fspath(journal_folder())
        trial.restart()
        journal_folder().mkdir()
        return [
            (
                kind,
                "song"
                if path == song
                else "journals"
                if path == journals
                else Path(path).suffix or "folder",
            )
            for kind, path in steps_of(trial.write)
        ]

    def test_in_its_place(self, any_song: Song) -> None:
        steps = self.order(Trial(any_song, CASES["again"]))

        assert steps == [
            ("create", ".new"),
            ("pwrite", ".new"),
            ("fsync", ".new"),
            ("replace", ".new"),
            ("fsync", "journals"),
            *[("pwrite", "song")] * steps.count(("pwrite", "song")),
            ("fsync", "song"),
            ("unlink", ".journal"),
            ("fsync", "journals"),
        ]

    def test_over_a_song_of_several_names(self, any_song: Song) -> None:
        steps = self.order(Trial(any_song, CASES["linked grows"]))

        assert [step for step in steps if step[0] not in ("write", "pwrite", "truncate")] == [
            ("create", ".tmp"),  # the draft
            ("create", ".tmp"),  # the copy of the old content
            ("ftruncate", ".tmp"),
            ("fsync", ".tmp"),  # the copy
            ("fsync", ".tmp"),  # the draft
            ("create", ".new"),
            ("fsync", ".new"),
            ("replace", ".new"),
            ("fsync", "journals"),
            ("replace", ".tmp"),
            ("replace", ".tmp"),
            ("fsync", "folder"),
            ("ftruncate", "song"),
            ("fsync", "song"),
            ("replace", ".bak"),
            ("fsync", "folder"),
            ("unlink", ".tmp"),
            ("unlink", ".new"),
            ("unlink", ".tmp"),
            ("fsync", "folder"),
            ("unlink", ".journal"),
            ("fsync", "journals"),
            ("unlink", ".tmp"),
            ("unlink", ".tmp"),
        ]
        first = steps.index(("pwrite", "song"))
        assert first > steps.index(("fsync", "journals"))
        assert first > steps.index(("fsync", "folder"))

    def test_as_a_copy(self, any_song: Song) -> None:
        steps = self.order(Trial(any_song, CASES["grows"]))

        touched = [step for step in steps if step[0] not in ("write", "truncate", "fchown")]
        assert touched[:1] == [("create", ".tmp")]
        assert touched[-4:] == [
            ("fsync", ".tmp"),
            ("replace", ".tmp"),
            ("fsync", "folder"),
            ("unlink", ".tmp"),
        ]
        assert not any(what == "song" for _, what in steps)
