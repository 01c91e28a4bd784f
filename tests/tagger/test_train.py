"""`pacetag train`, from nothing to a bundle that judges."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pacetag.model.bundle import load_bundle
from pacetag.model.extras import install_command
from pacetag.tagger.cli import app
from tests.outside import RENDERING

SAMPLES = Path(__file__).parents[2] / "sample_audio"


@pytest.mark.outside(*RENDERING)
def test_training_on_a_few_grooves_ends_in_a_bundle_that_judges(tmp_path: Path) -> None:
    """Six songs teach nothing, but everything from rendering to judging has run."""
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
    }
    shown = subprocess.run(
        [*pacetag, "show", str(SAMPLES / "01-kerbside-rock.mp3")],
        env={**os.environ, "PACETAG_BUNDLE": str(bundle.folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "judged by tiny" in shown.stdout


def test_without_the_extra_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(name: str) -> None:
        return None

    monkeypatch.setattr("pacetag.model.training.command.find_spec", nothing)

    done = CliRunner().invoke(app, ["train", str(tmp_path)])

    assert done.exit_code == 1
    assert f"`{install_command('train')}` adds" in done.output


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
