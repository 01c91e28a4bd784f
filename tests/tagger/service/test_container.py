"""The container's files name what is there, and its start-up script never runs pacetag as root."""

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from pacetag.tagger.cli import app

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


@pytest.fixture
def dockerfile(root: Path) -> list[tuple[str, str]]:
    """The instructions and their arguments."""
    text = (root / "docs/nas/Dockerfile").read_text(encoding="utf-8")
    joined = re.sub(r"\\\n\s*", " ", re.sub(r"(?m)^#.*\n", "", text))
    found = [line.partition(" ") for line in joined.splitlines() if line]
    return [(name, rest) for name, _, rest in found]


def test_what_is_copied_is_there(root: Path, dockerfile: list[tuple[str, str]]) -> None:
    for name, rest in dockerfile:
        if name == "COPY" and "--from" not in rest:
            words = [word for word in rest.split() if not word.startswith("--")]
            assert all((root / word).exists() for word in words[:-1]), rest


def test_what_it_runs_is_a_command_of_pacetag(dockerfile: list[tuple[str, str]]) -> None:
    said = dict(dockerfile)
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    watch, *options = json.loads(said["CMD"])
    health = json.loads(said["HEALTHCHECK"].partition("CMD ")[2])

    assert json.loads(said["ENTRYPOINT"]) == ["as-user", "pacetag"]
    assert watch in commands
    known = {name for each in commands[watch].params for name in each.opts}
    assert {option for option in options if option.startswith("--")} <= known
    assert health[:2] == ["as-user", "pacetag"]
    assert health[2] in commands


def test_the_folders_of_the_compose_file_are_those_of_the_image(
    root: Path, dockerfile: list[tuple[str, str]]
) -> None:
    text = (root / "docs/nas/compose.yaml").read_text(encoding="utf-8")

    mounted = re.findall(r"- /volume1/\S+:(/\w+)", text)

    assert mounted == json.loads(dict(dockerfile)["VOLUME"])
    assert (root / "docs/nas" / "../..").resolve() == root


@pytest.fixture
def as_user(root: Path, tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    def run(*command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["sh", root / "docs/nas/as-user.sh", *command],
            env={"PATH": PATH, "PUID": "1234", "PGID": "5678", "XDG_CONFIG_HOME": str(tmp_path)}
            | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_root_becomes_the_user_that_was_named(
    as_user: Callable[..., "subprocess.CompletedProcess[str]"], tmp_path: Path
) -> None:
    done = as_user("sh", "-c", "id -u; id -g; id -G; umask", UMASK="027")

    assert done.stdout.split() == ["1234", "5678", "5678", "0027"], done.stderr
    assert (tmp_path.stat().st_uid, tmp_path.stat().st_gid) == (1234, 5678)


@pytest.mark.skipif(os.getuid() != 0, reason="another user stays who it is")
def test_pacetag_never_runs_as_root(
    as_user: Callable[..., "subprocess.CompletedProcess[str]"],
) -> None:
    done = as_user("id", "-u", PUID="0")

    assert (done.returncode, done.stdout) == (2, "")
    assert "name the user that owns the music" in done.stderr
