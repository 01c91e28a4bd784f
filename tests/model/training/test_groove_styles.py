"""The table of styles and its split."""

from collections import defaultdict
from pathlib import Path

import pytest

from pacetag.model.training.groove_songs import style_of
from pacetag.model.training.groove_styles import STYLE_FOLDER, grooves_of, load_styles

needs_mma = [
    pytest.mark.needs_mma,
    pytest.mark.skipif(not STYLE_FOLDER.is_dir(), reason="MMA is not installed"),
]


def test_all_113_styles_have_a_family_and_a_split() -> None:
    styles = load_styles().values()

    assert len(styles) == 113
    assert {style.split for style in styles} == {"train", "validation", "test"}
    assert 25 <= len({style.family for style in styles}) <= 40
    assert all(30 <= style.low_bpm < style.high_bpm <= 320 for style in styles)


def test_no_family_is_on_both_sides_of_a_split() -> None:
    splits: defaultdict[str, set[str]] = defaultdict(set)
    for style in load_styles().values():
        splits[style.family].add(style.split)

    assert {family for family, found in splits.items() if len(found) > 1} == set()


def test_about_a_fifth_of_the_songs_is_for_the_test() -> None:
    songs = [style_of(1, number).split for number in range(1600)]

    assert songs.count("train") / len(songs) == pytest.approx(0.7, abs=0.03)
    assert songs.count("validation") / len(songs) == pytest.approx(0.1, abs=0.03)
    assert songs.count("test") / len(songs) == pytest.approx(0.2, abs=0.03)


@pytest.mark.parametrize("split", ["train", "test"])
def test_duple_triple_and_compound_metres_are_on_both_sides(split: str) -> None:
    metres = {style.metre for style in load_styles().values() if style.split == split}

    assert {"4/4", "3/4", "6/8", "12/8"} <= metres


def test_paces_from_55_to_210_are_covered() -> None:
    styles = load_styles().values()
    for bpm in range(55, 211, 5):
        assert sum(style.low_bpm <= bpm <= style.high_bpm for style in styles) >= 8


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("DefGroove Rumba   A groove.", ("Rumba",)),
        ("  defgroove DescendingJazz1 Down.", ("DescendingJazz1",)),
        ("DefGroove RumbaIntro", ()),
        ("DefGroove Waltz1intro8", ()),
        ("DefGroove RumbaEnd2 Bye.", ()),
        ("DefGroove RumbaSusFill", ()),
        ("DefGroove Ballad68-44 One bar.", ()),
        ("// DefGroove Old", ()),
    ],
)
def test_introductions_fills_and_ends_are_no_grooves(
    tmp_path: Path, line: str, kept: tuple[str, ...]
) -> None:
    (tmp_path / "rumba.mma").write_text(f"{line}\nDefGroove Plain\nDefGroove Plain\n")

    assert grooves_of("rumba", tmp_path) == (*kept, "Plain")


class TestInstalledLibrary:
    pytestmark = needs_mma

    def test_every_style_of_the_table_is_installed_and_has_grooves(self) -> None:
        assert all(grooves_of(style) for style in load_styles())

    def test_only_metronomes_and_silence_are_left_out(self) -> None:
        left_out = {path.stem for path in STYLE_FOLDER.glob("*.mma")} - set(load_styles())

        assert left_out == {"none", "metronome", "metronome3", "metronome6", "metronome68"}
