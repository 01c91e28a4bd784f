"""End to end with the shipped network: from sound to tags, index and playlist."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

import pacetag.model
from pacetag.model.bundle import DEFAULT_NAME
from pacetag.tagger.tags.pacetag import parse_pacetag
from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.workers import pool

Run = Callable[..., Any]

BUNDLE = Path(next(iter(pacetag.model.__path__))) / "weights" / DEFAULT_NAME
SHIPPED = pool.shipped_judge  # before a fixture puts the fake one in its place

pytestmark = pytest.mark.skipif(not BUNDLE.is_dir(), reason="no trained network in this tree")


@pytest.fixture(autouse=True)
def real_ear(own_world: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge with the shipped network, in worker processes."""
    monkeypatch.setattr(pool, "shipped_judge", SHIPPED)


@pytest.fixture
def rock(library: Path) -> Path:
    """Half a minute of kick, snare and hi-hat in eighths at 172, as an MP3."""
    path = library / "rock.mp3"
    soundfile.write(path, _rock(172.0), 44_100, format="MP3", subtype="MPEG_LAYER_III")
    return path


def _rock(bpm: float, seconds: float = 30.0, rate: int = 44_100) -> NDArray[np.float32]:
    rng = np.random.default_rng(3)
    sound = rng.normal(0, 1e-3, round(seconds * rate))
    time = np.arange(round(0.15 * rate)) / rate
    kick = np.sin(2 * np.pi * 60 * time) * np.exp(-time * 25)
    snare = 0.6 * rng.normal(0, 1, len(time)) * np.exp(-time * 30)
    hat = 0.2 * rng.normal(0, 1, len(time)) * np.exp(-time * 90)
    for number, start in enumerate(np.arange(0.0, seconds - 0.2, 30.0 / bpm)):
        at = round(start * rate)
        drum = {0: kick, 2: snare}.get(number % 4, 0.0)
        sound[at : at + len(time)] += hat + drum
    scaled: NDArray[np.float32] = (0.5 * sound / np.max(np.abs(sound))).astype(np.float32)
    return scaled


def test_a_song_is_heard_tagged_found_and_not_heard_again(
    rock: Path, library: Path, scan_json: Run, pacetag: Run
) -> None:
    (library / "lyrics.mp3").write_text("la la la")
    first = scan_json()

    assert first.outcomes == {"rock.mp3": "tagged", "lyrics.mp3": "failed"}
    assert first.songs["lyrics.mp3"]["reason"].startswith("cannot decode audio: ")
    heard = [pace["bpm"] for pace in first.songs["rock.mp3"]["paces"]]
    assert any(abs(bpm / 172.0 - 1) < 0.01 for bpm in heard)
    note = parse_pacetag(read_tags(rock).pacetag)
    assert note is not None
    assert note.bundle == DEFAULT_NAME

    listed = json.loads(pacetag("playlist", "--cadence", "172", "--json").stdout)
    assert [song["path"] for song in listed["songs"]] == [str(rock)]

    second = scan_json()
    assert (second.counts["analysed"], second.counts["written"]) == (0, 0)


def test_what_it_was_judged_by_can_be_drawn(rock: Path, pacetag: Run, tmp_path: Path) -> None:
    done = pacetag("show", rock, "--plot", tmp_path / "rock.png", "--json")

    assert (done.exit_code, done.stderr) == (0, "")
    assert (tmp_path / "rock.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads(done.stdout)["duration"] == pytest.approx(30.0, abs=0.1)
