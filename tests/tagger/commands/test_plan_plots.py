"""`pacetag playlist --plan ... --plot FILE` draws the plan and the songs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.db.index import SongIndex
from pacetag.tagger.plots.image_files import is_our_picture
from pacetag.tagger.plots.session import session_figure
from pacetag.tagger.sessions.building import build_session
from pacetag.tagger.sessions.grammar import parse_plan
from pacetag.tagger.sessions.pool_of_plan import Wishes
from tests.tagger.commands.test_plans import store

Run = Callable[..., Any]
PLAN = "10m@150-160 5m@175"


@pytest.fixture
def songs(index_file: Path, library: Path) -> None:
    store(index_file, library, [(140.0 + number % 40, 100.0 + number) for number in range(120)])


@pytest.mark.usefixtures("songs")
def test_a_run_is_drawn_and_listed(pacetag: Run, tmp_path: Path) -> None:
    place = tmp_path / "run.png"

    done = pacetag("playlist", "--plan", PLAN, "--plot", place)

    assert done.exit_code == 0, done.stderr
    assert is_our_picture(place.read_bytes())
    assert "in 2 blocks" in done.stdout


@pytest.mark.usefixtures("songs")
def test_each_song_is_a_bar_at_its_pace_while_it_is_played(index_file: Path) -> None:
    with SongIndex.open(index_file) as index:
        session = build_session(index, parse_plan(PLAN), Wishes(tolerances=(0.04, 0.04)))

    (axes,) = session_figure(session).axes

    bars = [line for line in axes.lines if line.get_linewidth() == 5]
    ends: list[Any] = [(*line.get_xdata(), *line.get_ydata()) for line in bars]  # type: ignore[misc]
    assert [(begin * 60, pace) for begin, _, pace, _ in ends] == [
        (pytest.approx(song.start), song.pace.bpm) for song in session.entries
    ]
    assert all(pace == again for _, _, pace, again in ends)


@pytest.mark.usefixtures("songs")
def test_a_dry_run_draws_nothing(pacetag: Run, tmp_path: Path) -> None:
    place = tmp_path / "run.png"

    assert pacetag("playlist", "--plan", PLAN, "--plot", place, "--dry-run").exit_code == 0
    assert not place.exists()


@pytest.mark.usefixtures("songs")
def test_a_picture_of_another_program_stays(pacetag: Run, tmp_path: Path) -> None:
    place = tmp_path / "holiday.png"
    place.write_bytes(b"\x89PNG\r\n\x1a\n of a holiday")

    done = pacetag("playlist", "--plan", PLAN, "--plot", place)

    assert done.exit_code == 2
    assert "--overwrite" in done.stderr
    assert place.read_bytes().endswith(b"holiday")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--cadence", "165", "--plot", "a.png"], "give one with --plan"),
        (["--plan", PLAN, "--plot", "-"], "name a .png file"),
        (["--plan", PLAN, "--plot", "a.mp3"], "a picture is none of the kind 'mp3'"),
    ],
)
@pytest.mark.usefixtures("songs")
def test_what_cannot_be_drawn_is_wrong_usage(pacetag: Run, arguments: list[str], said: str) -> None:
    done = pacetag("playlist", *arguments)

    assert done.exit_code == 2
    assert said in done.stderr
