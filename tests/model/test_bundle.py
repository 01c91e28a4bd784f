import hashlib
import json
import os
import re
import shutil
import socket
from collections.abc import Callable
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import pytest

from pacetag.model.bundle import (
    STAGE0_NAME,
    Bundle,
    fingerprint,
    load_bundle,
    save_bundle,
    shipped_bundle_folder,
)
from pacetag.model.errors import BundleError
from pacetag.model.judge import Judge
from pacetag.model.judge_settings import (
    FamilySettings,
    JudgeSettings,
    PriorSettings,
    ScheduleSettings,
)
from pacetag.model.judgement import Analysis
from pacetag.model.runtime import Runtime
from pacetag.model.spec import FeatureSpec
from pacetag.tagger.tags.pacetag import PaceTag, format_pacetag, parse_pacetag


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


OTHER = JudgeSettings(
    heard=0.6,
    schedule=ScheduleSettings(probes=5, expected_errors=0.1),
    family=FamilySettings(tolerance=0.03),
    prior=PriorSettings(rates=(60.0, 200.0), shares=(1.0, 0.5)),
)


def test_a_bundle_keeps_the_settings_that_it_is_judged_with(folder: Path) -> None:
    save_bundle(replace(load_bundle(folder), judging=OTHER))

    assert load_bundle(folder).judging == OTHER


def test_a_bundle_of_before_there_were_settings_is_judged_with_the_defaults(folder: Path) -> None:
    edit(folder, lambda data: (data.pop("judging"), data.pop("fingerprint")))

    assert load_bundle(folder).judging == JudgeSettings()


