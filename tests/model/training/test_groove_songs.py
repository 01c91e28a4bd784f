"""Drawing songs and writing them for MMA."""

from collections import Counter

import pytest

from pacetag.model.training import groove_songs
from pacetag.model.training.groove_songs import (
    GrooveSettings,
    Section,
    draw_settings,
    mma_text,
    song_random,
    style_of,
)
from pacetag.model.training.groove_styles import load_styles


@pytest.fixture
def any_grooves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Styles have three grooves each, MMA or no MMA."""
    monkeypatch.setattr(
        groove_songs, "grooves_of", lambda style: (style, f"{style}Sus", f"{style}Plus")
    )


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
    styles = load_styles()
    rounds = sum(1 if style.metre == "4/4" else 2 for style in styles.values())
    first = Counter(style_of(1, number).name for number in range(rounds))
    second = Counter(style_of(1, rounds + number).name for number in range(rounds))

    assert set(first) == set(styles)
    assert first == second
    assert [style_of(1, n).name for n in range(rounds)] != [
        style_of(1, rounds + n).name for n in range(rounds)
    ]


def test_purposes_draw_independently() -> None:
    assert song_random(1, 2, "lead").random() != song_random(1, 2, "settings").random()


@pytest.mark.parametrize(
    ("style", "bar"),
    [("waltz", "1 C"), ("8beat", "1 C / G"), ("68swing", "1 C / / G"), ("68march", "1 C G")],
)
def test_a_second_chord_falls_on_the_middle_of_the_bar(style: str, bar: str) -> None:
    chords: tuple[str, ...] = ("C",) if style == "waltz" else ("C", "G")

    assert mma_text(make_settings(style, chords)).splitlines()[-1] == bar


def test_tempo_is_written_in_mmas_quarters() -> None:
    assert "Tempo 100.5000" in mma_text(make_settings("8beat", ("C",)))
    assert "Tempo 301.5000" in mma_text(make_settings("68swing", ("C",)))
