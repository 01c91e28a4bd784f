"""Damaged files through decoding, reading, writing and undoing: refused, or as sound as before."""

from pathlib import Path

from tests.tagger.attacks.conftest import LONG
from tests.tagger.attacks.mutant_worker import LIMIT
from tests.tagger.attacks.mutants import MEMORY, run

COUNT = 20_000 if LONG else 180
SEED = "mutants"


def test_damaged_files_are_refused_or_written_without_harm(kinds: Path, tmp_path: Path) -> None:
    tally = run(kinds, SEED, iter(range(COUNT)), tmp_path)

    assert tally.faults == []
    assert tally.count == COUNT
    assert tally.slowest < LIMIT
    assert tally.peak < MEMORY
    assert min(tally.decoded, tally.read, tally.written, tally.refused.total()) > COUNT // 5
    assert (tmp_path / "complaints").read_bytes() == b""
