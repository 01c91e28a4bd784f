"""An empty argument, as from an unset variable in a script, is not the current folder."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.models import TyperPath

from pacetag.tagger.cli import app
from pacetag.tagger.commands.options import PathType

Run = Callable[..., Any]

ROOT: Any = typer.main.get_command(app)


def _is_path(parameter: Any) -> bool:
    return isinstance(parameter.type, TyperPath) or "path" in type(parameter.type).__name__.lower()


def _paths() -> Iterator[tuple[str, Any]]:
    """Every parameter of every command that is a path, with the command's name."""
    for parameter in ROOT.params:
        if _is_path(parameter):
            yield "", parameter
    for name, command in ROOT.commands.items():
        for parameter in command.params:
            if _is_path(parameter):
                yield name, parameter


PATHS = {f"{command} {one.name}".strip(): (command, one) for command, one in _paths()}


def _others(command: str, parameter: Any) -> list[str]:
    """What the command cannot do without, besides the parameter."""
    words = []
    for other in ROOT.commands[command].params if command else ():
        if other.required and other is not parameter:
            value = "165" if "float" in other.type.name else "."
            words += [other.opts[0], value] if other.opts[0].startswith("-") else [value]
    return words


def test_the_walk_finds_what_there_is() -> None:
    assert {"scan paths", "playlist output", "show plot", "train labels", "stats index"} <= set(
        PATHS
    )


@pytest.mark.parametrize("name", PATHS)
def test_every_path_is_of_the_type_that_refuses_it(name: str) -> None:
    assert isinstance(PATHS[name][1].type, PathType)


@pytest.mark.parametrize("name", PATHS)
def test_an_empty_path_is_wrong_usage_and_named(
    name: str,
    pacetag: Run,
    make_song: Callable[..., Path],
    library: Path,
    index_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    song = make_song("165.mp3")
    before = song.read_bytes()
    monkeypatch.chdir(library)
    command, parameter = PATHS[name]
    option = parameter.opts[0] if parameter.opts[0].startswith("-") else None
    others = _others(command, parameter)

    for given in ([f"{option}="], [option, ""]) if option else ([""],):
        place = [command, *others, *given] if command else [*given, "stats"]
        done = pacetag(*place)

        assert done.exit_code == 2, done.output
        assert "it is empty" in done.stderr
        assert option or parameter.metavar.strip("[].") in done.stderr
        assert done.stdout == ""
    assert song.read_bytes() == before
    assert list(library.iterdir()) == [song]
    assert not index_file.exists()


def test_one_empty_path_among_others_is_refused_too(
    pacetag: Run, make_song: Callable[..., Path], library: Path
) -> None:
    make_song("165.mp3")

    assert pacetag("scan", library, "").exit_code == 2
    assert pacetag("undo", "", library).exit_code == 2
    assert pacetag("train", library, "--labels", "a.csv", "--labels", "").exit_code == 2


@pytest.mark.parametrize("name", PATHS)
def test_the_home_of_an_unknown_user_is_wrong_usage(name: str, pacetag: Run) -> None:
    command, parameter = PATHS[name]
    option = [word for word in parameter.opts[:1] if word.startswith("-")]

    done = pacetag(
        *filter(None, [command]), *_others(command, parameter), *option, "~no-such-user/a"
    )

    assert done.exit_code == 2, done.output
    assert "there is no such user; write ./~no-such-user/a" in done.stderr


def test_a_name_of_one_space_is_a_name(pacetag: Run, library: Path) -> None:
    (library / " ").mkdir()

    assert pacetag("scan", library / " ").exit_code == 0


def test_empty_variables_are_unset_ones(
    pacetag: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PACETAG_INDEX", "")
    monkeypatch.setenv("PACETAG_BUNDLE", "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))

    done = pacetag("stats")

    assert done.exit_code == 1
    assert f"{tmp_path}/share/pacetag/index.sqlite3: there is no index yet" in done.stderr
