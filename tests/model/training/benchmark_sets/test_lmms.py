"""LMMS projects made here, and a small program in LMMS's place that plays them."""

import io
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from rich.console import Console

from pacetag.model.training.benchmark_sets import lmms as lmms_set
from pacetag.model.training.benchmark_sets.lmms import (
    Project,
    ProjectError,
    build_lmms,
    read_project,
)
from pacetag.model.training.sources.tools import ToolsMissingError

RATE = 44_100
PLAIN = 'bpm="128" timesig_numerator="4" timesig_denominator="4"'
LINKED = '<bpm id="77" value="100"/>'


def xml(attributes: str = PLAIN, children: str = "", song: str = "") -> bytes:
    text = '<?xml version="1.0"?><!DOCTYPE lmms-project><lmms-project version="1.0">'
    return f"{text}<head {attributes}>{children}</head><song>{song}</song></lmms-project>".encode()


def curve(name: str, linked: str, *values: float) -> str:
    points = "".join(f'<time pos="{192 * n}" value="{v}"/>' for n, v in enumerate(values))
    return f'<{name} name="Tempo">{points}<object id="{linked}"/></{name}>'


def compressed(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + zlib.compress(data)


Write = Callable[..., Path]
Install = Callable[..., None]


@pytest.fixture
def project(tmp_path: Path) -> Write:
    """Write a project into demos/ of a projects folder."""

    def write(data: bytes, name: str = "Someone-Tune.mmp") -> Path:
        target = tmp_path / "projects" / "demos" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        return target

    return write


@pytest.fixture
def lmms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a program in LMMS's place that writes a sound and then does as told."""

    def install(seconds: float, then: str = "exit 0", *, whole: bool = True) -> None:
        wav = tmp_path / "prepared.wav"
        count = round(seconds * RATE)
        sound = 0.5 * np.sin(np.arange(2 * count) / 20).reshape(-1, 2)
        soundfile.write(wav, sound, RATE, subtype="PCM_16")
        if not whole:  # the sizes are filled in when the file is closed
            data = bytearray(wav.read_bytes())
            place = data.index(b"data") + 4
            data[4:8] = data[place : place + 4] = bytes(4)
            wav.write_bytes(data)
        tools = tmp_path / "tools"
        tools.mkdir(exist_ok=True)
        script = f'#!/bin/sh\necho "$QT_QPA_PLATFORM $*" >> {tmp_path}/calls\n'
        (tools / "lmms").write_text(script + f'/bin/cp {wav} "$5"\n{then}\n')
        (tools / "lmms").chmod(0o755)
        monkeypatch.setenv("PATH", str(tools))

    return install


@pytest.fixture
def spoken() -> Console:
    return Console(file=io.StringIO(), width=200)


def text_of(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


# Projects


def test_tempo_and_metre_are_read_from_both_kinds_of_project(project: Write) -> None:
    data = xml('bpm="97" timesig_numerator="3" timesig_denominator="4"')
    expected = Project(tempo=97.0, beats_per_bar=3)

    assert read_project(project(data)) == expected
    assert read_project(project(compressed(data), "Someone-Tune.mmpz")) == expected


@pytest.mark.parametrize(
    ("numerator", "denominator", "quarters"), [(4, 4, 4), (1, 1, 4), (8, 4, 8), (6, 8, 3)]
)
def test_a_bar_is_counted_in_quarters(
    project: Write, numerator: int, denominator: int, quarters: int
) -> None:
    signature = f'timesig_numerator="{numerator}" timesig_denominator="{denominator}"'

    assert read_project(project(xml(f'bpm="120" {signature}'))).beats_per_bar == quarters


def test_a_bar_of_no_whole_number_of_quarters_is_left_open(project: Write) -> None:
    signature = 'timesig_numerator="7" timesig_denominator="8"'

    assert read_project(project(xml(f'bpm="120" {signature}'))).beats_per_bar is None


@pytest.mark.parametrize("name", ["automationpattern", "automationclip"])
def test_a_curve_over_the_tempo_is_noticed(project: Write, name: str) -> None:
    changing = xml("", LINKED, curve(name, "77", 100, 140))

    assert read_project(project(changing)).tempo is None


def test_a_curve_of_one_value_sets_the_tempo(project: Write) -> None:
    steady = xml("", LINKED, curve("automationpattern", "77", 132, 132))

    assert read_project(project(steady)).tempo == 132.0


def test_curves_named_tempo_that_move_something_else_do_not_count(project: Write) -> None:
    """Projects carry left-over curves of that name which are linked to nothing."""
    other = curve("automationpattern", "5", 90, 170)

    assert read_project(project(xml("", LINKED, other))).tempo == 100.0
    assert read_project(project(xml(PLAIN, "", other))).tempo == 128.0


def test_a_controller_on_the_tempo_is_noticed(project: Write) -> None:
    child = '<bpm id="77" value="100"/><connection><bpm id="3"/></connection>'

    assert read_project(project(xml("", child))).tempo is None


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"no xml", "x.mmp"),
        (b"\0\0", "x.mmpz"),
        (b"\0\0\0\7nothing", "x.mmpz"),
        (struct.pack(">I", 9_999) + zlib.compress(xml()), "x.mmpz"),
        (b"<lmms-project/>", "x.mmp"),
        (xml('bpm="fast"'), "x.mmp"),
    ],
)
def test_what_is_no_project_is_refused_by_name(project: Write, data: bytes, name: str) -> None:
    with pytest.raises(ProjectError, match=r"x\.mmp"):
        read_project(project(data, name))


