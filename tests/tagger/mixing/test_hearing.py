"""Songs are heard for a mix: their beats without gaps, their bars, their loudness."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from pacetag.model.beats.beats import Beats
from pacetag.model.errors import DecodeError
from pacetag.tagger.mixing.decoding import SongReader
from pacetag.tagger.mixing.hearing import clear_range, evened, hear, numbered
from tests.tagger.conftest import write_sound
from tests.tagger.mixing.conftest import RATE, DrumSong, drums


def test_every_beat_is_counted_through_a_gap() -> None:
    times = np.delete(np.arange(40) * 0.5, range(20, 26))

    found, confidence = numbered(Beats(bpm=120, times=times, confidence=np.ones(len(times))))

    assert len(found) == 40
    assert np.isnan(found[20:26]).all()
    assert (confidence[20:26] == 0).all()
    assert evened(found) == pytest.approx(np.arange(40) * 0.5)


def test_players_who_are_early_and_late_by_turns_keep_an_even_tempo() -> None:
    rng = np.random.default_rng(1)
    even = 0.4 + np.arange(200) * 0.375

    found = evened(even + rng.normal(0, 0.01, 200))

    assert np.abs(np.diff(found, 2)).max() < 1e-9
    assert found == pytest.approx(even, abs=0.004)


def test_a_tempo_that_drifts_is_followed() -> None:
    times = np.cumsum(0.375 * (1 + 0.02 * np.sin(2 * np.pi * np.arange(300) / 150)))

    found = evened(times)

    assert np.abs(found - times)[8:-8].max() < 0.012


def test_beats_that_are_hardly_heard_are_left_out_at_both_ends() -> None:
    confidence = np.concatenate([np.full(20, 0.02), np.full(60, 0.8), np.full(10, 0.05)])

    found = clear_range(confidence)

    assert found == (20, 79)
    assert clear_range(np.full(90, 0.05)) is None


def test_beats_bars_and_length_of_a_song_are_heard(drum_song: DrumSong) -> None:
    song = drum_song(164.0, 40.0, lead=0.9, tone=98.0)

    found = hear(Path(song.song.path), 164.0, "duple", expected=40.0)

    truth = 0.9 + np.arange(len(found.times)) * 60 / 164
    assert found.is_clear
    assert np.abs(found.times - truth).max() < 0.008
    assert found.downbeat == 0
    assert found.seconds == pytest.approx(40.0, abs=0.01)
    assert found.loudness(0.0, 40.0) == pytest.approx(found.loudness(10.0, 30.0), abs=1.5)


def test_noise_has_no_clear_beat_and_is_counted_by_its_pace(tmp_path: Path) -> None:
    path = tmp_path / "noise.flac"
    soundfile.write(path, 0.1 * np.random.default_rng(0).normal(size=(20 * RATE, 2)), RATE)

    found = hear(path, 160.0, None)

    assert not found.is_clear
    assert np.diff(found.times) == pytest.approx(60 / 160)


def test_a_song_whose_end_is_missing_is_refused(drum_song: DrumSong) -> None:
    path = Path(drum_song(164.0, 40.0).song.path)

    with pytest.raises(DecodeError, match="its end is missing"):
        hear(path, 164.0, None, expected=80.0)


@pytest.mark.parametrize("suffix", [".flac", ".ogg", ".mp3", ".opus", ".m4a"])
def test_parts_of_a_song_are_read_where_its_beats_are_heard(tmp_path: Path, suffix: str) -> None:
    """Decoders may differ in where a song begins, by the samples that an encoder put before it."""
    rate = {".flac": 32_000, ".opus": 48_000}.get(suffix, RATE)
    path, times = tmp_path / f"drums{suffix}", np.arange(0.5, 29.5, 0.5)
    write_sound(path, drums(times, 30.0, 110.0), rate)
    heard = hear(path, 120.0 * rate / RATE, None).times
    reader, found = SongReader(path, RATE), []

    for place in heard[4:40]:
        part = reader.read(round((place - 0.1) * RATE), round(0.2 * RATE))[0]
        found.append(np.flatnonzero(np.abs(part) > 0.3 * np.abs(part).max())[0] / RATE - 0.1)

    assert np.median(found) == pytest.approx(0.001, abs=0.006)
