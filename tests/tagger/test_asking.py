"""`pacetag playlist` and `pacetag stats`, on an index that a real scan made."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen.flac
import pytest

from pacetag.tagger.commands import playlist_cadence

MakeSong = Callable[..., Path]
Run = Callable[..., Any]

WHY = "the range in which songs have paces"

pytestmark = pytest.mark.usefixtures("worker_threads")


@pytest.fixture
def scanned(make_song: MakeSong, scan_json: Run) -> Path:
    """A scanned library; returns the song at 165."""
    song = make_song("165-82.flac")
    audio: Any = mutagen.flac.FLAC(song)  # type: ignore[no-untyped-call]
    audio.update({"artist": "Blondie", "title": "One [bold]Way[/bold]"})
    audio.save()
    make_song("120.mp3")
    make_song("160.ogg")
    make_song("beatless.mp3")
    make_song("broken.mp3")
    scan_json()
    return song


@pytest.mark.usefixtures("scanned")
def test_the_table_names_the_songs_that_fit_the_best_first(pacetag: Run) -> None:
    done = pacetag("playlist", "--cadence", "165")

    lines = done.stdout.splitlines()
    first = next(line for line in lines if "Blondie" in line)
    second = next(line for line in lines if "160.ogg" in line)
    assert first.split()[:4] == ["165.0", "+0.0%", "98%", "3:00"]
    assert "One [bold]Way[/bold]" in first
    assert lines.index(first) < lines.index(second)
    assert lines[-1] == "2 songs, 6:00, for 165 steps a minute"
    assert "120.mp3" not in done.stdout
    assert (done.exit_code, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout


@pytest.mark.usefixtures("scanned")
def test_a_limit_takes_the_best_and_the_last_line_says_that_there_are_more(pacetag: Run) -> None:
    lines = pacetag("playlist", "--cadence", "165", "--limit", "1").stdout.splitlines()

    assert [line for line in lines if "Blondie" in line]
    assert not [line for line in lines if "160.ogg" in line]
    assert lines[-1] == "the best 1 song, 3:00, for 165 steps a minute; more fit, see --limit"


@pytest.mark.usefixtures("scanned")
def test_a_table_is_cut_only_where_the_user_set_no_bounds(
    pacetag: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(playlist_cadence, "LINES", 1)
    asked = ("playlist", "--cadence", "165")

    assert pacetag(*asked).stdout.splitlines()[-1].startswith("the best 1 song, ")
    for bounds in (("--limit", "9"), ("--duration", "9h"), ("--output", tmp_path / "run.m3u8")):
        assert (
            pacetag(*asked, *bounds)
            .stdout.splitlines()[-1]
            .endswith("2 songs, 6:00, for 165 steps a minute")
        )
    assert len(json.loads(pacetag(*asked, "--json").stdout)["songs"]) == 2


def test_json_holds_all_of_the_playlist(pacetag: Run, scanned: Path) -> None:
    done = pacetag("playlist", "--cadence", "165", "--tolerance", "0.01", "--json")

    assert json.loads(done.stdout) == {
        "cadence": 165.0,
        "tolerance": 0.01,
        "asked": None,
        "songs": [
            {
                "path": str(scanned),
                "title": "One [bold]Way[/bold]",
                "artist": "Blondie",
                "duration": 180.0,
                "pace": {"bpm": 165.0, "confidence": 0.98},
                "by": "network",
                "deviation": 0.0,
                "worth": 0.97804,
                "closeness": 1.0,
                "stability": 0.001,
                "intensity": None,
                "opinion": None,
                "ago": None,
                "rank": 1,
                "begins": 0.0,
            }
        ],
        "seconds": 180.0,
        "wanted": None,
        "gone": 0,
        "silent": 0,
        "excluded": 0,
        "resting": 0,
        "rests": 0,
        "seed": None,
        "unfiltered": None,
        "near": [],
    }


@pytest.mark.usefixtures("scanned")
def test_a_file_is_written_with_relative_paths(pacetag: Run, library: Path) -> None:
    output = library / "lists" / "run.m3u8"
    output.parent.mkdir()

    done = pacetag("playlist", "--cadence", "165", "--output", output, "--duration", "2m")

    lines = output.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#EXTM3U"
    assert lines[1].startswith("# Made by pacetag")
    assert lines[2].startswith("#EXTINF:180,Blondie - ")
    assert lines[3:] == ["../165-82.flac"]
    assert done.stdout == f"{output}: 1 song, 3:00, for 165 steps a minute\n"


@pytest.mark.usefixtures("scanned")
def test_an_output_that_cannot_be_written_is_one_sentence(pacetag: Run, library: Path) -> None:
    output = library / "nowhere" / "run.m3u8"

    done = pacetag("playlist", "--cadence", "165", "--output", output)

    assert done.exit_code == 1
    assert done.stderr.startswith(f"pacetag: {output}: the playlist cannot be written (No such")


@pytest.mark.usefixtures("scanned")
def test_when_nothing_fits_it_says_what_a_wider_tolerance_gives(
    pacetag: Run, library: Path
) -> None:
    output = library / "run.m3u8"

    done = pacetag("playlist", "--cadence", "172", "--output", output)

    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "No song fits 172 steps a minute within 4 %.",
        "A wider tolerance would give:",
        "  --tolerance 0.05: 1 song",
        "  --tolerance 0.08: 2 songs",
    ]
    assert not output.exists()


@pytest.mark.usefixtures("scanned")
def test_when_no_tolerance_helps_it_says_so(pacetag: Run) -> None:
    done = pacetag("playlist", "--cadence", "300")

    assert done.exit_code == 0
    assert done.stdout.startswith("No song fits 300 steps a minute within 4 %.\nA wider tolerance")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        *(
            (
                ["--cadence", n],
                f"--cadence must be from 40 to 320 steps a minute, {WHY}, not {shown}",
            )
            for n, shown in (
                ("0", "0"),
                ("-3", "-3"),
                ("20", "20"),
                ("39.9", "39.9"),
                ("320.1", "320.1"),
                ("1e9", "1e+09"),
                ("nan", "nan"),
                ("inf", "inf"),
            )
        ),
        (["--cadence", "165", "--tolerance", "0.51"], "--tolerance must be from 0 to 0.5"),
        (["--cadence", "165", "--tolerance", "-0.1"], "--tolerance must be from 0 to 0.5"),
        (["--cadence", "165", "--tolerance", "4"], "--tolerance: '4' could be per cent or steps"),
        (["--cadence", "165", "--tolerance", "wide"], "--tolerance: 'wide' is not a tolerance"),
        (["--cadence", "165", "--min-confidence", "1.5"], "--min-confidence must be from 0 to 1"),
        (["--cadence", "165", "--duration", "soon"], "--duration: 'soon' is not a duration"),
        (["--cadence", "165", "--limit", "0"], "--limit"),
        (["--cadence", "fast"], "'--cadence'"),
        ([], "--cadence"),
    ],
)
def test_values_that_cannot_be_meant_are_usage_errors(
    arguments: list[str], said: str, pacetag: Run
) -> None:
    done = pacetag("playlist", *arguments)

    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("tolerance", ["4%", "4 %", "0.04", ".04", "6.6steps", "6.6 steps"])
@pytest.mark.usefixtures("scanned")
def test_a_tolerance_can_be_written_in_many_ways(pacetag: Run, tolerance: str) -> None:
    done = pacetag("playlist", "--cadence", "165", "--tolerance", tolerance, "--json")

    found = json.loads(done.stdout)
    assert found["tolerance"] == pytest.approx(0.04)
    assert len(found["songs"]) == 2


class TestTooShort:
    @pytest.fixture(autouse=True)
    def _songs(self, scanned: Path) -> None:
        """Two fit at 165 within 4 %, three minutes each."""

    def test_it_says_how_much_there_is_and_what_would_give_more(
        self, pacetag: Run, make_song: MakeSong, scan_json: Run
    ) -> None:
        for bpm in (156, 154, 150, 140):  # 5.5, 6.7, 9.1, 15.2 % off
            make_song(f"{bpm}.mp3")
        scan_json()

        done = pacetag("playlist", "--cadence", "165", "--duration", "11m")

        assert done.exit_code == 0
        assert done.stdout.splitlines()[-1] == "2 songs, 6:00, for 165 steps a minute"
        assert done.stderr.splitlines() == [
            "That is all that fits within 4 %, less than the 11:00 wanted.",
            "A wider tolerance would give:",
            "  --tolerance 0.06: 3 songs, 9:00",
            "  --tolerance 0.08: 4 songs, 12:00",
        ]
        wider = pacetag("playlist", "--cadence", "165", "--duration", "11m", "--tolerance", "0.08")
        assert wider.stderr.startswith("12:00 is 1:00 more than the 11:00 wanted: no songs that ")
        assert wider.stdout.splitlines()[-1] == "4 songs, 12:00, for 165 steps a minute"

    def test_where_no_tolerance_helps_it_says_so(self, pacetag: Run) -> None:
        done = pacetag("playlist", "--cadence", "165", "--duration", "100h")

        assert done.stderr.splitlines() == [
            "That is all that fits within 4 %, less than the 100:00:00 wanted.",
            "A wider tolerance would not help; scan more music with `pacetag scan FOLDER`.",
        ]

    def test_where_songs_are_gone_nothing_is_promised(self, pacetag: Run, scanned: Path) -> None:
        scanned.unlink()

        done = pacetag("playlist", "--cadence", "165", "--duration", "1h")

        first, second = done.stderr.splitlines()
        assert first.startswith("1 song is not where it was: ")
        assert second == "That is all that fits within 4 %, less than the 1:00:00 wanted."

    def test_json_has_both_numbers(self, pacetag: Run) -> None:
        done = pacetag("playlist", "--cadence", "165", "--duration", "100h", "--json")

        found = json.loads(done.stdout)
        assert (found["seconds"], found["wanted"]) == (360.0, 360_000.0)

    @pytest.mark.parametrize("bounds", [("--duration", "6m"), ("--duration", "9h", "--limit", "1")])
    def test_what_is_met_or_bounded_otherwise_is_not_short(
        self, pacetag: Run, bounds: tuple[str, ...]
    ) -> None:
        assert pacetag("playlist", "--cadence", "165", *bounds).stderr == ""


class TestSongsThatAreNotThere:
    def test_the_next_best_take_their_place_and_this_is_reported_once(
        self, pacetag: Run, scanned: Path
    ) -> None:
        scanned.unlink()

        done = pacetag("playlist", "--cadence", "165", "--limit", "1")

        assert "160.ogg" in done.stdout
        assert "Blondie" not in done.stdout
        assert done.stderr.startswith("1 song is not where it was: ")
        assert done.stderr.count("\n") == 1
        assert done.exit_code == 0

    def test_json_counts_them(self, pacetag: Run, scanned: Path) -> None:
        scanned.unlink()

        found = json.loads(pacetag("playlist", "--cadence", "165", "--json").stdout)

        assert [Path(song["path"]).name for song in found["songs"]] == ["160.ogg"]
        assert (found["gone"], found["silent"]) == (1, 0)

    @pytest.mark.usefixtures("scanned")
    def test_a_disk_that_is_not_mounted_promises_nothing(
        self, pacetag: Run, library: Path, tmp_path: Path
    ) -> None:
        library.rename(tmp_path / "elsewhere")
        library.mkdir()
        output = tmp_path / "run.m3u8"

        done = pacetag("playlist", "--cadence", "165", "--output", output)

        assert done.stdout == "No song that is there fits 165 steps a minute within 4 %.\n"
        assert done.stderr.startswith("2 songs are not where they were: mount the disk, ")
        assert not output.exists()

    def test_what_is_a_folder_now_is_no_song(self, pacetag: Run, scanned: Path) -> None:
        scanned.unlink()
        scanned.mkdir()

        assert "Blondie" not in pacetag("playlist", "--cadence", "165").stdout

    def test_a_song_that_would_not_be_listed_is_not_looked_for(
        self, pacetag: Run, library: Path, scanned: Path
    ) -> None:
        (library / "160.ogg").unlink()

        done = pacetag("playlist", "--cadence", "165", "--limit", "1")

        assert "Blondie" in done.stdout
        assert done.stderr == ""


@pytest.mark.parametrize(
    "command", [["stats"], ["problems"], ["playlist", "--cadence", "165"]], ids=" ".join
)
def test_without_an_index_it_says_how_to_make_one_and_makes_none(
    command: list[str], pacetag: Run, index_file: Path
) -> None:
    done = pacetag(*command)

    assert done.exit_code == 1
    assert done.stderr == (
        f"pacetag: {index_file}: there is no index yet; `pacetag scan FOLDER` makes one\n"
    )
    assert not index_file.exists()


@pytest.mark.usefixtures("scanned")
def test_stats_count_songs_and_paces(pacetag: Run, index_file: Path) -> None:
    lines = pacetag("stats").stdout.splitlines()

    assert lines[:4] == [
        f"Index: {index_file}",
        "5 songs by 1 artist, 0.2 hours",
        "3 with paces, 1 without a beat to step to, 1 failed, 0 missing",
        "judged by fake-1: 4",
    ]
    assert " 80-89   #################### 1" in lines
    assert lines[-1] == "160-169  ######################################## 2"


@pytest.mark.usefixtures("scanned")
def test_stats_as_json_keep_their_keys(pacetag: Run) -> None:
    stats = json.loads(pacetag("stats", "--json").stdout)

    assert stats.pop("histogram")[4] == {"from": 80, "songs": 1}
    assert stats.pop("seconds") > 720
    assert stats == {
        "songs": 5,
        "with_paces": 3,
        "without_paces": 1,
        "listener": 0,
        "failed": 1,
        "missing": 0,
        "artists": 1,
        "bundles": {"fake-1": 4},
    }


@pytest.mark.usefixtures("scanned")
def test_another_index_can_be_named(pacetag: Run, tmp_path: Path, index_file: Path) -> None:
    other = index_file.rename(tmp_path / "other.sqlite3")

    assert pacetag("stats").exit_code == 1
    assert pacetag("stats", "--index", other).exit_code == 0
