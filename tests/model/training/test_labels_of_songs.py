"""What is taught of a song: which tempos are called right and wrong."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pacetag.model.judgement import Pace
from pacetag.model.training.grooves.songs import groove_truth
from pacetag.model.training.grooves.truth import Level
from pacetag.model.training.recordings import songs as recording_songs_module
from pacetag.model.training.recordings.songs import recording_songs, recording_truth
from pacetag.model.training.recordings.table import (
    HeardWindow,
    Recording,
    load_package_split,
    load_recordings,
)
from pacetag.model.training.songs import LabelledTempo

WALTZ = groove_truth(
    (
        Level(name="bar", bpm=62.0, verdict="compatible"),
        Level(name="beat", bpm=186.0, verdict="compatible"),
        Level(name="beat*2", bpm=372.0, verdict="unclear"),
    ),
    186.0,
)
SILENT = HeardWindow(tempo_cnn=None, network=())
BEAT = Recording(
    package="tunes",
    path="music/one.ogg",
    seconds=120.0,
    kind="beat",
    tempo=120.0,
    heard=(
        replace(SILENT, network=(Pace(bpm=119.8, confidence=0.9),)),
        replace(SILENT, network=(Pace(bpm=240.2, confidence=0.8),)),
    ),
)


def said(labels: list[LabelledTempo]) -> dict[float, bool]:
    return {tempo.bpm: tempo.compatible for tempo in labels}


def test_candidates_of_a_groove_are_judged_by_its_levels() -> None:
    labels = said(WALTZ.label(0, [61.5, 93.0, 187.0, 150.0]))

    assert labels[61.5] is labels[187.0] is True
    assert labels[93.0] is labels[150.0] is False


def test_what_is_unclear_is_not_taught() -> None:
    labels = said(WALTZ.label(0, [372.0, 190.0 * 1.03]))

    assert 372.0 not in labels
    assert 190.0 * 1.03 not in labels  # between 4 % and 6 % beside the beat


def test_the_tempting_mistakes_are_taught_though_nobody_offered_them() -> None:
    labels = said(WALTZ.label(0, []))

    assert labels == {186.0 * ratio: False for ratio in (3 / 2, 2 / 3, 4 / 3, 3 / 4)}


def test_a_grooves_family_is_all_that_is_not_wrong() -> None:
    assert WALTZ.right == (62.0, 186.0)
    assert WALTZ.unclear == (372.0,)
    assert WALTZ.family == (62.0, 186.0, 372.0)


def test_a_recording_is_right_where_any_window_is() -> None:
    truth = recording_truth(BEAT)

    assert truth.right == (120.0, 240.0)
    assert 60.0 in truth.unclear
    assert 180.0 not in truth.family
    assert said(truth.label(0, [120.5]))[120.5] is True


def test_a_recording_without_a_beat_has_no_family() -> None:
    truth = recording_truth(replace(BEAT, kind="none", tempo=None))

    assert truth.right == truth.unclear == truth.family == ()
    assert said(truth.label(0, [100.0])) == {100.0: False}


def test_only_recordings_of_which_something_is_known_are_lessons(tmp_path: Path) -> None:
    package = "singularity-music"
    rows = [row for row in load_recordings() if row.package == package]
    for row in rows:
        (tmp_path / row.file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / row.file).touch()

    songs = recording_songs(tmp_path)

    assert {song.name.rpartition("/")[2] for song in songs} == {
        row.path.rpartition("/")[2] for row in rows if row.known
    }
    assert {song.split for song in songs} == {load_package_split()[package]}
    assert all(len(song.windows) == 2 for song in songs)


@pytest.mark.parametrize(("side", "taught"), [("train", 4), ("validation", 2), ("test", 2)])
def test_a_networks_word_is_learnt_from_and_never_scored_against(
    side: str, taught: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = replace(BEAT, kind="none", tempo=None)
    rows = (
        BEAT,
        quiet,
        replace(BEAT, kind="heard", labelled_by="network"),
        replace(quiet, labelled_by="network"),
        replace(quiet, kind="unclear"),
    )
    monkeypatch.setattr(recording_songs_module, "present_recordings", lambda _: rows)
    monkeypatch.setattr(recording_songs_module, "load_package_split", lambda: {"tunes": side})

    assert len(recording_songs(tmp_path)) == 2
    assert len(recording_songs(tmp_path, pseudo_labels=True)) == taught


def test_the_card_says_what_the_bundle_measured() -> None:
    """On style families and packages that were not trained on; it may not fall behind this."""
    weights = Path(__file__).parents[3] / "model/weights/stride-5/bundle.json"
    scores = json.loads(weights.read_text())["scores"]

    assert scores["test grooves"]["cases"]["accuracy"] >= 0.98
    assert scores["test grooves"]["cases"]["auc"] >= 0.998
    assert scores["test grooves"]["songs"]["set_f1"] >= 0.97
    assert scores["test recordings"]["cases"]["accuracy"] >= 0.99
    assert scores["test recordings"]["cases"]["auc"] >= 0.999
    card = (weights.parent / "MODEL_CARD.md").read_text()
    for part in ("test grooves", "test recordings"):
        assert f"{scores[part]['cases']['accuracy']:.3f}".lstrip("0") in card
        assert f"{scores[part]['cases']['auc']:.4f}".lstrip("0") in card
        assert f"{scores[part]['songs']['set_f1']:.3f}".removeprefix("0") in card


@pytest.mark.parametrize("name", ["style_families.csv", "package_split.csv"])
def test_no_group_is_on_two_sides(name: str) -> None:
    path = Path(__file__).parents[3] / "model/training/data" / name
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    header, *rows = (line.split(",") for line in lines)
    group = header.index("family" if "family" in header else "package")
    split = header.index("split")

    sides = {(row[group], row[split]) for row in rows}

    assert len(sides) == len({row[group] for row in rows})
    assert {side for _, side in sides} == {"train", "validation", "test"}
