"""Building the score corpus from packages made here."""

import gzip
import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pacetag.model.spec import FeatureSpec
from pacetag.model.training.scores import render, sources
from pacetag.model.training.scores.corpus import (
    SONGS_FILE,
    ScoreCorpusError,
    build_corpus,
    load_songs,
    main,
)
from pacetag.model.training.scores.score import Score, TempoChange, read_score
from pacetag.model.training.scores.sections import Stretch, find_stretches, recording_lag
from pacetag.model.training.scores.songs import SPLIT, notated_songs
from pacetag.model.training.scores.sources import PACKAGES, Piece, opened_package
from pacetag.model.training.sources import sound
from pacetag.model.training.sources.deb_files import PackageError
from pacetag.model.training.sources.sound import FONTS
from tests import outside
from tests.model.training.midi_files import midi_bytes, note, tempo
from tests.outside import needs

DIVISION = 96
MakeDeb = Callable[[str, dict[str, bytes]], Path]


def rock(bpm: float = 150.0, *, seconds: float = 50.0, key: int = 36) -> bytes:
    """A MIDI file: bass drum and snare in turn, a hi-hat in eighths that misses some."""
    rng = np.random.default_rng(0)
    track = [(0, tempo(bpm))]
    for eighth in range(round(seconds * bpm / 30)):
        tick = eighth * DIVISION // 2
        if rng.random() < 0.75:
            track.append((tick, note(9, 42, 90)))
        if eighth % 2 == 0:
            track.append((tick, note(9, key if eighth % 4 == 0 else 38, 110)))
    return midi_bytes(track, division=DIVISION)


def wad(**lumps: bytes) -> bytes:
    body, entries = b"", b""
    for name, data in lumps.items():
        place = (12 + len(body)).to_bytes(4, "little") + len(data).to_bytes(4, "little")
        entries += place + name.encode().ljust(8, b"\0")
        body += data
    head = b"IWAD" + len(lumps).to_bytes(4, "little") + (12 + len(body)).to_bytes(4, "little")
    return head + body + entries


@pytest.fixture
@needs("dpkg-deb")
def make_deb(tmp_path: Path) -> MakeDeb:
    def make(package: str, files: dict[str, bytes]) -> Path:
        tree = tmp_path / "trees" / package
        (tree / "DEBIAN").mkdir(parents=True)
        (tree / "DEBIAN" / "control").write_text(
            f"Package: {package}\nVersion: 1.0\nArchitecture: all\n"
            "Maintainer: Someone <someone@example.org>\nDescription: music\n"
        )
        for name, data in files.items():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes(data)
        debs = tmp_path / "debs"
        debs.mkdir(exist_ok=True)
        deb = debs / f"{package}_1.0_all.deb"
        subprocess.run(["dpkg-deb", "-b", str(tree), str(deb)], check=True, capture_output=True)
        return deb

    return make