# Rendering


def test_songs_are_rendered_once_with_what_the_project_says(
    project: Write, lmms: Install, tmp_path: Path, spoken: Console
) -> None:
    projects = project(xml(), "CapDan-ReggaeTry.mmp").parent.parent
    project(xml("", LINKED, curve("automationpattern", "77", 100, 140)), "Someone-Faster.mmp")
    lmms(15.0)

    (song,) = build_lmms(tmp_path / "out", spoken, projects=projects)
    again = build_lmms(tmp_path / "out", spoken, projects=projects)

    assert (song.file, song.tempo, song.beats_per_bar) == ("CapDan-ReggaeTry.flac", 128.0, 4)
    assert song.artist == "CapDan"
    assert "twice as fast" in song.remarks
    assert soundfile.info(tmp_path / "out" / song.file).duration == pytest.approx(15.0)
    assert "Someone-Faster changes its tempo" in text_of(spoken)
    assert again == (song,)
    calls = (tmp_path / "calls").read_text().splitlines()
    assert len(calls) == 1
    assert calls[0].startswith("offscreen --allowroot render ")


def test_what_was_written_before_a_crash_counts(
    project: Write, lmms: Install, tmp_path: Path, spoken: Console
) -> None:
    """LMMS is tried again first. The header of such a file is unfinished."""
    projects = project(xml()).parent.parent
    lmms(13.0, "kill -SEGV $$", whole=False)

    (song,) = build_lmms(tmp_path / "out", spoken, projects=projects)

    assert soundfile.info(tmp_path / "out" / song.file).duration == pytest.approx(13.0)
    assert len((tmp_path / "calls").read_text().splitlines()) == 2


def test_a_program_that_hangs_is_ended(
    project: Write,
    lmms: Install,
    tmp_path: Path,
    spoken: Console,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lmms_set, "_STALLED", 0.3)
    projects = project(xml()).parent.parent
    lmms(13.0, "exec /bin/sleep 60")
    began = time.monotonic()

    assert len(build_lmms(tmp_path / "out", spoken, projects=projects)) == 1
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    ("stem", "artist", "title"),
    [("Alone", "", "Alone"), ("Ann-Tune-AfterBob", "Ann", "Tune-AfterBob")],
)
def test_artist_and_title_are_in_the_name(
    project: Write,
    lmms: Install,
    tmp_path: Path,
    spoken: Console,
    stem: str,
    artist: str,
    title: str,
) -> None:
    projects = project(xml(), f"{stem}.mmp").parent.parent
    lmms(12.0)

    (song,) = build_lmms(tmp_path / "out", spoken, projects=projects)

    assert song.artist == artist
    assert song.remarks == f"{title}; tempo of the project"


@pytest.mark.parametrize("seconds", [0.0, 11.0])
def test_too_little_sound_is_left_out_with_a_sentence(
    project: Write, lmms: Install, tmp_path: Path, spoken: Console, seconds: float
) -> None:
    projects = project(xml()).parent.parent
    lmms(seconds)

    assert build_lmms(tmp_path / "out", spoken, projects=projects) == ()
    assert f"LMMS made {seconds:.0f} s of Someone-Tune.mmp" in text_of(spoken)


def test_without_lmms_the_packages_are_named(
    tmp_path: Path, spoken: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ToolsMissingError, match="apt-get install lmms lmms-common"):
        build_lmms(tmp_path / "out", spoken, projects=tmp_path / "nowhere")
