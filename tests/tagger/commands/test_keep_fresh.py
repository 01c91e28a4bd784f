"""`playlist --keep-fresh`: a file that follows the songs, unless its owner changed it."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pacetag.db.index import SongIndex
from pacetag.db.records import NEVER, SongRecord
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.pulse import Pulse
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.watch import kept_playlists
from pacetag.tagger.watch.kept_playlists import write_kept_again
from pacetag.tagger.watch.lines import WatchLines
from tests.tagger.commands.test_plans import store

Run = Callable[..., Any]
WISH = ("playlist", "--cadence", "165", "--genre", "rock", "--limit", "9")


@pytest.fixture
def run_file(tmp_path: Path) -> Path:
    return tmp_path / "run.m3u8"


@pytest.fixture
def kept(index_file: Path, library: Path, run_file: Path, pacetag: Run) -> Path:
    """A kept playlist of the songs with odd numbers, which are rock."""
    store(index_file, library, [(165.0, 200.0 + number) for number in range(6)])
    done = pacetag(*WISH, "--output", run_file, "--keep-fresh")
    assert done.exit_code == 0, done.output
    assert "run.m3u8: is kept fresh by `pacetag watch`" in " ".join(done.stderr.split())
    return run_file


def listed(place: Path) -> list[str]:
    return sorted(line for line in place.read_text().splitlines() if line[:1] != "#")


def exclude(index_file: Path, library: Path, name: str) -> None:
    """Mark a song as missing, as a scan does when its file is gone."""
    (library / name).unlink()
    with SongIndex.open(index_file) as index:
        index.mark_missing([str(library / name)])


def test_it_is_written_again_when_other_songs_fit(
    kept: Path, index_file: Path, library: Path, pacetag: Run
) -> None:
    assert listed(kept) == [f"music/{number:03}.mp3" for number in (1, 3, 5)]
    exclude(index_file, library, "003.mp3")

    done = pacetag("playlist", "--refresh")

    assert (done.exit_code, done.stdout, done.stderr) == (0, f"{kept}: written again\n", "")
    assert listed(kept) == [f"music/{number:03}.mp3" for number in (1, 5)]


def test_the_same_songs_write_nothing(kept: Path, pacetag: Run) -> None:
    before = kept.stat()

    for _ in range(2):
        done = pacetag("playlist", "--refresh")
        assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")

    after = kept.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_its_owner_changed_stays_and_is_no_longer_kept(
    kept: Path, index_file: Path, library: Path, pacetag: Run
) -> None:
    mine = kept.read_text() + "# mine\n"
    kept.write_text(mine)
    exclude(index_file, library, "003.mp3")

    first, again = pacetag("playlist", "--refresh"), pacetag("playlist", "--refresh")

    assert first.stdout == f"{kept}: was changed by you, stays so, and is no longer kept fresh\n"
    assert (again.stdout, kept.read_text()) == ("", mine)


def test_one_that_is_gone_is_forgotten_and_one_on_a_disk_that_is_away_is_not(
    kept: Path, tmp_path: Path, pacetag: Run
) -> None:
    away = tmp_path / "disk"
    away.mkdir()
    pacetag(*WISH, "--output", away / "run.csv", "--keep-fresh")
    away.rename(tmp_path / "elsewhere")
    kept.unlink()

    said = pacetag("playlist", "--refresh").stdout

    assert f"{kept}: is gone, and no longer kept fresh\n" in said
    assert f"{away / 'run.csv'}: its folder is not there; it is tried again\n" in said
    found = json.loads(pacetag("playlist", "--kept", "--json").stdout)["kept"]
    assert [each["file"] for each in found] == [str(away / "run.csv")]
    assert not kept.exists()
    (tmp_path / "elsewhere").rename(away)
    assert pacetag("playlist", "--refresh").stdout == ""


def test_a_dry_run_says_what_would_become_of_each_and_touches_nothing(
    kept: Path, tmp_path: Path, index_file: Path, library: Path, pacetag: Run
) -> None:
    mine = tmp_path / "mine.m3u8"
    pacetag(*WISH, "--output", mine, "--keep-fresh")
    mine.write_text("mine")
    exclude(index_file, library, "003.mp3")
    before = kept.read_bytes()

    for _ in range(2):
        done = pacetag("playlist", "--refresh", "--dry-run")
        assert done.stdout.splitlines() == [
            f"{kept}: would be written again if other songs fit",
            f"{mine}: was changed by you, stays so, and is no longer kept fresh",
        ]
    assert kept.read_bytes() == before


def test_what_was_asked_for_is_kept_as_it_was_typed(kept: Path, pacetag: Run) -> None:
    (found,) = json.loads(pacetag("playlist", "--kept", "--json").stdout)["kept"]

    assert found["arguments"] == ["--cadence=165.0", "--limit=9", "--genre=rock"]
    assert found["folder"] == str(Path.cwd())
    assert "--cadence=165.0 --limit=9 --genre=rock" in pacetag("playlist", "--kept").stdout


def test_songs_that_were_drawn_by_chance_are_drawn_again(
    index_file: Path, library: Path, run_file: Path, pacetag: Run
) -> None:
    store(index_file, library, [(165.0, 200.0 + number) for number in range(40)])
    command = ("playlist", "--cadence", "82.5", "--strides", "--shuffle", "--limit", "5")
    pacetag(*command, "--output", run_file, "--keep-fresh")
    before = run_file.read_bytes()

    assert pacetag("playlist", "--refresh").stdout == ""
    assert run_file.read_bytes() == before


def test_a_cadence_of_which_a_warning_spoke_is_not_warned_of_again(
    index_file: Path, library: Path, run_file: Path, pacetag: Run
) -> None:
    store(index_file, library, [(82.0, 200.0)])
    first = pacetag("playlist", "--cadence", "82", "--output", run_file, "--keep-fresh")
    assert "add --strides" in first.stderr

    again = pacetag("playlist", "--refresh")

    assert (again.exit_code, again.stdout, again.stderr) == (0, "", "")


def test_copies_at_the_cadence_are_made_for_new_songs_and_nothing_else_is_said(
    index_file: Path, make_song: Callable[..., Path], run_file: Path, pacetag: Run
) -> None:
    index_file.parent.mkdir(parents=True)
    with SongIndex.open(index_file) as index:
        for number, bpm in enumerate((163.0, 160.0)):
            path = make_song(f"{number}.flac")
            index.store(
                SongRecord(
                    path=str(path),
                    stamp=NEVER,
                    fingerprint=file_fingerprint(path),
                    title=path.stem,
                    artist=f"Artist {number}",
                    album=None,
                    genre=None,
                    bundle="ear-1",
                    analysis=Analysis(paces=(Pace(bpm=bpm, confidence=0.9),), duration=0.5),
                )
            )
    wish = ("playlist", "--cadence", "165", "--tolerance", "1%", "--output", run_file)
    assert pacetag(*wish, "--stretch", "2%", "--keep-fresh").exit_code == 0
    assert listed(run_file) == ["run (stretched)/0 @165.flac"]
    quiet = pacetag("playlist", "--refresh")
    assert (quiet.stdout, quiet.stderr) == ("", "")
    with SongIndex.open(index_file) as index:
        song = index.song(str(make_song("1.flac", seed=1)))
        assert song is not None
        near = replace(song.analysis, paces=(Pace(bpm=164.0, confidence=0.9),))
        index.store(replace(song, analysis=near))

    done = pacetag("playlist", "--refresh")

    assert (done.stdout, done.stderr) == (f"{run_file}: written again\n", "")
    assert len(listed(run_file)) == 2


def test_its_songs_do_not_rest(kept: Path, pacetag: Run) -> None:
    done = pacetag("playlist", "--cadence", "165", "--limit", "9", "--json")

    assert json.loads(done.stdout)["resting"] == 0


@pytest.mark.parametrize("output", [(), ("--output", "-")])
def test_it_needs_a_file(
    index_file: Path, library: Path, pacetag: Run, output: tuple[str, ...]
) -> None:
    store(index_file, library, [(165.0, 200.0)])

    done = pacetag("playlist", "--cadence", "165", "--keep-fresh", *output)

    assert done.exit_code == 2
    assert "--keep-fresh needs a file to write again" in done.stderr


def test_where_none_is_kept_it_says_how(index_file: Path, library: Path, pacetag: Run) -> None:
    store(index_file, library, [(165.0, 200.0)])

    assert "--output FILE --keep-fresh" in pacetag("playlist", "--kept").stdout
    assert pacetag("playlist", "--refresh").stdout == ""


def test_the_watcher_has_them_written_again(
    kept: Path, index_file: Path, library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exclude(index_file, library, "003.mp3")

    with SongIndex.open(index_file) as index:
        write_kept_again(index, stop=Stop(), lines=WatchLines(), pulse=Pulse())

    said = capsys.readouterr()
    assert said.out.endswith(f" {kept}: written again\n")
    assert said.err == ""
    assert len(listed(kept)) == 2


class Counted(Pulse):
    """Counts signs of life."""

    def __init__(self) -> None:
        self.beats = 0

    def beat(self) -> None:
        self.beats += 1


def test_signs_of_life_come_while_they_are_written(
    kept: Path, index_file: Path, library: Path
) -> None:
    exclude(index_file, library, "003.mp3")
    pulse = Counted()

    with SongIndex.open(index_file) as index:
        write_kept_again(index, stop=Stop(), lines=WatchLines(), pulse=pulse)

    assert pulse.beats > 1
    assert len(listed(kept)) == 2


def test_more_lines_than_a_pipe_holds_keep_none_waiting() -> None:
    command = [sys.executable, "-c", "print('line\\n' * 100_000)"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        said, _ = kept_playlists._ended(process, Stop(), Pulse())

    assert said.count("line") == 100_000


def test_a_watcher_that_is_asked_to_stop_does_not_wait(
    kept: Path, index_file: Path, library: Path
) -> None:
    stop, began = Stop(), time.monotonic()
    stop.request()

    with SongIndex.open(index_file) as index:
        write_kept_again(index, stop=stop, lines=WatchLines(), pulse=Pulse())

    assert time.monotonic() - began < 30
    assert len(listed(kept)) == 3