@pytest.mark.parametrize("name", ["stride-5", STAGE0_NAME])
def test_the_shipped_bundles_say_how_they_are_judged(name: str) -> None:
    data = json.loads((shipped_bundle_folder(name) / "bundle.json").read_text())

    now = json.loads(json.dumps(asdict(JudgeSettings())))
    if name == STAGE0_NAME:  # keeps the numbers that it was calibrated with
        assert data["judging"].keys() == now.keys()
    else:
        assert data["judging"] == now
    assert data["fingerprint"] == fingerprint(data)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data["judging"].update(heard=0.4),
        lambda data: data["judging"]["metre"].update(slope=-30.0),
        lambda data: data["calibration"].update(slope=0.7),
        lambda data: data.pop("fingerprint"),
    ],
)
def test_settings_that_were_edited_are_refused(
    folder: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    edit(folder, change)

    with pytest.raises(BundleError, match="settings do not match"):
        load_bundle(folder)


def test_what_does_not_decide_is_not_in_the_fingerprint(folder: Path) -> None:
    edit(folder, lambda data: data.update(name="other", scores={"f1": 1.0}, training={"seed": 9}))

    assert load_bundle(folder).name == "other"


def settings_paths(data: dict[str, Any], *way: str) -> list[tuple[str, ...]]:
    """The place of every number and list of numbers among the settings."""
    if not isinstance(data, dict):
        return [way]
    return [path for key, value in data.items() for path in settings_paths(value, *way, key)]


@pytest.mark.parametrize("way", settings_paths(asdict(JudgeSettings())), ids="-".join)
def test_a_setting_that_makes_no_sense_is_refused(folder: Path, way: tuple[str, ...]) -> None:
    """The fingerprint is what such settings would have."""
    path, original = folder / "bundle.json", (folder / "bundle.json").read_text()
    wrong: list[Any] = [
        None,
        True,
        "x",
        {},
        [[]],
        10**400,
        1e300,
        -1e300,
        float("nan"),
        float("inf"),
        "gone",
    ]
    for value in wrong:
        data = json.loads(original)
        part = data["judging"]
        for key in way[:-1]:
            part = part[key]
        part[way[-1]] = value
        if value == "gone":
            del part[way[-1]]
        path.write_text(json.dumps(data | {"fingerprint": fingerprint(data)}))

        with pytest.raises(BundleError, match=rf"bundle\.json: .*{way[-1]}"):
            load_bundle(folder)


@pytest.mark.parametrize(
    ("part", "values", "said"),
    [
        ("clips", {"fewest": 3.5}, "`fewest` must be a whole number, not 3.5"),
        ("schedule", {"probes": 0}, "`probes` cannot be 0"),
        ("candidates", {"faint": 0.8}, "`faint` cannot be above `strong`"),
        ("stability", {"gone": 0.9}, "`gone` cannot be above `sure`"),
        ("prior", {"rates": [40.0]}, "`rates` and `shares` must be as many"),
        ("prior", {"rates": [60.0, 50.0], "shares": [1, 1]}, "`rates` must be ascending"),
        ("prior", {"rates": [60.0], "shares": [1.1]}, "`shares` must lie from 0 to 1"),
        ("prior", {"rates": []}, "`rates` is not a list"),
        ("metre", {"wavelets": 1}, "another version of pacetag"),
    ],
)
def test_settings_out_of_range_are_refused_in_a_sentence(
    folder: Path, part: str, values: dict[str, Any], said: str
) -> None:
    edit(folder, lambda data: data["judging"][part].update(values))
    edit(folder, lambda data: data.update(fingerprint=fingerprint(data)))

    with pytest.raises(BundleError, match=said):
        load_bundle(folder)


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
    with pytest.raises(BundleError, match="LiteRT cannot load"):
        Judge(folder)


def test_saving_without_networks_is_refused(tmp_path: Path) -> None:
    bundle = Bundle(name="empty", folder=tmp_path, spec=FeatureSpec(), network={}, calibration={})

    with pytest.raises(BundleError, match="export the network"):
        save_bundle(bundle)


def test_the_shipped_bundle_is_read_where_no_folder_is_named() -> None:
    assert load_bundle().name == "stride-5"


NO_NAMES = ["my bundle", "", ".", "..", "a/b", "a;b", "a\\b", "a\0b", "a\nb", "a\u00a0b", "\udc80"]


@pytest.mark.parametrize("name", [*NO_NAMES, "n" * 256, 7, None, ["own-1"]])
def test_a_name_that_no_tag_or_folder_can_hold_is_refused(folder: Path, name: Any) -> None:
    edit(folder, lambda data: data.update(name=name))

    with pytest.raises(BundleError, match=r"bundle\.json: `name` cannot be .*one word"):
        load_bundle(folder)


@pytest.mark.parametrize("name", [*NO_NAMES, "n" * 256])
def test_a_bundle_of_such_a_name_is_not_saved_either(folder: Path, name: str) -> None:
    before = (folder / "bundle.json").read_bytes()

    with pytest.raises(BundleError, match="one word of 1 to 255 characters"):
        save_bundle(replace(load_bundle(folder), name=name))

    assert (folder / "bundle.json").read_bytes() == before


@pytest.mark.parametrize("name", ["own-1", "stage0-1", "ü", "a", "...", "n" * 60, "v1.2+x,y@z"])
def test_any_text_that_a_tag_can_hold_is_a_name(folder: Path, name: str) -> None:
    edit(folder, lambda data: data.update(name=name))

    tag = PaceTag(
        bundle=load_bundle(folder).name,
        analysis=Analysis(paces=(), duration=None),
        fingerprint="0f",
    )

    assert parse_pacetag(format_pacetag(tag)) == tag


WRONG: list[Any] = [None, True, -1e400, "x", [], {}, [[]], {"a": {}}, "\udc80", 10**400, 1e300]


@pytest.mark.parametrize("value", WRONG, ids=range(len(WRONG)))
@pytest.mark.parametrize(
    "key",
    [
        *("spec", "spec_fingerprint", "calibration", "judging", "fingerprint", "files"),
        *("network", "training", "format"),
    ],
)
def test_a_part_of_another_type_is_refused_in_a_sentence(
    folder: Path, key: str, value: Any
) -> None:
    fitting = isinstance(value, dict) and key in ("network", "training")

    edit(folder, lambda data: data.update({key: value}))

    if fitting:
        assert load_bundle(folder).name == "trial"
        return
    with pytest.raises(BundleError, match=re.escape(str(folder))):
        load_bundle(folder)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (each.name, value)
        for each in fields(FeatureSpec)
        for value in (*WRONG, 0, -5, float("nan"), float("inf"), 1.5e9)
        if value != 0 or each.name != "percussive_margin"  # without a margin all is heard
    ],
)
def test_a_number_of_the_spec_that_makes_no_sense_is_refused(
    folder: Path, key: str, value: Any
) -> None:
    """The fingerprint is what such a spec would have."""

    def change(data: dict[str, Any]) -> None:
        data["spec"][key] = value
        text = json.dumps(data["spec"], sort_keys=True)
        data["spec_fingerprint"] = hashlib.sha256(text.encode()).hexdigest()[:16]

    edit(folder, change)

    with pytest.raises(BundleError, match=rf"bundle\.json: .*{key}"):
        load_bundle(folder)


