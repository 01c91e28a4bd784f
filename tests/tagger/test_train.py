"""`pacetag train`, from nothing to a bundle that judges."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from pacetag.model.bundle import load_bundle
from pacetag.model.extras import MODULES, install_command
from pacetag.model.training.labels.few_songs import few_songs_warning
from pacetag.model.training.labels.own_songs import own_truth
from pacetag.model.training.scoring.verdict import Verdict
from pacetag.model.training.songs import FreeMusic, TrainingSong
from pacetag.tagger.cli import app
from pacetag.tagger.commands.train import last_words
from tests.outside import RENDERING
from tests.tagger.attacks.conftest import LONG

SAMPLES = Path(__file__).parents[2] / "sample_audio"


@pytest.mark.skipif(not LONG, reason="takes 90 s; PACETAG_LONG_TESTS=1 runs it")
@pytest.mark.outside(*RENDERING)
def test_training_on_a_few_grooves_ends_in_a_bundle_that_judges(tmp_path: Path) -> None:
    """A dozen songs teach nothing, but everything from rendering to judging has run."""
    pytest.importorskip("keras")
    arguments = ["--no-recordings", "--songs", "6", "--seed", "21", "--epochs", "1"]
    arguments += ["--jobs", "2", "--name", "tiny"]
    pacetag = [sys.executable, "-m", "pacetag.tagger.cli"]

    done = subprocess.run(
        [*pacetag, "train", str(tmp_path), *arguments], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    bundle = load_bundle(tmp_path / "bundles/tiny")
    assert bundle.training["songs"] == {
        "grooves test": 1,
        "grooves train": 7,  # two of the further libraries, one played by humans, one of chamber
        "grooves validation": 2,
        "metres train": 1,
        "metres validation": 3,
        "beatless validation": 1,
        "expressive train": 2,
    }
    assert "Warning: Only 6 grooves will be rendered to learn from" in done.stderr
    assert re.search(r"^tiny is (worse|better|neither .*) than stride-5 on ", done.stdout, re.M)
    shown = subprocess.run(
        [*pacetag, "show", str(SAMPLES / "01-kerbside-rock.mp3")],
        env={**os.environ, "PACETAG_BUNDLE": str(bundle.folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "judged by tiny" in shown.stdout


def told(verdict: Verdict) -> list[str]:
    return last_words(verdict, Path("/my work/bundles/own-1"))


def compared(old: list[float], new: list[float]) -> Verdict:
    return Verdict(
        before="stride-5",
        new="own-1",
        what="own songs",
        old_f1=np.array(old, float),
        new_f1=np.array(new, float),
    )


EXPORT = "To have it judge: export PACETAG_BUNDLE='/my work/bundles/own-1'"
KEPT = "So stride-5 goes on judging; own-1 stays where it is, and nothing uses it."


def test_a_worse_network_is_called_worse_and_not_recommended() -> None:
    assert told(compared([1.0] * 30, [1.0] * 10 + [0.0] * 20)) == [
        "own-1 is worse than stride-5 on the 30 own songs that were held out to test on: F1 0.333 "
        "instead of 1.000 (0 better, 20 worse, 10 alike).",
        "This is more than chance: on other songs of this kind the difference would lie from "
        "-0.833 to -0.500, 95 times in 100.",
        KEPT,
    ]


def test_a_network_that_is_worse_by_chance_perhaps_is_not_recommended_either() -> None:
    first, second, last = told(compared([1.0, 0.5, 1.0], [0.5, 1.0, 0.9]))

    assert first.startswith("own-1 is worse than stride-5 on the 3 own songs")
    assert second == "This may be chance: 3 songs can tell nothing of others."
    assert last == KEPT


@pytest.mark.parametrize("new", [[0.9] * 40, [0.5] * 40])
def test_a_network_that_is_no_worse_is_recommended_as_a_command_for_a_shell(
    new: list[float],
) -> None:
    said = told(compared([0.5] * 40, new))

    assert ("neither better nor worse" in said[0]) is (new[0] == 0.5)
    assert said[-1] == EXPORT


def test_without_songs_to_test_on_nothing_is_recommended() -> None:
    assert told(compared([], [])) == [
        "No songs were held out to test on, so that nothing tells whether own-1 is better or worse "
        "than stride-5.",
        KEPT,
    ]


def test_one_song_tells_nothing_of_others() -> None:
    said = told(compared([0.0], [1.0]))

    assert "This may be chance: one song can tell nothing of others." in said


def own(train: int, validation: int, test: int) -> list[TrainingSong]:
    sides = ["train"] * train + ["validation"] * validation + ["test"] * test
    return [
        TrainingSong(
            name=str(number), source="own", group="", split=side, windows=(),
            truth=own_truth((120.0,)),
        )
        for number, side in enumerate(sides)
    ]  # fmt: skip


def test_few_songs_are_warned_of_with_what_that_means_and_what_to_do() -> None:
    assert few_songs_warning(own(7, 3, 1), None) == (
        "Only 11 own songs can be learnt from: 7 to train on, 3 to validate on, 1 to test on. A "
        "network learns from hundreds of songs: this one will probably be worse than the shipped "
        "one, and 1 song to test on can hardly show which is better. Label more songs, of more "
        "artists, or leave out --only-own to learn from free music as well."
    )
    beside = few_songs_warning(own(7, 3, 2), FreeMusic())
    assert beside is not None
    assert (
        "Beside the free music they change little, and 2 songs to test on can hardly show" in beside
    )
    grooves = few_songs_warning([], FreeMusic(songs=6, fetched=False))
    assert grooves is not None
    assert grooves.startswith("Only 6 grooves will be rendered")


@pytest.mark.parametrize(
    ("songs", "free"),
    [
        (own(120, 40, 40), None),
        (own(30, 10, 10), FreeMusic()),
        ([], FreeMusic()),
        ([], FreeMusic(songs=6)),
    ],
)
def test_enough_songs_are_not_warned_of(songs: list[TrainingSong], free: FreeMusic | None) -> None:
    assert few_songs_warning(songs, free) is None


@pytest.mark.parametrize("module", MODULES["train"])
def test_without_the_extra_it_says_what_to_install(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)

    done = CliRunner().invoke(app, ["train", str(tmp_path)])

    assert done.exit_code == 1
    assert done.stderr == (
        f"pacetag: training needs {module}, which is not installed; "
        f"`{install_command('train')}` adds what it needs\n"
    )


def test_asking_for_a_training_run_needs_nothing_of_the_extra() -> None:
    script = """
