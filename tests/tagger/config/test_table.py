"""The table of settings agrees with the commands and with the page that describes it."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer

from pacetag.tagger.cli import app
from pacetag.tagger.config import file as config_file
from pacetag.tagger.config.table import BY_KEY, SETTINGS, TABLES, Setting

COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def options_of(setting: Setting) -> dict[str, Any]:
    """The commands' parameters that a setting stands for, by command."""
    return {
        name: parameter
        for name, command in COMMANDS.items()
        for parameter in command.params
        if setting.option in parameter.opts and setting.table in ("", name)
    }


def test_keys_are_called_as_their_options() -> None:
    for setting in SETTINGS:
        if setting.option is not None:
            assert setting.option in (f"--{setting.name}", f"--no-{setting.name}")
    assert set(TABLES) <= set(COMMANDS)
    assert len(BY_KEY) == len(SETTINGS)


@pytest.mark.parametrize("setting", [each for each in SETTINGS if each.option], ids=lambda s: s.key)
def test_the_options_exist_and_have_the_same_default(setting: Setting) -> None:
    found = options_of(setting)

    assert found
    for parameter in found.values() if setting.fills else ():
        default = parameter.default
        if str(setting.option).startswith("--no-"):
            default = not default
        assert str(default) == str(setting.default)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.key)
def test_a_switch_can_be_turned_off_again_by_an_option(setting: Setting) -> None:
    if isinstance(setting.default, bool):
        for parameter in options_of(setting).values():
            assert parameter.secondary_opts


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.key)
def test_the_default_is_of_the_kind_that_the_setting_takes(setting: Setting) -> None:
    if setting.default is not None:
        assert setting.kind.from_toml(setting.default) == setting.default


def test_choices_are_those_of_the_option() -> None:
    (choices,) = {tuple(one.type.choices) for one in options_of(BY_KEY["bpm"]).values()}

    assert BY_KEY["bpm"].kind.words == f"one of {', '.join(map(str, choices))}"


def line(setting: Setting) -> str:
    """A setting's line in the page."""
    default = "" if setting.default is None else f"`{json.dumps(setting.default)}`"
    variable, option = (f"`{it}`" if it else "" for it in (setting.variable, setting.option))
    cells = (f"`{setting.key}`", setting.sentence, setting.kind.words, default, variable, option)
    return f"| {' | '.join(cells)} |"


def test_the_page_describes_every_setting_as_it_is(root: Path) -> None:
    page = (root / "docs/configuration.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `.*\|$", page, re.MULTILINE)

    assert rows == [line(setting) for setting in SETTINGS]


def test_the_example_of_the_page_is_a_sound_file(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (root / "docs/configuration.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    place = tmp_path / "config.toml"
    place.write_text(example)
    monkeypatch.setenv("PACETAG_CONFIG", str(place))

    found = config_file.read_config()

    assert found.faults == ()
    assert len(found.values) == len(re.findall(r"^[\w-]+ = ", example, re.MULTILINE))
    assert tomllib.loads(example)["playlist"]["tolerance"] == "3%"
