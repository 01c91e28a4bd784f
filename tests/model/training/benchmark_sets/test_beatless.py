"""Sounds without a beat: that they are what they are called, and that nothing in them repeats."""

import io
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from rich.console import Console

from pacetag.model.training.benchmark_sets import beatless, noise, pads
from pacetag.model.training.benchmark_sets.beatless import SOURCES, Source, build_beatless
from pacetag.model.training.benchmark_sets.noise import MADE, RATE, Sound, coloured, crowd, swell
from pacetag.model.training.benchmark_sets.pads import PROGRAMS, Struck, free_notes, midi_of
from pacetag.model.training.recordings.table import load_package_split
from pacetag.model.training.sources.midi import song_of
from pacetag.model.training.sources.tools import ToolsMissingError
from tests.outside import FONTS, needs

SOURCE = Source(
    package="sounds-of-rain",
    folder="usr/share/rain",
    genre="weather",
    artist="Sky",
    what={"rain.wav": "rain"},
)


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(1)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sounds of 6 s in place of a minute."""
    monkeypatch.setattr(noise, "SECONDS", 6.0)
    monkeypatch.setattr(pads, "SECONDS", 6.0)


# Made by formula


@pytest.mark.parametrize("slope", [0.0, 1.0, 2.0])
@pytest.mark.usefixtures("short")
def test_the_power_of_noise_falls_as_its_colour_says(
    random: np.random.Generator, slope: float
) -> None:
    power = np.abs(np.fft.rfft(coloured(random, slope))) ** 2
    frequency = np.fft.rfftfreq(round(6 * RATE), 1 / RATE)
    low, high = (power[(frequency > f) & (frequency < 2 * f)].mean() for f in (200.0, 3_200.0))

    assert np.log2(low / high) / 4 == pytest.approx(slope, abs=0.15)  # four octaves apart


def test_a_swelling_wanders_between_zero_and_one(random: np.random.Generator) -> None:
    curve = swell(random, 60 * RATE, slowest=6.0, fastest=1.0)

    assert 0 <= curve.min() < 0.2
    assert 0.8 < curve.max() <= 1
    assert np.abs(np.diff(curve)).max() <= 1 / RATE + 1e-9  # from zero to one in 1 s at most


@pytest.mark.parametrize("name", sorted(MADE))
@pytest.mark.usefixtures("short")
def test_every_sound_is_whole_and_made_anew_by_its_seed(name: str) -> None:
    make = MADE[name][0]
    sound, same, other = (make(np.random.default_rng(seed)) for seed in (3, 3, 4))

    assert sound.shape == (6 * RATE,)
    assert np.abs(sound).max() == pytest.approx(0.7)
    assert (sound == same).all()
    assert (sound != other).any()


@pytest.mark.usefixtures("short")
def test_a_crowd_goes_on_to_the_end(random: np.random.Generator) -> None:
    voices: list[Sound] = [random.normal(size=RATE), random.normal(size=2 * RATE)]

    sound = crowd(random, voices, people=3)

    seconds = sound.reshape(6, RATE)
    assert seconds.std(axis=1).min() > 0.5 * seconds.std(axis=1).max()


# Free rhythm


def test_free_notes_come_at_times_without_a_memory(random: np.random.Generator) -> None:
    """Gaps of a Poisson process: their standard deviation is their mean, each apart from the
    last."""
    gaps = np.concatenate(
        [np.diff([note.at for note in free_notes(random, 1.5)]) for _ in range(10)]
    )

    assert gaps.mean() == pytest.approx(0.5, rel=0.1)
    assert gaps.std() / gaps.mean() == pytest.approx(1.0, abs=0.1)
    assert abs(np.corrcoef(gaps[:-1], gaps[1:])[0, 1]) < 0.1


def test_free_notes_are_written_as_they_were_drawn(random: np.random.Generator) -> None:
    notes = free_notes(random, 2.0)

    song = song_of(midi_of(notes, program=46))

    seconds = [note.tick / song.ticks_per_quarter * 60 / song.tempo for note in song.notes]
    assert seconds == pytest.approx([note.at for note in notes], abs=0.001)
    assert [note.key for note in song.notes] == [note.key for note in notes]
    assert song.channels == {0}


def test_a_key_struck_anew_is_let_go_first() -> None:
    first = Struck(at=0.1, length=5.0, key=60, velocity=90)
    second = Struck(at=0.3, length=0.2, key=60, velocity=80)

    events = list(midi_of((first, second), program=0).tracks[0])

    assert [event.type for event in events[1:]] == ["note_on", "note_off", "note_on", "note_off"]
    assert [event.velocity for event in events[1:]] == [90, 0, 80, 0]


# The set


def test_nothing_is_of_a_package_that_is_trained_on() -> None:
    trained = {package for package, split in load_package_split().items() if split == "train"}

    assert not trained & {source.package for source in SOURCES}


def test_at_least_sixty_pieces_half_of_them_recorded() -> None:
    recorded = sum(len(source.what) for source in SOURCES)
    made = sum(count for _, count in MADE.values()) + len(PROGRAMS) + len(beatless.CROWDS)

    assert recorded + made >= 60
    assert recorded >= made


@pytest.fixture
@needs("dpkg-deb")
def debs(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    for name in ("usr/share/rain", "usr/share/doc/sounds-of-rain", "DEBIAN"):
        (root / name).mkdir(parents=True)
    soundfile.write(root / "usr/share/rain/rain.wav", np.zeros(800), 8_000)
    (root / "usr/share/doc/sounds-of-rain/copyright").write_text("free")
    (root / "DEBIAN/control").write_text(
        "Package: sounds-of-rain\nVersion: 1-1\nArchitecture: all\n"
        "Maintainer: Someone <someone@example.org>\nDescription: sounds\n"
    )
    target = tmp_path / "debs" / "sounds-of-rain_1-1_all.deb"
    target.parent.mkdir()
    subprocess.run(
        ["dpkg-deb", "-Znone", "-b", str(root), str(target)], check=True, capture_output=True
    )
    return target.parent


@pytest.fixture
@needs("fluidsynth", *FONTS)
def little(monkeypatch: pytest.MonkeyPatch, short: None) -> None:
    """One noise and one free piece."""
    monkeypatch.setattr(noise, "MADE", {"white noise": MADE["white noise"]})
    monkeypatch.setattr(pads, "PROGRAMS", {46: ("harp", 2.0)})


@pytest.mark.usefixtures("little")
def test_recordings_and_made_sounds_stand_in_one_set(
    debs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    lost = Source(package="gone", folder="x", genre="speech", artist="y", what={"z.wav": "z"})
    console = Console(file=io.StringIO(), width=200)

    songs = build_beatless(out, console, debs=debs, sources=(SOURCE, lost))

    assert [song.file for song in songs] == [
        "recorded/sounds-of-rain/rain.wav",
        "made/white-noise-1.flac",
        "made/free-harp.flac",
    ]
    assert all(song.tempo is None and song.remarks for song in songs)
    assert soundfile.info(out / songs[0].file).frames == 800
    assert soundfile.info(out / songs[1].file).duration == 6.0
    harp, _ = soundfile.read(out / songs[2].file)
    assert np.abs(harp).max() > 0.01
    assert isinstance(console.file, io.StringIO)
    assert "left out: gone" in console.file.getvalue()


@pytest.mark.usefixtures("little")
def test_crowds_are_made_of_the_speech_that_was_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(package: str, wanted: dict[str, Path], debs: Path | None) -> None:
        for target in wanted.values():
            target.parent.mkdir(parents=True, exist_ok=True)
            tone = 0.5 * np.sin(2 * np.pi * 500 * np.arange(8_000) / 8_000)
            soundfile.write(target.with_suffix(".wav"), tone, 8_000)

    monkeypatch.setattr(beatless, "take_files", fetch)
    talk = Source(package="talk", folder="x", genre="speech", artist="y", what={"a.wav": "a"})

    songs = build_beatless(tmp_path, Console(file=io.StringIO()), sources=(talk,))

    crowds = [song for song in songs if song.genre == "crowd"]
    assert [song.file for song in crowds] == [f"made/crowd-{n}.flac" for n in (4, 12, 40)]
    sound, rate = soundfile.read(tmp_path / crowds[0].file)
    assert rate == RATE
    assert int(np.argmax(np.abs(np.fft.rfft(sound)))) / 6 == pytest.approx(500, abs=2)


def test_without_fluidsynth_the_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ToolsMissingError, match=r"apt-get install .*fluidsynth"):
        build_beatless(tmp_path, Console(file=io.StringIO()))
