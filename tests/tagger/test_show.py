"""`pacetag show`: one song and the evidence for its paces."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from matplotlib.image import imread
from mutagen import id3 as mutagen_id3
from numpy.typing import NDArray

from pacetag.model.evidence.tempo_comparison import TempoComparison
from pacetag.model.extras import install_command
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.output.show import ShownSong, show_lines, shown_object, verdict
from pacetag.tagger.text.formatting import percent, share
from pacetag.tagger.workers import pool
from pacetag.tagger.workers.judging import JudgeRef

ID3: Any = mutagen_id3  # mutagen ships types for some of its calls only

MakeSong = Callable[..., Path]
Run = Callable[..., Any]


def test_paces_and_candidates_are_listed_the_surest_first(
    make_song: MakeSong, pacetag: Run
) -> None:
    song = make_song("172.34-86.2.mp3")

    done = pacetag("show", song)

    assert done.stdout.splitlines() == [
        f"{song}  3:00, judged by fake-1",
        "Paces: 172.3 (98%), 86.2 (93%)",
        "The tempo is steady.",
        "Candidates:",
        "   172.3 bpm     98%",
        "    86.2 bpm     93%",
        "   133.0 bpm     10%",
    ]
    assert (done.exit_code, done.stderr) == (0, "")


def test_title_artist_and_metre_come_first(make_song: MakeSong, pacetag: Run) -> None:
    song = make_song("186-62 triple.mp3")
    tags = ID3.ID3()
    tags.add(ID3.TIT2(encoding=3, text=["Riverside Waltz"]))
    tags.add(ID3.TPE1(encoding=3, text=["The Band"]))
    tags.save(song)

    first = pacetag("show", song).stdout.splitlines()[:4]
    found = json.loads(pacetag("show", song, "--json").stdout)

    assert first[:3] == ["Title: Riverside Waltz", "Artist: The Band", "Metre: triple (in three)"]
    assert first[3].startswith(f"{song}  3:00")
    assert (found["title"], found["artist"], found["metre"]) == (
        "Riverside Waltz",
        "The Band",
        "triple",
    )


def test_only_candidates_of_one_per_cent_and_more_are_listed_unless_all_are_asked_for() -> None:
    tempos = (*((172.0, 0.9996), (86.0, 0.01), (129.0, 0.0099), (64.5, 0.0004), (43.0, 0.0)),)
    candidates = tuple(Pace(bpm=bpm, confidence=p) for bpm, p in tempos)
    judgement = Analysis(paces=candidates[:1], duration=60.0, candidates=candidates)
    song = ShownSong(path=Path("/a.mp3"), named="a.mp3")

    few = show_lines(song, "b", judgement, None)
    every = show_lines(song, "b", judgement, None, everything=True)

    assert few[few.index("Candidates:") + 1 :] == [
        "   172.0 bpm  >99.9%",
        "    86.0 bpm      1%",
        "  and 3 below 1%, which --all lists",
    ]
    assert every[every.index("Candidates:") + 3 :] == [
        "   129.0 bpm    1.0%",
        "    64.5 bpm   <0.1%",
        "    43.0 bpm   <0.1%",
    ]
    assert "Paces: 172.0 (>99.9%)" in few
    assert len(shown_object(song, "b", judgement, None)["candidates"]) == 5


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        (1.0, ">99.9%"), (0.9996, ">99.9%"), (0.999, "99.9%"), (0.9951, "99.5%"), (0.99, "99%"),
        (0.5, "50%"), (0.01, "1%"), (0.004, "0.4%"), (0.0004, "<0.1%"), (0.0, "<0.1%"),
    ],
)  # fmt: skip
def test_no_probability_is_certain_or_nothing(probability: float, said: str) -> None:
    assert percent(probability) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(1.0, "1.000"), (0.99996, ">0.999"), (0.9871, "0.987"), (0.0003, "<0.001"), (0.0, "0.000")],
)
def test_a_counted_share_is_all_or_none_only_where_it_is(value: float, said: str) -> None:
    assert share(value) == said


def test_neither_the_song_nor_the_index_is_touched(
    make_song: MakeSong, pacetag: Run, index_file: Path
) -> None:
    song = make_song("172.mp3")
    content = song.read_bytes()

    pacetag("show", song)

    assert song.read_bytes() == content
    assert not index_file.exists()


def test_json_keeps_its_keys(make_song: MakeSong, pacetag: Run) -> None:
    song = make_song("172.mp3")

    assert json.loads(pacetag("show", song, "--json").stdout) == {
        "path": str(song),
        "title": None,
        "artist": None,
        "metre": None,
        "duration": 180.0,
        "bundle": "fake-1",
        "paces": [{"bpm": 172.0, "confidence": 0.98}],
        "by": "network",
        "opinion": None,
        "judged": [{"bpm": 172.0, "confidence": 0.98}],
        "stability": 0.001,
        "tempo_segments": [],
        "intensity": None,
        "candidates": [
            {"bpm": 172.0, "probability": 0.98},
            {"bpm": 133.0, "probability": 0.1},
        ],
    }


class TestCopies:
    @pytest.fixture
    def copies(self, make_song: MakeSong, scan_json: Run) -> list[Path]:
        """Three files of one sound, and one of another, in the order in which they were scanned."""
        made = [make_song(f"{n} 172.mp3", seed=9) for n in "cab"] + [make_song("d 172.mp3")]
        for song in made:
            scan_json(song)
        return made

    def test_the_other_files_of_the_sound_are_named(self, copies: list[Path], pacetag: Run) -> None:
        first, second, third, other = copies

        assert pacetag("show", second).stdout.splitlines()[-2:] == [
            f"also: {first}",
            f"also: {third}",
        ]
        assert json.loads(pacetag("show", "--json", first).stdout)["also"] == [
            str(second),
            str(third),
        ]
        assert "also" not in pacetag("show", other).stdout

    def test_only_those_that_are_there(self, copies: list[Path], pacetag: Run) -> None:
        copies[0].unlink()

        assert pacetag("show", copies[1]).stdout.splitlines()[-1] == f"also: {copies[2]}"
        assert str(copies[0]) not in pacetag("show", copies[1]).stdout

    def test_what_lies_there_now_counts_not_what_lay_there(
        self, copies: list[Path], pacetag: Run
    ) -> None:
        copies[3].rename(copies[1])

        assert "also" not in pacetag("show", copies[1]).stdout

    def test_a_song_that_the_index_does_not_know_has_copies_all_the_same(
        self, copies: list[Path], make_song: MakeSong, pacetag: Run
    ) -> None:
        new = make_song("new 172.mp3", seed=9)

        assert pacetag("show", new).stdout.count("also: ") == 3

    def test_an_index_that_cannot_be_read_is_no_hindrance(
        self, copies: list[Path], pacetag: Run, index_file: Path
    ) -> None:
        index_file.write_bytes(b"nothing like an index" * 100)

        done = pacetag("show", copies[0])

        assert (done.exit_code, done.stderr) == (0, "")


def test_a_song_without_a_beat_is_reported_to_have_no_paces(
    make_song: MakeSong, pacetag: Run
) -> None:
    assert "Paces: none" in pacetag("show", make_song("beatless.mp3")).stdout


@pytest.mark.parametrize(
    ("name", "said"), [("broken.mp3", "cannot decode audio"), ("short.mp3", "3.0 s long")]
)
def test_what_cannot_be_judged_is_one_sentence(
    name: str, said: str, make_song: MakeSong, pacetag: Run
) -> None:
    song = make_song(name)

    done = pacetag("show", song)

    assert done.exit_code == 1
    assert done.stderr.startswith(f"pacetag: {song}: {said}")
    assert done.stderr.count("\n") == 1


def test_without_options_nothing_that_draws_or_compares_is_imported(make_song: MakeSong) -> None:
    probe = (
        "import sys\n"
        "from pacetag.tagger import cli\nfrom pacetag.tagger.workers import pool\n"
        "pool.shipped_judge = lambda: pool.JudgeRef(bundle='b', factory='fake_judge:load')\n"
        "try:\n"
        "    cli.app()\n"
        "finally:\n"
        "    print(*sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, "show", make_song("172.mp3")],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent / "fakes")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert "172.0 (98%)" in done.stdout
    heavy = {"matplotlib", "scipy", "pacetag.model.evidence.evidence", "pacetag.tagger.plots.song"}
    assert heavy.isdisjoint(done.stderr.split())


def test_a_folder_or_nothing_is_a_usage_error(pacetag: Run, library: Path) -> None:
    assert "is a folder" in pacetag("show", library).stderr
    assert pacetag("show", library).exit_code == 2
    assert pacetag("show", library / "nowhere.mp3").exit_code == 2


@pytest.fixture
def seeing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that shows evidence."""
    ref = JudgeRef(bundle="fake-1", factory="seeing_judge:load_seeing")
    monkeypatch.setattr(pool, "shipped_judge", lambda: ref)


