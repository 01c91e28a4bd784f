"""A home for services, and stand-ins for the programs that keep them."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

Program = Callable[..., None]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's home, with nothing in it."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return folder


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Put a program onto the path that notes its arguments, prints something and ends."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def make(name: str, *, prints: str = "", complains: str = "", code: int = 0) -> None:
        script = folder / name
        script.write_text(
            f"#!/bin/sh\nprintf '%s\\n' \"{name} $*\" >> '{tmp_path}/ran'\n"
            f"cat <<'END'\n{prints}\nEND\ncat >&2 <<'END'\n{complains}\nEND\nexit {code}\n"
        )
        script.chmod(0o755)

    return make


@pytest.fixture
def ran(tmp_path: Path) -> Callable[[], list[str]]:
    """The commands that were run since the last call."""
    file = tmp_path / "ran"

    def lines() -> list[str]:
        found = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return found

    return lines
