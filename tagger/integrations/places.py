"""Where programs keep their settings on Linux, macOS and Windows, also as flatpak and snap."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from pacetag.tagger.config.environment import variable


def home() -> Path:
    """Return the user's home folder; the root where there is none."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/")


def config_folder() -> Path:
    """Return the folder of XDG_CONFIG_HOME, by default ~/.config."""
    named = variable("XDG_CONFIG_HOME")
    return Path(named) if named and Path(named).is_absolute() else home() / ".config"


def roaming_folder() -> Path:
    """Return the folder of APPDATA, in which programs keep settings on Windows."""
    return Path(variable("APPDATA") or home() / "AppData/Roaming")


def is_windows() -> bool:
    """Whether this is Windows."""
    return sys.platform == "win32"


def is_macos() -> bool:
    """Whether this is macOS."""
    return sys.platform == "darwin"


def config_folders(*, flatpak: str = "", snap: str = "") -> Iterator[Path]:
    """Yield the config folder, and those of its flatpak and its snap on Linux."""
    yield config_folder()
    if is_windows() or is_macos():
        return
    if flatpak:
        yield home() / ".var/app" / flatpak / "config"
    if snap:
        yield home() / "snap" / snap / "current/.config"


def named_by(name: str) -> Path | None:
    """Return the path in a variable of the environment; None if it is unset."""
    found = variable(name)
    return Path(os.path.expanduser(found)) if found else None  # noqa: PTH111 - Path's can raise