@pytest.fixture
@needs("fluidsynth", "TimGM6mb.sf2")
def two_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The smallest font under two names: the big ones take a second to load."""
    small = next(font for font, package in FONTS.items() if package == "timgm6mb-soundfont")
    other = tmp_path / "Other.sf2"
    other.symlink_to(small)
    for module in (render, sound):
        monkeypatch.setattr(module, "FONTS", {small: "a", str(other): "b"})


@pytest.fixture
def game(make_deb: MakeDeb) -> Path:
    """Two packages that share a song."""
    make_deb("freedm", {"usr/share/games/doom/freedm.wad": wad(D_ONE=rock(), PLAYPAL=b"x")})
    deb = make_deb(
        "freedoom",
        {"usr/share/games/doom/freedoom1.wad": wad(D_E1M1=rock(), D_SHORT=rock(seconds=20))},
    )
    return deb.parent


GAMES = ("freedoom", "freedm")


def test_a_piece_is_rendered_once_with_two_fonts_and_its_levels(
    tmp_path: Path, game: Path, two_fonts: None
) -> None:
    songs = build_corpus(tmp_path / "out", GAMES, game)

    assert {song.piece for song in songs} == {"freedoom1-D_E1M1"}
    assert len({song.font for song in songs}) == len(songs) == 2
    assert all(song.tempo == pytest.approx(150, abs=0.01) for song in songs)
    right = [level.bpm for level in songs[0].levels if level.verdict == "compatible"]
    assert right == pytest.approx([75, 150, 300], abs=0.02)
    info = soundfile.info(tmp_path / "out" / songs[0].audio)
    assert (info.samplerate, info.channels) == (22_050, 1)
    assert info.duration == pytest.approx(songs[0].seconds, abs=0.01)


def test_what_is_rendered_sounds_when_the_score_says(
    tmp_path: Path, game: Path, two_fonts: None
) -> None:
    (song, *_) = build_corpus(tmp_path / "out", ("freedm",), game)
    samples, _ = soundfile.read(tmp_path / "out" / song.audio, dtype="float32")
    score = read_score(rock())

    lag = recording_lag(score, find_stretches(score)[0], samples, FeatureSpec())

    assert lag == pytest.approx(0, abs=0.05)


def test_a_second_run_renders_nothing_but_what_is_missing(
    tmp_path: Path, game: Path, two_fonts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    first = build_corpus(out, GAMES, game)
    with (out / SONGS_FILE).open("a") as lines:
        lines.write('{"name": "cut off')
    before = (out / first[0].audio).stat().st_mtime_ns

    assert build_corpus(out, GAMES, game) == first
    assert (out / first[0].audio).stat().st_mtime_ns == before

    (out / first[0].audio).unlink()
    with pytest.raises(ScoreCorpusError, match="holds no score corpus"):
        load_songs(out)
    assert build_corpus(out, GAMES, game) == first
    assert load_songs(out) == first


def test_lessons_are_split_by_package(tmp_path: Path, game: Path, two_fonts: None) -> None:
    out = tmp_path / "out"
    build_corpus(out, GAMES, game)

    songs = notated_songs(out)

    assert {(song.source, song.group, song.split) for song in songs} == {
        ("scores", "freedoom", "train")
    }
    assert len({song.name for song in songs}) == 2
    assert all(song.windows[0].path.is_file() for song in songs)
    known = {t.bpm: t.compatible for t in songs[0].truth.label(0, [150.2, 200.0])}
    assert known[150.2] is True
    assert known[200.0] is False


def test_a_song_without_a_sure_pace_teaches_nothing(
    tmp_path: Path, game: Path, two_fonts: None
) -> None:
    out = tmp_path / "out"
    build_corpus(out, GAMES, game)
    record = out / SONGS_FILE
    record.write_text(record.read_text().replace('"compatible"', '"unclear"'))

    assert notated_songs(out) == []


def test_every_package_has_a_side() -> None:
    assert set(PACKAGES.values()) == set(SPLIT)
    assert PACKAGES["freedoom"] == PACKAGES["freedm"]
    assert set(SPLIT.values()) == {"train", "validation"}


def test_recordings_are_cut_where_the_score_has_its_stretches(
    tmp_path: Path, make_deb: MakeDeb
) -> None:
    """The recording begins three seconds before its score; another one is of another piece."""
    score = read_score(rock(140))
    clicks = np.zeros(60 * 22_050, np.float32)
    for second in score.seconds(score.onsets):
        at = round((second + 3) * 22_050)
        clicks[at : at + 300] += np.hanning(300).astype(np.float32) * 0.3
    soundfile.write(tmp_path / "one.ogg", clicks, 22_050, format="OGG", subtype="VORBIS")
    noise = np.random.default_rng(0).normal(0, 0.1, 60 * 22_050)
    soundfile.write(tmp_path / "two.ogg", noise, 22_050, format="OGG", subtype="VORBIS")
    make_deb(
        "planetblupi-music-midi",
        {"music/one.mid": rock(140), "music/two.mid": rock(100), "music/three.mid": rock(110)},
    )
    deb = make_deb(
        "planetblupi-music-ogg",
        {f"music/{n}.ogg": (tmp_path / f"{n}.ogg").read_bytes() for n in ("one", "two")},
    )
    with opened_package("planetblupi-music-midi", deb.parent) as pieces:
        assert [piece.name for piece in pieces if piece.recording] == ["one", "two"]
        songs = [
            song
            for piece in pieces
            if piece.recording
            for song in render.render_piece(piece, tmp_path)
        ]

    assert [song.piece for song in songs] == ["one"]
    assert songs[0].font == "recording"
    cut, _ = soundfile.read(tmp_path / songs[0].audio, dtype="float32")
    assert np.abs(cut[:22_050]).max() > 0.1  # not the silence before the first beat


@pytest.mark.outside("fluidsynth", *outside.FONTS)
def test_a_package_that_cannot_be_had_is_skipped_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "apt-get").write_text("#!/bin/sh\necho 'E: Unable to locate package' >&2\nexit 100\n")
    (tools / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")

    assert main([str(tmp_path / "out")]) == 1
    assert "freedoom is skipped: E: Unable to locate package" in capsys.readouterr().err


def test_without_the_tools_the_packages_to_install_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert main([str(tmp_path / "out")]) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert re.search("apt-get install .*fluidsynth", said)


@pytest.mark.outside("fluidsynth", *outside.FONTS)
def test_a_damaged_piece_is_left_out_by_name(
    tmp_path: Path, make_deb: MakeDeb, capsys: pytest.CaptureFixture[str]
) -> None:
    deb = make_deb("openttd-openmsx", {"baseset/bad.mid": rock()[:400]})

    assert build_corpus(tmp_path / "out", ("openttd-openmsx",), deb.parent) == ()
    assert "bad is left out: this is not a MIDI file" in capsys.readouterr().err


def test_a_package_without_music_is_refused(make_deb: MakeDeb) -> None:
    deb = make_deb("openttd-openmsx", {"readme": b"no music"})

    with (
        pytest.raises(PackageError, match="holds no MIDI"),
        opened_package("openttd-openmsx", deb.parent),
    ):
        pass


def test_a_compressed_piece_is_read_by_its_own_name(make_deb: MakeDeb) -> None:
    deb = make_deb("pianobooster", {"usr/share/doc/courses/air.mid.gz": gzip.compress(rock())})

    with opened_package("pianobooster", deb.parent) as pieces:
        assert pieces == (Piece(package="pianobooster", name="air", data=rock()),)


def test_a_damaged_archive_is_left_out_with_its_package(make_deb: MakeDeb) -> None:
    deb = make_deb("pianobooster", {"usr/share/doc/courses/air.mid.gz": gzip.compress(rock())[:99]})

    with (
        pytest.raises(PackageError, match=r"air.mid.gz: "),
        opened_package("pianobooster", deb.parent),
    ):
        pass


def test_a_package_is_downloaded_where_none_is_at_hand(
    tmp_path: Path, make_deb: MakeDeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script in apt-get's place copies the package into the working folder, as that does."""
    deb = make_deb("openttd-openmsx", {"baseset/song.mid": rock()})
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "apt-get").write_text(f'#!/bin/sh\n[ "$1" = download ] && cp {deb} .\n')
    (tools / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")

    with opened_package("openttd-openmsx") as pieces:
        assert pieces == (Piece(package="openttd-openmsx", name="song", data=rock()),)


def test_without_dpkg_the_reason_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "freedm_1_all.deb").write_bytes(b"x")
    monkeypatch.setenv("PATH", "")

    with (
        pytest.raises(PackageError, match="dpkg-deb is not installed"),
        sources.opened_package("freedm", tmp_path),
    ):
        pass


