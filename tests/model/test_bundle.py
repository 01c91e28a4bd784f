import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.model.bundle import Bundle, default_bundle_name, load_bundle, save_bundle
from pacetag.model.errors import BundleError
from pacetag.model.spec import FeatureSpec


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle whose networks are placeholders: loading a bundle does not run them."""
    for name in ("model.keras", "model.tflite"):
        (tmp_path / name).write_bytes(name.encode())
    save_bundle(
        Bundle(
            name="trial",
            folder=tmp_path,
            spec=FeatureSpec(hop_length=128),
            network={"kind": "stage1"},
            calibration={"slope": 0.8, "offset": -0.1},
            scores={"accuracy": 0.5},
        )
    )
    return tmp_path


def edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "bundle.json"
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))


def test_what_was_saved_is_loaded(folder: Path) -> None:
    bundle = load_bundle(folder)

    assert bundle.name == "trial"
    assert bundle.spec == FeatureSpec(hop_length=128)
    assert bundle.calibration == {"slope": 0.8, "offset": -0.1}
    assert bundle.scores == {"accuracy": 0.5}


@pytest.mark.parametrize("name", ["model.keras", "model.tflite"])
def test_a_changed_network_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"other weights")

    with pytest.raises(BundleError, match=rf"{name}: is not the file.*pacetag train"):
        load_bundle(folder)


@pytest.mark.parametrize("name", ["model.keras", "model.tflite", "bundle.json"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(BundleError, match=name):
        load_bundle(folder)


def test_a_spec_that_was_edited_is_refused(folder: Path) -> None:
    edit(folder, lambda data: data["spec"].update(hop_length=256))

    with pytest.raises(BundleError, match="fingerprint"):
        load_bundle(folder)


def test_a_spec_of_another_version_is_refused(folder: Path) -> None:
    edit(folder, lambda data: data["spec"].update(wavelets=3))

    with pytest.raises(BundleError, match="another version of pacetag"):
        load_bundle(folder)


def test_another_format_is_refused(folder: Path) -> None:
    edit(folder, lambda data: data.update(format=2))

    with pytest.raises(BundleError, match="format 1"):
        load_bundle(folder)


def test_text_that_is_not_json_is_refused(folder: Path) -> None:
    (folder / "bundle.json").write_text("weights!")

    with pytest.raises(BundleError, match="not JSON"):
        load_bundle(folder)


def test_a_network_that_litert_cannot_load_is_a_bundle_error(folder: Path) -> None:
    from pacetag.model.judge import Judge

    with pytest.raises(BundleError, match="LiteRT cannot load"):
        Judge.load(folder)


def test_saving_without_networks_is_refused(tmp_path: Path) -> None:
    bundle = Bundle(name="empty", folder=tmp_path, spec=FeatureSpec(), network={}, calibration={})

    with pytest.raises(BundleError, match="export the network"):
        save_bundle(bundle)


def test_another_bundle_can_be_named_in_the_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PACETAG_BUNDLE", raising=False)
    shipped = load_bundle()

    monkeypatch.setenv("PACETAG_BUNDLE", str(folder))

    assert default_bundle_name() == load_bundle().name == "trial"
    assert shipped.name == "stride-4"


def test_a_named_folder_without_a_bundle_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACETAG_BUNDLE", str(tmp_path / "nothing"))

    with pytest.raises(BundleError, match="name the folder of a trained bundle"):
        default_bundle_name()


def test_the_shipped_name_costs_no_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PACETAG_BUNDLE", raising=False)
    monkeypatch.setattr("pacetag.model.bundle.load_bundle", None)

    assert default_bundle_name() == "stride-4"
