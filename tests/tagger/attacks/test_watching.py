"""A watcher lives through what happens to folders in years, in a few attacks or in many."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.tagger.attacks.conftest import LONG
from tests.tagger.attacks.watching.blows import BLOWS

FEW = ("slow_copies", "hard_links", "trees_that_move", "a_kill", "an_index_that_goes")
FEW_IN_NAMESPACE = ("few_watches", "a_drive_that_is_unplugged")


@pytest.mark.first
def test_after_every_attack_the_index_is_true_and_every_song_was_judged_once() -> None:
    blows = [] if LONG else ["--only", *FEW, *FEW_IN_NAMESPACE]
    command = [sys.executable, "-m", "tests.tagger.attacks.watching", "--seed", "tests", *blows]

    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3]
    )

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def test_each_attack_says_what_it_is() -> None:
    assert all(blow.__doc__ for blow in BLOWS)
    assert {*FEW, *FEW_IN_NAMESPACE} <= {blow.__name__ for blow in BLOWS}
