"""The parsers keep their promises on damaged input; `parsers.py` looks for more."""

import random
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS, seeds
from tests.tagger.attacks.mutants import make_all
from tests.tagger.attacks.mutating import MUTATIONS

TURNS = {"song": 150}  # of others 1 000


@pytest.fixture(scope="module")
def beginnings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[bytes]]:
    return seeds(make_all(Path(tmp_path_factory.mktemp("fuzz")) / "songs"))


@pytest.mark.parametrize("name", TARGETS)
def test_a_parser_refuses_damaged_input_or_can_be_relied_on(
    name: str, beginnings: dict[str, list[bytes]]
) -> None:
    draw = random.Random(f"damage {name}")
    begin = beginnings[name]
    for each in begin:
        TARGETS[name](each)
    songs = {str(number): data for number, data in enumerate(begin)}
    for _ in range(TURNS.get(name, 1000)):
        data = bytearray(draw.choice(begin))
        for kind in draw.choices(sorted(MUTATIONS), k=draw.choice((1, 3))):
            MUTATIONS[kind](data, draw, songs)
        TARGETS[name](bytes(data))
