"""docs/architecture.svg shows the house as it is."""

from pathlib import Path

import pytest

from tests.drawings.architecture import PICTURE, draw
from tests.drawings.floors import crossings, heights, ordered, reduced, steps, with_bends
from tests.drawings.rooms import read_house, summary

ROOT = Path(__file__).parent.parent


def test_the_picture_shows_the_code_as_it_is() -> None:
    drawn = draw(read_house(ROOT))

    assert PICTURE.read_text(encoding="utf-8") == drawn, (
        "run: python -m tests.drawings.architecture"
    )


def test_a_room_is_a_package_or_a_module_that_lies_in_none(tmp_path: Path) -> None:
    sources = {
        "tagger/cli.py": "from pacetag.tagger.tags import reader\n",
        "tagger/tags/__init__.py": '"""Tags of songs. And more."""\n',
        "tagger/tags/reader.py": "def read():\n    import pacetag.model.judge\n",
        "model/judge.py": "import numpy\n",
    }
    for name, source in sources.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(source)

    house = read_house(tmp_path)

    assert sorted(house.rooms) == ["model/judge", "tagger/cli", "tagger/tags"]
    assert house.arrows == {("tagger/cli", "tagger/tags"), ("tagger/tags", "model/judge")}
    assert house.rooms["tagger/tags"].summary == "Tags of songs"


def test_an_arrow_that_follows_from_others_is_left_out() -> None:
    assert reduced({("a", "b"), ("b", "c"), ("a", "c"), ("a", "d")}) == {
        ("a", "b"),
        ("b", "c"),
        ("a", "d"),
    }


def test_every_arrow_goes_down() -> None:
    arrows = {("a", "b"), ("b", "c"), ("a", "d")}

    level = heights("abcd", arrows)

    assert level == {"a": 2, "b": 1, "c": 0, "d": 0}
    assert with_bends(level, arrows)[0] == [["a"], ["b", "a>d@1"], ["c", "d"]]


def test_a_circle_is_refused() -> None:
    with pytest.raises(ValueError, match="circle"):
        heights("abc", {("a", "b"), ("b", "c"), ("c", "a")})


def test_boxes_are_ordered_so_that_arrows_do_not_cross() -> None:
    arrows = {("a", "d"), ("b", "c")}
    floors, ways = with_bends(heights("abcd", arrows), arrows)

    assert crossings(floors, steps(ways)) == 1
    assert crossings(ordered(floors, steps(ways)), steps(ways)) == 0


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('"""One `line`."""', "One line"),
        ('"""First\npart. Second."""', "First part"),
        ("x = 1", ""),
    ],
)
def test_a_summary_is_the_first_sentence(source: str, said: str) -> None:
    assert summary(source) == said
