"""Drawing songs and writing them for MMA."""

import hashlib
import random
import re
from collections import Counter
from dataclasses import replace

import pytest

from pacetag.model.training.grooves import draw
from pacetag.model.training.grooves.band import draw_band
from pacetag.model.training.grooves.draw import (
    GrooveSettings,
    Section,
    draw_settings,
    mma_text,
    song_random,
    style_of,
)
from pacetag.model.training.grooves.styles import load_styles
from pacetag.model.training.sources.tools import SHARE

FIRST_DRAWN = "4b2e700f6c68bc134b544a9cb64f73a90dcafc30555d87c54ad52becac864b20"


@pytest.fixture
def any_grooves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Styles have three grooves each, MMA or no MMA."""
    monkeypatch.setattr(draw, "grooves_of", lambda style: (style, f"{style}Sus", f"{style}Plus"))


def make_settings(style: str, *bars: tuple[str, ...]) -> GrooveSettings:
    return GrooveSettings(
        seed=1,
        number=7,
        style=style,
        bpm=100.5,
        key=0,
        minor=False,
        sections=(Section(groove="Some", chords=bars),),
        font="font.sf2",
        gain=0.5,
        reverb=True,
        lead=False,
    )


@pytest.mark.usefixtures("any_grooves")
def test_the_same_song_is_drawn_twice_and_another_seed_draws_another() -> None:
    assert draw_settings(1, 5) == draw_settings(1, 5)
    assert draw_settings(1, 5) != draw_settings(2, 5)


@pytest.mark.usefixtures("any_grooves")
def test_songs_fit_their_style_and_last_about_75_seconds() -> None:
    for number in range(200):
        settings = draw_settings(3, number)
        style = load_styles()[settings.style]
        seconds = settings.bars * style.beats_per_bar * 60 / settings.bpm

        assert style.low_bpm <= settings.bpm <= style.high_bpm
        assert 65 <= seconds <= 85
        assert 1 <= len(settings.grooves) <= 3
        assert min(len(section.chords) for section in settings.sections) >= 4


@pytest.mark.usefixtures("any_grooves")
def test_lead_reverb_fonts_and_number_of_grooves_are_mixed() -> None:
    drawn = [draw_settings(1, number) for number in range(400)]

    assert sum(settings.lead for settings in drawn) / 400 == pytest.approx(0.5, abs=0.1)
    assert sum(settings.reverb for settings in drawn) / 400 == pytest.approx(0.5, abs=0.1)
    assert min(Counter(settings.font for settings in drawn).values()) > 80
    assert {len(settings.grooves) for settings in drawn} == {1, 2, 3}


def test_every_round_of_songs_brings_every_style() -> None:
    styles = {name: one for name, one in load_styles().items() if one.library == "stdlib"}
    rounds = sum(1 if style.metre == "4/4" else 2 for style in styles.values())
    first = Counter(style_of(1, number).name for number in range(rounds))
    second = Counter(style_of(1, rounds + number).name for number in range(rounds))

    assert set(first) == set(styles)
    assert first == second
    assert [style_of(1, n).name for n in range(rounds)] != [
        style_of(1, rounds + n).name for n in range(rounds)
    ]


@pytest.mark.usefixtures("any_grooves")
def test_the_first_collection_stays_as_it_was_first_drawn() -> None:
    """Rendered corpora are valid as long as this holds; the grooves here are the fixture's."""
    drawn = [draw_settings(1, number) for number in range(200)]
    told = repr([(s.style, s.bpm, s.sections, s.font, s.gain, s.reverb, s.lead) for s in drawn])
    told = told.replace(str(SHARE), "/usr/share")  # wherever the fonts lie

    assert (drawn[0].style, drawn[0].bpm) == ("fastswing", 256.875)
    assert {s.collection for s in drawn} == {"stdlib"}
    assert all(s.feel is None and not s.band for s in drawn)
    assert hashlib.sha256(told.encode()).hexdigest() == FIRST_DRAWN


