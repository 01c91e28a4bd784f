"""Weights, spec, calibration and provenance as one thing on disk, checked when loaded."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pacetag.model.bundle_json import (
    BadBundleError,
    calibration_of,
    judging_of,
    name_of,
    object_of,
    parse,
    spec_of,
)
from pacetag.model.bundle_names import NAME_RULE, is_bundle_name
from pacetag.model.errors import BundleError
from pacetag.model.judge_settings import JudgeSettings
from pacetag.model.regular import NotRegularError, read_regular
from pacetag.model.spec import FeatureSpec

FORMAT = 1
KERAS_FILE = "model.keras"
LITERT_FILE = "model.tflite"
JSON_FILE = "bundle.json"
DEFAULT_NAME = "stride-5"  # the bundle that is shipped
STAGE0_NAME = "stage0-1"  # the network of 2019, shipped to be compared with

_WEIGHTS = Path(__file__).parent / "weights"


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A trained network and everything that is needed to use it."""

    name: str
    folder: Path
    spec: FeatureSpec
    network: dict[str, Any]  # the settings it was built from
    calibration: dict[str, float]  # slope and offset of the logits
    judging: JudgeSettings = field(default_factory=JudgeSettings)  # what else decides
    training: dict[str, Any] = field(default_factory=dict)  # data, seed, versions, date
    scores: dict[str, Any] = field(default_factory=dict)  # what was measured, on what

    @property
    def litert(self) -> Path:
        """The network as LiteRT runs it."""
        return self.folder / LITERT_FILE

    @property
    def keras(self) -> Path:
        """The network as Keras trains it."""
        return self.folder / KERAS_FILE


def shipped_bundle_folder(name: str = DEFAULT_NAME) -> Path:
    """The folder of a bundle that comes with the program."""
    return _WEIGHTS / name


def save_bundle(bundle: Bundle) -> Path:
    """Write bundle.json beside the two networks, which must lie in the folder already.

    Raises BundleError when one of them is missing, or for a name that tags cannot hold.
    """
    if not is_bundle_name(bundle.name):
        raise BundleError(f"{bundle.folder}: cannot be called {bundle.name!r}: {NAME_RULE}")
    files = {}
    for path in (bundle.keras, bundle.litert):
        if not path.is_file():
            raise BundleError(f"{path}: missing; export the network before saving its bundle")
        files[path.name] = _sha256(path)
    data = {
        "format": FORMAT,
        "name": bundle.name,
        "spec": asdict(bundle.spec),
        "spec_fingerprint": bundle.spec.fingerprint,
        "network": bundle.network,
        "calibration": bundle.calibration,
        "judging": asdict(bundle.judging),
        "training": bundle.training,
        "scores": bundle.scores,
        "files": files,
    }
    data["fingerprint"] = fingerprint(data)
    target = bundle.folder / JSON_FILE
    target.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return target


def fingerprint(data: dict[str, Any]) -> str:
    """A hash over all that decides in a bundle's JSON: equal for bundles that judge alike."""
    deciding = {key: data.get(key) for key in ("spec", "calibration", "judging", "files")}
    text = json.dumps(deciding, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def load_bundle(folder: Path | None = None) -> Bundle:
    """Read and check the bundle in `folder`; the shipped one if None.

    Raises BundleError, saying what to do, when a file is missing, was changed since it was saved,
    or was made for another version of pacetag.
    """
    folder = folder or shipped_bundle_folder()
    data = _read(folder / JSON_FILE)
    bundle, files = _from_json(data, folder)
    for path in (bundle.keras, bundle.litert):
        if _sha256(path) != files.get(path.name):
            raise BundleError(
                f"{path}: is not the file that bundle.json was written for; {_REMEDY}"
            )
    return bundle


_REMEDY = (
    "train it again with `pacetag train WORK`, or reinstall pacetag to get the shipped one back"
)
_MOST_JSON, _MOST_NETWORK = 16 << 20, 1 << 30  # bytes


def _read(source: Path) -> dict[str, Any]:
    try:
        content = read_regular(source, most=_MOST_JSON)
    except NotRegularError as error:
        raise BundleError(
            f"{source}: {error}; name the folder of a trained bundle, "
            "or reinstall pacetag to get the shipped one back"
        ) from error
    try:
        data = parse(content)
    except BadBundleError as error:
        raise BundleError(f"{source}: {error}; {_REMEDY}") from error
    if type(data.get("format")) is not int or data["format"] != FORMAT:
        raise BundleError(f"{source}: is not a bundle of format {FORMAT}; {_REMEDY}")
    return data


def _from_json(data: dict[str, Any], folder: Path) -> tuple[Bundle, dict[str, Any]]:
    """The bundle, and the hashes of its files by name."""
    try:
        bundle = Bundle(
            name=name_of(data),
            folder=folder,
            spec=spec_of(data),
            network=object_of(data, "network"),
            calibration=calibration_of(data),
            judging=judging_of(data),
            training=object_of(data, "training"),
            scores=object_of(data, "scores"),
        )
        files = object_of(data, "files")
        if data.get("spec_fingerprint") != bundle.spec.fingerprint:
            raise BadBundleError("its spec does not match its own fingerprint")
        # Bundles of before their settings were in there have no fingerprint of the whole.
        if "judging" in data and data.get("fingerprint") != fingerprint(data):
            raise BadBundleError("its settings do not match its own fingerprint")
    except RecursionError:
        raise BundleError(f"{folder / JSON_FILE}: is nested too deeply; {_REMEDY}") from None
    except BadBundleError as error:
        raise BundleError(f"{folder / JSON_FILE}: {error}; {_REMEDY}") from error
    return bundle, files


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(read_regular(path, most=_MOST_NETWORK)).hexdigest()
    except NotRegularError as error:
        raise BundleError(f"{path}: {error}; {_REMEDY}") from error