import sys
# As if they were not installed.
sys.modules |= dict.fromkeys(("keras", "librosa", "mido", "tensorflow"))
import pacetag.model.training.command, pacetag.model.training.settings
import pacetag.tagger.evaluating.labelled_songs
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_the_folder_of_fonts_and_styles_can_be_set_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.toml"
    file.write_text('share = "/opt/share"\n')
    monkeypatch.setenv("PACETAG_CONFIG", str(file))
    monkeypatch.setenv("PACETAG_SHARE", "")

    CliRunner().invoke(app, ["train", str(tmp_path / "work"), "--only-own"])  # which lacks labels

    assert os.environ["PACETAG_SHARE"] == "/opt/share"  # for the training's processes


def test_without_mma_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("keras")

    def nowhere(name: str) -> None:
        return None

    monkeypatch.setattr("shutil.which", nowhere)

    done = CliRunner().invoke(app, ["train", str(tmp_path), "--no-recordings"])

    assert done.exit_code == 1
    assert "apt-get install" in done.output


@pytest.mark.parametrize(
    ("there", "options"),
    [
        ("song.mp3", []),
        ("recordings/concert.flac", []),
        ("experiments.md", []),
        ("bundles/own-1/letter.txt", []),
        ("bundle.json", []),
        ("", ["--name", "../up"]),
        ("", ["--name", ""]),
        ("", ["--name", "two words"]),
    ],
)
def test_a_folder_that_holds_other_things_is_wrong_usage(
    there: str, options: list[str], tmp_path: Path
) -> None:
    work = tmp_path / "work"
    place = work / there
    place.parent.mkdir(parents=True, exist_ok=True)
    if there:
        place.write_bytes(b"mine")
    before = sorted(tmp_path.rglob("*"))

    done = CliRunner().invoke(app, ["train", str(work), "--no-recordings", *options])

    assert done.exit_code == 2, done.output
    assert done.stderr.startswith("pacetag: ")
    assert done.stderr.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before
    assert not there or place.read_bytes() == b"mine"


def test_a_file_is_no_place_to_train_in(tmp_path: Path) -> None:
    file = tmp_path / "song.mp3"
    file.write_bytes(b"mine")

    for work in (file, file / "work"):
        done = CliRunner().invoke(app, ["train", str(work), "--no-recordings"])

        assert done.exit_code == 2, done.output
        assert done.stderr.count("\n") == 1
    assert file.read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["my bundle", "..", "a/b", "a;b", "", "a\nb"])
def test_a_name_that_tags_cannot_hold_is_refused_before_anything_is_made(
    name: str, tmp_path: Path
) -> None:
    work = tmp_path / "work"

    done = CliRunner().invoke(app, ["train", str(work), "--name", name])

    assert done.exit_code == 2
    assert done.stderr.startswith(f"pacetag: --name {name!r}: a bundle's name is one word of 1 to")
    assert done.stderr.count("\n") == 1
    assert not work.exists()
