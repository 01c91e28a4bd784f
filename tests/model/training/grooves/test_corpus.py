"""Rendering the corpus: errors, resuming, and real songs where the tools are installed."""

import io
import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import librosa
import numpy as np
import pytest
import soundfile
from rich.console import Console

from pacetag.model.training.grooves import corpus
from pacetag.model.training.grooves.compose import compose
from pacetag.model.training.grooves.corpus import CorpusError, build_corpus, load_songs, main
from pacetag.model.training.grooves.draw import (
    COLLECTIONS,
    Collection,
    GrooveSettings,
    draw_settings,
)
from pacetag.model.training.grooves.humanise import Feel
from pacetag.model.training.grooves.render import (
    GrooveSong,
    render,
)
from pacetag.model.training.grooves.songs import groove_songs, groove_truth
from pacetag.model.training.grooves.styles import load_styles
from pacetag.model.training.grooves.truth import Level
from pacetag.model.training.sources import sound
from pacetag.model.training.sources.midi import song_of
from pacetag.model.training.sources.sound import SAMPLE_RATE
from pacetag.model.training.sources.tools import RenderError, ToolsMissingError
from tests.outside import RENDERING, needs

SONG = GrooveSong(
    seed=1,
    number=0,
    style="8beat",
    family="rock_and_roll",
    split="train",
    grooves=("8Beat", "8BeatSus"),
    metre="4/4",
    tempo=120.25,
    font="some.sf2",
    gain=0.5,
    reverb=False,
    lead=True,
    seconds=75.0,
    audio="00000-8beat.flac",
    levels=(
        Level(name="beat", bpm=120.25, verdict="compatible", share=1.0),
        Level(name="beat*2", bpm=240.5, verdict="unclear", share=0.3),
    ),
)


