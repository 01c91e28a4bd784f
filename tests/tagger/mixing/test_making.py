"""Mixes as files: levels, chapters, tags and cue sheet; whole or not at all."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from mutagen.flac import FLAC
from mutagen.id3 import ID3
from mutagen.mp4 import MP4

from pacetag.tagger.cancellation import Stop
from pacetag.tagger.mixing.cue_sheet import cue_file
from pacetag.tagger.mixing.making import MadeMix, Order, StoppedError, make_mix
from pacetag.tagger.mixing.mix_file import MixFile, is_unchanged_mix
from pacetag.tagger.mixing.mix_plan import MixPlan
from pacetag.tagger.stretching.formats import Format
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.mixing.conftest import DrumSong, open_slot

Make = Callable[..., MadeMix]


@pytest.fixture(scope="session")
def make(drum_song: DrumSong) -> Make:
    """Write a mix of two songs of 15 s at 165."""

    def made(path: Path, *, stop: Stop | None = None, mixed: Any = lambda _: None) -> MadeMix:
        songs = drum_song(162.0, 15.0, tone=101.0), drum_song(167.0, 15.0, tone=91.0)
        file = MixFile(named=path)
        file.check()
        order = Order(
            slots=(open_slot(165.0, *songs),),
            title='10m@165 "easy"',
            file=file,
            cue=cue_file(path, overwrite=False),
        )
        return make_mix(order, stop=stop or Stop(), mixed=mixed)

    return made


@dataclass(frozen=True, kw_only=True)
class Mix:
    """A mix that only is read."""

    path: Path
    plan: MixPlan


Mixes = Callable[[Format], Mix]


@pytest.fixture(scope="session")
def mixes(make: Make, tmp_path_factory: pytest.TempPathFactory) -> Mixes:
    """The mix in a format, made when it is first asked for."""

    @cache
    def mix(form: Format) -> Mix:
        path = tmp_path_factory.mktemp("mix") / f"run.{form}"
        plan = make(path).plan
        assert plan is not None
        return Mix(path=path, plan=plan)

    return mix


def chapters(path: Path) -> list[tuple[float, str]]:
    """The chapters of a file as ffprobe reads them: s at which they begin, and titles."""
    command = ["ffprobe", "-v", "error", "-show_chapters", "-of", "json", str(path)]
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return [(float(c["start_time"]), c["tags"]["title"]) for c in found["chapters"]]


@pytest.mark.outside("ffprobe")
@pytest.mark.parametrize("form", list(Format))
def test_each_song_has_a_chapter_in_every_format(mixes: Mixes, form: Format) -> None:
    mix = mixes(form)

    (start, first), (at, other) = chapters(mix.path)

    second = mix.plan.songs[1].start
    assert 10 < second < 15
    assert start == 0.0
    assert at == pytest.approx(second, abs=0.002)
    assert first == "Song 162 15 0.3 101 – The Drums"
    assert other == "Song 167 15 0.3 91 – The Drums"
    tags = read_tags(mix.path)
    assert (tags.title, tags.artist) == ('10m@165 "easy"', "Various Artists")
    assert tags.duration == pytest.approx(mix.plan.seconds, abs=0.1)
    assert is_unchanged_mix(mix.path)


def test_players_that_know_mutagens_chapters_find_them(mixes: Mixes) -> None:
    tags: Any = ID3(mixes(Format.MP3).path)  # type: ignore[no-untyped-call]
    movie: Any = MP4(mixes(Format.M4A).path)  # type: ignore[no-untyped-call]

    first, second = tags["CTOC:toc"].child_element_ids
    begins = tags[f"CHAP:{second}"].start_time
    assert tags[f"CHAP:{first}"].end_time == begins
    assert movie.chapters[1].start == pytest.approx(begins / 1_000, abs=0.002)


@pytest.mark.outside("ffmpeg")
@pytest.mark.parametrize("form", list(Format))
def test_a_mix_has_14_lufs_and_a_true_peak_below_1_db(mixes: Mixes, form: Format) -> None:
    command = ["ffmpeg", "-hide_banner", "-nostats", "-i", str(mixes(form).path)]

    said = subprocess.run(
        [*command, "-af", "ebur128=peak=true", "-f", "null", "-"], capture_output=True, text=True
    ).stderr

    summary = said[said.rindex("Summary:") :].split()
    assert float(summary[summary.index("I:") + 1]) == pytest.approx(-14, abs=1.0)
    assert float(summary[summary.index("Peak:") + 1]) <= -1.0


def test_the_cue_sheet_names_songs_and_times_and_is_safe(mixes: Mixes) -> None:
    mix = mixes(Format.MP3)

    lines = mix.path.with_suffix(".cue").read_text().splitlines()

    assert lines[0].startswith('REM COMMENT "Made by pacetag')
    assert lines[1:4] == [
        'PERFORMER "Various Artists"',
        "TITLE \"10m@165 'easy'\"",
        'FILE "run.mp3" MP3',
    ]
    assert lines[-4:-1] == [
        "  TRACK 02 AUDIO",
        '    TITLE "Song 167 15 0.3 91"',
        '    PERFORMER "The Drums"',
    ]
    frames = round(mix.plan.songs[1].start * 75)
    assert lines[-1] == f"    INDEX 01 00:{frames // 75:02}:{frames % 75:02}"


def test_an_earlier_mix_is_replaced_and_nothing_else_is(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "run.flac"
    make(path)
    first = path.stat().st_ino

    make(path)

    assert path.stat().st_ino != first
    assert sorted(each.name for each in tmp_path.iterdir()) == ["run.cue", "run.flac"]
    audio: Any = FLAC(path)  # type: ignore[no-untyped-call]
    audio["COMMENT"] = ["my best run"]
    audio.save()
    before = path.read_bytes()
    with pytest.raises(Exception, match=r"was changed since pacetag wrote it; .* --overwrite"):
        make(path)
    assert path.read_bytes() == before
    MixFile(named=path, overwrite=True).check()


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_song_is_never_replaced(drum_song: DrumSong, overwrite: bool) -> None:
    path = Path(drum_song(162.0, 15.0, tone=101.0).song.path)

    with pytest.raises(Exception, match="is a song; name another file with --mix"):
        MixFile(named=path, overwrite=overwrite).check()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("run.wav", "a mix is written as .mp3, .m4a, .flac or .opus"),
        ("run", "a mix is written as"),
        ("gone/run.mp3", "its folder is not there"),
        ("folder.mp3", "is no plain file"),
        ("text.mp3", "is a file that pacetag did not write; .* --overwrite"),
        ("input.mp3", "is what this command reads"),
    ],
)
def test_a_place_that_does_not_do_is_refused(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "folder.mp3").mkdir()
    (tmp_path / "text.mp3").write_text("a letter")

    with pytest.raises(Exception, match=said):
        MixFile(named=tmp_path / name, inputs=(tmp_path / "input.mp3",)).check()


def test_a_mix_that_does_not_fit_on_the_disk_is_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shutil import disk_usage
    from types import SimpleNamespace

    assert disk_usage(tmp_path).total
    full = SimpleNamespace(total=1 << 40, free=70 << 20)
    monkeypatch.setattr("shutil.disk_usage", lambda _: full)

    with pytest.raises(Exception, match="the disk is nearly full: the mix needs"):
        MixFile(named=tmp_path / "run.mp3").check_room(3_600)
    MixFile(named=tmp_path / "run.mp3").check_room(60)


def test_a_stop_in_the_middle_leaves_nothing_behind(make: Make, tmp_path: Path) -> None:
    stop, done = Stop(), list[float]()

    def mixed(seconds: float) -> None:
        done.append(seconds)
        if len(done) == 3:
            stop.request()

    with pytest.raises(StoppedError):
        make(tmp_path / "run.mp3", stop=stop, mixed=mixed)

    assert list(tmp_path.iterdir()) == []


def test_a_song_that_is_gone_or_vanishes_meanwhile_is_left_out(
    drum_song: DrumSong, tmp_path: Path
) -> None:
    songs = [drum_song(162.0, 15.0, tone=101.0 + place) for place in range(4)]
    gone, vanishing = (Path(songs[place].song.path) for place in (1, 3))
    gone.unlink()

    path = tmp_path / "run.flac"
    order = Order(
        slots=(open_slot(165.0, *songs),),
        title="easy",
        file=MixFile(named=path),
        cue=cue_file(path, overwrite=False),
    )

    made = make_mix(order, stop=Stop(), mixed=lambda _: vanishing.unlink(missing_ok=True))

    assert made.plan is not None
    assert set(made.lost) == {str(gone), str(vanishing)}
    assert [song.record.path for song in made.plan.songs] == [
        songs[0].song.path,
        songs[2].song.path,
    ]
    assert len(made.plan.joins) == 1
    assert is_unchanged_mix(path)


def test_without_any_song_nothing_is_written(drum_song: DrumSong, tmp_path: Path) -> None:
    song = drum_song(162.0, 15.0, tone=99.0)
    Path(song.song.path).unlink()
    path = tmp_path / "run.flac"
    cue = cue_file(path, overwrite=False)
    order = Order(slots=(open_slot(165.0, song),), title="easy", file=MixFile(named=path), cue=cue)

    made = make_mix(order, stop=Stop())

    assert made.plan is None
    assert list(tmp_path.iterdir()) == []
