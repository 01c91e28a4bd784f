"""PACETAG, the machine-readable field: it is read back as written, and nothing else passes."""

import random
from dataclasses import replace

import pytest

from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.tags.ownership import foreign_pace
from pacetag.tagger.tags.pacetag import (
    PaceTag,
    format_pacetag,
    pace_fields,
    pace_values,
    parse_pacetag,
)
from pacetag.tagger.tags.reader import SongTags

LINE = "1 bundle=stage1 paces=172.34@0.98,86.17@0.95 audio=00ff"


def judged(*rates: float) -> Analysis:
    paces = tuple(Pace(bpm=rate, confidence=0.9) for rate in rates)
    return Analysis(paces=paces, duration=None)


def song_tags(pace: tuple[str, ...], pacetag: str | None) -> SongTags:
    return SongTags(
        title=None,
        artist=None,
        album=None,
        genre=None,
        bpm=(),
        pace=pace,
        pacetag=pacetag,
        duration=None,
        writable=True,
        why_not=None,
    )


def test_the_line_is_as_documented() -> None:
    tag = PaceTag(
        bundle="stage1",
        analysis=Analysis(
            paces=(Pace(bpm=172.34, confidence=0.98), Pace(bpm=86.17, confidence=0.95)),
            duration=None,
        ),
        fingerprint="00ff",
    )

    assert format_pacetag(tag) == LINE
    assert parse_pacetag(LINE) == tag


def test_a_song_that_changes_tempo_says_so_before_its_fingerprint() -> None:
    analysis = replace(judged(100), tempo_segments=(100.0, 141.25))
    tag = PaceTag(bundle="b", analysis=analysis, fingerprint="00")

    assert format_pacetag(tag) == "1 bundle=b paces=100.00@0.90 changes=100.00,141.25 audio=00"
    assert parse_pacetag(format_pacetag(tag)) == tag


def test_no_pace_is_written_as_none() -> None:
    tag = PaceTag(bundle="b", analysis=judged(), fingerprint="00")

    assert format_pacetag(tag) == "1 bundle=b paces=none audio=00"
    assert parse_pacetag(format_pacetag(tag)) == tag
    assert pace_fields(tag) == {"pace": [], "pacetag": ["1 bundle=b paces=none audio=00"]}


def test_an_opinion_is_a_word_that_earlier_versions_pass_over() -> None:
    tag = PaceTag(bundle="b", analysis=judged(), fingerprint="00", opinion="loved")

    assert format_pacetag(tag) == "1 bundle=b paces=none opinion=loved audio=00"
    assert parse_pacetag("1 bundle=b paces=none opinion=adored audio=00") is None


@pytest.mark.parametrize("seed", range(50))
def test_any_tag_survives_the_round_trip(seed: int) -> None:
    draw = random.Random(seed)
    tag = PaceTag(
        bundle="".join(draw.choices("abcXYZ019._-=,@å", k=draw.randint(1, 40))),
        analysis=Analysis(
            paces=tuple(
                Pace(bpm=draw.randint(4000, 32_000) / 100, confidence=draw.randint(0, 100) / 100)
                for _ in range(draw.randint(0, 6))
            ),
            duration=draw.choice([None, 0.01, draw.randint(1, 10**7) / 100]),
            tempo_segments=draw.choice([(), (100.0, 141.25), (99.5, 160.0, 99.5)]),
            intensity=draw.choice([None, 0.0, 1.0, draw.randint(0, 100) / 100]),
        ),
        fingerprint=f"{draw.getrandbits(128):032x}",
        listener=draw.choice([None, (), (84.5,), (20.0, 400.0)]),
        opinion=draw.choice([None, "loved", "excluded"]),
    )

    line = format_pacetag(tag)

    assert parse_pacetag(line) == tag
    assert not set(line) & set(";/\0\n")


@pytest.mark.parametrize("bundle", ["", "two words", "a;b", "a/b", "a\0b", "a\nb"])
def test_a_bundle_name_that_cannot_be_read_back_is_refused(bundle: str) -> None:
    with pytest.raises(ValueError, match="could be read back"):
        format_pacetag(PaceTag(bundle=bundle, analysis=judged(), fingerprint="00"))


