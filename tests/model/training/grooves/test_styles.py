"""The table of styles and its split."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from pacetag.model.training.grooves.draw import style_of
from pacetag.model.training.grooves.styles import (
    LIBRARY_FOLDER,
    Style,
    grooves_of,
    load_styles,
    name_of,
)

# Style files that no song can be made of, and why.
LEFT_OUT = {
    "none": "silence",
    "metronome": "clicks only",
    "metronome3": "clicks only",
    "metronome6": "clicks only",
    "metronome68": "clicks only",
    "zoom/count": "counting in",
    "zoom/intro": "single bars to begin with",
    "zoom/ending": "single bars to end with",
    "pflib/highfive": "drums in fives against a beat of four, a division that no level stands for",
}


def standard() -> list[Style]:
    return [style for style in load_styles().values() if style.library == "stdlib"]


def further() -> list[Style]:
    return [style for style in load_styles().values() if style.library != "stdlib"]


def test_all_268_styles_have_a_family_and_a_split() -> None:
    styles = load_styles().values()

    assert Counter(style.library for style in styles) == {
        "stdlib": 113, "casio": 85, "zoom": 37, "yamaha": 14, "kara": 9, "pflib": 8, "alexis": 2,
    }  # fmt: skip
    assert {style.split for style in styles} == {"train", "validation", "test"}
    assert 25 <= len({style.family for style in standard()}) <= 40
    assert all(30 <= style.low_bpm < style.high_bpm <= 320 for style in styles)


def test_no_family_is_on_both_sides_of_a_split() -> None:
    splits: defaultdict[str, set[str]] = defaultdict(set)
    for style in load_styles().values():
        splits[style.family].add(style.split)

    assert {family for family, found in splits.items() if len(found) > 1} == set()


def test_the_standard_library_comes_first_as_it_was() -> None:
    names = list(load_styles())

    assert names[:113] == [style.name for style in standard()]
    assert not any("/" in name for name in names[:113])
    assert all(name.split("/")[0] == load_styles()[name].library for name in names[113:])


def test_a_further_style_keeps_the_side_of_its_family() -> None:
    families = {style.family: style.split for style in standard()}
    joined = [style for style in further() if style.family in families]

    assert len(joined) > 60
    assert all(style.split == families[style.family] for style in joined)


def test_new_families_are_spread_over_the_splits() -> None:
    known = {style.family for style in standard()}
    sides = Counter(style.split for style in further() if style.family not in known)
    new = sum(sides.values())

    assert sides["validation"] / new == pytest.approx(0.25, abs=0.05)
    assert sides["test"] / new == pytest.approx(0.15, abs=0.05)


def test_about_a_fifth_of_the_songs_is_for_the_test() -> None:
    songs = [style_of(1, number).split for number in range(1600)]

    assert songs.count("train") / len(songs) == pytest.approx(0.7, abs=0.03)
    assert songs.count("validation") / len(songs) == pytest.approx(0.1, abs=0.03)
    assert songs.count("test") / len(songs) == pytest.approx(0.2, abs=0.03)


@pytest.mark.parametrize("split", ["train", "test"])
def test_duple_triple_and_compound_metres_are_on_both_sides(split: str) -> None:
    metres = {style.metre for style in standard() if style.split == split}

    assert {"4/4", "3/4", "6/8", "12/8"} <= metres


def test_paces_from_55_to_210_are_covered() -> None:
    styles = standard()
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


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("DefGroove TwistMainA", ("TwistMainA",)),
        ("DefGroove TwistFillAA", ()),
        ("DefGroove TwistEndingB", ()),
        ("DefGroove 16beat1FA", ()),
        ("DefGroove 16beat1E", ()),
        ("DefGroove DANCE", ("DANCE",)),
        ("DefGroove MamboBreakAA", ()),
        ("DefGroove LATN04 Decoration.", ()),
    ],
)
def test_further_libraries_have_their_own_words_for_fills_and_ends(
    tmp_path: Path, line: str, kept: tuple[str, ...]
) -> None:
    (tmp_path / "kara").mkdir()
    (tmp_path / "kara" / "twist.mma").write_text(f"{line}\nDefGroove Plain\n")

    assert grooves_of("kara/twist", tmp_path / "stdlib") == (*kept, "Plain")


@pytest.mark.outside("mma")
class TestInstalledLibrary:
    def test_every_style_of_the_table_is_installed_and_has_grooves(self) -> None:
        assert all(grooves_of(style) for style in load_styles())

    def test_whatever_is_left_out_has_a_reason(self) -> None:
        installed = {
            name_of(path.parent.name, path.stem) for path in LIBRARY_FOLDER.glob("*/*.mma")
        }

        assert installed - set(load_styles()) == set(LEFT_OUT)