@pytest.mark.usefixtures("any_grooves")
def test_a_collection_draws_its_own_libraries_with_people() -> None:
    further = [draw_settings(1, number, "further") for number in range(300)]
    human = [draw_settings(1, number, "human") for number in range(100)]
    styles = load_styles()

    assert all(styles[s.style].library != "stdlib" for s in further)
    assert sum(s.feel is not None for s in further) / 300 == pytest.approx(0.7, abs=0.08)
    assert all(styles[s.style].library == "stdlib" and s.feel is not None for s in human)
    assert draw_settings(1, 5, "human") != draw_settings(1, 5, "stdlib")
    assert draw_settings(1, 5, "further") == further[5]


@pytest.mark.usefixtures("any_grooves")
def test_drum_patterns_get_a_band_and_never_lose_their_drums() -> None:
    drawn = [draw_settings(2, number, "further") for number in range(600)]
    alone = [s for s in drawn if s.style.startswith("zoom/")]

    assert len(alone) > 100
    assert sum(bool(s.band) for s in alone) / len(alone) == pytest.approx(0.8, abs=0.1)
    assert not any(s.band for s in drawn if s not in alone)
    assert not any(s.feel and s.feel.players == "no drums" for s in alone)


@pytest.mark.usefixtures("any_grooves")
def test_chamber_music_is_mostly_without_drums_and_half_of_it_not_in_four() -> None:
    drawn = [draw_settings(1, number, "chamber") for number in range(600)]
    styles = load_styles()
    players = [s.feel.players for s in drawn if s.feel]

    assert len(players) == 600
    assert players.count("no drums") / 600 == pytest.approx(0.6, abs=0.06)
    assert set(players) == {"no drums", "all"}
    other_metres = sum(styles[s.style].metre != "4/4" for s in drawn)
    assert other_metres / 600 == pytest.approx(0.5, abs=0.06)
    assert "zoom" not in {styles[s.style].library for s in drawn}


def test_a_band_is_written_after_each_groove_of_its_library() -> None:
    settings = replace(make_settings("zoom/rock", ("C",)), band=("Bass-Band Octave 3",))
    lines = mma_text(settings).splitlines()

    assert "Use zoom/rock" in lines
    assert lines[lines.index("Groove Some") + 1] == "Bass-Band Octave 3"


@pytest.mark.parametrize(
    ("style", "quarters"),
    [("zoom/rock", 4), ("zoom/bald34", 3), ("zoom/rock34", 3), ("zoom/blues68", 6)],
)
def test_a_band_stays_within_the_bar(style: str, quarters: int) -> None:
    for seed in range(20):
        for line in draw_band(random.Random(seed), load_styles()[style]):
            for place, ticks in re.findall(r"([\d.]+) (\d+)t", line):
                assert float(place) + int(ticks) / 192 < quarters + 1


def test_purposes_draw_independently() -> None:
    assert song_random(1, 2, "lead").random() != song_random(1, 2, "settings").random()


@pytest.mark.parametrize(
    ("style", "bar"),
    [
        ("waltz", "1 C"),
        ("8beat", "1 C / G"),
        ("68swing", "1 C / / G"),
        ("68march", "1 C G"),
        ("zoom/blues68", "1 C G"),
        ("casio/68ballad", "1 C / / G"),
    ],
)
def test_a_second_chord_falls_on_the_middle_of_the_bar(style: str, bar: str) -> None:
    chords: tuple[str, ...] = ("C",) if style == "waltz" else ("C", "G")

    assert mma_text(make_settings(style, chords)).splitlines()[-1] == bar


def test_tempo_is_written_in_mmas_quarters() -> None:
    assert "Tempo 100.5000" in mma_text(make_settings("8beat", ("C",)))
    assert "Tempo 301.5000" in mma_text(make_settings("68swing", ("C",)))
