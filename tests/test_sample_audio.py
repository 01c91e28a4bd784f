"""The sample clips match their manifest, and the tool that made them still works."""

import csv
import hashlib
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pacetag.model.training import sample_audio
from pacetag.tagger.tags.reader import read_tags
from tests.outside import RENDERING

SAMPLES = Path(__file__).parent.parent / "sample_audio"


def manifest(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as rows:
        return list(csv.DictReader(rows))


ROWS = manifest(SAMPLES)


def test_there_is_every_container_and_enough_of_them() -> None:
    assert len(ROWS) >= 10
    assert {Path(row["file"]).suffix for row in ROWS} == {".mp3", ".flac", ".ogg", ".opus", ".m4a"}
    assert sum(f.stat().st_size for f in SAMPLES.iterdir()) <= 8_000_000


def test_nothing_lies_there_that_the_manifest_does_not_know() -> None:
    assert {f.name for f in SAMPLES.iterdir()} == {row["file"] for row in ROWS} | {"manifest.csv"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["file"]))
def test_a_clip_is_as_described(row: dict[str, str]) -> None:
    path = SAMPLES / row["file"]

    tags = read_tags(path)

    assert hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"]
    assert (tags.title, tags.artist) == (row["title"], row["artist"])
    assert tags.duration == pytest.approx(50, abs=10)
    assert row["how"]


def test_the_drone_has_no_beat_in_it() -> None:
    """Its loudness moves too slowly for any step: no power between 0.6 and 6 Hz to speak of."""
    rate = 8_000
    sound = sample_audio.drone(30.0, seed=1, rate=rate)
    level = np.sqrt((sound[: 30 * rate].reshape(-1, rate // 20) ** 2).mean(axis=1))[80:-80]

    assert level.std() / level.mean() < 0.5


@pytest.mark.outside(*RENDERING)
def test_the_tool_makes_a_clip_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its title, its length and the paces of the manifest."""
    monkeypatch.setattr(sample_audio, "CLIPS", sample_audio.CLIPS[3:4])

    sample_audio.make_samples(tmp_path)

    (made,) = manifest(tmp_path)
    shipped = next(row for row in ROWS if row["file"] == made["file"])
    assert made["paces"] == shipped["paces"]
    sound, rate = soundfile.read(tmp_path / made["file"])
    assert len(sound) / rate == pytest.approx(46, abs=4)
    assert np.abs(sound).max() > 0.1
