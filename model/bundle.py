"""Weights, spec, calibration and provenance as one thing on disk, checked when loaded."""

import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pacetag.model.errors import BundleError
from pacetag.model.spec import FeatureSpec

FORMAT = 1
KERAS_FILE = "model.keras"
LITERT_FILE = "model.tflite"
JSON_FILE = "bundle.json"
DEFAULT_NAME = "stride-4"  # the bundle that is shipped
STAGE0_NAME = "stage0-1"  # the network of 2019, shipped to be compared with
NAME = re.compile(r"[^\s;/\0]+")  # of a bundle: a tag holds it as one word
FOLDER_VARIABLE = "PACETAG_BUNDLE"  # names the folder of another bundle to use

_WEIGHTS = Path(__file__).parent / "weights"


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A trained network and everything needed to use it rightly."""

    name: str
    folder: Path
    spec: FeatureSpec
    network: dict[str, Any]  # the settings it was built from
    calibration: dict[str, float]  # slope and offset of the logits
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
    """Where a bundle lies that comes with the program."""
    return _WEIGHTS / name


def default_bundle_folder() -> Path:
    """Where the bundle lies that is used unless another is named: PACETAG_BUNDLE, or shipped."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named).expanduser().absolute() if named else shipped_bundle_folder()


def default_bundle_name() -> str:
    """Name of the bundle that is used unless another is named; cheap for the shipped one.

    Raises BundleError when PACETAG_BUNDLE names a folder that holds no sound bundle.
    """
    return load_bundle().name if os.environ.get(FOLDER_VARIABLE) else DEFAULT_NAME


def save_bundle(bundle: Bundle) -> Path:
    """Write bundle.json beside the two networks, which must lie in the folder already.

    Raises BundleError when one of them is missing.
    """
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
        "training": bundle.training,
        "scores": bundle.scores,
        "files": files,
    }
    target = bundle.folder / JSON_FILE
    target.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return target


def load_bundle(folder: Path | None = None) -> Bundle:
    """Read and check the bundle in `folder`, or the one that `default_bundle_folder` tells.

    Raises BundleError, saying what to do, when a file is missing, was changed since it was saved,
    or was made for another version of pacetag.
    """
    folder = folder or default_bundle_folder()
    source = folder / JSON_FILE
    try:
        data = json.loads(source.read_text(encoding="utf-8"))
    except OSError as error:
        raise BundleError(
            f"{source}: cannot be read ({error.strerror}); name the folder of a trained bundle, "
            "or reinstall pacetag to get the shipped one back"
        ) from error
    except ValueError as error:
        raise BundleError(f"{source}: is not JSON; {_REMEDY}") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise BundleError(f"{source}: is not a bundle of format {FORMAT}; {_REMEDY}")
    bundle = _from_json(data, folder)
    if NAME.fullmatch(bundle.name) is None:
        raise BundleError(f"{source}: its name must be one word without ; and /; {_REMEDY}")
    if data["spec_fingerprint"] != bundle.spec.fingerprint:
        raise BundleError(f"{source}: its spec does not match its own fingerprint; {_REMEDY}")
    for name in (KERAS_FILE, LITERT_FILE):
        _check(folder / name, data["files"].get(name))
    return bundle


_REMEDY = "train it again with `pacetag train`, or reinstall pacetag to get the shipped one back"


def _from_json(data: dict[str, Any], folder: Path) -> Bundle:
    try:
        spec = FeatureSpec(**data["spec"])
        return Bundle(
            name=str(data["name"]),
            folder=folder,
            spec=spec,
            network=dict(data["network"]),
            calibration={key: float(data["calibration"][key]) for key in ("slope", "offset")},
            training=dict(data["training"]),
            scores=dict(data["scores"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BundleError(
            f"{folder / JSON_FILE}: made for another version of pacetag ({error}); {_REMEDY}"
        ) from error


def _check(path: Path, expected: str | None) -> None:
    if not path.is_file():
        raise BundleError(f"{path}: missing; {_REMEDY}")
    if _sha256(path) != expected:
        raise BundleError(f"{path}: is not the file that bundle.json was written for; {_REMEDY}")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
