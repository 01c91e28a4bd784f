"""A corpus of rendered songs is made once, goes on after an interruption, and reads back."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from pacetag.model.training.grooves.truth import Level
from pacetag.model.training.rendered import (
    RenderedCorpusError,
    RenderedSong,
    build_rendered,
    load_rendered,
    rendered_songs,
)
from pacetag.model.training.sources.sound import write_flac

RATE = 22_050


@dataclass(frozen=True)
class Click:
    name: str
    bpm: float = 120.0


def render(plan: Click, folder: Path) -> RenderedSong:
    samples = np.zeros(RATE, np.float32)
    samples[:: round(RATE * 60 / plan.bpm)] = 0.5
    write_flac(folder / f"{plan.name}.flac", samples, RATE)
    return RenderedSong(
        name=plan.name,
        group="clicks",
        split="train",
        tempo=plan.bpm,
        seconds=1.0,
        audio=f"{plan.name}.flac",
        levels=(
            Level(name="beat/2", bpm=plan.bpm / 2, verdict="wrong"),
            Level(name="beat", bpm=plan.bpm, verdict="compatible", share=1.0),
        ),
        made={"kind": "click"},
    )


def test_songs_read_back_as_they_were_made_and_in_order(tmp_path: Path) -> None:
    made = build_rendered(
        tmp_path, [Click("b"), Click("a", 90.0)], render, seed=1, title="clicks", jobs=2
    )

    assert [song.name for song in made] == ["b", "a"]
    assert load_rendered(tmp_path) == made


def test_only_what_is_missing_is_rendered_again(tmp_path: Path) -> None:
    plans = [Click("a"), Click("b"), Click("c")]
    build_rendered(tmp_path, plans[:1], render, seed=1, title="clicks")
    with (tmp_path / "songs.jsonl").open("a") as record:
        record.write('{"name": "b", "gro')  # an interruption
    rendered: list[str] = []

    def noted(plan: Click, folder: Path) -> RenderedSong:
        rendered.append(plan.name)
        return render(plan, folder)

    found = build_rendered(tmp_path, plans, noted, seed=1, title="clicks", jobs=1)

    assert rendered == ["b", "c"]
    assert load_rendered(tmp_path) == found


def test_what_was_finished_before_a_failure_is_kept(tmp_path: Path) -> None:
    def failing(plan: Click, folder: Path) -> RenderedSong:
        if plan.name == "b":
            raise RenderedCorpusError("no sound")
        return render(plan, folder)

    with pytest.raises(RenderedCorpusError, match="no sound"):
        build_rendered(tmp_path, [Click("a"), Click("b")], failing, seed=1, title="clicks", jobs=1)

    assert [song.name for song in load_rendered(tmp_path)] == ["a"]


def test_songs_of_another_seed_are_not_taken_for_these(tmp_path: Path) -> None:
    build_rendered(tmp_path, [Click("a")], render, seed=1, title="clicks")

    with pytest.raises(RenderedCorpusError, match="holds songs of seed 1: ask for that seed"):
        build_rendered(tmp_path, [Click("a", 90.0)], render, seed=2, title="clicks")

    assert [song.tempo for song in load_rendered(tmp_path)] == [120.0]


def test_a_level_that_is_wrong_tempts(tmp_path: Path) -> None:
    build_rendered(tmp_path, [Click("a")], render, seed=1, title="clicks")

    (song,) = rendered_songs(tmp_path, "clicks")

    assert song.truth.right == (120.0,)
    assert 60.0 in song.truth.tempting
    assert [t.compatible for t in song.truth.label(0, [120.0]) if t.bpm == 60.0] == [False]


def test_a_folder_without_songs_is_said(tmp_path: Path) -> None:
    with pytest.raises(RenderedCorpusError, match="holds no rendered songs"):
        load_rendered(tmp_path)


def test_fewer_songs_than_before_are_given_and_the_rest_is_kept(tmp_path: Path) -> None:
    plans = [Click("a"), Click("b"), Click("c")]
    build_rendered(tmp_path, plans, render, seed=1, title="clicks")

    fewer = build_rendered(tmp_path, plans[:1], render, seed=1, title="clicks")

    assert [song.name for song in fewer] == ["a"]
    assert [song.name for song in load_rendered(tmp_path)] == ["a", "b", "c"]
