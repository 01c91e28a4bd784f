"""Every command that reads a damaged index ends with an exit code and one sentence."""

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.tagger.attacks.conftest import LONG
from tests.tagger.attacks.damaged_indexes import Ground, attack, fake_world, make_ground
from tests.tagger.attacks.ends import Tally, objections
from tests.tagger.attacks.index_damage import KINDS, damage
from tests.tagger.conftest import FAKES

COUNT, SAMPLE = (3000, 15) if LONG else (60, 4)
SEED = "indexes"


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ground:
    fake_world(monkeypatch, tmp_path / "ground")
    (tmp_path / "ground").mkdir()
    return make_ground(tmp_path / "ground")


def test_every_command_ends_in_a_sentence_and_no_sound_is_lost(ground: Ground) -> None:
    tally = attack(ground, SEED, range(COUNT), sample=SAMPLE)

    assert tally.faults == []
    assert tally.codes.total() == COUNT * SAMPLE
    assert tally.codes[0] > COUNT // 2  # some damage is beside what a command reads
    assert tally.refused.total() > COUNT // 2


def test_the_attack_takes_every_kind_of_damage(ground: Ground) -> None:
    done = Counter[str]()
    for number in range(200):
        ground.restore(ground.files)
        done[damage(random.Random(number), ground.index).split()[0]] += 1

    assert len(done) >= len(set(KINDS))


def test_a_fault_of_the_command_is_not_taken_for_an_end_in_a_sentence() -> None:
    tally = Tally()

    assert list(objections(3, "", "odd", tally)) == ["ended with 3"]
    assert list(objections(1, "", "Traceback (most recent call last)", tally))
    assert list(objections(1, "", "pacetag: `pacetag scan` broke off (KeyError)", tally))
    assert list(objections(1, "", "", tally)) == ["said nothing"]
    assert not list(objections(1, "", "pacetag: /i: the index cannot be read (x).", tally))


@pytest.mark.parametrize("number", range(6))
def test_real_processes_end_the_same_way(number: int, ground: Ground) -> None:
    draw = random.Random(f"process {number}")
    ground.restore(ground.files)
    how = damage(draw, ground.index)
    command = draw.choice([each for each in ground.commands() if each[0] != "train"])

    done = subprocess.run(
        [sys.executable, FAKES / "pacetag_with_fake_judge.py", *command],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    faults = list(objections(done.returncode, done.stdout, done.stderr, Tally()))
    assert faults == [], (how, command)