# Stretches


def steady(*tempos: TempoChange, seconds: float) -> Score:
    """A note a second at 60 bpm, with the tempos given."""
    onsets = np.arange(seconds)
    return Score(
        onsets=onsets,
        loudness=np.full(len(onsets), 100.0),
        voices=np.zeros(len(onsets), dtype=np.int64),
        tempos=(TempoChange(quarter=0.0, bpm=60.0), *tempos),
        metres=(),
    )


def test_a_long_piece_gives_three_stretches_of_80_seconds_apart_from_each_other() -> None:
    found = find_stretches(steady(seconds=600))

    assert [stretch.start for stretch in found] == [0, 200, 400]
    assert all(stretch.seconds == pytest.approx(80, abs=1) for stretch in found)


def test_a_short_piece_gives_itself_or_nothing() -> None:
    assert [(s.start, s.seconds) for s in find_stretches(steady(seconds=60))] == [(0, 60)]
    assert find_stretches(steady(seconds=40)) == ()


def test_no_stretch_crosses_a_change_of_tempo() -> None:
    change = TempoChange(quarter=100.0, bpm=120.0)

    found = find_stretches(steady(change, seconds=240))

    assert [(stretch.start, stretch.starts_at) for stretch in found] == [(0, 0.0), (100, 100.0)]
    assert found[0].end <= 100


def test_a_hair_of_tempo_is_no_change() -> None:
    change = TempoChange(quarter=40.0, bpm=60.2)

    assert len(find_stretches(steady(change, seconds=70))) == 1


def test_silence_ends_a_stretch() -> None:
    score = steady(seconds=160)
    silent = (score.onsets > 70) & (score.onsets < 90)
    score = replace(
        score,
        onsets=score.onsets[~silent],
        loudness=score.loudness[~silent],
        voices=score.voices[~silent],
    )

    assert [(stretch.start, stretch.end) for stretch in find_stretches(score)] == [
        (0, 71),
        (90, 160),
    ]


@pytest.mark.parametrize("lag", [0.0, 1.5, -2.0])
def test_the_lag_of_a_recording_is_found(lag: float, spec: FeatureSpec) -> None:
    rng = np.random.default_rng(2)
    onsets = np.sort(rng.uniform(0, 50, 150))
    score = replace(
        steady(seconds=150), onsets=onsets, tempos=(TempoChange(quarter=0.0, bpm=60.0),)
    )
    sound = rng.normal(0, 1e-4, 30 * spec.sample_rate)
    for onset in onsets - 10 + lag:
        at = round(onset * spec.sample_rate)
        if 0 <= at < len(sound) - 500:
            sound[at : at + 500] += 0.3 * np.sin(np.arange(500) / 3) * np.hanning(500)
    stretch = Stretch(start=10, end=40, starts_at=10.0, seconds=30.0)

    found = recording_lag(score, stretch, sound.astype(np.float32), spec)

    assert found == pytest.approx(lag, abs=0.05)
