"""The value of each setting and its source: default < file < environment (< option)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pacetag.tagger.config.environment import variable
from pacetag.tagger.config.file import ConfigFile, read_config
from pacetag.tagger.config.table import BY_KEY, SETTINGS, Setting
from pacetag.tagger.errors import UsageError


class Source(StrEnum):
    """What a value comes from."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, kw_only=True)
class Value:
    """A setting and what it is set to."""

    setting: Setting
    value: Any  # in the form that the setting's kind gives; None: nothing is set
    source: Source


class ConfigError(UsageError):
    """The file of settings, or a variable, holds something that cannot be used."""


def value_of(key: str) -> Value:
    """Return the value of a setting. Raises ConfigError for any fault of the file."""
    file = read_config()
    if file.faults:
        more = len(file.faults) - 1
        rest = f" (and {more} more; `pacetag config` lists them)" if more else ""
        raise ConfigError(f"{file.faults[0]}{rest}")
    return _value(BY_KEY[key], file)


def option_value(command: str, option: str) -> Value | None:
    """Return the value that stands for an option that was not typed; None if none can."""
    setting = next((each for each in SETTINGS if each.is_of(command, option)), None)
    return None if setting is None else value_of(setting.key)


def all_values() -> tuple[list[Value], list[str]]:
    """Return the value of every setting, and a sentence for each fault of file and variables."""
    file = read_config()
    values, faults = [], list(file.faults)
    for setting in SETTINGS:
        try:
            values.append(_value(setting, file))
        except ConfigError as error:
            faults.append(str(error))
            values.append(_value(setting, file, environment=False))
    return values, faults


def _value(setting: Setting, file: ConfigFile, *, environment: bool = True) -> Value:
    text = variable(setting.variable) if environment and setting.variable else None
    if text is not None:
        try:
            value = setting.kind.from_text(text)
        except ValueError as error:
            raise ConfigError(f"the variable {setting.variable} {error}") from None
        return Value(setting=setting, value=value, source=Source.ENVIRONMENT)
    if setting.key in file.values:
        return Value(setting=setting, value=file.values[setting.key], source=Source.FILE)
    return Value(setting=setting, value=setting.default, source=Source.DEFAULT)
