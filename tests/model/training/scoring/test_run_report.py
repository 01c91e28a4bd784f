"""Scores source by source, and the notes on what an addition brought."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pacetag.model.bundle import Bundle
from pacetag.model.spec import FeatureSpec
from pacetag.model.tempo.calibration import Calibration
from pacetag.model.training.labels.own_songs import own_truth
from pacetag.model.training.scoring.by_source import source_scores, sources_of
from pacetag.model.training.scoring.run_report import Addition, note_addition
from pacetag.model.training.scoring.score import ScoredSong
from pacetag.model.training.songs import TrainingSong, Window
from tests.model.training.scoring.scored_songs import scored_song


def song(source: str, split: str, group: str = "legs", number: int = 1) -> TrainingSong:
    return TrainingSong(
        name=f"{source} {split} {number}",
        source=source,
        group=group,
        split=split,
        windows=(Window(path=Path("one.flac"), start=0.0, seconds=40.0),),
        truth=own_truth((172.0, 86.0)),
    )


def heard(one: TrainingSong, *logits: float) -> ScoredSong:
    return scored_song(one, dict(zip((172.0, 86.0, 115.0), logits, strict=True)))


def scored(*, f1: float, auc: float | None, songs: int = 4) -> dict[str, Any]:
    figures = dict.fromkeys(("set_precision", "set_recall", "calibration_error"), 0.25)
    return {
        "candidates": None if auc is None else {"accuracy": 0.9, "auc": auc},
        "songs": {
            **figures,
            "songs": float(songs),
            "set_f1": f1,
            "top_in_family": None,
        },
    }


def bundle(name: str, scores: dict[str, Any]) -> Bundle:
    return Bundle(
        name=name,
        folder=Path(name),
        spec=FeatureSpec(),
        network={},
        calibration={"slope": 1.0, "offset": 0.0},
        training={
            "date": "2026-05-04",
            "settings": {"seed": 7, "own": {"tolerance": 0.05}},
            "cases": {"grooves train": 130, "own train": 52, "own test": 26},
        },
        scores=scores,
    )


ADDITION = Addition(
    files=["labels.csv", "index.sqlite3"],
    left_out=3,
    songs=[
        song("grooves", "train", "waltz"),
        song("own", "train", "legs", 1),
        song("own", "train", "legs", 2),
        song("own", "test", "arms"),
    ],
)
BEFORE = bundle("stride-1", {})
OLD = {"test grooves": scored(f1=0.9, auc=0.99), "test own": scored(f1=0.5, auc=0.8)}
NEW = bundle(
    "own-1",
    {
        "networks": {},
        "test grooves": scored(f1=0.875, auc=1.0),
        "test own": scored(f1=0.75, auc=None),
    },
)


def rows(text: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]


def test_scores_are_kept_apart_by_side_and_source() -> None:
    found = source_scores(
        [
            heard(song("own", "test"), 3.0, 2.0, -3.0),
            heard(song("own", "validation"), 3.0, -2.0, 1.0),
            heard(song("grooves", "test"), -1.0, 2.0, -3.0),
        ],
        Calibration(),
    )

    assert set(found) == {"test own", "validation own", "test grooves"}
    assert found["test own"]["candidates"]["accuracy"] == 1.0
    assert found["validation own"]["candidates"]["accuracy"] == pytest.approx(1 / 3)
    assert found["validation own"]["candidates"]["auc"] == 0.5
    assert found["test own"]["songs"]["set_f1"] == 1.0
    assert found["test grooves"]["songs"]["set_recall"] == 0.5


def test_candidates_are_right_by_the_calibrated_probability() -> None:
    found = source_scores([heard(song("own", "test"), 3.0, 2.5, 1.0)], Calibration(offset=-2.0))

    assert found["test own"]["candidates"]["accuracy"] == 1.0


def test_one_class_alone_has_no_scores_over_candidates() -> None:
    beatless = replace(song("own", "test"), truth=own_truth(()))

    scores = source_scores([heard(beatless, 1, 1, 1)], Calibration())

    assert scores["test own"]["candidates"] is None
    json.dumps(scores, allow_nan=False)  # a bundle's JSON must be one


def test_sources_come_in_the_order_in_which_songs_do() -> None:
    assert sources_of(ADDITION.songs) == ("grooves", "own")


def test_the_notes_say_what_was_added(tmp_path: Path) -> None:
    note_addition(tmp_path / "notes.md", ADDITION, before=BEFORE, old=OLD, new=NEW)

    text = (tmp_path / "notes.md").read_text()
    assert "## 2026-05-04: own-1" in text
    assert "labels.csv, index.sqlite3 (rows left out: 3)" in text
    assert ["own", "songs", "2", "0", "1"] in rows(text)
    assert ["", "artists", "1", "0", "1"] in rows(text)
    assert ["", "cases", "52", "0", "26"] in rows(text)
    assert ["", "cases", "130", "0", "0"] in rows(text)


def test_the_notes_set_before_and_after_side_by_side(tmp_path: Path) -> None:
    note_addition(tmp_path / "notes.md", ADDITION, before=BEFORE, old=OLD, new=NEW)

    text = (tmp_path / "notes.md").read_text()
    assert [row[:8] for row in rows(text) if row[0] == "test own"] == [
        ["test own", "stride-1 (before)", "4", ".900", ".8000", ".250", ".250", ".500"],
        ["test own", "own-1", "4", "–", "–", ".250", ".250", ".750"],
    ]
    assert "- test own: F1 .500 to .750 (+0.250) over 4 songs." in text
    assert "- test grooves: F1 .900 to .875 (-0.025) over 4 songs." in text


def test_every_addition_is_a_section_under_one_heading(tmp_path: Path) -> None:
    for _ in range(2):
        note_addition(tmp_path / "notes.md", ADDITION, before=BEFORE, old=OLD, new=NEW)

    lines = (tmp_path / "notes.md").read_text().splitlines()
    assert sum(line.startswith("# ") for line in lines) == 1
    assert lines.count("## 2026-05-04: own-1") == 2
