"""Takes are read as published, and only those that may be learnt from."""

from pathlib import Path

import numpy as np
import pytest

from pacetag.model.training.drummers.takes import SPLIT, TakesError, load_takes
from tests.model.training.drummers.made_takes import MadeSet, straight_beat


def test_a_take_is_read_with_its_drums_as_general_midi_has_them(tmp_path: Path) -> None:
    made = MadeSet(tmp_path)
    made.add([*straight_beat(10, key=22), (1.5, 26), (2.5, 58), (3.5, 51)], style="funk")

    (take,) = made.takes()

    assert (take.drummer, take.style, take.bpm, take.beats) == ("drummer7", "funk", 120.0, 40)
    assert {note.key for note in take.notes} == {36, 38, 42, 43, 46, 51}
    assert {note.channel for note in take.notes} == {9}


@pytest.mark.parametrize("drummer", ["drummer1", "drummer5", "drummer6"])
def test_held_out_drummers_are_never_read(tmp_path: Path, drummer: str) -> None:
    made = MadeSet(tmp_path)
    made.add(straight_beat(10))
    made.add(straight_beat(10), drummer=drummer, written=False)  # reading it would fail

    assert [take.drummer for take in made.takes()] == ["drummer7"]
    assert drummer not in SPLIT


def test_a_held_out_take_under_a_learnt_name_is_not_read(tmp_path: Path) -> None:
    made = MadeSet(tmp_path)
    made.add(straight_beat(10))
    table = tmp_path / "info.csv"
    table.write_text(table.read_text().replace(",drummer7/session1/1_", ",drummer1/session1/1_"))

    with pytest.raises(TakesError, match="no take"):
        made.takes()


def test_fills_short_takes_and_other_metres_are_left_out(tmp_path: Path) -> None:
    made = MadeSet(tmp_path)
    made.add(straight_beat(10))
    made.add(straight_beat(10), kind="fill")
    made.add(straight_beat(10), signature="6-8")
    made.add(straight_beat(7))  # 14 seconds

    assert [take.id for take in made.takes()] == ["drummer7/session1/1"]


def test_a_drummer_who_is_late_throughout_is_centred_on_the_beat(tmp_path: Path) -> None:
    made = MadeSet(tmp_path)
    made.add([(beat + 0.05, key) for beat, key in straight_beat(10)])

    (take,) = made.takes()

    assert np.abs(take.onsets * 2 - np.rint(take.onsets * 2)).max() < 0.01


def test_a_folder_without_the_table_is_said(tmp_path: Path) -> None:
    with pytest.raises(TakesError, match=r"info\.csv: cannot be read"):
        load_takes(tmp_path)


def test_a_missing_take_is_said(tmp_path: Path) -> None:
    made = MadeSet(tmp_path)
    made.add(straight_beat(10), written=False)

    with pytest.raises(TakesError, match=r"_beat_4-4\.mid: cannot be read"):
        made.takes()


def test_a_table_that_lacks_columns_is_said(tmp_path: Path) -> None:
    (tmp_path / "info.csv").write_text("drummer,id\n")

    with pytest.raises(TakesError, match="has no column bpm"):
        load_takes(tmp_path)