@pytest.mark.parametrize(
    "line",
    [
        None,
        "",
        "172",
        LINE.replace("1 ", "2 ", 1),
        LINE + " more",
        LINE + " audio=00ff",
        LINE + "  more=1",
        LINE + " length=90",
        LINE + " listener=",
        LINE + " listener=84",
        LINE + " listener=19.99",
        LINE + " listener=400.01",
        LINE + " listener=" + ",".join(["84.00"] * 13),
        LINE.partition(" audio")[0],
        "1 bundle=stage1 audio=00ff",
        "1 paces=none listener=84.00 audio=00ff",
        "1 audio=00ff",
        LINE + "\n",
        LINE.upper(),
        LINE.replace("@0.98", ""),
        LINE.replace("@0.98", "@2.98"),
        LINE.replace("172.34", "١٧٢.٣٤"),
        LINE.replace("172.34@0.98,86.17@0.95", ""),
    ],
)
def test_anything_else_is_foreign(line: str | None) -> None:
    assert parse_pacetag(line) is None


def test_words_of_later_versions_are_passed_over() -> None:
    later = LINE.replace(" audio", " energy=0.7,å@1 audio") + " more=a=b"

    assert parse_pacetag(later) == parse_pacetag(LINE)


def test_the_paces_of_a_person_are_those_of_pace() -> None:
    tag = PaceTag(bundle="b", analysis=judged(82.3, 165), fingerprint="00", listener=(84.0, 168.5))

    assert format_pacetag(tag) == (
        "1 bundle=b paces=82.30@0.90,165.00@0.90 listener=84.00,168.50 audio=00"
    )
    assert pace_fields(tag)["pace"] == ["84", "169"]
    assert parse_pacetag(format_pacetag(tag)) == tag


def test_a_person_who_wants_no_paces_is_written_as_none() -> None:
    tag = PaceTag(bundle="b", analysis=judged(82.3), fingerprint="00", listener=())

    assert pace_fields(tag) == {
        "pace": [],
        "pacetag": ["1 bundle=b paces=82.30@0.90 listener=none audio=00"],
    }
    assert parse_pacetag(format_pacetag(tag)) == tag


def test_a_song_that_was_not_judged_yet_holds_a_persons_paces_alone() -> None:
    tag = PaceTag(bundle=None, analysis=judged(), fingerprint="00", listener=(84.0,))

    assert format_pacetag(tag) == "1 listener=84.00 audio=00"
    assert parse_pacetag(format_pacetag(tag)) == tag


@pytest.mark.parametrize(
    ("rates", "values"),
    [
        ([172.34, 86.17], ["172", "86"]),
        ([86.5, 87.49], ["87"]),  # halves go up, doubles are dropped
        ([85.5], ["86"]),
        ([172.4999], ["173"]),  # PACETAG says 172.50
        ([], []),
    ],
)
def test_pace_holds_the_nearest_integers_once(rates: list[float], values: list[str]) -> None:
    assert pace_values(judged(*rates).paces) == values


def test_pace_always_follows_from_pacetag() -> None:
    """Or our own tags would look like a person's after a round trip."""
    draw = random.Random(7)
    for _ in range(300):
        tag = PaceTag(
            bundle="b",
            analysis=judged(*(draw.uniform(40, 320) for _ in range(3))),
            fingerprint="0",
        )
        fields = pace_fields(tag)

        assert not foreign_pace(song_tags(tuple(fields["pace"]), fields["pacetag"][0]))


@pytest.mark.parametrize(
    ("pace", "pacetag", "foreign"),
    [
        ((), None, False),
        ((), LINE, False),
        (("172", "86"), LINE, False),
        (("172", "86"), None, True),
        (("172", "86"), "9 something later", True),
        (("172",), LINE, False),  # as FFmpeg keeps them
        (("86", "172"), LINE, False),
        (("172", "90"), LINE, True),
        (("fast",), LINE, True),
        (("165",), "1 bundle=b paces=none audio=00", True),
    ],
)
def test_a_pace_that_the_pacetag_does_not_say_is_a_persons(
    pace: tuple[str, ...], pacetag: str | None, foreign: bool
) -> None:
    assert foreign_pace(song_tags(pace, pacetag)) is foreign
