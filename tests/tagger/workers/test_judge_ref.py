"""Which network judges: the shipped one, or the one that a person trained."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pacetag.model.bundle import shipped_bundle_folder
from pacetag.model.errors import BundleError
from pacetag.tagger.workers import pool
from pacetag.tagger.workers.judging import JudgeRef

MakeSong = Callable[..., Path]
Pacetag = Callable[..., Any]
SHIPPED_JUDGE = pool.shipped_judge  # before a fixture puts the fake one in its place


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The shipped network as if it were a user's own."""
    folder = tmp_path / "own"
    shutil.copytree(shipped_bundle_folder(), folder)
    data = json.loads((folder / "bundle.json").read_text())
    (folder / "bundle.json").write_text(json.dumps(data | {"name": "own-7"}))
    return folder


def test_the_shipped_network_judges_and_its_name_costs_no_reading(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pacetag.model.bundle.load_bundle", None)

    ref = SHIPPED_JUDGE()

    assert (ref.bundle, ref.folder) == ("stride-5", None)


@pytest.mark.parametrize("place", ["variable", "file"])
def test_a_network_that_is_named_judges_in_every_process(
    place: str, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place == "variable":
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("PACETAG_BUNDLE", "own")
    else:
        file = tmp_path / "config.toml"
        file.write_text(f"bundle = {json.dumps(str(own))}\n")
        monkeypatch.setenv("PACETAG_CONFIG", str(file))

    ref = SHIPPED_JUDGE()

    assert (ref.bundle, ref.folder) == ("own-7", own)
    monkeypatch.delenv("PACETAG_BUNDLE", raising=False)  # a worker needs the reference alone
    assert ref.load().name == "own-7"  # type: ignore[attr-defined]


def test_a_named_folder_without_a_network_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACETAG_BUNDLE", str(tmp_path / "nothing"))

    with pytest.raises(BundleError, match="name the folder of a trained bundle"):
        SHIPPED_JUDGE()


def test_where_no_gpu_is_found_that_is_said_once_and_the_processor_judges(
    make_song: MakeSong, pacetag: Pacetag, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_song("150.mp3")
    monkeypatch.setattr("pacetag.model.keras_runtime.gpu_fault", lambda: "this machine has no GPU")

    done = pacetag("scan", library, "--device", "gpu", "--jobs", "1")

    assert done.exit_code == 0, done.output
    assert done.stderr.count("this machine has no GPU, so the processor judges the songs") == 1
    assert "1 tagged" in done.stdout


class Judged:
    """What a factory was asked for."""

    def __init__(self, *folder: Path, device: str = "cpu") -> None:
        if device == "gpu" and "gpu" not in folder[0].name:
            raise BundleError("Keras cannot judge with it")
        self.device = device


def test_a_gpu_judges_where_there_is_one_and_the_processor_does_not_stand_in_unasked() -> None:
    ref = JudgeRef(
        bundle="ear-1", factory=f"{__name__}:Judged", folder=Path("with gpu"), device="gpu"
    )

    judge = ref.load()

    assert isinstance(judge, Judged)
    assert judge.device == "gpu"
    with pytest.raises(BundleError, match="Keras cannot judge with it"):
        replace(ref, folder=Path("without")).load()
