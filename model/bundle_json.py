"""A bundle's JSON as values of the right types and in sane ranges; anything else is refused."""

import json
import math
from collections.abc import Collection
from dataclasses import Field, fields, is_dataclass
from itertools import pairwise
from typing import Any

from pacetag.model.bundle_names import NAME_RULE, is_bundle_name
from pacetag.model.judge_settings import JudgeSettings, PriorSettings
from pacetag.model.spec import FeatureSpec

LARGEST = 1e6  # of any number; the largest that makes sense is a sample rate
MOST_POINTS = 100  # of a curve
MOST_INPUT = 1 << 20  # values of one case; those of the shipped network are 65 536


class BadBundleError(Exception):
    """A bundle's JSON holds something impossible; the text says what."""


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
    """The bundle's name. Raises BadBundleError where it is not a name."""
    name = data.get("name")
    if not isinstance(name, str) or not is_bundle_name(name):
        raise BadBundleError(f"`name` cannot be {_short(name)}: {NAME_RULE}")
    return name


def object_of(data: dict[str, Any], key: str) -> dict[str, Any]:
    """The object under a key. Raises BadBundleError where there is none."""
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
    """The spec, each of its numbers within a sane range. Raises BadBundleError."""
    # What a spec can do without came later: older bundles lack it.
    optional = {each.name: each.default for each in fields(FeatureSpec) if each.default == 0}
    found = {**optional, **object_of(data, "spec")}
    wanted = {each.name: each.type for each in fields(FeatureSpec)}
    _check_keys(found, wanted, "spec")
    for key, kind in wanted.items():
        number = _number(found[key], key)
        if kind in (int, "int") and not isinstance(found[key], int):
            raise BadBundleError(f"`{key}` must be a whole number, not {number:g}")
        if not 0 <= number <= LARGEST or (number == 0 and key not in optional):
            raise BadBundleError(f"`{key}` cannot be {number:g}")
    spec = FeatureSpec(**found)
    if math.prod(spec.case) > MOST_INPUT:
        raise BadBundleError("its spec makes cases that are too large")
    if spec.min_lag >= spec.max_lag or spec.min_bpm >= spec.max_bpm:
        raise BadBundleError("its spec leaves no tempos")
    return spec


def judging_of(data: dict[str, Any]) -> JudgeSettings:
    """The settings that decide what is heard; the defaults of a bundle made before it had any.

    Raises BadBundleError.
    """
    if "judging" not in data:
        return JudgeSettings()
    settings: JudgeSettings = _settings(JudgeSettings(), object_of(data, "judging"), "judging")
    if settings.candidates.faint > settings.candidates.strong:
        raise BadBundleError("`faint` cannot be above `strong`")
    if settings.stability.gone > settings.stability.sure:
        raise BadBundleError("`gone` cannot be above `sure`")
    return settings


def _settings(defaults: Any, found: dict[str, Any], where: str) -> Any:
    """Settings like the defaults, with the values found."""
    _check_keys(found, [each.name for each in fields(defaults)], where)
    if isinstance(defaults, PriorSettings):
        return _prior(found)
    values = {}
    for each in fields(defaults):
        default = getattr(defaults, each.name)
        if is_dataclass(default):
            part = object_of(found, each.name)
            values[each.name] = _settings(default, part, f"{where}.{each.name}")
        else:
            values[each.name] = _setting(each, default, found[each.name])
    return type(defaults)(**values)


def _setting(each: "Field[Any]", default: object, value: Any) -> Any:
    number = _number(value, each.name)
    if isinstance(default, int) and not isinstance(value, int):
        raise BadBundleError(f"`{each.name}` must be a whole number, not {number:g}")
    if not each.metadata["least"] <= number <= each.metadata["most"]:
        raise BadBundleError(f"`{each.name}` cannot be {number:g}")
    return value if isinstance(default, int) else number


def _prior(found: dict[str, Any]) -> PriorSettings:
    rates, shares = (_numbers(found[key], key) for key in ("rates", "shares"))
    if len(rates) != len(shares):
        raise BadBundleError("`rates` and `shares` must be as many")
    if any(slow >= fast for slow, fast in pairwise(rates)) or not 0 < rates[0] < LARGEST:
        raise BadBundleError("`rates` must be ascending numbers above 0")
    if not all(0 <= share <= 1 for share in shares):
        raise BadBundleError("`shares` must lie from 0 to 1")
    return PriorSettings(rates=rates, shares=shares)


def _numbers(value: object, key: str) -> tuple[float, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_POINTS:
        raise BadBundleError(f"`{key}` is not a list of 1 to {MOST_POINTS} numbers")
    return tuple(_number(each, key) for each in value)


def _check_keys(found: dict[str, Any], wanted: Collection[str], where: str) -> None:
    if found.keys() != set(wanted):
        odd = sorted(found.keys() ^ set(wanted))[0]
        raise BadBundleError(
            f"made for another version of pacetag (`{_short(odd)}` in its {where})"
        )


def _number(value: object, key: str) -> float:
    try:
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
    except OverflowError:  # a whole number of hundreds of digits
        pass
    raise BadBundleError(f"`{key}` is not a number but {_short(value)}")


def _short(value: object) -> str:
    """A value, quoted for a sentence."""
    text = ascii(value) if isinstance(value, str | int | float | None) else type(value).__name__
    return text if len(text) <= 40 else f"{text[:40]}..."