def silent() -> Console:
    return Console(file=io.StringIO())


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Rendering without the tools: an empty file a song. Returns the numbers rendered."""
    numbers: list[int] = []

    def fake_settings(seed: int, number: int, collection: Collection = "stdlib") -> GrooveSettings:
        return GrooveSettings(
            seed=seed,
            number=number,
            style="8beat",
            bpm=120.25,
            key=0,
            minor=False,
            sections=(),
            font="some.sf2",
            gain=0.5,
            reverb=False,
            lead=True,
            collection=collection,
        )

    def fake_render(settings: GrooveSettings, folder: Path) -> GrooveSong:
        numbers.append(settings.number)
        song = replace(
            SONG,
            seed=settings.seed,
            number=settings.number,
            audio=f"{settings.number}.flac",
            collection=settings.collection,
        )
        (folder / song.audio).touch()
        return song

    monkeypatch.setattr(corpus, "require_tools", lambda: None)
    monkeypatch.setattr(corpus, "draw_settings", fake_settings)
    monkeypatch.setattr(corpus, "render", fake_render)
    return numbers


def test_missing_tools_are_named_with_the_packages_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "which", lambda tool: None)
    monkeypatch.setattr(sound, "FONTS", {"/nowhere/font.sf2": "some-soundfont"})

    with pytest.raises(ToolsMissingError, match=r"apt-get install fluidsynth mma some-soundfont"):
        build_corpus(tmp_path, songs=1, console=silent())


def test_the_command_says_what_is_missing_and_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda tool: None)

    assert main([str(tmp_path / "corpus")]) == 1
    assert "apt-get install" in " ".join(capsys.readouterr().err.split())


def test_songs_are_read_back_as_they_were_written(rendered: list[int], tmp_path: Path) -> None:
    built = build_corpus(tmp_path, songs=5, seed=1, jobs=2, console=silent())

    assert [song.number for song in built] == [0, 1, 2, 3, 4]
    assert load_songs(tmp_path) == built
    assert replace(built[0], audio=SONG.audio) == SONG


def test_a_second_run_renders_only_what_is_missing(rendered: list[int], tmp_path: Path) -> None:
    build_corpus(tmp_path, songs=4, seed=1, jobs=2, console=silent())
    rendered.clear()
    (tmp_path / "2.flac").unlink()

    built = build_corpus(tmp_path, songs=6, seed=1, jobs=2, console=silent())

    assert sorted(rendered) == [2, 4, 5]
    assert [song.number for song in built] == [0, 1, 2, 3, 4, 5]


def test_a_line_cut_off_by_an_interruption_is_rendered_again(
    rendered: list[int], tmp_path: Path
) -> None:
    build_corpus(tmp_path, songs=3, seed=1, jobs=1, console=silent())
    rendered.clear()
    record = tmp_path / "songs.jsonl"
    record.write_text(record.read_text()[:-40])

    assert len(build_corpus(tmp_path, songs=3, seed=1, jobs=1, console=silent())) == 3
    assert rendered == [2]
    assert [json.loads(line)["number"] for line in record.read_text().splitlines()] == [0, 1, 2]


def test_two_interruptions_in_a_row_lose_only_the_last_song(
    rendered: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    build_corpus(tmp_path, songs=2, seed=1, jobs=1, console=silent())
    record = tmp_path / "songs.jsonl"
    record.write_text(record.read_text()[:-40])
    make = vars(corpus)["render"]

    def stop(settings: GrooveSettings, folder: Path) -> GrooveSong:
        if settings.number == 2:
            raise KeyboardInterrupt
        song: GrooveSong = make(settings, folder)
        return song

    monkeypatch.setattr(corpus, "render", stop)
    with pytest.raises(KeyboardInterrupt):
        build_corpus(tmp_path, songs=3, seed=1, jobs=1, console=silent())

    assert [song.number for song in load_songs(tmp_path)] == [0, 1]


def test_two_seeds_do_not_mix_in_one_folder(rendered: list[int], tmp_path: Path) -> None:
    build_corpus(tmp_path, songs=1, seed=1, jobs=1, console=silent())

    with pytest.raises(CorpusError, match="seed 1"):
        build_corpus(tmp_path, songs=2, seed=2, jobs=1, console=silent())


def test_two_collections_do_not_mix_in_one_folder(rendered: list[int], tmp_path: Path) -> None:
    build_corpus(tmp_path, songs=1, seed=1, jobs=1, console=silent(), collection="further")

    with pytest.raises(CorpusError, match="collection further"):
        build_corpus(tmp_path, songs=2, seed=1, jobs=1, console=silent())
    assert (
        len(build_corpus(tmp_path, songs=2, seed=1, jobs=1, console=silent(), collection="further"))
        == 2
    )


def test_people_and_bands_are_read_back(tmp_path: Path) -> None:
    song = replace(
        SONG,
        collection="further",
        feel=Feel(timing=4.5, drift=0.004, players="no drums", voice=True),
        band=("Bass-Band Octave 3",),
    )
    (tmp_path / song.audio).touch()
    (tmp_path / "songs.jsonl").write_text(json.dumps(asdict(song)) + "\n")

    assert load_songs(tmp_path) == (song,)


def test_lines_written_before_there_were_collections_are_read(tmp_path: Path) -> None:
    row = asdict(SONG)
    for field in ("collection", "feel", "band"):
        del row[field]
    (tmp_path / SONG.audio).touch()
    (tmp_path / "songs.jsonl").write_text(json.dumps(row) + "\n")

    assert load_songs(tmp_path) == (SONG,)


def test_no_two_collections_teach_songs_of_the_same_name(
    rendered: list[int], tmp_path: Path
) -> None:
    for collection in COLLECTIONS:
        build_corpus(
            tmp_path / collection, songs=2, jobs=1, console=silent(), collection=collection
        )
    names = [song.name for one in COLLECTIONS for song in groove_songs(tmp_path / one)]

    assert names[:2] == ["groove 0 8beat", "groove 1 8beat"]
    assert "groove further 1 8beat" in names
    assert len(set(names)) == 2 * len(COLLECTIONS)


def test_a_song_that_cannot_be_rendered_stops_the_run_and_keeps_the_others(
    rendered: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make = vars(corpus)["render"]

    def stumble(settings: GrooveSettings, folder: Path) -> GrooveSong:
        if settings.number == 3:
            raise RenderError("mma failed on song 3")
        song: GrooveSong = make(settings, folder)
        return song

    monkeypatch.setattr(corpus, "render", stumble)

    with pytest.raises(RenderError, match="song 3"):
        build_corpus(tmp_path, songs=9, seed=1, jobs=1, console=silent())
    assert [song.number for song in load_songs(tmp_path)][:3] == [0, 1, 2]


def test_an_empty_folder_holds_no_corpus(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no groove corpus"):
        load_songs(tmp_path)


@pytest.fixture(scope="session")
@needs(*RENDERING)
def real_song(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, GrooveSong]:
    folder = tmp_path_factory.mktemp("groove")
    return folder, render(draw_settings(1, 3), folder)


@pytest.mark.outside(*RENDERING)
def test_a_song_is_mono_flac_at_its_tempo(real_song: tuple[Path, GrooveSong]) -> None:
    """The onsets of sixteen beats repeat at the written tempo within 0.2 %."""
    folder, song = real_song
    samples, rate = soundfile.read(folder / song.audio, dtype="float32")
    onsets = librosa.onset.onset_strength(y=samples, sr=rate, hop_length=256)
    onsets -= onsets.mean()
    repeats = librosa.autocorrelate(onsets)
    expected = 16 * 60 / song.tempo * rate / 256
    around = np.arange(round(expected * 0.98), round(expected * 1.02))

    assert (rate, samples.ndim) == (SAMPLE_RATE, 1)
    assert soundfile.info(folder / song.audio).format == "FLAC"
    assert len(samples) / rate == pytest.approx(song.seconds, abs=0.01)
    assert 65 < song.seconds < 86
    assert 0.01 < np.abs(samples).max() <= 1.0
    assert around[np.argmax(repeats[around])] == pytest.approx(expected, rel=0.002)


@pytest.mark.outside(*RENDERING)
def test_a_song_is_made_twice_the_same(real_song: tuple[Path, GrooveSong], tmp_path: Path) -> None:
    folder, song = real_song

    assert render(draw_settings(1, 3), tmp_path) == song
    assert (tmp_path / song.audio).read_bytes() == (folder / song.audio).read_bytes()


@pytest.mark.outside(*RENDERING)
def test_the_written_tempo_is_a_pace_of_the_song(real_song: tuple[Path, GrooveSong]) -> None:
    _, song = real_song
    style = load_styles()[song.style]

    assert groove_truth(song.levels, song.tempo).case(song.tempo) == "right"
    assert groove_truth(song.levels, song.tempo).case(song.tempo * 1.2) == "wrong"
    assert style.low_bpm <= song.tempo <= style.high_bpm


@pytest.mark.outside(*RENDERING)
def test_a_song_of_a_further_library_played_by_people_has_its_mean_tempo(tmp_path: Path) -> None:
    drawn = draw_settings(1, 0, "further")
    feel = Feel(timing=8, lag=5, touch=8, drift=0.01, softer=0.3, voice=True)
    settings = replace(drawn, style="casio/rock1", feel=feel, band=(), bpm=120.0)
    grooves = [replace(section, groove="Rock1") for section in settings.sections[:2]]
    settings = replace(settings, sections=tuple(grooves))
    song = render(settings, tmp_path)
    straight = compose(replace(settings, feel=None), load_styles()["casio/rock1"], tmp_path)
    played = compose(settings, load_styles()["casio/rock1"], tmp_path)

    assert song.audio.endswith("-casio-rock1.flac")
    assert (song.tempo, song.family, song.split) == (120.0, "guitar_rock", "test")
    assert song.seconds == pytest.approx(settings.bars * 2.0 + 0.5, abs=0.6)
    assert [level.bpm for level in song.levels if level.verdict == "compatible"] == [60, 120, 240]
    assert straight.tempo == played.tempo == 120.0
    assert (straight.struck == played.struck).all()
    assert len(song_of(played.midi).notes) > len(song_of(straight.midi).notes)


@pytest.mark.outside(*RENDERING)
def test_what_mma_says_is_passed_on(tmp_path: Path) -> None:
    settings = replace(draw_settings(1, 3), bpm=0.0001)

    with pytest.raises(RenderError, match=r"mma failed on song 3"):
        render(settings, tmp_path)


@pytest.mark.outside(*RENDERING)
def test_the_command_renders_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path), "--songs", "2", "--seed", "4", "--jobs", "2"]) == 0
    first = load_songs(tmp_path)

    assert main([str(tmp_path), "--songs", "2", "--seed", "4"]) == 0
    assert load_songs(tmp_path) == first
    assert "2/2" in capsys.readouterr().err