@pytest.fixture
def clicks(library: Path, click_track: Callable[..., Any]) -> Path:
    """Fourteen seconds of clicks at 120 bpm, under a name that must not be taken for formulas."""
    path = library / "120 $x.flac"
    soundfile.write(path, click_track(120, seconds=14), 22_050)
    return path


@pytest.fixture
def bells(library: Path) -> Path:
    """Fourteen seconds in which eight bells ring at times of their own in each beat of 120."""
    rng = np.random.default_rng(0)
    time = np.arange(round(0.5 * 22_050)) / 22_050
    beat = np.zeros(len(time))
    for pitch, start in zip(
        110 * 2.0 ** np.arange(0, 6, 0.75), rng.uniform(0, 0.4, 8), strict=True
    ):
        since = np.maximum(time - start, 0)
        beat += 0.1 * (time > start) * np.exp(-20 * since) * np.sin(2 * np.pi * pitch * since)
    path = library / "120.flac"
    soundfile.write(path, np.tile(beat, 28) + rng.normal(0, 3e-3, 28 * len(beat)), 22_050)
    return path


def heat(pixels: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where the top of the heat maps' colours is."""
    return np.asarray(np.all(np.abs(pixels - (0.987, 0.991, 0.750)) < 0.02, axis=-1))


def picture_of(path: Path) -> NDArray[np.float32]:
    return np.asarray(imread(path))[..., :3]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for a picture that two tests look at."""
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture
def plotted(seeing: None, clicks: Path, pacetag: Run, pictures: Path) -> NDArray[np.float32]:
    """The picture of the clicks, drawn once."""
    place = pictures / "out.png"
    if not place.exists():
        done = pacetag("show", clicks, "--plot", place)
        assert (done.exit_code, done.stderr) == (0, "")
    return picture_of(place)


def test_a_plot_shows_tempogram_case_and_what_was_measured_on_it(
    plotted: NDArray[np.float32],
) -> None:
    pixels = plotted
    fourth = len(pixels) // 4
    red, green, blue = np.moveaxis(pixels[:fourth], -1, 0)
    assert ((green > red + 0.2) & (green > blue + 0.2)).any()  # the compatible tempos
    maps = heat(pixels[fourth : 2 * fourth]).sum(axis=0) > 0.4 * fourth
    assert np.sum(np.diff(maps.astype(int)) == 1) == 4  # the beat's column in each heat map
    dark_red = np.all(np.abs(pixels[2 * fourth :] - (0.404, 0.0, 0.122)) < 0.03, axis=-1)
    assert dark_red.sum() > 500  # beats that correlate fully


@pytest.mark.usefixtures("seeing")
def test_a_plot_of_two_tempos_shows_the_case_of_each(
    clicks: Path, pacetag: Run, plotted: NDArray[np.float32], tmp_path: Path
) -> None:
    done = pacetag("show", clicks, "--evidence", "120", "97", "--plot", tmp_path / "two.png")

    assert (done.exit_code, done.stderr) == (0, "")
    one, two = plotted, picture_of(tmp_path / "two.png")
    assert two.shape[1] == one.shape[1]
    assert two.shape[0] - one.shape[0] == pytest.approx(3 * 110, abs=2)  # a row of heat maps more
    for colour in ((0.122, 0.467, 0.706), (1.0, 0.498, 0.055)):
        assert np.all(np.abs(two - colour) < 0.03, axis=-1).sum() > 500


EVIDENCE = ("show", "--evidence", "120", "97")


@pytest.mark.usefixtures("seeing")
def test_two_tempos_are_compared_in_words(bells: Path, pacetag: Run) -> None:
    done = pacetag(*EVIDENCE, bells)

    assert (done.exit_code, done.stderr) == (0, "")
    head, *table, verdict = done.stdout.splitlines()[-7:]
    assert head == "Evidence:"
    assert table[0].split() == ["120", "bpm", "97", "bpm"]
    assert table[1].split()[-2:] == ["98%", "0.7%"]
    assert "variance within columns" in table[2]
    assert "correlation of beats (of 120)" in table[3]
    assert re.search(r"(\d+) of \1 +0 of \1$", table[4])
    assert re.fullmatch(r"120 is better supported than 97 \(p [=<] 0\.\d+\)\.", verdict)


@pytest.mark.usefixtures("seeing")
def test_json_gives_all_numbers_of_the_comparison(bells: Path, pacetag: Run) -> None:
    found = json.loads(pacetag(*EVIDENCE, "--json", bells).stdout)["evidence"]

    tempos = found["tempos"]
    assert [set(tempo) for tempo in tempos] == [
        {"bpm", "probability", "variance", "correlation", "wins"}
    ] * 2
    assert [tempo["bpm"] for tempo in tempos] == [120.0, 97.0]
    assert tempos[0]["correlation"] > tempos[1]["correlation"]
    assert tempos[0]["variance"] < tempos[1]["variance"]
    assert tempos[0]["wins"] + tempos[1]["wins"] == found["components"]
    assert (found["better"], found["decided"], found["multiple"]) == (120.0, True, False)
    assert found["p_value"] < 0.05


@pytest.mark.usefixtures("seeing")
@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        ("19", "100", "19 bpm is not between 20 and 400"),
        ("100", "400.5", "400.5 bpm is not between 20 and 400"),
        ("nan", "100", "nan bpm is not between 20 and 400"),
        ("100", "100", "100 and 100 bpm are the same tempo"),
    ],
)
def test_tempos_that_cannot_be_compared_are_a_usage_error(
    a: str, b: str, said: str, make_song: MakeSong, pacetag: Run
) -> None:
    done = pacetag("show", make_song("120.mp3"), "--evidence", a, b)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"pacetag: --evidence: {said}")


def compared(a: float, b: float, *, wins: tuple[int, int], p: float) -> TempoComparison:
    return TempoComparison(
        a=a,
        b=b,
        components=sum(wins),
        wins_a=wins[0],
        wins_b=wins[1],
        p_value=p,
        better=a if wins[0] >= wins[1] else b,
    )


@pytest.mark.parametrize(
    ("comparison", "probabilities", "said"),
    [
        (
            compared(86, 129, wins=(13, 1), p=0.00092),
            [0.9, 0.1],
            "86 is better supported than 129 (p = 0.00092).",
        ),
        (
            compared(129, 86, wins=(0, 19), p=0.0000019),
            [0.1, 0.9],
            "86 is better supported than 129 (p < 0.0001).",
        ),
        (
            compared(86, 129, wins=(7, 6), p=0.5),
            [0.9, 0.1],
            "The audio does not tell them apart (p = 0.5).",
        ),
        (
            compared(86, 172, wins=(12, 1), p=0.0017),
            [0.9, 0.9],
            "172 is 2 times 86: both may fit, and the slower always looks better in this test "
            "(p = 0.0017).",
        ),
        (
            compared(86, 129, wins=(12, 1), p=0.0017),
            [0.4, 0.1],
            "86 is better supported than 129 (p = 0.0017). Neither is judged a pace.",
        ),
    ],
)
def test_the_verdict_is_plain(
    comparison: TempoComparison, probabilities: list[float], said: str
) -> None:
    assert verdict(comparison, probabilities) == said


def test_a_song_that_changes_tempo_says_so(make_song: MakeSong, pacetag: Run) -> None:
    song = make_song("100 changing.mp3")

    assert "The tempo changes: 100.0, 141.4 bpm." in pacetag("show", song).stdout
    assert json.loads(pacetag("show", song, "--json").stdout)["tempo_segments"] == [100.0, 141.41]


def test_how_driving_a_song_is_stands_below_its_paces(make_song: MakeSong, pacetag: Run) -> None:
    song = make_song("100 driving.mp3")

    assert "\nIt drives harder than 62% of recordings.\n" in pacetag("show", song).stdout
    assert json.loads(pacetag("show", song, "--json").stdout)["intensity"] == 0.62
    assert "drives harder" not in pacetag("show", make_song("100.mp3")).stdout


def test_a_song_that_does_not_keep_its_tempo_says_by_how_much(
    make_song: MakeSong, pacetag: Run
) -> None:
    assert "The tempo wanders by 1.2%." in pacetag("show", make_song("100 wandering.mp3")).stdout


@pytest.mark.usefixtures("seeing")
def test_without_matplotlib_it_says_how_to_get_it(
    make_song: MakeSong, pacetag: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "pacetag.tagger.plots.song", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)

    done = pacetag("show", make_song("120.mp3"), "--plot", tmp_path / "out.png")

    assert done.exit_code == 1
    assert f"`{install_command('plot')}` adds them" in done.stderr
    assert done.stdout == ""


@pytest.mark.usefixtures("seeing")
@pytest.mark.parametrize(("output", "code"), [("out.nonsense", 2), ("nowhere/out.png", 1)])
def test_a_picture_that_cannot_be_written_is_one_sentence(
    output: str, code: int, clicks: Path, pacetag: Run, tmp_path: Path
) -> None:
    done = pacetag("show", clicks, "--plot", tmp_path / output)

    assert done.exit_code == code
    assert done.stderr.startswith(f"pacetag: {tmp_path / output}: ")
