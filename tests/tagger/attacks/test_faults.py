"""System calls fail during real scans: songs stay whole, and the next scan completes them."""

from pathlib import Path

import pytest

from tests.tagger.attacks.conftest import LONG
from tests.tagger.attacks.faults import Ground, Strike, strike_scans

pytestmark = pytest.mark.outside("strace", "ffmpeg")


def test_calls_that_fail_harm_no_song_and_are_no_fault_of_any(tmp_path: Path) -> None:
    tally = strike_scans(100 if LONG else 2, "faults", tmp_path)

    assert tally.faults == []


def test_a_disk_that_cannot_be_read_is_noticed_at_once_and_forgotten_afterwards(
    tmp_path: Path,
) -> None:
    ground = Ground(tmp_path)

    code, found = ground.round(Strike(call="pread64", error="EIO", when="1+"), anew=True)

    assert (code, found) == (1, [])
