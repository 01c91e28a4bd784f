"""What `doctor` says of decoders and of the network."""

import shlex
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from pacetag.model.audio.decoders import Decoder, open_decoder
from pacetag.model.bundle import shipped_bundle_folder
from pacetag.model.extras import requirement_of
from pacetag.model.judge import Judge
from pacetag.model.judgement import Analysis
from pacetag.tagger.config.table import BUNDLE_VARIABLE
from pacetag.tagger.doctor import decoders, network
from pacetag.tagger.doctor.results import State
from pacetag.tagger.doctor.subject import Subject

QUICK = Subject(quick=True)


def test_every_kind_that_can_be_made_is_decoded() -> None:
    tried, there = decoders.decoders(QUICK)

    assert (tried.state, there.state) == (State.OK, State.OK)
    assert tried.figure == 13
    assert "Monkey's Audio, Musepack, DSF, Speex" in there.what


def test_a_decoder_that_is_missing_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoders, "_is_known", lambda codec: codec != "ape")

    first, *_ = decoders.decoders(QUICK)

    assert first.state is State.FAULT
    assert first.what == "Monkey's Audio cannot be decoded: FFmpeg was built without its decoder"
    needed = shlex.join(map(requirement_of, ("av", "soundfile")))
    assert (first.advice or "").endswith(f"--force-reinstall --no-deps {needed}")


def test_a_library_that_does_not_suit_costs_the_kinds_that_it_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unsuited(clip: Path) -> AbstractContextManager[Decoder]:
        if clip.suffix == ".mp3":
            raise TypeError("no such argument")
        return open_decoder(clip)

    monkeypatch.setattr(decoders, "open_decoder", unsuited)

    first, tried, _ = decoders.decoders(QUICK)

    assert first.what == "MP3 cannot be decoded: TypeError: no such argument"
    assert (tried.figure, "MP3" in tried.what) == (12, False)


def test_a_decoder_that_gives_another_sound_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kind = decoders.KINDS[0]
    assert decoders._why_not(kind, tmp_path) is None
    monkeypatch.setattr(decoders, "TONE", 880.0)
    encoded = decoders._encoded(kind)
    monkeypatch.setattr(decoders, "TONE", 440.0)
    monkeypatch.setattr(decoders, "_encoded", lambda _: encoded)

    assert decoders._why_not(kind, tmp_path) == "what comes out is another sound"


def test_a_clip_that_is_cut_off_is_told_with_the_decoders_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kind = decoders.KINDS[0]
    encoded = decoders._encoded(kind)[:100]
    monkeypatch.setattr(decoders, "_encoded", lambda _: encoded)

    assert decoders._why_not(kind, tmp_path) not in (None, "what comes out is another sound")


def test_silence_has_no_pitch() -> None:
    assert decoders._pitch(np.zeros(4800, np.float32), 48_000) == 0.0
    assert decoders._pitch(np.zeros(0, np.float32), 48_000) == 0.0


def test_the_shipped_network_answers_as_it_should() -> None:
    (result,) = network.network(QUICK)

    assert result.state is State.OK
    assert result.figure == pytest.approx(network.TEMPO, rel=network.NEAR)


@pytest.fixture
def own_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped bundle that is set to judge."""
    folder = tmp_path / "own"
    shutil.copytree(shipped_bundle_folder(), folder)
    monkeypatch.setenv(BUNDLE_VARIABLE, str(folder))
    return folder


def _cut(folder: Path) -> None:
    file = folder / "model.tflite"
    file.write_bytes(file.read_bytes()[:-1])


def _edit(folder: Path) -> None:
    file = folder / "bundle.json"
    file.write_text(file.read_text().replace('"most_excerpts": ', '"most_excerpts": 1'))
    text = file.read_text()
    file.write_text(text.replace('"offset": ', '"offset": 1'))


def _remove(folder: Path) -> None:
    shutil.rmtree(folder)


@pytest.mark.parametrize("damage", [_cut, _edit, _remove])
def test_a_network_that_was_changed_is_a_fault(
    damage: Callable[[Path], None], own_bundle: Path
) -> None:
    damage(own_bundle)

    (result,) = network.network(QUICK)

    assert result.state is State.FAULT
    assert str(own_bundle) in result.what
    assert result.advice


@pytest.mark.parametrize("own", [False, True])
def test_a_network_that_answers_otherwise_is_told(
    own: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = Analysis(paces=(), duration=20.0, stability=None, tempo_segments=())
    monkeypatch.setattr(Judge, "samples", lambda *_: silent)

    result = network._answer(Judge(), own=own)

    assert result.state is (State.WARNING if own else State.FAULT)
    assert "says none of a clip at 165 bpm" in result.what


def test_a_machine_that_is_slow_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "seconds_a_song", lambda _: 30.0)
    monkeypatch.setattr(network, "default_jobs", lambda: 2)

    _, result = network.network(Subject())

    assert (result.state, result.figure) == (State.WARNING, 30.0)
    assert "an hour judges about 240 songs" in result.what


@pytest.mark.parametrize(
    ("seconds", "text"), [(3, "3 s"), (90, "2 min"), (3600, "60 min"), (36_000, "10.0 h")]
)
def test_times_are_told_as_people_do(seconds: float, text: str) -> None:
    assert network._time(seconds) == text
