"""Composed MIDI: right lengths, no overlapping notes, people's hands, the same every time."""

import io
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from mido import MidiFile
from rich.console import Console

from pacetag.model.training.metres.__main__ import main
from pacetag.model.training.metres.compose import compose, seconds
from pacetag.model.training.metres.corpus import build_metres
from pacetag.model.training.metres.draw import MetrePlan, draw_plan
from pacetag.model.training.metres.drums import KEYS, Drummer
from pacetag.model.training.metres.kinds import load_kinds
from pacetag.model.training.metres.parts import TICKS
from pacetag.model.training.rendered import rendered_songs
from pacetag.model.training.sources.midi import timed
from pacetag.model.training.sources.tools import ToolsMissingError
from tests.outside import FONTS

KINDS = load_kinds()


def plan_of(kind: str, **changes: object) -> MetrePlan:
    plan = next(plan for plan in (draw_plan(5, n) for n in range(200)) if plan.kind == kind)
    return replace(plan, **changes)  # type: ignore[arg-type]


def data_of(midi: MidiFile) -> bytes:
    held = io.BytesIO()
    midi.save(file=held)
    return held.getvalue()


@pytest.mark.parametrize("name", KINDS)
def test_a_key_is_never_struck_while_it_sounds(name: str) -> None:
    midi = compose(plan_of(name)).midi
    for track in midi.tracks:
        sounding: set[tuple[int, int]] = set()
        for _, event in timed(track):
            if event.type == "note_on":
                assert (event.channel, event.note) not in sounding
                sounding.add((event.channel, event.note))
            elif event.type == "note_off":
                sounding.discard((event.channel, event.note))
        assert not sounding


@pytest.mark.parametrize("name", KINDS)
def test_a_song_sounds_from_its_start_to_its_end(name: str) -> None:
    plan = plan_of(name, feel=None)
    composed = compose(plan)

    bar = 60 / plan.bpm * KINDS[name].beats
    assert composed.onsets.beats.min() < KINDS[name].beats
    assert composed.onsets.beats.max() < composed.onsets.length
    assert seconds(plan) - 1.5 * bar <= composed.midi.length <= seconds(plan) + bar


def test_equal_plans_give_equal_notes() -> None:
    plan = plan_of("slip jig")

    assert data_of(compose(plan).midi) == data_of(compose(plan).midi)


def test_people_move_notes_and_leave_the_truth_alone() -> None:
    plan = next(p for p in (draw_plan(5, n) for n in range(200)) if p.feel and not p.lilt)
    tight = compose(replace(plan, feel=None))
    played = compose(plan)

    assert data_of(played.midi) != data_of(tight.midi)
    assert played.levels == tight.levels


def test_a_lilting_waltz_has_its_second_beat_early() -> None:
    plan = plan_of("Viennese waltz")
    feel = next(p.feel for p in (draw_plan(5, n) for n in range(50)) if p.feel)
    still = replace(feel, timing=0.0, lag=0.0, touch=0.0, drift=0.0, softer=0.0)

    places = set()
    plain = replace(plan, feel=still, lilt=0.125, strum=0.0, graces=0.0)
    for track in compose(plain).midi.tracks:
        for tick, event in timed(track):
            if event.type == "note_on":
                places.add(round(tick / (TICKS * 5) % 3, 3))

    assert 0.875 in places
    assert 1.0 not in places


def test_a_lean_drummer_leaves_out_what_divides_the_beat() -> None:
    kind = KINDS["blues 12/8"]

    def keys(lean: bool) -> set[int]:
        drummer = Drummer(kind, random.Random(1), lean=lean)
        return {hit.key for _, hit in drummer.section("full", 0, 8)}

    assert KEYS["hat"] in keys(False) or KEYS["ride"] in keys(False)
    assert not {KEYS["hat"], KEYS["ride"]} & keys(True)
    assert KEYS["kick"] in keys(True)


def test_melodies_do_not_strike_every_third() -> None:
    """Else the network would learn that compound music always sounds in eighths."""
    shares = [
        next(level.share for level in compose(plan).levels if level.name == "beat")
        for plan in (draw_plan(1, number) for number in range(20))
    ]

    assert min(share for share in shares if share is not None) < 1.0


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(ToolsMissingError, match="apt-get install"):
        build_metres(tmp_path, songs=1, console=Console(file=io.StringIO()))
    assert main([str(tmp_path), "--songs", "1"]) == 1


@pytest.mark.outside("fluidsynth", *FONTS)
def test_songs_are_rendered_with_their_truth(tmp_path: Path) -> None:
    songs = build_metres(tmp_path, songs=2, seed=1, jobs=1, console=Console(file=io.StringIO()))

    samples, rate = soundfile.read(tmp_path / songs[0].audio)
    plan = draw_plan(1, 0)
    assert rate == 22_050
    assert abs(len(samples) / rate - seconds(plan)) < 1.0
    assert np.abs(samples).max() > 0.01
    for training, song in zip(rendered_songs(tmp_path, "metres"), songs, strict=True):
        assert training.source == "metres"
        assert training.group == song.group
        assert training.split == KINDS[song.group].split
        assert song.tempo is not None
        assert song.tempo * 3 / 2 in training.truth.tempting