def test_a_spec_of_before_the_percussive_part_hears_all(folder: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        del data["spec"]["percussive_margin"]
        data["fingerprint"] = fingerprint(data)

    edit(folder, change)

    assert load_bundle(folder).spec.percussive_margin == 0


@pytest.mark.parametrize("key", ["slope", "offset"])
@pytest.mark.parametrize("value", [*WRONG, float("nan"), float("inf")])
def test_a_calibration_that_is_not_a_line_is_refused(folder: Path, key: str, value: Any) -> None:
    edit(folder, lambda data: data["calibration"].update({key: value}))

    with pytest.raises(BundleError, match=key):
        load_bundle(folder)


@pytest.mark.parametrize("key", ["name", "spec", "spec_fingerprint", "calibration", "files"])
def test_a_part_that_is_missing_is_refused(folder: Path, key: str) -> None:
    edit(folder, lambda data: data.pop(key))

    with pytest.raises(BundleError, match=r"bundle\.json: .*pacetag train"):
        load_bundle(folder)


@pytest.mark.parametrize(
    "content", [b"[" * 200_000, b'{"a":' * 200_000, b"", b"\xff\xfe", b"9" * 5000, b"[1]", b"null"]
)
def test_content_that_is_not_an_object_is_refused(folder: Path, content: bytes) -> None:
    (folder / "bundle.json").write_bytes(content)

    with pytest.raises(BundleError, match=r"bundle\.json: is (not|no)"):
        load_bundle(folder)


def test_scores_that_are_no_numbers_keep_no_bundle_from_judging(folder: Path) -> None:
    """A source without right and wrong cases has no AUC."""
    edit(folder, lambda data: data.update(scores={"auc": float("nan")}))

    assert load_bundle(folder).name == "trial"


FILES = ["bundle.json", "model.keras", "model.tflite"]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", ["pipe", "folder", "socket", "device", "dangling", "loop"])
def test_what_is_no_file_is_refused_and_said(folder: Path, name: str, kind: str) -> None:
    path = folder / name
    path.unlink()
    said = put_in_place(path, kind)

    with pytest.raises(BundleError, match=rf"{re.escape(str(path))}: {said}"):
        load_bundle(folder)


def put_in_place(path: Path, kind: str) -> str:
    """Make something at the path that is no file; what must be said of it."""
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(str(path))
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "dangling":
        path.symlink_to("nowhere")
        return "is a link to nowhere, which is not there"
    else:
        path.symlink_to(path)
        return "cannot be read"
    return f"is a {kind}, not a file"


def test_a_network_that_is_not_a_file_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.tflite")

    with pytest.raises(BundleError, match="is a pipe"):
        Runtime(tmp_path / "model.tflite")


def test_a_sound_network_for_other_cases_is_a_bundle_error(tmp_path: Path) -> None:
    """Its JSON was edited to match, so only the trial can tell."""
    shutil.copytree(load_bundle().folder, tmp_path / "bundle")
    folder = tmp_path / "bundle"
    spec = replace(load_bundle(folder).spec, n_bands=64)
    edit(folder, lambda d: d.update(spec=asdict(spec), spec_fingerprint=spec.fingerprint))
    edit(folder, lambda d: d.update(fingerprint=fingerprint(d)))

    with pytest.raises(BundleError, match=r"model\.tflite: LiteRT cannot load it"):
        Judge(folder)
