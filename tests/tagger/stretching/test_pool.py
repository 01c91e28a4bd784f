"""Copies are made in processes: a death costs one song, and a stop leaves the rest."""

import os
import signal
from dataclasses import replace
from pathlib import Path

from pacetag.tagger.cancellation import Stop
from pacetag.tagger.stretching.copies import Copy
from pacetag.tagger.stretching.making import Made
from pacetag.tagger.stretching.pool import DIED, make_all
from tests.tagger.stretching.conftest import WantedCopy


def die_of_the_second(copy: Copy) -> Made:
    if copy.path.name == "1.flac":
        os._exit(9)
    return Made(copy=copy)


def several(copy: Copy, count: int) -> list[Copy]:
    return [replace(copy, path=copy.path.with_name(f"{number}.flac")) for number in range(count)]


def test_a_song_that_ends_its_process_costs_itself_alone(
    click_song: Path, wanted_copy: WantedCopy
) -> None:
    copies = several(wanted_copy(click_song, 160.0, 165.0), 4)

    made = list(make_all(copies, jobs=2, stop=Stop(), maker=die_of_the_second))

    assert {one.copy.path.name: one.reason for one in made} == {
        "0.flac": None,
        "1.flac": DIED,
        "2.flac": None,
        "3.flac": None,
    }


def test_after_a_stop_no_copy_is_begun(click_song: Path, wanted_copy: WantedCopy) -> None:
    copies, stop = several(wanted_copy(click_song, 160.0, 165.0), 6), Stop()
    stop.request()

    made = list(make_all(copies, jobs=2, stop=stop, maker=die_of_the_second))

    assert len(made) < 6


def interrupt_all(copy: Copy) -> Made:
    for number in (signal.SIGINT, signal.SIGTERM):  # as Ctrl-C does to every process of a group
        os.kill(os.getpid(), number)
    return Made(copy=copy)


def test_ctrl_c_does_not_reach_a_copy_that_is_under_way(
    click_song: Path, wanted_copy: WantedCopy
) -> None:
    copies = several(wanted_copy(click_song, 160.0, 165.0), 2)

    made = list(make_all(copies, jobs=2, stop=Stop(), maker=interrupt_all))

    assert [one.reason for one in made] == [None, None]
