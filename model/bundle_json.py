"""A bundle's JSON as values of the right types and in sane ranges, whatever stands in it."""

import json
import math
from dataclasses import fields
from typing import Any

from pacetag.model.bundle_names import NAME_RULE, is_bundle_name
from pacetag.model.spec import FeatureSpec

LARGEST = 1e6  # of any number; the largest that makes sense is a sample rate
MOST_INPUT = 1 << 20  # values of one case; those of the shipped network are 65 536


class BadBundleError(Exception):
    """Something in a bundle's JSON cannot be; the text says what."""


def parse(content: bytes) -> dict[str, Any]:
    """The JSON object that the text holds. Raises BadBundleError."""
    try:
        data = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # nested too deeply
        raise BadBundleError("is not JSON") from error
    if not isinstance(data, dict):
        raise BadBundleError("is not a JSON object")
    return data


def name_of(data: dict[str, Any]) -> str:
    """The bundle's name. Raises BadBundleError for what is none."""
    name = data.get("name")
    if not isinstance(name, str) or not is_bundle_name(name):
        raise BadBundleError(f"`name` cannot be {_short(name)}: {NAME_RULE}")
    return name


def object_of(data: dict[str, Any], key: str) -> dict[str, Any]:
    """The object that stands under a key. Raises BadBundleError where there is none."""
    found = data.get(key)
    if not isinstance(found, dict):
        raise BadBundleError(f"`{key}` is not an object")
    return found


def calibration_of(data: dict[str, Any]) -> dict[str, float]:
    """Slope and offset. Raises BadBundleError."""
    found = object_of(data, "calibration")
    line = {key: _number(found.get(key), key) for key in ("slope", "offset")}
    for key, number in line.items():
        if abs(number) > LARGEST:
            raise BadBundleError(f"`{key}` cannot be {number:g}")
    return line


def spec_of(data: dict[str, Any]) -> FeatureSpec:
    """The spec, of which every number makes sense by itself. Raises BadBundleError."""
    found = object_of(data, "spec")
    wanted = {each.name: each.type for each in fields(FeatureSpec)}
    if found.keys() != wanted.keys():
        odd = sorted(found.keys() ^ wanted.keys())[0]
        raise BadBundleError(f"made for another version of pacetag (`{_short(odd)}` in its spec)")
    for key, kind in wanted.items():
        number = _number(found[key], key)
        if kind in (int, "int") and not isinstance(found[key], int):
            raise BadBundleError(f"`{key}` must be a whole number, not {number:g}")
        if not 0 < number <= LARGEST:
            raise BadBundleError(f"`{key}` cannot be {number:g}")
    spec = FeatureSpec(**found)
    if math.prod(spec.case) > MOST_INPUT:
        raise BadBundleError("its spec makes cases that are too large")
    if spec.min_lag >= spec.max_lag or spec.min_bpm >= spec.max_bpm:
        raise BadBundleError("its spec leaves no tempos")
    return spec


def _number(value: object, key: str) -> float:
    try:
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
    except OverflowError:  # a whole number of hundreds of digits
        pass
    raise BadBundleError(f"`{key}` is not a number but {_short(value)}")


def _short(value: object) -> str:
    """A value as it can be quoted in a sentence."""
    text = ascii(value) if isinstance(value, str | int | float | None) else type(value).__name__
    return text if len(text) <= 40 else f"{text[:40]}..."
