"""What tests need from outside the project: programs and fonts, each with its Debian package.

A test names its needs with `@pytest.mark.outside("mma", "TimGM6mb.sf2")`, a fixture with
`@needs("dpkg-deb")` below `@pytest.fixture`. A test is skipped where one of them is not installed,
and no test sees a program or font that it does not name.

`python tests/outside.py` prints the packages, one a line.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

PACKAGES: Mapping[str, str] = {  # program or font -> its Debian package
    "mma": "mma",
    "fluidsynth": "fluidsynth",
    "FluidR3_GM.sf2": "fluid-soundfont-gm",
    "TimGM6mb.sf2": "timgm6mb-soundfont",
    "MuseScore_General_Lite.sf3": "musescore-general-soundfont-small",
    "ffmpeg": "ffmpeg",
    "ffprobe": "ffmpeg",
    "exiftool": "libimage-exiftool-perl",
    "kid3-cli": "kid3-cli",
    "wavpack": "wavpack",
    "wvtag": "wavpack",
    "wvunpack": "wavpack",
    "mpcenc": "musepack-tools",
    "speexenc": "speex",
    "oggenc": "vorbis-tools",
    "ogginfo": "vorbis-tools",
    "flac": "flac",
    "metaflac": "flac",
    "opusenc": "opus-tools",
    "opusinfo": "opus-tools",
    "strace": "strace",
    "mpd": "mpd",
    "mpc": "mpc",
    "mpv": "mpv",
    "mksquashfs": "squashfs-tools",
    "dpkg-deb": "dpkg",
    "systemd-analyze": "systemd",
    "zsh": "zsh",
    "fish": "fish",
    "mandoc": "mandoc",
}
SHARED: Mapping[str, str] = {  # name -> its file or folder below /usr/share
    "mma": "mma",
    "FluidR3_GM.sf2": "sounds/sf2/FluidR3_GM.sf2",
    "TimGM6mb.sf2": "sounds/sf2/TimGM6mb.sf2",
    "MuseScore_General_Lite.sf3": "sounds/sf3/MuseScore_General_Lite.sf3",
}
FONTS = tuple(name for name in SHARED if name != "mma")
RENDERING = ("mma", "fluidsynth", *FONTS)  # needed to render a groove
# Every system has these; tests may use them without naming them.
SYSTEM = (
    *("bash", "cat", "chmod", "cp", "echo", "env", "false", "gzip", "head", "ionice", "kill", "ln"),
    *("ls", "mkdir", "mount", "mv", "printf", "rm", "setpriv", "sh", "sleep", "tar", "test"),
    *("true", "umount", "unshare", "xz"),
)

Function = TypeVar("Function", bound=Callable[..., Any])


def needs(*names: str) -> Callable[[Function], Function]:
    """Return a decorator that names what the function of a fixture needs."""

    def mark(function: Function) -> Function:
        function.__dict__["outside"] = names
        return function

    return mark


def packages(names: Iterable[str] = PACKAGES) -> list[str]:
    """Return the Debian packages that bring these programs and fonts, sorted, each once."""
    return sorted({PACKAGES[name] for name in names})


class Outside:
    """The programs and fonts of this machine, shown to tests by links in a folder.

    They are looked up in `path` and below `share`; with `bare`, none of them is there.
    """

    def __init__(self, folder: Path, *, path: str, share: str, bare: bool = False) -> None:
        self._bin, system, self._share = (folder / name for name in ("bin", "system", "share"))
        for each in (self._bin, system, self._share):
            each.mkdir()
        for name in SYSTEM:
            if found := shutil.which(name, path=path):
                system.joinpath(name).symlink_to(found)
        self.environment = {
            "PATH": os.pathsep.join(map(str, (self._bin, system))),
            "PACETAG_SHARE": str(self._share),
        }
        self._programs = {name: shutil.which(name, path=path) for name in PACKAGES}
        self._there = {} if bare else dict(self._find(Path(share)))
        self.shown: frozenset[str] = frozenset()

    def _find(self, share: Path) -> Iterator[tuple[str, dict[Path, Path]]]:
        """Yield each name whose files are all there, with its links and where they lead."""
        for name in PACKAGES:
            links = {}
            if name not in FONTS:
                links[self._bin / name] = Path(self._programs[name] or "/nowhere")
            if name in SHARED:
                links[self._share / SHARED[name]] = share / SHARED[name]
            if all(target.exists() for target in links.values()):
                yield name, links

    def absent(self, names: Iterable[str]) -> list[str]:
        """Return those of the names that are not there."""
        return [name for name in names if name not in self._there]

    def show(self, names: Iterable[str]) -> frozenset[str]:
        """Show these names and no others; return the names that were shown before."""
        before, self.shown = self.shown, frozenset(names) & self._there.keys()
        for name in before - self.shown:
            for link in self._there[name]:
                link.unlink()
        for name in self.shown - before:
            for link, target in self._there[name].items():
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(target)
        return before

    def hides(self, command: str, path: str) -> bool:
        """Tell whether a command, looked up in `path`, is a program that is not shown."""
        name = Path(command).name
        ours, found = self._programs.get(name), shutil.which(command, path=path)
        return (
            name not in self.shown
            and ours is not None
            and found is not None
            and os.path.realpath(ours) == os.path.realpath(found)
        )


if __name__ == "__main__":
    sys.stdout.write("".join(f"{package}\n" for package in packages()))
