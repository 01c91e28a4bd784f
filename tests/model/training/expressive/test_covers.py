"""Scores are played again without their drums, on the side of the split where they are."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from mido import Message
from rich.console import Console

from pacetag.model.training.expressive import covers, render
from pacetag.model.training.expressive.corpus import build_expressive
from pacetag.model.training.expressive.covers import COVERED, CoverPlan, cover_piece, covers_of
from pacetag.model.training.expressive.render import play_cover
from pacetag.model.training.grooves.truth import Level
from pacetag.model.training.scores.songs import SPLIT
from pacetag.model.training.scores.sources import PACKAGES, Piece
from pacetag.model.training.sources.deb_files import PackageError
from pacetag.model.training.sources.midi import DRUM_CHANNEL, parse_midi, song_of
from tests.model.training.midi_files import metre, midi_bytes, note, tempo
from tests.outside import FONTS

DIVISION, BPM, BARS = 96, 100.0, 36


def source(package: str = "openttd-openmsx", *, pitched: bool = True) -> Piece:
    """Chords on the beats, a tune in eighths over them, drums in sixteenths."""
    events: list[tuple[int, Message]] = [(0, Message("program_change", channel=1, program=73))]
    for beat in range(BARS * 4):
        tick = beat * DIVISION
        if pitched:
            root = (48, 53, 55, 48)[beat // 4 % 4]
            strong = 100 if beat % 4 == 0 else 80
            events += [(tick, note(0, root + step, strong)) for step in (0, 4, 7)]
            events += [
                (tick + half * DIVISION // 2, note(1, 72 + (beat * 5 + half) % 12, strong - 10))
                for half in (0, 1)
            ]
        events += [(tick + part * DIVISION // 4, note(DRUM_CHANNEL, 42, 120)) for part in range(4)]
    events.sort(key=lambda event: event[0])
    data = midi_bytes([(0, tempo(BPM)), (0, metre(4, 4))], events, division=DIVISION)
    return Piece(package=package, name="tune", data=data)


def plan(package: str = "openttd-openmsx") -> CoverPlan:
    return next(iter(covers_of(source(package), 1)))


def verdicts(levels: tuple[Level, ...]) -> dict[str, str]:
    return {level.name: level.verdict for level in levels}


@pytest.mark.parametrize("package", COVERED)
def test_a_cover_is_on_the_side_of_its_game(package: str) -> None:
    assert plan(package).group == PACKAGES[package]
    assert plan(package).split == SPLIT[PACKAGES[package]]


def test_equal_scores_give_equal_covers() -> None:
    assert plan() == plan()
    assert play_cover(plan())[1].notes == play_cover(plan())[1].notes


def test_drums_are_left_out_and_make_no_level() -> None:
    piece, played, levels = play_cover(plan())

    assert len(piece.parts) == 2
    assert piece.parts[0].role == "melody"
    assert 42 not in {played_note.key for played_note in played.notes}
    assert verdicts(levels)["beat"] == "compatible"
    assert verdicts(levels)["beat*2"] == "compatible"
    assert verdicts(levels)["beat*4"] != "compatible" if "beat*4" in verdicts(levels) else True


def test_a_score_of_hardly_anything_but_drums_has_no_cover() -> None:
    assert not list(covers_of(source(pitched=False), 1))


def test_what_is_no_midi_file_has_no_cover() -> None:
    assert not list(covers_of(Piece(package="freedoom", name="x", data=b"no"), 1))


def test_the_mean_tempo_is_that_of_the_score_and_beats_are_its_beats() -> None:
    piece, played, _ = play_cover(plan())

    assert piece.bpm == pytest.approx(BPM, rel=1e-3)
    assert played.tempo_map.mean == pytest.approx(piece.bpm, abs=1e-9)
    assert len(played.tempo_map.beats) == piece.bars * 4
    on_beats = {tone.beat for tone in piece.tones if tone.part == 1}
    assert np.allclose([abs(beat - round(beat)) for beat in on_beats], 0.0)


def test_every_pitched_note_of_the_stretch_is_played() -> None:
    chosen = plan()
    piece = cover_piece(chosen)

    song = song_of(parse_midi(chosen.data))
    written = [
        one
        for one in song.notes
        if one.channel != DRUM_CHANNEL
        and 0 <= one.tick / DIVISION - chosen.start < piece.beats - 0.02
    ]
    assert len(piece.tones) == len(written)


def test_a_package_that_cannot_be_had_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def missing(package: str, debs: Path | None) -> Iterator[None]:
        raise PackageError(f"no {package} in {debs}")
        yield

    monkeypatch.setattr(covers, "opened_package", missing)
    monkeypatch.setattr("pacetag.model.training.expressive.corpus.require_synthesiser", tuple_of)
    said = io.StringIO()

    made = build_expressive(
        tmp_path, songs=0, packages=["freedoom"], console=Console(file=said, width=200)
    )

    assert not made
    assert "freedoom is skipped: no freedoom" in said.getvalue()


def tuple_of(*_: object) -> None:
    """Every program is there."""


@pytest.mark.outside("fluidsynth", *FONTS)
def test_a_cover_is_rendered_with_its_beats(tmp_path: Path) -> None:
    made = render.render(plan(), tmp_path)

    assert (tmp_path / made.audio).is_file()
    assert (made.group, made.split) == ("openttd-openmsx", "validation")
    assert made.seconds > made.made["beats"][-1]
